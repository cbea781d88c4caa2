import { isUnmerged } from "../../git/status/status.ts";
import type { FileContent, FileState } from "../../git/repository.ts";

/** Whether the state is that of a file that is not there. */
export function isGone({ status, size }: FileState): boolean {
  if (isUnmerged(status)) return size === null;
  return status[1] === "D" || (status[0] === "D" && size === null);
}

type Known = FileContent & { object?: string | undefined };

/**
 * Whether two contents are equal; `undefined` where there is no ground to
 * tell. Without hashes another size is another content, and the same size
 * with the same time is taken for the same.
 */
export function sameContent(then: Known, now: Known): boolean | undefined {
  if (then.sha256 !== null && now.sha256 !== null) {
    return then.sha256 === now.sha256;
  }
  if (then.size !== null && now.size !== null) {
    if (then.size !== now.size) return false;
    const same = then.sha256 === now.sha256 && then.mtime === now.mtime;
    return same || undefined;
  }
  if (then.size !== null || now.size !== null) return undefined;
  if (then.object === undefined || now.object === undefined) return undefined;
  return then.object === now.object;
}

/** Whether two modes are equal as far as they are known and `comparable`. */
export function sameMode(
  then: FileContent,
  now: FileContent,
  comparable: boolean,
): boolean {
  return !comparable || then.mode === undefined || now.mode === undefined ||
    then.mode === now.mode;
}
