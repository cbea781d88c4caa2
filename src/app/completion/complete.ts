import { candidatesFor } from "./values.ts";
import { type Candidate, type Typed, wanted } from "../../cli/mod.ts";
import { asciiJson } from "../../base/escape.ts";
import { lookOnly } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { findCommand } from "../find.ts";
import { SUMMARIES } from "../summaries.ts";

/** Completions that the shell adds itself: files, folders, or nothing. */
type Paths = "files" | "folders" | "-";

interface Answer {
  readonly paths: Paths;
  /** Whole words. */
  readonly candidates: readonly Candidate[];
}

/**
 * Answers the script of `mpm completions SHELL` while a line is typed:
 *
 * | shell | input | output |
 * | bash | COMP_TYPE, COMP_WORDBREAKS, the line up to the cursor | one per line, as the line needs it |
 * | zsh, fish | the words up to the cursor | one per line, a tab before its description |
 * | powershell | the words, each as `=` and itself percent-encoded | JSON |
 *
 * The first line says which paths to add. On any failure, this offers nothing.
 * It never writes anything.
 */
export async function completion(
  [shell = "", ...asked]: readonly string[],
  system: System,
): Promise<string> {
  try {
    if (shell === "bash") return await forBash(asked, system);
    const words = shell === "powershell" ? asked.map(decoded) : asked;
    const typed = { before: words.slice(0, -1), current: words.at(-1) ?? "" };
    if (shell === "powershell") {
      return `${asciiJson(forPowerShell(await ask(typed, system), typed))}\n`;
    }
    return shell === "zsh" || shell === "fish"
      ? listOf(await ask(typed, system), shell)
      : "";
  } catch {
    return "";
  }
}

function decoded(word: string): string {
  return decodeURIComponent(word.slice(1));
}

async function ask(
  typed: Typed,
  system: System,
): Promise<Answer & { prefix: string }> {
  const found = await findCommand(typed.before);
  const place = wanted(typed, found, OFFERED);
  const { named, prefix, candidates } = place;
  if (named === undefined) return { prefix, candidates, paths: "-" };
  const paths = named === "file"
    ? "files"
    : named === "folder"
    ? "folders"
    : "-";
  if (paths !== "-") return { prefix, candidates, paths };
  const more = await candidatesFor(named, place, lookOnly(system));
  return {
    prefix,
    candidates: [...candidates, ...more].filter(isPlain),
    paths: named === "template" && place.given.has("from") ? "files" : "-",
  };
}

/** Commands that a shell offers, and the short names in the help. */
const OFFERED = {
  ...SUMMARIES,
  list: SUMMARIES["saves list"] ?? "",
  show: SUMMARIES["saves show"] ?? "",
};

/** Returns whether a candidate has no control characters. */
function isPlain({ value }: Candidate): boolean {
  return value !== "" && !/\p{C}/u.test(value);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{C}\s]+/gu, " ").trim();
}

/** Returns the candidates. zsh and fish filter them themselves. */
function listOf(
  { paths, candidates, prefix }: Answer & { prefix: string },
  shell: "zsh" | "fish",
): string {
  // fish matches the whole word; zsh matches only the part after the "=".
  const front = shell === "fish" ? prefix : "";
  const lines = candidates
    .map(({ value, summary }) => `${front}${value}\t${oneLine(summary)}`);
  return [paths, ...lines, ""].join("\n");
}

/** The COMP_TYPE for a request to list all candidates without inserting one. */
const LISTING = "63";

async function forBash(
  [type, breaks = "", line = ""]: readonly string[],
  system: System,
): Promise<string> {
  const { before, current } = readBashLine(line, breaks);
  const answer = await ask({ before, current: current.text }, system);
  const fitting = answer.candidates
    .map(({ value, summary }) => ({ value: answer.prefix + value, summary }))
    .filter(({ value }) => value.startsWith(current.text));
  const listed = type === LISTING && fitting.length > 1;
  const lines = listed
    ? described(fitting, current)
    : fitting.map(({ value }) => bashReply(value, current));
  return [answer.paths, ...lines, ""].join("\n");
}

