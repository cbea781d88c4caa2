/**
 * Returns whether a name fits a pattern with `*` and `?`; in quadratic time at most.
 */
export function isLike(pattern: string, name: string): boolean {
  const first = pattern[0];
  if (first !== "*" && first !== "?" && first !== name[0]) return false;
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
