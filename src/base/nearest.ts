import { levenshteinDistance } from "@std/text/levenshtein";

/** Longer texts are not typed by hand, and comparing them takes long. */
const LONGEST = 200;

/** How much less likely it is that the first letter was mistaken, too. */
const FIRST_LETTER = 0.5;

/**
 * The one of `names` that was probably meant by `typed`: at most a third of it
 * is otherwise, upper and lower case apart. Of several the first of the nearest.
 */
export function nearest(
  typed: string,
  names: Iterable<string>,
): string | undefined {
  if (typed === "" || typed.length > LONGEST) return undefined;
  const wanted = typed.toLowerCase();
  let best: string | undefined;
  let least = Math.ceil(typed.length / 3) + 1;
  for (const name of names) {
    if (Math.abs(name.length - typed.length) >= least) continue;
    const other = name.toLowerCase();
    const distance = levenshteinDistance(wanted, other) +
      (other[0] === wanted[0] ? 0 : FIRST_LETTER);
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** A hint: what was probably meant by `typed`, if that can be told, and `more`. */
export function didYouMean(
  typed: string,
  names: Iterable<string>,
  more: string,
): string {
  const near = nearest(typed, names);
  return near === undefined ? more : `Did you mean "${near}"? ${more}`;
}
