/** `word` quoted for a POSIX shell, only where it has to be. */
export function shellWord(word: string): string {
  if (/^[\w@%+:,./][\w@%+=:,./-]*$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A shell's way to write one word as {@link shellWord} does, as a pattern. */
export const SHELL_WORD = "(?:[^\\s']+|(?:'[^']*'|\\\\')+)";

/** The reverse of {@link shellWord}. */
export function unquotedWord(word: string): string {
  return word.startsWith("'")
    ? word.slice(1, -1).replaceAll(`'\\''`, "'")
    : word;
}
