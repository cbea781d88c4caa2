import { MpmError } from "../base/errors.ts";
import { rootWithoutGit } from "./root_without_git.ts";
import type { System } from "../system/system.ts";

/**
 * The project's top folder without asking git, for what runs at every event;
 * `undefined` where it cannot be found. Never throws.
 */
export function quickRoot(system: System, folder: string): string | undefined {
  try {
    return rootWithoutGit(system, system.files.realPath(folder));
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}
