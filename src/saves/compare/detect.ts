import type { Changes } from "./changes.ts";
import { compare } from "./compare.ts";
import { NO_HISTORY } from "./history.ts";
import {
  Git,
  readPresent,
  resolveNames,
  UPSTREAM,
  type Workspace,
} from "../../git/mod.ts";
import type { Save } from "../save.ts";
import type { System } from "../../system/system.ts";
import { namesFor, readHistory } from "./read_history.ts";
import { placeOf } from "./place.ts";
import { revealSave } from "./reveal.ts";
import { readWay } from "./commit_range.ts";

/**
 * What changed in `workspace` since `save` was made: four git processes,
 * side by side. Without a repository the answer says so. Throws
 * GIT_FAILED where git cannot read the repository. `store` is the id of the
 * project's own store, if it has one.
 */
export async function detectChanges(
  system: System,
  workspace: Workspace,
  { save: written, store }: { save: Save; store?: string | undefined },
): Promise<Changes> {
  if (workspace.git !== "repository") {
    const place = placeOf(system, workspace, { save: written, store });
    return compare(written, undefined, { ...NO_HISTORY, ...place });
  }
  const git = new Git(system, workspace.worktree);
  const save = await revealSave(git, written);
  const read = async () => {
    const resolving = resolveNames(git, [...namesFor(save), UPSTREAM]);
    const [state, way, names] = await Promise.all([
      readPresent(system, workspace, { names: resolving }),
      readWay(git, save, resolving),
      resolving,
    ]);
    return { workspace, save, store, state, way, names };
  };
  let found = await read();
  // Somebody committed meanwhile: the answers belong to different moments.
  if (found.state.head !== found.names.get("HEAD")) found = await read();
  return compare(save, found.state, await readHistory(system, git, found));
}
