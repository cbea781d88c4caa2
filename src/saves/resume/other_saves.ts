import { relative } from "@std/path";
import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import type { Workspace } from "../../git/repository.ts";
import type { SaveEntry } from "../store/save_entry.ts";
import { shellWord } from "../../base/shell.ts";
import { counted } from "../../base/words.ts";
import type { OtherStore } from "./other_stores.ts";
import { findSave } from "../store/read_saves.ts";
import type { System } from "../../system/system.ts";
import { isOfWorktree, type NewestSave, newestSave } from "./newest_save.ts";

/** Names the stores of claude-mpm beside the project's, a line each. */
export async function otherStoreHints(
  system: System,
  workspace: Workspace,
): Promise<string[]> {
  const { otherStores } = await import("./other_stores.ts");
  const stores = await otherStores(system, workspace);
  return stores.map((store) => {
    const { entries: [newest, ...more] } = store;
    const [lie, them] = more.length === 0 ? ["lies", "it"] : ["lie", "them"];
    return `${counted(more.length + 1, "save")} of claude-mpm ${lie} in ` +
      `${namedFolder(workspace, store)}, the newest ${newest!.id}. To bring ` +
      `${them} here: ${importCommand(workspace, store)}`;
  });
}

/** Returns the command that brings the saves of a store into the project's. */
export function importCommand(
  { cwd }: Workspace,
  { folder }: OtherStore,
): string {
  const path = relative(cwd, folder) || ".";
  const short = path.length < folder.length ? path : folder;
  return escapeText(`mpm sessions import ${shellWord(short)}`);
}

function namedFolder({ cwd }: Workspace, { folder }: OtherStore): string {
  const path = relative(cwd, folder);
  const short = path !== "" && path.length < folder.length ? path : folder;
  return escapeText(short);
}

/** Returns the save that is meant, also where claude-mpm saved it elsewhere. */
export async function selectSave(
  system: System,
  workspace: Workspace,
  { selector, first = 0 }: { selector: string; first?: number },
): Promise<NewestSave> {
  try {
    const entry = await findSave(system, workspace.root, selector, { first });
    return { entry, warnings: [] };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const other = await otherSave(system, workspace, selector);
    if (other) return other;
    throw error;
  }
}

/** Returns the newest save, also of claude-mpm in this folder. */
export async function newestAnywhere(
  context: Context,
  workspace: Workspace,
  options: { anyWorktree: boolean },
): Promise<NewestSave> {
  const { system } = context;
  try {
    const own = await newestSave(context, workspace, options);
    return await nearerSave(system, workspace, own.entry) ?? own;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const nearer = await nearerSave(system, workspace, undefined);
    if (nearer) return nearer;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof MpmError && error.code === "NOT_FOUND";
}

/**
 * Returns the save of claude-mpm that was made in this folder, or above it in
 * this worktree, where it is newer than the project's own.
 */
async function nearerSave(
  system: System,
  workspace: Workspace,
  own: SaveEntry | undefined,
): Promise<NewestSave | undefined> {
  // Loaded here: mostly mpm is run where the saves are.
  if (workspace.cwd === workspace.root) return undefined;
  const { nearStores } = await import("./other_stores.ts");
  const stores = await nearStores(system, workspace);
  const [found] = stores.flatMap((store) =>
    store.entries.slice(0, 1).map((entry) => ({ store, entry }))
  ).sort((a, b) => a.entry.pausedAt < b.entry.pausedAt ? 1 : -1);
  if (!found) return undefined;
  const older = own && isOfWorktree(workspace, own) &&
    own.pausedAt >= found.entry.pausedAt;
  return older ? undefined : asChosen(workspace, found);
}

/** Returns the save of claude-mpm elsewhere that has this id. */
async function otherSave(
  system: System,
  workspace: Workspace,
  selector: string,
): Promise<NewestSave | undefined> {
  const wanted = selector.toLowerCase();
  if (!/^session-[\d-]+$/.test(wanted)) return undefined;
  const { otherStores } = await import("./other_stores.ts");
  const stores = await otherStores(system, workspace);
  const [found, ...more] = stores.flatMap((store) =>
    store.entries.filter(({ id }) => id === wanted)
      .map((entry) => ({ store, entry }))
  );
  if (more.length > 0) {
    const paths = [found!, ...more].map(({ entry: { path } }) => path);
    throw new MpmError(
      "AMBIGUOUS",
      `"${selector}" matches ${paths.length} saved sessions: ` +
        paths.join(", "),
      { hint: "Run mpm resume in the folder that holds the one you mean" },
    );
  }
  return found && asChosen(workspace, found);
}

function asChosen(
  workspace: Workspace,
  { store, entry }: { store: OtherStore; entry: SaveEntry },
): NewestSave {
  const folder = namedFolder(workspace, store);
  return {
    entry,
    warnings: [
      `claude-mpm saved it in ${folder}. To bring it here: ` +
      importCommand(workspace, store),
    ],
  };
}
