/** `word` quoted for a POSIX shell, only where it has to be. */
export function shellWord(word: string): string {
  if (/^[\w@%+:,./][\w@%+=:,./-]*$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
