import { join } from "@std/path";
import { isMissing } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { decodeBytes } from "../text.ts";

/**
 * Files of a worktree's git folder and the operation each stands for, the
 * outer one first: a rebase stops in the middle of a cherry-pick or merge.
 */
const TRACES = [
  ["rebase-merge", "rebase"],
  ["rebase-apply/applying", "am"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
] as const;

/**
 * The operation that waits to be continued in a worktree: `merge`, `rebase`,
 * `am`, `cherry-pick`, `revert` or `bisect`, as git's own prompt finds it.
 */
export function readOperation(
  system: System,
  gitDir: string,
): string | undefined {
  const { files } = system;
  for (const [name, operation] of TRACES) {
    if (files.lstat(join(gitDir, name))) return operation;
  }
  const sequence = readSequence(system, join(gitDir, "sequencer", "todo"));
  if (sequence) return sequence;
  return files.lstat(join(gitDir, "BISECT_LOG")) ? "bisect" : undefined;
}

/** Between two picks of a series only the list of what is left tells. */
function readSequence(system: System, path: string): string | undefined {
  try {
    const todo = decodeBytes(system.files.readOwn(path, 1_000_000));
    if (/^p(ick)?\s/.test(todo)) return "cherry-pick";
    return /^r(evert)?\s/.test(todo) ? "revert" : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
