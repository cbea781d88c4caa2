import { isBlank } from "./chars.ts";

/** A value as written after its name. */
export interface Value {
  /** Without its quotes. */
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
  /** True if a scheme such as `Bearer` came before it. */
  readonly scheme: boolean;
  /** True if the rest of the line has only a comment. */
  readonly last: boolean;
}

/** The maximum number of UTF-16 units of a quoted value to examine. */
const LONGEST = 8192;

/** Ends of an unquoted value: in code, in a variables file, in a header. */
const ENDS = {
  sign: /[\s"'`,;)\]}<>|&\\]/g,
  blank: /[\s"'`]|\\[nr]/g,
  line: /[\r\n"'`\\]/g,
};

export type Ending = keyof typeof ENDS;

const BLOCK = /[|>][+-]?[ \t]{0,99}(?:\r?\n|\\n)[ \t]{1,999}(?=\S)/y;
/** `q{…}` in Perl, `[[…]]` in Lua. */
const BRACED =
  /(qq?\{|\[\[(?=[^\]"'\n]{1,512}\]\]))([^}\]"'\n]{1,512})(?:\}|\]\])/y;
const QUOTE = /(?:[bBrRfFuUlLN$@]{1,2})?(\\{0,255})(["'`])/y;
const REST = /[ \t]{0,99}[,;)}\]]{0,99}[ \t]{0,99}(?=$|[\r\n]|\\[nr]|#|\/\/)/y;

/** The end of the first line of a triple-quoted text. */
const FIRST_LINE = /\r?\n[ \t]{0,40}/y;

/** A quote followed by this ends a text: `"Password: " + word`. */
const CLOSES = /[\s),;+\]}.]|$/y;

/** Ends of unquoted values. Each stretch of a text is searched only once. */
export interface Ends {
  text: string;
  from: number;
  to: number;
  ending: Ending;
}

/**
 * Reads the value at `at`, after the sign; `undefined` if there is no value.
 * `ends` is shared by all values of a text, and prevents scanning a part twice.
 */
export function readValue(
  ends: Ends,
  at: number,
  ending: Ending,
): Value | undefined {
  const { text } = ends;
  while (isAnyBlank(text.charCodeAt(at))) at++;
  if (at >= text.length) return undefined;
  BLOCK.lastIndex = at;
  if (BLOCK.test(text)) at = BLOCK.lastIndex;
  BRACED.lastIndex = at;
  const braced = BRACED.exec(text);
  if (braced) {
    const start = at + braced[1]!.length;
    const end = start + braced[2]!.length;
    return { start, end, quoted: true, scheme: false, last: true };
  }
  QUOTE.lastIndex = at;
  const quote = QUOTE.exec(text);
  if (!quote) return plainValue(ends, at, ending);
  let start = QUOTE.lastIndex;
  const [, escapes, sign] = quote as unknown as [string, string, string];
  // Triple quotes, as in Python and TOML.
  if (text.startsWith(sign + sign, start)) {
    FIRST_LINE.lastIndex = start + 2;
    start = FIRST_LINE.test(text) ? FIRST_LINE.lastIndex : start + 2;
  } else {
    CLOSES.lastIndex = start;
    if (CLOSES.test(text)) return undefined;
  }
  return quotedValue(text, start, [escapes.length, sign]);
}

/** Returns whether a character is any blank that a keyboard has. */
function isAnyBlank(code: number): boolean {
  return isBlank(code) || code === 0xa0 || code === 0x3000;
}

/** Returns a quoted value, up to a quote with as many backslashes. */
function quotedValue(
  text: string,
  at: number,
  [depth, quote]: [number, string],
): Value | undefined {
  const [start, scheme] = afterScheme(text, at);
  const most = Math.min(text.length, start + LONGEST);
  let end = start;
  while (end < most) {
    const code = text[end]!;
    if (code === "\n" || code === quote) break;
    if (code !== "\\") {
      end++;
      continue;
    }
    let run = end;
    while (run < most && text[run] === "\\") run++;
    if (text[run] === quote && run - end <= depth) break;
    end = text[run] === quote ? run + 1 : Math.max(run, end + 1);
  }
  if (end === start) return undefined;
  return { start, end, quoted: true, scheme, last: true };
}

function plainValue(
  ends: Ends,
  at: number,
  ending: Ending,
): Value | undefined {
  const { text } = ends;
  const [start, scheme] = afterScheme(text, at);
  const end = endOf(ends, start, ending);
  if (end === start) return undefined;
  REST.lastIndex = end;
  return { start, end, quoted: false, scheme, last: REST.test(text) };
}

function endOf(ends: Ends, start: number, ending: Ending): number {
  const same = ends.ending === ending && ends.from <= start && start <= ends.to;
  if (same) return ends.to;
  const pattern = ENDS[ending];
  pattern.lastIndex = start;
  const to = pattern.exec(ends.text)?.index ?? ends.text.length;
  Object.assign(ends, { from: start, to, ending });
  return to;
}

const SCHEME = /(?:bearer|basic|token|digest|apikey|negotiate)[ \t]{1,99}/iy;

function afterScheme(text: string, at: number): [number, boolean] {
  SCHEME.lastIndex = at;
  return SCHEME.test(text) ? [SCHEME.lastIndex, true] : [at, false];
}
