/** Most texts have nothing else. */
const PLAIN = /^[ -~]*$/;

/** Zero-width joiner and non-joiner: emoji and several scripts need them. */
const JOINERS = /[\u200c\u200d]/;

/**
 * `text` as one line that is safe on a terminal: a byte that was not UTF-8
 * becomes `\xNN`, a control character `\n`, `\t` or `\xNN`, anything else
 * that is invisible or turns the text around `\u{NNNN}`. A backslash stays.
 */
export function escapeText(text: string): string {
  return PLAIN.test(text) ? text : escapeUnsafe(text);
}

/**
 * What must not reach a terminal or hide in a line: control characters (ANSI
 * sequences begin with one), line and paragraph separators, bidirectional and
 * invisible format characters, tags and variation of them, private use, and
 * halves of surrogate pairs. The joiners of emoji and scripts stay.
 * Classes of all of Unicode stand here, where they are built when they are used.
 */
function escapeUnsafe(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\u115f\u1160\u3164\uffa0\u2800]/gu,
    escapeCharacter,
  );
}

const NAMED: Record<string, string> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function escapeCharacter(character: string): string {
  if (JOINERS.test(character)) return character;
  const named = NAMED[character];
  if (named) return named;
  const code = character.codePointAt(0)!;
  if (code >= 0xdc80 && code <= 0xdcff) return hex(code - 0xdc00);
  return code < 0x100 ? hex(code) : `\\u{${code.toString(16)}}`;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

/** The same for a text of several lines. Line breaks and tabs stay. */
export function escapeLines(text: string): string {
  return text.split(/\r?\n/).map(escapeTabbed).join("\n");
}

/** The same for one line, whose tabs stay. */
function escapeTabbed(line: string): string {
  return line.split("\t").map(escapeText).join("\t");
}

/**
 * A diff or patch that is safe on a terminal, and applies where its texts hold
 * nothing but tabs, line ends of either kind, and a byte order mark to escape.
 */
export function escapeDiff(diff: string): string {
  return diff.split("\n").map((line) => {
    const [, sign, text, end] = /^([ +-]?\ufeff?)([^]*?)(\r?)$/.exec(line)!;
    return sign + escapeTabbed(text!) + end;
  }).join("\n");
}

/**
 * JSON in ASCII only, everything beyond it escaped: safe on a terminal, and the
 * same for a reader of any locale. `indent` in spaces.
 */
export function asciiJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
