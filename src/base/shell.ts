/** Quotes `word` for a shell if needed: `NAME=value` would set a variable. */
export function shellWord(word: string): string {
  if (/^(?!\w+=)[\w@%+:,./-][\w@%+=:,./-]*$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A pattern for a word quoted by {@link shellWord}. */
export const SHELL_WORD = "(?:[^\\s']+|(?:'[^']*'|\\\\')+)";

/** Reverses {@link shellWord}. */
export function unquotedWord(word: string): string {
  return word.startsWith("'")
    ? word.slice(1, -1).replaceAll(`'\\''`, "'")
    : word;
}

/** Splits a line as a POSIX shell does; `undefined`: an open quote. */
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
