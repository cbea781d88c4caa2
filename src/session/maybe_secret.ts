/**
 * What every text has that any built-in rule applies to: a sign between a name
 * and its value, a long word, a word for a secret, an option.
 */
const TRACES =
  /[=:<|\uff1a\uff1d]|[\w+/.~-]{15}|pass|pwd|secret|token|key|credential|private|(?:^|[^\w-])-{1,2}[A-Za-z]/i;

/**
 * Whether the name of a branch may hold what is surely a secret: a long word,
 * not all of small letters, or one that was redacted with a print.
 */
export function mayNameSecret(name: string): boolean {
  return /[\w~.-]{12}/.test(name) && /[A-Z\d]/.test(name);
}

/** Whether a text may hold a secret; fast, and never wrong in saying no. */
export function mayHoldSecret(text: string): boolean {
  return TRACES.test(text);
}
