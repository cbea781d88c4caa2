import { getOwn } from "./own.ts";

/**
 * Most texts have only these visible characters: ASCII, Latin letters, and the
 * dashes, quotes and dots of typography.
 */
const SEEN = /^[ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e]*$/;
const PLAIN_LINES = /^[\t\n -~]*$/;

/**
 * Returns `text` as one line that is safe on a terminal. A byte that was not
 * UTF-8 or a control character becomes `\xNN`, `\n` or `\t`. Other invisible
 * characters become `\u{NNNN}`. A backslash stays.
 */
export function escapeText(text: string): string {
  return escapeUnseen(text, escapeCharacter);
}

/**
 * Escapes characters that must not reach a terminal or an agent, or that could
 * hide. These are control characters, line and paragraph separators, invisible
 * characters, private use, and halves of surrogate pairs. Patterns for all of
 * Unicode are in functions, so they are built only when used.
 */
export function escapeUnseen(
  text: string,
  escape: (character: string) => string,
): string {
  if (SEEN.test(text)) return text;
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]/gu,
    (character: string, at: number) =>
      isOfWriting(character, text.slice(Math.max(0, at - 3), at), text[at + 1])
        ? character
        : escape(character),
  );
}

/**
 * Returns whether the script needs an invisible character here. It may be the
 * selector that colours an emoji or keycap, or a joiner after an emoji or a
 * letter. Several in a row could hide a text: only the first counts.
 */
function isOfWriting(
  character: string,
  before: string,
  after: string | undefined,
): boolean {
  if (character === "\ufe0f") {
    return /\p{Extended_Pictographic}$/u.test(before) ||
      (after === "\u20e3" && /[\d#*]$/.test(before));
  }
  if (character !== "\u200c" && character !== "\u200d") return false;
  const base = before.endsWith("\ufe0f") ? before.slice(0, -1) : before;
  return /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier})$/u.test(base) ||
    (/[\p{Lo}\p{M}]$/u.test(before) &&
      !/[\p{Default_Ignorable_Code_Point}\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}]$/u
        .test(before));
}

const NAMED: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeCharacter(character: string): string {
  const named = getOwn(NAMED, character);
  if (named) return named;
  const code = character.codePointAt(0)!;
  if (code >= 0xdc80 && code <= 0xdcff) return hex(code - 0xdc00);
  return code < 0x100 ? hex(code) : `\\u{${code.toString(16)}}`;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

/** Does the same for a text of several lines. Keeps line breaks and tabs. */
export function escapeLines(text: string): string {
  if (PLAIN_LINES.test(text)) return text;
  return text.split(/\r?\n/).map(escapeTabbed).join("\n");
}

/** Does the same for one line, but keeps tabs. */
function escapeTabbed(line: string): string {
  return line.split("\t").map(escapeText).join("\t");
}

/**
 * Returns a diff that is safe on a terminal. It can still be applied if it had
 * only tabs, line ends and a byte order mark to escape.
 */
export function escapeDiff(diff: string): string {
  return diff.split("\n").map((line) => {
    const [, sign, text, end] = /^([ +-]?\ufeff?)([^]*?)(\r?)$/.exec(line)!;
    return sign + escapeTabbed(text!) + end;
  }).join("\n");
}

/** Returns a Markdown code fence that no line of the text can close. */
export function codeFence(text: string): string {
  const runs = text.match(/`{3,}/g) ?? [];
  return "`".repeat(Math.max(3, ...runs.map(({ length }) => length + 1)));
}

/** Returns JSON in ASCII, safe on any terminal; `indent`: spaces. */
export function asciiJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
