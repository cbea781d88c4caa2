import type { Changes } from "./changes.ts";
import { compare } from "./compare.ts";
import { NO_HISTORY } from "./history.ts";
import {
  Git,
  readPresent,
  type RepositoryState,
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

/** What changed since a save, and the state that it was compared with. */
export interface Detected {
  readonly changes: Changes;
  /** `undefined`: there is no repository. */
  readonly state: RepositoryState | undefined;
}

interface Since {
  readonly save: Save;
  /** The id of the project's own store, if it has one. */
  readonly store?: string | undefined;
}

/** The changes of {@link detectState} alone. */
export async function detectChanges(
  system: System,
  workspace: Workspace,
  since: Since,
): Promise<Changes> {
  return (await detectState(system, workspace, since)).changes;
}

/**
 * What changed in `workspace` since `save` was made: four git processes,
 * side by side. Without a repository the answer says so. Throws
 * GIT_FAILED where git cannot read the repository.
 */
export async function detectState(
  system: System,
  workspace: Workspace,
  { save: written, store }: Since,
): Promise<Detected> {
  if (workspace.git !== "repository") {
    const place = placeOf(system, workspace, { save: written, store });
    const changes = compare(written, undefined, { ...NO_HISTORY, ...place });
    return { changes, state: undefined };
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
  const { state } = found;
  const history = await readHistory(system, git, found);
  return { changes: compare(save, state, history), state };
}
