import type { Failed } from "../git/worktree_status.ts";
import type { System } from "../system/system.ts";
import { inParallel, isOpenable, splitFields } from "../git/text.ts";
import { isBelow } from "./folders.ts";

/** Milliseconds for looking at all names. */
const TIME_LIMIT = 30_000;

/** All names that are not plain ASCII: in the C locale a byte is a character. */
const SCRIPT = 'exec find "$@" -name "*[! -~]*" -print0';

/**
 * The first path below each of `folders` that the system's file functions
 * neither list nor reach, since its name is not UTF-8, as text. Only Linux has
 * such names. One process for all, one for each where that fails.
 */
export async function readUnreachable(
  system: System,
  folders: readonly string[],
): Promise<Map<string, string | Failed>> {
  if (system.platform !== "linux" || folders.length === 0) return new Map();
  const all = await findNames(system, folders);
  const found = all
    ? folders.map((folder) => firstBelow(folder, all))
    : await inParallel(folders, async (folder) => {
      const paths = await findNames(system, [folder]);
      return paths
        ? firstBelow(folder, paths)
        : { failed: "its names cannot be listed" };
    });
  return new Map(folders.flatMap((folder, at) => {
    const one = found[at];
    return one === undefined ? [] : [[folder, one] as const];
  }));
}

/** `undefined`: not everything could be looked at. */
async function findNames(
  system: System,
  folders: readonly string[],
): Promise<string[] | undefined> {
  const { status, stdout } = await system.run("sh", {
    args: ["-c", SCRIPT, "sh", ...folders],
    cwd: "/",
    env: { LC_ALL: "C" },
    timeout: TIME_LIMIT,
  });
  if (status !== 0) return undefined;
  return splitFields(stdout).filter((path) => !isOpenable(path));
}

function firstBelow(
  folder: string,
  paths: readonly string[],
): string | undefined {
  return paths.find((path) => isBelow(path, folder));
}
