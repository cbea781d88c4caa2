/** Returns `1 file`, `2 files`; pass `plural` if adding an "s" is wrong. */
export function counted(
  count: number,
  noun: string,
  plural = `${noun}s`,
): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** Returns `text` in at most `longest` UTF-16 units, with `…` if it was cut. */
export function cutText(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // The cut must not split a surrogate pair.
  return `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** Returns the first line that is not empty, cut to `longest`. */
export function firstLine(text: string, longest: number): string {
  const start = text.trimStart().slice(0, longest + 1);
  return cutText(start.split(/[\r\n]/, 1)[0]!.trimEnd(), longest);
}

/** Returns `a, b and 3 more`. */
export function named(paths: readonly string[], most = 8): string {
  const more = paths.length - most;
  const list = paths.slice(0, most).join(", ");
  return more > 0 ? `${list} and ${more} more` : list;
}

/** Returns a size with at most three digits: `812 B`, `1.2 MB`, `12 GB`. */
export function sizeText(bytes: number): string {
  let [amount, unit] = [bytes, "B"];
  for (const next of ["kB", "MB", "GB", "TB"]) {
    if (amount < 999.5) break;
    [amount, unit] = [amount / 1000, next];
  }
  const text = unit === "B" || amount >= 9.95
    ? Math.round(amount).toString()
    : amount.toFixed(1);
  return `${text} ${unit}`;
}

/** Returns a key that ignores blanks, case and a final stop. */
export function plainText(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").toLowerCase()
    .replace(/(?<=[^.;\s]) ?[.;]$/, "");
}

/** Compares two texts by their UTF-16 units, for sorting. */
export function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Returns whether a text has only characters of ASCII. */
export function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
