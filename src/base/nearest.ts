/** No one types longer texts by hand, and comparing such texts takes long. */
const LONGEST = 200;

/** The extra cost of a mistake in the first letter, which is rare. */
const FIRST_LETTER = 0.5;

/**
 * Returns the name that `typed` probably means, ignoring case: at most one
 * letter in three is wrong, missing, or swapped with the next.
 */
export function nearest(
  typed: string,
  names: Iterable<string>,
): string | undefined {
  if (typed.length > LONGEST) return undefined;
  const wanted = typed.toLowerCase();
  const most = Math.floor(wanted.replace(/^-+/, "").length / 3);
  let best: string | undefined;
  let least = most + 1;
  for (const name of names) {
    if (Math.abs(name.length - typed.length) > most) continue;
    const other = name.toLowerCase();
    const distance = mistakes(wanted, other) +
      (other[0] === wanted[0] ? 0 : FIRST_LETTER);
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** Counts the mistakes between two words (optimal string alignment). */
function mistakes(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let at = 1; at <= other.length; at++) {
      const same = one[row - 1] === other[at - 1];
      const swapped = row > 1 && at > 1 && one[row - 1] === other[at - 2] &&
        one[row - 2] === other[at - 1];
      next[at] = Math.min(
        last[at]! + 1,
        next[at - 1]! + 1,
        last[at - 1]! + (same ? 0 : 1),
        ...swapped ? [before[at - 2]! + 1] : [],
      );
    }
    [before, last] = [last, next];
  }
  return last[other.length]!;
}

/** Returns a hint with the probable meaning of `typed`, and `more`. */
export function didYouMean(
  typed: string,
  names: Iterable<string>,
  more: string,
): string {
  const near = nearest(typed, names);
  return near === undefined ? more : `Did you mean "${near}"? ${more}`;
}
