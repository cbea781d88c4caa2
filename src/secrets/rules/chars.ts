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

/** Returns whether a character may be in base64, except in its padding. */
export function isBase64(code: number): boolean {
  return isAlnum(code) || code === 45 || code === 95 || code === 43 ||
    code === 47;
}

/** Returns whether a character is a blank or a tab. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/**
 * The longest match of an open-ended expression: the engine records each unit,
 * and has no room for a word of many megabytes.
 */
export const LONGEST_MATCH = 65_536;

/** Returns the end of a match, or of its word if it has the maximum length. */
export function wholeWord(text: string, start: number, end: number): number {
  if (end - start < LONGEST_MATCH) return end;
  while (end < text.length && isBase64(text.charCodeAt(end))) end++;
  return end;
}

/** Escapes that end with a letter or digit and may come before a word. */
const ESCAPES = /\\+(?:[nrtbfv0e]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})$/;

/** The maximum length of an escape in characters. */
const LONGEST = 24;

/**
 * Returns whether a word can begin at `at`. It cannot begin after a letter or
 * digit, except after an escape such as `\n` in JSON, `%3D` or a colour.
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

// The character class is compiled only when it is used.
function isColor(lead: string): boolean {
  return /(?:\p{Cc}|\\+(?:u001[bB]|x1[bB]|033|e))\[[\d;]{0,12}m$/u.test(lead);
}