/** Returns the candidates in aligned lines with their descriptions. */
function described(
  candidates: readonly Candidate[],
  { kept }: BashWord,
): string[] {
  const values = candidates.map(({ value }) => value.slice(kept));
  const width = Math.max(...values.map((value) => value.length));
  return values.map((value, at) => {
    const summary = oneLine(candidates[at]!.summary);
    return summary === "" ? value : `${value.padEnd(width)}  (${summary})`;
  });
}

/** Characters that PowerShell accepts in a bare word. */
const BARE = /^[\p{L}\p{N}_.:/+=%~-][\p{L}\p{N}_.:/+=%~^@-]*$/u;

function forPowerShell(
  { paths, prefix, candidates }: Answer & { prefix: string },
  { current }: Typed,
) {
  const fitting = candidates
    .map(({ value, summary }) => ({ value: prefix + value, summary }))
    .filter(({ value }) =>
      value.toLowerCase().startsWith(current.toLowerCase())
    );
  return {
    paths,
    candidates: fitting.map(({ value, summary }) => ({
      text: BARE.test(value)
        ? value
        : `'${value.replaceAll(/['\u2018-\u201b]/g, "$&$&")}'`,
      value,
      // PowerShell does not accept an empty tooltip.
      summary: oneLine(summary) || value,
    })),
  };
}

/** The last word of a bash command line, up to the cursor. */
interface BashWord {
  /** Without its quotes. */
  text: string;
  /** The quote that is still open at the end of the word; empty: no quote. */
  quote: "" | "'" | '"';
  /**
   * The length of the prefix of `text` that bash keeps. For bash, a new word
   * begins after a character in COMP_WORDBREAKS and after an open quote.
   */
  kept: number;
}

/** Characters that a backslash protects between double quotes. */
const PROTECTED = '$`"\\\n';

/** Reads a line as bash does, without expansion; `breaks`: COMP_WORDBREAKS. */
export function readBashLine(
  line: string,
  breaks: string,
): { before: string[]; current: BashWord } {
  const words: BashWord[] = [];
  let word: BashWord | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if ((word?.quote ?? "") === "" && /\s/.test(character)) {
      if (word) words.push(word);
      word = undefined;
      continue;
    }
    word ??= { text: "", quote: "", kept: 0 };
    at += take(word, character, { next: line[at + 1], breaks });
  }
  const [, ...before] = words;
  return {
    before: before.map(({ text }) => text),
    current: word && words.length > 0 ? word : { text: "", quote: "", kept: 0 },
  };
}

/** Adds a character to a word; returns how many more were used. */
function take(
  word: BashWord,
  character: string,
  { next, breaks }: { next: string | undefined; breaks: string },
): number {
  const { quote } = word;
  const escapes = quote === ""
    ? next !== undefined
    : quote === '"' && next !== undefined && PROTECTED.includes(next);
  if (character === "\\" && escapes) {
    word.text += next;
    return 1;
  }
  if (quote !== "" && character === quote) {
    word.quote = "";
    return 0;
  }
  if (quote === "" && (character === '"' || character === "'")) {
    word.quote = character;
    word.kept = word.text.length;
    return 0;
  }
  word.text += character;
  if (quote === "" && breaks.includes(character)) word.kept = word.text.length;
  return 0;
}

/** Returns `value` in the form that must replace the word being typed. */
export function bashReply(value: string, { quote, kept }: BashWord): string {
  const rest = value.slice(kept);
  if (quote === "'") return rest.replaceAll("'", `'\\''`);
  if (quote === '"') return rest.replace(/[$`"\\]/g, "\\$&");
  return rest.replace(/[^\p{L}\p{N}_@%+=:,./~^-]/gu, "\\$&")
    .replace(/^~/, kept === 0 ? "\\~" : "~");
}
