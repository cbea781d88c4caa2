import type { Changes } from "./changes.ts";
import { lostContents, withoutSetAside } from "../contents/lost.ts";
import { compare } from "./compare.ts";
import { NO_HISTORY, recordedBranch } from "./history.ts";
import {
  type AskedStatus,
  Git,
  headByFiles,
  mayHaveUpstream,
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
import { emptyRange, readCommitRange } from "./commit_range.ts";

interface Since {
  readonly save: Save;
  /** The ID of the project's own store, if it has one. */
  readonly store?: string | undefined;
  /** Git's status, if it was requested before the save was read. */
  readonly asked?: Promise<AskedStatus> | undefined;
}

/** Returns only the changes found by {@link detectState}. Throws GIT_FAILED. */
export async function detectChanges(
  system: System,
  workspace: Workspace,
  since: Since,
): Promise<Changes> {
  return (await detectState(system, workspace, since)).changes;
}

/**
 * Detects the changes in `workspace` since `save` was made. Runs four git
 * processes at once, or only one or two if files show that there are no later
 * commits. Without a repository, the result says so, and has no state. Throws
 * GIT_FAILED if git cannot read the repository.
 */
export async function detectState(
  system: System,
  workspace: Workspace,
  { save: written, store, asked }: Since,
): Promise<{ changes: Changes; state: RepositoryState | undefined }> {
  if (workspace.git !== "repository") {
    const place = placeOf(system, workspace, { save: written, store });
    const changes = compare(written, undefined, { ...NO_HISTORY, ...place });
    return { changes, state: undefined };
  }
  const git = new Git(system, workspace.worktree);
  const save = await revealSave(git, written);
  const read = async (asked: Since["asked"]) => {
    const still = stillAt(system, workspace, save);
    const resolving = still?.names ??
      resolveNames(git, [...namesFor(save), UPSTREAM]);
    const [state, way, names] = await Promise.all([
      readPresent(system, workspace, { names: resolving, asked }),
      still?.way ?? readCommitRange(git, save, resolving),
      resolving,
    ]);
    const head = names.get("HEAD");
    const moved = state.head !== head || still && still.head !== head;
    return { workspace, save, store, state, way, names, moved };
  };
  let found = await read(asked);
  // Someone committed in the meantime, so the answers belong to different
  // moments.
  if (found.moved) found = await read(undefined);
  const { state } = found;
  const history = await readHistory(system, git, found);
  const compared = compare(save, state, history);
  const changes = await withoutSetAside(system, workspace, {
    save,
    changes: compared,
  });
  const contents = await lostContents(system, workspace, { save, changes });
  return { changes: { ...changes, contents }, state };
}

/** Returns `undefined` if HEAD moved, or if files do not show it. */
function stillAt(system: System, workspace: Workspace, save: Save) {
  const { gitDir, commonDir } = workspace;
  const found = headByFiles(system, { gitDir: gitDir!, commonDir: commonDir! });
  const way = found && emptyRange(save, found.commit);
  if (!way) return undefined;
  const { branch, commit: head } = found;
  const others = (recordedBranch(save) ?? branch) !== branch ||
    save.mpm?.upstream || mayHaveUpstream(system, workspace);
  const names = new Map([["HEAD", head]]);
  return { head, way, names: others ? undefined : Promise.resolve(names) };
}
