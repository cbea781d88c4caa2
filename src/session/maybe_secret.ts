/**
 * What every text has that any built-in rule applies to: a sign between a name
 * and its value, a long word, a word for a secret, an option.
 */
const TRACES =
  /[=:<|\uff1a\uff1d]|[\w+/.~-]{15,}|pass|pwd|secret|token|key|credential|private|(?:^|[^\w-])-{1,2}[A-Za-z]/i;

/** Whether a text may hold a secret; fast, and never wrong in saying no. */
export function mayHoldSecret(text: string): boolean {
  return TRACES.test(text);
}
