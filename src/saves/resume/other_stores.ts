import { attempt } from "../../base/errors.ts";
import { dirname, relative, resolve } from "@std/path";
import { join } from "../../base/join.ts";
import { escapeText } from "../../base/escape.ts";
import { shellWord } from "../../base/shell.ts";
import { counted } from "../../base/words.ts";
import type { Workspace } from "../../git/mod.ts";
import { isLog, newestFirst, type SaveEntry } from "../store/save_entry.ts";
import type { System } from "../../system/system.ts";
import { findSaves, isTaken, namesIn } from "../store/find_saves.ts";
import { HOME, layout } from "../../ops/mod.ts";
import { entryReader } from "../store/read_entry.ts";
import { loadReaders } from "../store/read_saves.ts";

/**
 * A store of claude-mpm, which saves in the folder in which it runs: perhaps a
 * linked worktree or a subfolder, where mpm does not save.
 */
export interface OtherStore {
  /** The absolute path of the folder in which claude-mpm ran. */
  readonly folder: string;
  /** Its saves that are not in the project's store, newest first. */
  readonly entries: readonly SaveEntry[];
}

/** The most saves to read in a folder, and worktrees to check. */
const MOST_SAVES = 100;
const MOST_WORKTREES = 200;

/** Returns the stores from the working folder up to the top of the worktree. */
export async function nearStores(
  system: System,
  { cwd, worktree, root }: Workspace,
): Promise<OtherStore[]> {
  const folders: string[] = [];
  for (let at = cwd; at !== root; at = dirname(at)) {
    folders.push(at);
    if (at === worktree || at === dirname(at)) break;
  }
  return await storesIn(system, root, folders);
}

/**
 * Returns all stores that are quick to find: near ones, those at the top of
 * linked worktrees, and in subfolders two levels deep.
 */
export async function otherStores(
  system: System,
  workspace: Workspace,
): Promise<OtherStore[]> {
  const { root, commonDir } = workspace;
  const near = await nearStores(system, workspace);
  const known = new Set([root, ...near.map(({ folder }) => folder)]);
  const folders = [
    ...commonDir === undefined ? [] : linkedWorktrees(system, commonDir),
    ...subfolders(system, root),
  ].filter((folder) => !known.has(folder));
  const others = await storesIn(system, root, [...new Set(folders)]);
  return [...near, ...others];
}

async function storesIn(
  system: System,
  root: string,
  folders: readonly string[],
): Promise<OtherStore[]> {
  const stores: OtherStore[] = [];
  for (const folder of folders) {
    // An unreadable store is skipped: it does not belong to this project.
    const entries = await attempt(() => entriesOf(system, root, folder)) ?? [];
    if (entries.length > 0) stores.push({ folder, entries });
  }
  return stores;
}

async function entriesOf(system: System, root: string, folder: string) {
  const { home, sessions, legacy } = layout(folder);
  if (system.files.lstat(home)?.kind !== "folder") return [];
  const folders = { sessions, pause: legacy };
  const found = findSaves(system, folders, () => {});
  await loadReaders(found);
  const read = entryReader(system, folder, { folders, digests: true });
  return [...found.values()]
    .filter(({ id }) => !isTaken(system, root, id))
    .sort((a, b) => a.id < b.id ? 1 : -1).slice(0, MOST_SAVES)
    .map(read)
    .filter((entry) => entry !== undefined)
    // mpm's saves came with a branch, and belong to the project's store.
    .filter((entry) => !entry.own && !entry.problem && !isLog(entry))
    .sort(newestFirst);
}

function linkedWorktrees(system: System, commonDir: string): string[] {
  const folder = join(commonDir, "worktrees");
  return foldersIn(system, folder).slice(0, MOST_WORKTREES).flatMap((name) => {
    const admin = join(folder, name);
    return attempt(() => {
      const bytes = system.files.readOwn(join(admin, "gitdir"), 8192);
      const path = new TextDecoder().decode(bytes).trim();
      return [dirname(resolve(admin, path))];
    }) ?? [];
  });
}

/** Folders to skip beside hidden ones: claude-mpm is not run in them. */
const PASSED = new Set(["node_modules", "vendor", "target", "dist", "build"]);

/** The maximum number of folders to list. */
const MOST_FOLDERS = 500;

function subfolders(system: System, root: string): string[] {
  const found: string[] = [];
  const list = (folder: string) => {
    if (found.length >= MOST_FOLDERS) return [];
    const names = foldersIn(system, folder)
      .filter((name) => !name.startsWith(".") && !PASSED.has(name));
    return names.map((name) => join(folder, name));
  };
  for (const folder of list(root)) {
    found.push(folder, ...list(folder));
  }
  return found.filter((folder) =>
    system.files.lstat(join(folder, HOME))?.kind === "folder"
  );
}

function foldersIn(system: System, folder: string): string[] {
  return (attempt(() => namesIn(system, folder)) ?? [])
    .filter(({ kind }) => kind === "folder").map(({ name }) => name).sort();
}

/** Names other stores of claude-mpm, one line each. */
export async function otherStoreHints(
  system: System,
  workspace: Workspace,
): Promise<string[]> {
  const stores = await otherStores(system, workspace);
  return stores.map((store) => {
    const { entries: [newest, ...more] } = store;
    const [is, them] = more.length === 0 ? ["is", "it"] : ["are", "them"];
    return `${counted(more.length + 1, "save")} by claude-mpm ${is} in ` +
      `${namedFolder(workspace, store)}, the newest is ${newest!.id}. To ` +
      `import ${them}: ${importCommand(workspace, store)}`;
  });
}

/** Returns the command that imports a store's saves into the project. */
export function importCommand(
  { cwd }: Workspace,
  { folder }: OtherStore,
): string {
  const short = shorter(folder, relative(cwd, folder) || ".");
  return escapeText(`mpm saves import ${shellWord(short)}`);
}

export function namedFolder(
  { cwd }: Workspace,
  { folder }: OtherStore,
): string {
  return escapeText(shorter(folder, relative(cwd, folder) || folder));
}

function shorter(folder: string, path: string): string {
  return path.length < folder.length ? path : folder;
}
