import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { SESSION_ID } from "../../git/ids.ts";
import { field } from "../../base/odd_values.ts";
import type { Save } from "../save.ts";
import type { SaveEntry } from "./save_entry.ts";
import type { System } from "../../system/system.ts";
import { readOwnJson, writeAtomic } from "../../ops/atomic.ts";
import { ensureFolder } from "../../ops/folders.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import { loadSave } from "./load_save.ts";
import { withLock } from "../../ops/lock.ts";
import { findSave } from "./read_saves.ts";

/** A save that was made at the end of an agent's session. */
interface AutoSave {
  readonly id: string;
  readonly branch: string | null;
  readonly worktree: string | null;
}

/** Saves in the list, and bytes of its file. */
const MOST = 5000;
const LIMIT = 4 * 1024 * 1024;

/**
 * Notes an automatic save in `state/auto-saves.json`, oldest first, so that no
 * save has to be read to count them, and returns those of its branch and
 * worktree beyond the newest `keep`. Only what is mpm's own automatic save, and
 * still as it was made, is among them, whatever the list says.
 */
export async function noteAutoSave(
  system: System,
  root: string,
  { save, keep }: { save: Save; keep: number },
): Promise<SaveEntry[]> {
  const added = autoSaveOf(save);
  const surplus = await withLock(system, root, () => {
    const known = readList(system, root).filter(({ id }) =>
      id !== added.id && isThere(system, root, id)
    );
    const all = [...known, added].slice(-MOST);
    writeList(system, root, all);
    return all.filter(({ branch, worktree }) =>
      branch === added.branch && worktree === added.worktree
    ).slice(0, -keep);
  });
  const checked = surplus.map(({ id }) => automatic(system, root, id));
  return (await Promise.all(checked)).filter((entry) => entry !== undefined);
}

/** Leaves these alone from now on. */
export async function forgetAutoSaves(
  system: System,
  root: string,
  ids: ReadonlySet<string>,
): Promise<void> {
  await withLock(system, root, () => {
    const rest = readList(system, root).filter(({ id }) => !ids.has(id));
    writeList(system, root, rest);
  });
}

function autoSaveOf(save: Save): AutoSave {
  return {
    id: save.session_id,
    branch: save.git_context.branch ?? null,
    worktree: save.mpm?.worktree ?? null,
  };
}

/** The save, if it may go: a list may be wrong, or may come with a clone. */
async function automatic(
  system: System,
  root: string,
  id: string,
): Promise<SaveEntry | undefined> {
  try {
    const entry = await findSave(system, root, id);
    const { save, checksum } = await loadSave(system, entry);
    const { kind, name } = save.mpm ?? {};
    const untouched = checksum === "verified" && entry.location === "sessions";
    return untouched && kind === "auto" && !name && !entry.imported
      ? entry
      : undefined;
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

function isThere(system: System, root: string, id: string): boolean {
  const { json } = saveFiles(layout(root).sessions, id);
  return system.files.lstat(json) !== undefined;
}

function listPath(root: string): string {
  return join(layout(root).state, "auto-saves.json");
}

function readList(system: System, root: string): AutoSave[] {
  const saves = field(readOwnJson(system, listPath(root), LIMIT), "saves");
  return Array.isArray(saves) ? saves.filter(isAutoSave) : [];
}

function isAutoSave(value: unknown): value is AutoSave {
  const id = field(value, "id");
  return typeof id === "string" && SESSION_ID.test(id) &&
    [field(value, "branch"), field(value, "worktree")].every((text) =>
      text === null || typeof text === "string"
    );
}

function writeList(
  system: System,
  root: string,
  saves: readonly AutoSave[],
): void {
  ensureFolder(system, layout(root).state, root);
  const text = `${JSON.stringify({ version: 1, saves })}\n`;
  writeAtomic(system, listPath(root), {
    bytes: new TextEncoder().encode(text),
  });
}
