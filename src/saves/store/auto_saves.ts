import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import {
  ANY,
  fits,
  type Fitting,
  list,
  nullable,
  object,
  TEXT,
  text,
} from "../../base/shape.ts";
import { SESSION_ID } from "../../base/ids.ts";
import {
  ensureFolder,
  layout,
  readOwnJson,
  saveFiles,
  withLock,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { Save } from "../save.ts";
import { loadSave } from "./load_save.ts";
import { findSave } from "./read_saves.ts";
import type { SaveEntry } from "./save_entry.ts";

/** A save that was made at the end of an agent's session. */
const AUTO_SAVE = object({
  id: text({ pattern: SESSION_ID }),
  branch: nullable(TEXT),
  worktree: nullable(TEXT),
});
type AutoSave = Fitting<typeof AUTO_SAVE>;

const LIST = object({ saves: list(ANY) });

/** The most saves in the list, and its largest file in bytes. */
const MOST = 5000;
const LIMIT = 4 * 1024 * 1024;

/**
 * Records an automatic save, so that none must be read to count them. Throws
 * LOCKED, FILE_FAILED.
 */
export async function noteAutoSave(
  system: System,
  root: string,
  save: Save,
): Promise<void> {
  const added = noteOf(save);
  await withLock(system, root, () => {
    const known = readList(system, root)
      .filter(({ id }) => isThere(system, root, id));
    if (known.some(({ id }) => id === added.id)) return;
    writeList(system, root, [...known, added].slice(-MOST));
  });
}

function noteOf({ session_id: id, git_context, mpm }: Save): AutoSave {
  const branch = git_context.branch ?? null;
  return { id, branch, worktree: mpm?.worktree ?? null };
}

/**
 * Returns the automatic saves of the branch and worktree of `save` beyond the
 * newest `keep`: only unchanged ones by mpm, whatever the list says.
 */
export async function surplusAutoSaves(
  system: System,
  root: string,
  { save, keep }: { save: Save; keep: number },
): Promise<SaveEntry[]> {
  const { branch, worktree } = noteOf(save);
  const surplus = readList(system, root).filter((one) =>
    one.branch === branch && one.worktree === worktree &&
    isThere(system, root, one.id)
  ).slice(0, -keep);
  const checked = surplus.map(({ id }) => automatic(system, root, id));
  return (await Promise.all(checked)).filter((entry) => entry !== undefined);
}

/** Removes these saves from the list. */
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

/** Returns the save if it may be removed: a clone may bring the list. */
function automatic(
  system: System,
  root: string,
  id: string,
): Promise<SaveEntry | undefined> {
  return attempt(async () => {
    const entry = await findSave(system, root, id);
    const { save, checksum } = await loadSave(system, entry);
    const { kind, name } = save.mpm ?? {};
    const untouched = checksum === "verified" && entry.location === "sessions";
    return untouched && kind === "auto" && !name && !entry.imported
      ? entry
      : undefined;
  });
}

function isThere(system: System, root: string, id: string): boolean {
  const { json } = saveFiles(layout(root).sessions, id);
  return system.files.peek(json) !== undefined;
}

function listPath(root: string): string {
  return join(layout(root).state, "auto-saves.json");
}

function readList(system: System, root: string): AutoSave[] {
  const kept = readOwnJson(system, listPath(root), LIMIT);
  return fits(LIST, kept)
    ? kept.saves.filter((one) => fits(AUTO_SAVE, one))
    : [];
}

function writeList(system: System, root: string, saves: readonly AutoSave[]) {
  ensureFolder(system, layout(root).state, root);
  const text = `${JSON.stringify({ version: 1, saves })}\n`;
  writeAtomic(system, listPath(root), { text });
}
