import { join as tidied, SEPARATOR } from "@std/path";

/**
 * Replaces the standard library's `join`, which normalizes every path, tidy or
 * not: a hook joins a hundred paths, and would take a tenth longer.
 */
export function join(first: string, ...more: string[]): string {
  const path = `${first}/${more.join("/")}`;
  return first !== "" && isTidy(path) ? path : tidied(first, ...more);
}

/** Returns whether a POSIX path has no empty part and no `.` or `..`. */
function isTidy(path: string): boolean {
  if (SEPARATOR !== "/" || path.startsWith(".") || path.endsWith("/")) {
    return false;
  }
  if (path.includes("//")) return false;
  for (let at = path.indexOf("/."); at >= 0; at = path.indexOf("/.", at + 2)) {
    const end = path[at + 2] === "." ? at + 3 : at + 2;
    if (end === path.length || path[end] === "/") return false;
  }
  return true;
}
