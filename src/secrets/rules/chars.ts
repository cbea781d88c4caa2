export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

export function isLower(code: number): boolean {
  return code >= 97 && code <= 122;
}

export function isAlnum(code: number): boolean {
  return isLower(code) || isUpper(code) || isDigit(code);
}

/** Of a word of base64 or its variant for URLs, its end marks apart. */
export function isBase64(code: number): boolean {
  return isAlnum(code) || code === 45 || code === 95 || code === 43 ||
    code === 47;
}

/** A blank or a tab. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/**
 * UTF-16 units that an open-ended expression takes at most. The engine keeps a
 * note of each, and a word of many megabytes is more than it has room for.
 */
export const LONGEST_MATCH = 65_536;

/**
 * Returns the end of a match, including its word if the match has the greatest
 * length.
 */
export function wholeWord(text: string, start: number, end: number): number {
  if (end - start < LONGEST_MATCH) return end;
  while (end < text.length && isBase64(text.charCodeAt(end))) end++;
  return end;
}

/** Escapes that end with a letter or digit and may come before a word. */
const ESCAPES = /\\+(?:[nrtbfv0e]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})$/;

/** Characters before a place that an escape takes at most. */
const LONGEST = 24;

/**
 * Returns whether a word can begin at `at`. It cannot after a letter or digit.
 * It can after an escape such as `\n` within JSON, `%3D` within a URL, or one
 * of a color.
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
