import { keyKind } from "../keys.ts";
import type { Form } from "./forms.ts";
import { afterReplacement, type Span } from "../span.ts";
import { isPath, isPlaceholder } from "../value.ts";

const OPTION =
  /(?<=^|[\s"'`([{<>|&;,=:+])--?([A-Za-z][\w-]{2,40})[ \t]{1,4}(?:["']([^"'\n]{1,512})["']|([^\s"'`-][^\s"'`]{0,1024}))/g;

/** A dash at the start of a word, in one of the ways that there are. */
function hasOption(text: string): boolean {
  return text.startsWith("-") ||
    BEFORE_OPTION.some((before) => text.includes(before));
}

const BEFORE_OPTION = [..." \t\n\"'`([{<>|&;,=:+"].map((one) => `${one}-`);

/** What follows an option in a sentence about it. */
const SENTENCE =
  /^(?:and|or|to|is|are|the|an?|for|with|in|on|of|at|as|by|from|when|if|not|now|must|should|can|will|does|option|options|flag|flags|value|values|instead|instead\.|argument|parameter|which|that|was|were|has|may|via|through|using|stdin|prompt|word|file)[.,;:)]?$/i;

/** `--password word`, `-token "…"`: options whose value is the next word. */
export function findOptions(text: string): Span[] {
  if (!hasOption(text)) return [];
  const spans: Span[] = [];
  OPTION.lastIndex = 0;
  for (let match; (match = OPTION.exec(text)) !== null;) {
    const [whole, name, quoted, plain] = match;
    const kind = keyKind(name!);
    const value = quoted ?? plain!;
    const end = match.index + whole.length - (quoted === undefined ? 0 : 1);
    const start = end - value.length;
    const told = kind !== undefined && value.length >= 3 &&
      !isPlaceholder(value) && !isPath(value) &&
      afterReplacement(text, start) === start &&
      (quoted !== undefined || !SENTENCE.test(value));
    if (told) spans.push({ start, end, label: kind });
    // The word may be an option itself, or have one behind it.
    else OPTION.lastIndex = match.index + 2 + name!.length;
  }
  return spans;
}

/** A short option of well-known programs. */
interface ShortOption {
  /** Its value is the first group. */
  readonly pattern: RegExp;
  readonly program: RegExp;
  /** One is in whatever `program` matches; most texts have none. */
  readonly traces: readonly string[];
}

const SHORT: readonly ShortOption[] = [
  {
    pattern:
      /(?<=\s)(?:-u|--user|--proxy-user|-U)[ \t=]{0,4}["']?[^\s:"'=@/]{1,128}:([^\s"'`]{1,256})/g,
    program: /\b(?:curl|wget|http|https|xh|hurl)\b/,
    traces: ["curl", "wget", "http", "xh ", "xh\t", "xh.", "hurl"],
  },
  {
    pattern: /(?<=\s)-p["']?([^\s"'`-][^\s"'`]{1,256})/g,
    program: /\b(?:mysql\w*|mariadb\w*|sshpass)\b/,
    traces: ["mysql", "mariadb", "sshpass"],
  },
  {
    pattern: /(?<=\s)-(?:p|P|w)[ \t]{1,4}["']?([^\s"'`-][^\s"'`]{1,256})/g,
    program:
      /\b(?:sshpass|(?:docker|podman|helm|nerdctl) (?:registry )?login|ldap\w+|az login|mongosh?|mongodump)\b/,
    traces: ["sshpass", "login", "ldap", "mongo"],
  },
  {
    pattern: /(?<=\s)-a[ \t]{1,4}["']?([^\s"'`-][^\s"'`]{1,256})/g,
    program: /\b(?:redis-cli|valkey-cli)\b/,
    traces: ["redis-cli", "valkey-cli"],
  },
  {
    pattern:
      /\blogin[ \t]{1,4}[^\s]{1,128}[ \t\n]{1,4}password[ \t]{1,4}([^\s"'`]{1,256})/g,
    program: /\bmachine\b/,
    traces: ["chine "],
  },
];

/** UTF-16 units of a command line before the option. */
const COMMAND = 160;

function shortOptions(
  text: string,
  { pattern, program }: ShortOption,
): Span[] {
  const spans: Span[] = [];
  pattern.lastIndex = 0;
  for (let match; (match = pattern.exec(text)) !== null;) {
    const value = match[1]!;
    const end = match.index + match[0].length;
    const start = end - value.length;
    const lead = text.slice(Math.max(0, match.index - COMMAND), match.index);
    const line = lead.slice(lead.lastIndexOf("\n", lead.length - 2) + 1);
    const told = program.test(line) && !isPlaceholder(value) &&
      !isPath(value) && !(/^\d+$/.test(value) && value.length < 6) &&
      afterReplacement(text, start) === start;
    if (told) spans.push({ start, end, label: "password" });
  }
  return spans;
}

/** `curl -u user:word`, `mysql -pword` and the like, and lines of `.netrc`. */
export const SHORT_OPTION_FORMS: readonly Form[] = SHORT.map((option) => ({
  traces: option.traces,
  find: (text) => shortOptions(text, option),
}));
