import { join } from "@std/path";
import type { System } from "../system/system.ts";
import { Git } from "./git.ts";
import { decodeBytes } from "./text.ts";

/**
 * The files in `folder` that git tracks, absolute; none where there is no
 * repository or git cannot say. `root` is the top folder of the worktree.
 */
export async function trackedFiles(
  system: System,
  root: string,
  folder: string,
): Promise<Set<string>> {
  const result = await new Git(system, root)
    .run(["ls-files", "-z", "--full-name", "--", folder]);
  if (result.status !== 0) return new Set();
  return new Set(
    decodeBytes(result.stdout).split("\0").filter((path) => path !== "")
      .map((path) => join(root, path)),
  );
}
