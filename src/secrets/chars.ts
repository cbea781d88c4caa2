const ALNUM = 1;
const DIGIT = 2;
const UPPER = 4;
const LOWER = 8;
/** Of base64 and its variant for URLs, beside letters and digits. */
const BASE64 = 16;
const SPACE = 32;

/** What each ASCII character is. */
const CLASSES = new Uint8Array(128);
const mark = (characters: string, flags: number) => {
  for (const character of characters) {
    CLASSES[character.charCodeAt(0)]! |= flags;
  }
};
mark("0123456789", ALNUM | DIGIT);
mark("ABCDEFGHIJKLMNOPQRSTUVWXYZ", ALNUM | UPPER);
mark("abcdefghijklmnopqrstuvwxyz", ALNUM | LOWER);
mark("+/_-", BASE64);
mark(" \t", SPACE);

function has(code: number, flags: number): boolean {
  return code < 128 && (CLASSES[code]! & flags) !== 0;
}

export function isAlnum(code: number): boolean {
  return has(code, ALNUM);
}

export function isDigit(code: number): boolean {
  return has(code, DIGIT);
}

export function isUpper(code: number): boolean {
  return has(code, UPPER);
}

export function isLower(code: number): boolean {
  return has(code, LOWER);
}

/** Of a word of base64, its end marks apart. */
export function isBase64(code: number): boolean {
  return has(code, ALNUM | BASE64);
}

/**
 * UTF-16 units that an open-ended expression takes at most: the engine keeps a
 * note of each, and a word of many megabytes is more than it has room for.
 */
export const LONGEST_MATCH = 65_536;

/** Where a match ends; one that is as long as may be, with its word. */
export function wholeWord(text: string, start: number, end: number): number {
  if (end - start < LONGEST_MATCH) return end;
  while (end < text.length && isBase64(text.charCodeAt(end))) end++;
  return end;
}

/** A blank or a tab. */
export function isBlank(code: number): boolean {
  return has(code, SPACE);
}

/** What comes before a word though it ends with a letter or digit. */
const ESCAPES = /\\+(?:[nrtbfv0e]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})$/;

/** Characters before a place that an escape takes at most. */
const LONGEST = 24;

/**
 * Whether a word can begin at `at`: after no letter or digit, or after an
 * escape such as `\n` within JSON, `%3D` within a URL, or one of a color.
 */
export function startsWord(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text.charCodeAt(at - 1);
  if (!isAlnum(before)) return true;
  const start = Math.max(0, at - LONGEST);
  if (/%[0-9a-fA-F]{2}$/.test(text.slice(Math.max(0, at - 3), at))) return true;
  const lead = text.slice(start, at);
  return ESCAPES.test(lead) || (before === 109 && isColor(lead));
}

// The class is built where it is used.
function isColor(lead: string): boolean {
  return /(?:\p{Cc}|\\+(?:u001[bB]|x1[bB]|033|e))\[[\d;]{0,12}m$/u.test(lead);
}
