/**
 * Returns whether a name fits a pattern with `*` and `?`; in quadratic time at most.
 */
export function isLike(pattern: string, name: string): boolean {
  // Mostly one of the ends tells that it does not fit.
  if (!fitsOne(pattern[0], name[0])) return false;
  if (!fitsOne(pattern.at(-1), name.at(-1))) return false;
  let [at, from] = [0, 0];
  let star: { pattern: number; name: number } | undefined;
  while (from < name.length) {
    if (pattern[at] === "*") star = { pattern: ++at, name: from };
    else if (pattern[at] === "?" || pattern[at] === name[from]) {
      at++;
      from++;
    } else if (star) {
      at = star.pattern;
      from = ++star.name;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

function fitsOne(sign: string | undefined, character: string | undefined) {
  return sign === "*" || sign === "?" || sign === character;
}
