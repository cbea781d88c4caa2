import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import {
  CONTENTS,
  type FileState,
  findWorkspace,
  Git,
  readIn,
  readState,
  type RepositoryState,
  resolveNames,
  type Workspace,
} from "../../git/mod.ts";
import type { KeepResult } from "../commands/results.ts";
import type { Save } from "../save.ts";
import { loadSave } from "../store/load_save.ts";
import { findSave } from "../store/read_saves.ts";
import { changeStore, openStore } from "../store/recover.ts";
import { copySaves } from "../store/second_copy.ts";
import { contentsAnswer, contentsKeeper, KeepingContents } from "./keep.ts";

/**
 * Keeps uncommitted files with a save that was made without them: those that are
 * still as the save says. Throws NOT_FOUND, AMBIGUOUS, CONFLICT for a save that
 * has contents or is of another worktree.
 */
export async function keepWith(
  context: Context,
  selector: string,
  { dryRun }: { dryRun: boolean },
): Promise<KeepResult> {
  const workspace = await findWorkspace(context);
  const { system } = context;
  await openStore(system, workspace.root);
  // A hook leaves the copy in git to this command, too.
  if (!dryRun) {
    await changeStore(
      system,
      workspace.root,
      () => copySaves(system, workspace),
    );
  }
  return await readIn(
    system,
    workspace,
    (workspace) => keepIn(context, workspace, { selector, dryRun }),
  );
}

async function keepIn(
  { system }: Context,
  workspace: Workspace,
  { selector, dryRun }: { selector: string; dryRun: boolean },
): Promise<KeepResult> {
  const { root } = workspace;
  const entry = await findSave(system, root, selector);
  const { save } = await loadSave(system, entry);
  await refuse(system, workspace, save);
  const configured = readConfigAnyway(system, root);
  const keeper = contentsKeeper(system, workspace, configured);
  if (!keeper) {
    throw new MpmError("CONFLICT", "Contents are not kept here", {
      hint: "They need a git repository, and pause.contents = true",
    });
  }
  const state = await readState(system, workspace, { keeper });
  keeper.restrict(unchangedSince(save, state), "it changed since the save");
  const planned = keeper.planned(state.head);
  const id = save.session_id;
  const answer = { dry_run: dryRun, session_id: id };
  if (dryRun) return { ...answer, contents: contentsAnswer(planned)! };
  await using keeping = new KeepingContents(system, workspace, planned);
  const kept = await keeping.keep(id);
  return { ...answer, contents: contentsAnswer(planned, kept)! };
}

async function refuse(
  system: Context["system"],
  workspace: Workspace,
  { session_id: id, mpm }: Save,
): Promise<void> {
  if (mpm?.worktree !== workspace.worktree) {
    throw new MpmError("CONFLICT", `${id} is of another worktree`, {
      hint: `Run the command there: ${
        mpm?.worktree ?? "it is not known where"
      }`,
    });
  }
  const ref = `${CONTENTS}/${id}`;
  const names = await resolveNames(new Git(system, workspace.worktree), [ref]);
  if (names.get(ref) === undefined) return;
  throw new MpmError("CONFLICT", `${id} has contents already`, {
    hint: `mpm restore ${id} --all --dry-run lists them`,
  });
}

/** The paths that a save recorded and that are what they were. */
function unchangedSince(
  { mpm }: Save,
  { files }: RepositoryState,
): { recorded: ReadonlySet<string>; same: ReadonlySet<string> } {
  const then = new Map((mpm?.files ?? []).map((file) => [file.path, file]));
  const isSame = (now: FileState) => {
    const file = then.get(now.path);
    return file?.sha256 === now.sha256 && file.status === now.status &&
      file.size === now.size && file.object === now.object &&
      (now.sha256 !== null || file.mtime === now.mtime);
  };
  return {
    recorded: new Set(then.keys()),
    same: new Set(files.filter(isSame).map(({ path }) => path)),
  };
}
