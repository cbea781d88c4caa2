import { relative } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, FileError } from "../base/errors.ts";
import { field } from "../base/parsed_values.ts";
import type { Context, TrashRules } from "../cli/mod.ts";
import type { System } from "../system/system.ts";
import { type KnownEntry, versionsIn } from "./entry.ts";
import { checkFolder, removeTree, sizeBelow } from "./folders.ts";
import { forgetContents } from "./forget.ts";
import { readJournal } from "./journal.ts";
import { layout } from "./layout.ts";
import { withLock } from "./lock.ts";
import { listedVersions } from "./undo_files.ts";

/** Files that one operation moved to the trash. */
interface TrashItem {
  /** The name of the folder: `YYYYMMDD-HHMMSS-verb`. */
  readonly name: string;
  /** The time of the move, in milliseconds since the epoch. */
  readonly at: number;
  readonly bytes: number;
}

/** The decision about an item, and its reason. */
export interface TrashDecision extends TrashItem {
  readonly remove: boolean;
  readonly reason: string;
}

/**
 * The number of recent operations whose files are kept, whatever their age and
 * size.
 */
const KEPT_OPERATIONS = 20;

/**
 * Decides what to delete: first items older than the rules allow, then the
 * oldest until the rest is small enough. Never deletes files that recent
 * operations need for an undo. An item with a future time counts as new. The
 * decisions are in the order of `items`.
 */
function decideTrash(
  items: readonly TrashItem[],
  { rules, needed, now }: {
    rules: TrashRules;
    /** Names of the folders that recent operations need. */
    needed: ReadonlySet<string>;
    /** Milliseconds since the epoch. */
    now: number;
  },
): TrashDecision[] {
  const isOld = ({ at }: TrashItem) => now - at > rules.maxAge;
  const decided = new Map<string, TrashDecision>();
  let bytes = 0;
  // The newest items get the available space first.
  for (const item of [...items].sort((one, other) => other.at - one.at)) {
    const last = needed.has(item.name);
    const full = bytes + item.bytes > rules.maxBytes;
    const remove = !last && (isOld(item) || full);
    if (!remove) bytes += item.bytes;
    const reason = last
      ? "one of the last operations needs it"
      : isOld(item)
      ? "it is older than trash.max_age"
      : full
      ? "the trash is larger than trash.max_mb"
      : "you may still need it";
    decided.set(item.name, { ...item, remove, reason });
  }
  return items.map(({ name }) => decided.get(name)!);
}

/**
 * Returns the time when a trash folder was made, from its name, in milliseconds
 * since the epoch.
 */
function trashTime(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[\w-]+$/.exec(name) ?? [];
  if (second === undefined) return undefined;
  const time = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
  );
  return Number.isNaN(time) ? undefined : time;
}

/**
 * Returns the content of the trash, newest first, with what the rules
 * decide about each item.
 */
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

/**
 * Returns a trash item. A clock that was behind when the item was created must
 * not make it look old.
 */
function itemOf(
  system: System,
  path: string,
  name: string,
  at: number,
): TrashItem {
  const { mtime = at } = system.files.lstat(path) ?? {};
  return {
    name,
    at: Math.max(at, mtime),
    bytes: sizeBelow(system, path).bytes,
  };
}

/** Returns the trash folders that an undo of the entry needs. */
function foldersOf(system: System, root: string, entry: KnownEntry): string[] {
  const { trash } = layout(root);
  const versions = [entry.before, entry.after].flatMap((side) => [
    ...Object.values(versionsIn(side)),
    ...Object.values(versionsIn({ files: { list: field(side, "list") } })),
    ...Object.values(listedVersions(system, root, side)),
  ]);
  const aside = field(entry.after, "aside");
  const folders = [entry.after, ...Array.isArray(aside) ? aside : []]
    .map((one) => field(one, "trash")).filter((name) =>
      typeof name === "string"
    );
  return [
    ...versions.map((version) => version?.kept ?? ""),
    ...folders.map((folder) => relative(trash, folder)),
  ].map((path) => path.split(/[/\\]/)[0]!).filter((name) => name !== "");
}

/**
 * Removes the items that the rules no longer protect. An item that cannot be
 * removed does not stop the rest; the first error is thrown at the end. Call
 * under the lock.
 */
function pruneTrash(
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

/** Milliseconds between two automatic prunings. */
const BETWEEN = 24 * 60 * 60 * 1000;

/**
 * Returns whether a day has passed since the last pruning. If so, starts a new
 * day.
 */
function isPruneDue(system: System, root: string): boolean {
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

/**
 * Removes the items that the rules no longer protect, and returns all items.
 */
export function prunedTrash(
  system: System,
  root: string,
  rules: TrashRules,
): Promise<TrashDecision[]> {
  return withLock(system, root, async () => {
    const decisions = surveyTrash(system, root, rules);
    pruneTrash(system, root, decisions);
    await attempt(() => forgetContents(system, root));
    return decisions;
  });
}

/**
 * Does the same, at most once a day, after something was moved to the trash. A
 * problem here must not make the command look as if it failed.
 */
export async function pruneDaily(
  { system, trashRules, forgetRemoved }: Context,
  root: string,
): Promise<void> {
  await attempt(async () => {
    if (!isPruneDue(system, root)) return;
    await prunedTrash(system, root, trashRules(root));
    await forgetRemoved(system, root);
  });
}
