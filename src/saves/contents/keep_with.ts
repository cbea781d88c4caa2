import { attempt, MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import {
  CONTENTS,
  dropRefs,
  type FileState,
  findWorkspace,
  Git,
  readIn,
  readState,
  type RepositoryState,
  resolveNames,
  type Workspace,
} from "../../git/mod.ts";
import { layout, saveFiles } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { KeepResult } from "../commands/results.ts";
import type { Save } from "../save.ts";
import { pruneAutomatic } from "../remove.ts";
import { noteAutoSave } from "../store/auto_saves.ts";
import { loadSave } from "../store/load_save.ts";
import { findSave, renewIndex } from "../store/read_saves.ts";
import { changeStore, openStore } from "../store/recover.ts";
import {
  areContentsDue,
  dueContentsIds,
  settleContents,
  uncopiedIds,
} from "../store/due_copies.ts";
import { copySaves } from "../store/second_copy.ts";
import { Origins } from "../trust/origins.ts";
import { contentsAnswer, contentsKeeper, KeepingContents } from "./keep.ts";
import { contentsMark } from "./record.ts";
import { readOwnRefs } from "../store/save_log.ts";
import { WorktreeMemory } from "./memory.ts";

/**
 * Adds uncommitted files, if unchanged, to a save without contents. Throws
 * NOT_FOUND, AMBIGUOUS, or CONFLICT if it has contents or another worktree.
 */
export async function keepWith(
  context: Context,
  selector: string,
  { dryRun }: { dryRun: boolean },
): Promise<KeepResult> {
  const workspace = await findWorkspace(context);
  const { system } = context;
  await openStore(system, workspace.root);
  if (!dryRun) await finishAutomatic(context, workspace, selector);
  return await readIn(
    system,
    workspace,
    (workspace) => keepIn(system, workspace, { selector, dryRun }),
  );
}

/** Returns whether a hook leaves slow steps to "saves keep". */
export function isLeftToKeep(system: System, { git }: Workspace): boolean {
  return git === "repository" && system.program() !== undefined;
}

async function finishAutomatic(
  context: Context,
  workspace: Workspace,
  selector: string,
): Promise<void> {
  const { system } = context;
  const { root } = workspace;
  const found = await attempt(async () => {
    const entry = await findSave(system, root, selector);
    return (await loadSave(system, entry)).save;
  });
  const automatic = found?.mpm?.kind === "auto" ? found : undefined;
  // While the copy is missing, this runs again if mpm is interrupted.
  if (automatic) await noteAutoSave(system, root, automatic);
  await changeStore(system, root, () => copySaves(system, workspace));
  if (!automatic) return;
  await pruneAutomatic(context, workspace, automatic);
  await renewIndex(system, root);
}

/**
 * Adds the missing parts of saves whose process was interrupted. Contents that
 * cannot be kept now are left for later. Never throws an MpmError.
 */
export async function keepDue(
  system: System,
  workspace: Workspace,
): Promise<void> {
  const { root } = workspace;
  if (uncopiedIds(system, root).length > 0) {
    await attempt(() =>
      changeStore(system, root, () => copySaves(system, workspace))
    );
  }
  for (const id of dueContentsIds(system, root)) {
    const { json } = saveFiles(layout(root).sessions, id);
    if (!system.files.lstat(json)) settleContents(system, root, id);
    else {await attempt(() =>
        readIn(
          system,
          workspace,
          (workspace) => keepIn(system, workspace, { selector: id }),
        )
      );}
  }
}

async function keepIn(
  system: System,
  workspace: Workspace,
  { selector, dryRun = false }: { selector: string; dryRun?: boolean },
): Promise<KeepResult> {
  const { root } = workspace;
  const entry = await findSave(system, root, selector);
  const { save } = await loadSave(system, entry);
  const { session_id: id } = save;
  const git = new Git(system, workspace.worktree);
  const there = await thereNow(system, workspace, { git, save });
  const configured = readConfigAnyway(system, root);
  const keeper = contentsKeeper(system, workspace, configured);
  if (!keeper) {
    if (!configured.isUnsure) settleContents(system, root, id);
    throw new MpmError("CONFLICT", "Cannot save contents here", {
      hint: "This needs a git repository and pause.contents = true",
    });
  }
  const memory = new WorktreeMemory(system, workspace);
  const known = readOwnRefs(system, workspace, memory.refs)
    .then((refs) => memory.open(refs, { kept: true }));
  const state = await readState(system, workspace, { keeper, memory: known });
  const unchanged = unchangedSince(save, state);
  if (there !== undefined && !unchanged.recorded.isSubsetOf(unchanged.same)) {
    throw hasContents(id);
  }
  keeper.restrict(unchanged, "it changed since the save");
  const planned = keeper.planned(state.head);
  const answer = { dry_run: dryRun, session_id: id };
  if (dryRun) return { ...answer, contents: contentsAnswer(planned)! };
  if (there !== undefined) {
    await dropRefs(git, [{ ref: `${CONTENTS}/${id}`, commit: there }]);
  }
  const keeping = new KeepingContents(system, workspace, { planned, memory });
  keeping.begin(id);
  const kept = await keeping.keep();
  return { ...answer, contents: contentsAnswer(planned, kept)! };
}

/**
 * Returns contents of a save without a record of their author. Throws CONFLICT
 * for a save that needs none or is from another worktree.
 */
async function thereNow(
  system: System,
  { root, worktree }: Workspace,
  { git, save: { session_id: id, mpm } }: { git: Git; save: Save },
): Promise<string | undefined> {
  if (mpm?.worktree !== worktree) {
    // The files were removed with the worktree.
    const folder = mpm?.worktree;
    const isThere = folder && system.files.lstat(folder);
    if (!isThere) settleContents(system, root, id);
    throw new MpmError("CONFLICT", `${id} is from another worktree`, {
      hint: `Run the command there: ${
        mpm?.worktree ?? "its folder is unknown"
      }`,
    });
  }
  const ref = `${CONTENTS}/${id}`;
  const commit = (await resolveNames(git, [ref])).get(ref);
  if (commit === undefined) return undefined;
  const origin = new Origins(system).of(contentsMark(id, commit));
  if (origin === "foreign" && areContentsDue(system, root, id)) return commit;
  settleContents(system, root, id);
  throw hasContents(id);
}

function hasContents(id: string): MpmError {
  return new MpmError("CONFLICT", `${id} already has file contents`, {
    hint: `"mpm restore ${id} --all --dry-run" lists them`,
  });
}

function unchangedSince({ mpm }: Save, { files }: RepositoryState) {
  const then = new Map((mpm?.files ?? []).map((file) => [file.path, file]));
  const isSame = (now: FileState) => {
    const file = then.get(now.path);
    return file?.sha256 === now.sha256 && file.status === now.status &&
      file.size === now.size && file.object === now.object &&
      (now.sha256 !== null || file.mtime === now.mtime);
  };
  return {
    recorded: new Set(
      [...then.values()].filter(({ size }) => size !== null)
        .map(({ path }) => path),
    ),
    same: new Set(files.filter(isSame).map(({ path }) => path)),
  };
}
