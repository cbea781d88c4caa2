import type { System } from "../system/system.ts";
import { Git } from "./run/git.ts";
import { decodeBytes } from "./text.ts";

/**
 * Those of the paths below `folder`, relative to it, that git ignores. They
 * must be plain: git quotes what is odd.
 */
export async function ignoredOf(
  system: System,
  folder: string,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  const git = new Git(system, folder);
  const { stdout } = await git.run(["check-ignore", "--", ...paths]);
  return new Set(decodeBytes(stdout).split("\n"));
}
