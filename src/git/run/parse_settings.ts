import { getOwn } from "../../base/own.ts";

/** A line of settings: `section.key = value`. */
export interface Setting {
  /** In small letters. */
  readonly section: string;
  /** The name behind it, as in `[branch "x"]`. */
  readonly name: string | undefined;
  readonly key: string;
  /** `true` where there is none. */
  readonly value: string;
}

interface Settings {
  readonly settings: readonly Setting[];
  /** Whether all was understood; else these are those before the fault. */
  readonly whole: boolean;
}

const PASSED = /(?:\s|[#;].*)*/y;
const HEADER = /\[([a-zA-Z0-9.-]+)([ \t]+"(?:\\.|[^"\\\n]){0,4096}")?\]/y;
const KEY = /([a-zA-Z][a-zA-Z0-9-]*)[ \t]*(=|\n|$)/y;

/**
 * Reads a text of settings as git does (git-config(1), SYNTAX): a section may
 * begin anywhere in a line, a value go on in the next one.
 */
export function parseSettings(text: string): Settings {
  const plain = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const settings: Setting[] = [];
  let [section, name]: [string, string | undefined] = ["", undefined];
  let at = 0;
  const next = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(plain);
    if (found) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    next(PASSED);
    if (at === plain.length) return { settings, whole: true };
    const header = next(HEADER);
    if (header) {
      [section, name] = namesOf(header);
      continue;
    }
    const [found, key, sign] = next(KEY) ?? [];
    if (found === undefined) return { settings, whole: false };
    let value = "true";
    if (sign === "=") {
      const read = valueAt(plain, at);
      if (!read) return { settings, whole: false };
      ({ value, end: at } = read);
    }
    settings.push({ section, name, key: key!.toLowerCase(), value });
  }
}

/** Of `[section "name"]`, and of `[section.name]`, which git still reads. */
function namesOf([, words = "", quoted]: string[]): Pair {
  const [section = "", ...rest] = words.toLowerCase().split(".");
  if (quoted !== undefined) {
    rest.push(quoted.trim().slice(1, -1).replaceAll(/\\(.)/g, "$1"));
  }
  return [section, rest.length === 0 ? undefined : rest.join(".")];
}

type Pair = [section: string, name: string | undefined];

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "",
  '"': '"',
  "\\": "\\",
  b: "\b",
  n: "\n",
  t: "\t",
};

/** The rest of a line in which no letter means anything. */
const PLAIN = /[^\n"\\#;]*(?=\n|$)/y;

/** The value from `at` on, and where its line ends; `undefined`: it is none. */
function valueAt(
  text: string,
  at: number,
): { value: string; end: number } | undefined {
  PLAIN.lastIndex = at;
  const [plain] = PLAIN.exec(text) ?? [];
  if (plain === undefined) return quotedValueAt(text, at);
  return { value: plain.trim(), end: at + plain.length };
}

/** The same where signs have to be looked at one by one. */
function quotedValueAt(
  text: string,
  at: number,
): { value: string; end: number } | undefined {
  let value = "";
  /** Blanks count where something follows. */
  let kept = 0;
  let quoted = false;
  for (let end = at; end <= text.length; end++) {
    const letter = text[end] ?? "\n";
    if (letter === "\n") {
      return quoted ? undefined : { value: value.slice(0, kept), end };
    }
    if (!quoted && /[#;]/.test(letter)) {
      const line = text.indexOf("\n", end);
      const rest = line < 0 ? text.length : line;
      return { value: value.slice(0, kept), end: rest };
    }
    if (letter === '"') {
      quoted = !quoted;
      kept = value.length;
    } else if (letter === "\\") {
      const escaped = getOwn(ESCAPES, text[++end] ?? "");
      if (escaped === undefined) return undefined;
      value += escaped;
      kept = value.length;
    } else if (quoted || !/\s/.test(letter)) {
      value += letter;
      kept = value.length;
    } else if (value !== "") value += letter;
  }
  return undefined;
}
