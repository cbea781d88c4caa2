import { join, relative } from "@std/path";
import { FileError } from "../../base/errors.ts";
import { type KnownEntry, versionsIn } from "../log/entry.ts";
import { field } from "../../base/odd_values.ts";
import {
  decideTrash,
  KEPT_OPERATIONS,
  type TrashDecision,
  type TrashItem,
  type TrashRules,
  trashTime,
} from "./trash_policy.ts";
import type { System } from "../../system/system.ts";
import { checkFolder, removeTree } from "../folders.ts";
import { readJournal } from "../log/journal.ts";
import { layout } from "../layout.ts";
import { asideIn } from "../../checkpoints/restore/marker.ts";
import { listedVersions } from "../undo/undo_files.ts";

/** What is in the trash and what the rules say of it, the newest first. */
export function surveyTrash(
  system: System,
  root: string,
  rules: TrashRules,
): TrashDecision[] {
  const { home, trash } = layout(root);
  if (!checkFolder(system, home) || !checkFolder(system, trash)) return [];
  const items = system.files.list(trash).flatMap(({ name, kind }) => {
    const at = kind === "folder" ? trashTime(name) : undefined;
    return at === undefined
      ? []
      : [itemOf(system, join(trash, name), name, at)];
  });
  items.sort((one, other) =>
    one.name < other.name ? 1 : one.name > other.name ? -1 : 0
  );
  const last = readJournal(system, root).filter(({ own }) => own)
    .slice(-KEPT_OPERATIONS);
  const needed = new Set(
    last.flatMap((entry) => foldersOf(system, root, entry)),
  );
  return decideTrash(items, { rules, needed, now: system.now().getTime() });
}

/** A clock that was behind when it was made must not make it old. */
function itemOf(
  system: System,
  path: string,
  name: string,
  at: number,
): TrashItem {
  const { mtime = at } = system.files.lstat(path) ?? {};
  return { name, at: Math.max(at, mtime), bytes: sizeOf(system, path) };
}

function sizeOf(system: System, folder: string): number {
  let bytes = 0;
  for (const { name, kind } of system.files.list(folder)) {
    const path = join(folder, name);
    bytes += kind === "folder"
      ? sizeOf(system, path)
      : system.files.lstat(path)?.size ?? 0;
  }
  return bytes;
}

/** The folders of the trash that an undo of the entry needs. */
function foldersOf(system: System, root: string, entry: KnownEntry): string[] {
  const { trash } = layout(root);
  const versions = [entry.before, entry.after].flatMap((side) => [
    ...Object.values(versionsIn(side)),
    ...Object.values(versionsIn({ files: { list: field(side, "list") } })),
    ...Object.values(listedVersions(system, root, side)),
  ]);
  const own = field(entry.after, "trash");
  const folders = [
    ...typeof own === "string" ? [own] : [],
    ...asideIn(field(entry.after, "aside")).map((aside) => aside.trash),
  ];
  return [
    ...versions.map((version) => version?.kept ?? ""),
    ...folders.map((folder) => relative(trash, folder)),
  ].map((path) => path.split(/[/\\]/)[0]!).filter((name) => name !== "");
}

/**
 * Removes what the rules let go. What cannot be removed keeps no other from
 * going; the first refusal is thrown at the end. Call under the lock.
 */
export function pruneTrash(
  system: System,
  root: string,
  decisions: readonly TrashDecision[],
): void {
  let refusal: FileError | undefined;
  for (const { name, remove } of decisions) {
    if (!remove) continue;
    try {
      removeTree(system, join(layout(root).trash, name));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      refusal ??= error;
    }
  }
  if (refusal) throw refusal;
}

/** Milliseconds between two prunings that nobody asked for. */
const BETWEEN = 24 * 60 * 60 * 1000;

/** Whether a day has passed since the last one; from then on it has not. */
export function isPruneDue(system: System, root: string): boolean {
  const { files } = system;
  const { trash, state } = layout(root);
  const stamp = join(state, "pruned");
  const now = system.now().getTime();
  const last = files.lstat(stamp)?.mtime;
  if (last !== undefined && Math.abs(now - last) < BETWEEN) return false;
  if (!files.lstat(trash) || !files.lstat(state)) return false;
  if (last === undefined) files.create(stamp, new Uint8Array());
  files.setMtime(stamp, now);
  return true;
}
