/**
 * `word` quoted for a POSIX shell, only where it has to be. In front of a
 * command, `NAME=value` would be a variable for it.
 */
export function shellWord(word: string): string {
  if (/^(?!\w+=)[\w@%+:,./-][\w@%+=:,./-]*$/.test(word)) return word;
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

/**
 * Splits a line into words as a POSIX shell does, and expands nothing.
 * `undefined`: a quote is not closed.
 */
export function shellWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  const part = /(\s+)|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^\s'"\\]+)/y;
  while (part.lastIndex < line.length) {
    const found = part.exec(line);
    if (!found) return undefined;
    const [, blank, single, double, escaped, plain] = found;
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word = (word ?? "") + (single ?? escaped ?? plain ??
      double!.replaceAll(/\\(["\\$`])/g, "$1"));
  }
  return word === undefined ? words : [...words, word];
}
