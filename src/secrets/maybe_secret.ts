/**
 * What every text has that any built-in rule applies to: a sign between a name
 * and its value, a long word, an option, or a word for a secret. No expression
 * leaves upper and lower case aside: it would take longer to compile than to
 * use, in a process that has just begun.
 */
const SIGNS = /[=:<|\uff1a\uff1d]|[\w+/.~-]{15}|(?:^|[^\w-])-{1,2}[A-Za-z]/;
const WORDS =
  /pass|pwd?|secret|token|key|cred|private|kennwort|log ?in|sign in|pin|identified|codes|auth |community|contrase|senha|2fa |otp |mfa /;

/** As many small words in a row as the phrase of a wallet has. */
const MANY_WORDS = /[a-z]{3,8}(?:[^a-z]{1,8}[a-z]{3,8}){11}/;

/**
 * Whether the name of a branch may hold what is surely a secret: a long word,
 * not all of small letters, or one that was redacted with a print.
 */
export function mayNameSecret(name: string): boolean {
  return /[\w~.-]{12}/.test(name) && /[A-Z\d]/.test(name);
}

/** Whether a text may hold a secret; fast, and never wrong in saying no. */
export function mayHoldSecret(text: string): boolean {
  return SIGNS.test(text) || hasWord(text, WORDS) || MANY_WORDS.test(text);
}

/** UTF-16 units of a text that is copied without a thought. */
const SHORT = 4 * 1024;

/** Whether one of some words in small letters is in a text, in any case. */
export function hasWord(text: string, words: RegExp): boolean {
  return text.length <= SHORT
    ? words.test(text.toLowerCase())
    : new RegExp(words, "i").test(text);
}
