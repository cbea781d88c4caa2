import { join } from "../base/join.ts";
import { SESSION_ID } from "../base/ids.ts";
import { escapeText } from "../base/escape.ts";
import { counted } from "../base/words.ts";
import {
  type Context,
  cut,
  noteLines,
  ProgressLine,
  type Style,
} from "../cli/mod.ts";
import { readConfigAnyway } from "../config/mod.ts";
import { trackedFiles, type Workspace } from "../git/mod.ts";
import {
  journaled,
  layout,
  moveToTrash,
  type OperationName,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import type { RemovalResult } from "./commands/results.ts";
import type { Save } from "./save.ts";
import { forgetAutoSaves, surplusAutoSaves } from "./store/auto_saves.ts";
import { pointAgain } from "./store/derived.ts";
import { namesIn, saveFolders } from "./store/find_saves.ts";
import { entryReader } from "./store/read_entry.ts";
import { changeStore } from "./store/recover.ts";
import type { SaveEntry, SaveLocation } from "./store/save_entry.ts";
import { noteRemoved, openIndex } from "./store/save_index.ts";
import { noteUncopied, settleContents } from "./store/due_copies.ts";
import { copySaves } from "./store/second_copy.ts";

/** The parameters of a removal. */
export interface RemovalOrder {
  /** `sessions rm` or `sessions prune`. */
  readonly operation: OperationName;
  readonly workspace: Workspace;
  readonly entries: readonly SaveEntry[];
  /** Requested saves that stay. */
  readonly spared?: RemovalResult["spared"];
  readonly dryRun: boolean;
}

/** Removes the saves, or shows what would be removed. */
export async function remove(
  context: Context,
  { operation, workspace, entries, spared = [], dryRun }: RemovalOrder,
): Promise<RemovalResult> {
  const { system } = context;
  const { root, git } = workspace;
  using line = new ProgressLine(context);
  const tracked = git === "repository"
    ? await trackedFiles(system, root, layout(root).home)
    : new Set<string>();
  const order = { operation, entries, progress: line.show };
  const { folder, saves } = dryRun || entries.length === 0
    ? { folder: null, saves: filesOfSaves(system, root, entries) }
    : await journaled(
      context,
      ({ system }) => removeSaves(system, workspace, order),
      {
        operation,
        workspace,
        lock: changeStore,
        title: ({ saves: [first, ...more] }) =>
          first && more.length === 0
            ? `remove ${first.entry.id}`
            : `remove ${counted(more.length + (first ? 1 : 0), "save")}`,
      },
    );
  const removed = saves.map(({ entry, files }) => ({
    session_id: entry.id,
    paused_at: entry.pausedAt,
    summary: entry.summary,
    branch: entry.branch,
    files: files.map(({ path }) => path),
    tracked: files.some(({ path }) => tracked.has(path)),
  }));
  const warnings = warningsOf(removed);
  return { dry_run: dryRun, trash: folder, removed, spared, warnings };
}

function warningsOf(removed: RemovalResult["removed"]): string[] {
  const committed = removed.filter(({ tracked }) => tracked).length;
  if (committed === 0) return [];
  return [
    `Git tracks ${committed} of these saves and shows their files as ` +
    "deleted. After you commit this, they remain only in the history",
  ];
}

/** Returns the output of both commands. */
export function removalText(result: RemovalResult, style: Style): string {
  const { removed, spared, trash, dry_run: dry, warnings } = result;
  const rows = removed.map(({ session_id: id, branch, summary }) =>
    `  ${id}  ${style.green(escapeText(branch ?? "-"))}  ` +
    cut(escapeText(summary) || "(no summary)", 50)
  );
  const verb = dry ? "Would move" : "Moved";
  const lines = removed.length === 0
    ? ["No saves to remove."]
    : [`${verb} ${counted(removed.length, "save")} to the trash:`, ...rows];
  return [
    ...lines,
    ...spared.map(({ session_id: id, reason }) =>
      `Kept ${id}: ${escapeText(reason)}`
    ),
    ...trash === null ? [] : [`They are in ${escapeText(trash)}`],
    ...noteLines(warnings, style),
    "",
  ].join("\n");
}

/** Moves surplus automatic saves to the trash, unless git tracks them. */
export async function pruneAutomatic(
  context: Context,
  workspace: Workspace,
  save: Save,
): Promise<void> {
  const { system } = context;
  const { root, git } = workspace;
  const { config } = readConfigAnyway(system, root);
  const keep = config["sessions.keep_auto"];
  const surplus = await surplusAutoSaves(system, root, { save, keep });
  if (surplus.length === 0) return;
  const tracked = git === "repository"
    ? await trackedFiles(system, root, layout(root).sessions)
    : new Set<string>();
  const theirs = surplus.filter(({ path }) => tracked.has(path));
  const entries = surplus.filter(({ path }) => !tracked.has(path));
  if (theirs.length > 0) {
    await forgetAutoSaves(system, root, new Set(theirs.map(({ id }) => id)));
  }
  if (entries.length === 0) return;
  const operation = "automatic prune";
  await journaled(
    context,
    ({ system }) => removeSaves(system, workspace, { operation, entries }),
    {
      operation,
      workspace,
      lock: changeStore,
      title: () => `remove ${entries.map(({ id }) => id).join(", ")}`,
      automatic: true,
    },
  );
}

/** Moves the saves and all copies into the trash. Call under the lock. */
async function removeSaves(
  system: System,
  workspace: Workspace,
  { operation, entries, progress }: {
    operation: OperationName;
    entries: readonly SaveEntry[];
    progress?: (what: string, done: number, of: number) => void;
  },
): Promise<{ folder: string | null; saves: readonly SaveWithFiles[] }> {
  const { root } = workspace;
  const index = openIndex(system, root);
  const saves = filesOfSaves(system, root, entries)
    .filter(({ files }) => files.length > 0);
  if (saves.length === 0) return { folder: null, saves };
  const items = saves.map(({ entry, files }) => ({
    name: entry.id,
    files: files.map(({ path, location, name }) => {
      const folder = location === "pause" ? "sessions/pause" : location;
      return { from: path, to: `${folder}/${name}` };
    }),
  }));
  const ids = saves.map(({ entry }) => entry.id);
  noteUncopied(system, root, ids.filter((id) => SESSION_ID.test(id)));
  const folder = moveToTrash(system, root, { operation, items }, progress);
  for (const id of ids) settleContents(system, root, id);
  await pointAgain(system, root);
  noteRemoved(system, root, { index, ids });
  await copySaves(system, workspace);
  return { folder, saves };
}

interface OwnedFile {
  readonly path: string;
  readonly location: SaveLocation;
  readonly name: string;
}

interface SaveWithFiles {
  readonly entry: SaveEntry;
  /** In the order of removal. */
  readonly files: readonly OwnedFile[];
}

const OWNED =
  /^\.?(session-[\w-]+?)(?:\.(?:json|yaml|md|json\.sha256)|-incremental\.jsonl|_.{8}\.tmp\.sha256)$/;

/** Returns all files of each save: any left would bring the save back. */
function filesOfSaves(
  system: System,
  root: string,
  entries: readonly SaveEntry[],
): SaveWithFiles[] {
  const folders = saveFolders(system, root);
  const found = new Map<string, OwnedFile[]>();
  for (const entry of entries) found.set(keyOf(entry), []);
  for (const [place, folder] of Object.entries(folders)) {
    const location = place as SaveLocation;
    for (const { name, kind } of namesIn(system, folder)) {
      const id = kind === "folder" ? undefined : OWNED.exec(name)?.[1];
      if (id === undefined) continue;
      const path = join(folder, name);
      found.get(keyOf({ id, location }))?.push({ path, location, name });
    }
  }
  const read = entryReader(system, root, { folders });
  const location = "global" as const;
  // The home folder may have a save of another project with the same ID.
  const isOurs = (id: string) =>
    read({
      id,
      candidates: [{ location, format: "json" }, { location, format: "md" }],
      incremental: false,
      evidence: [],
    }) !== undefined;
  const wanted = new Map(entries.map((entry) => [keyOf(entry), entry]));
  return [...wanted].map(([key, entry]) => ({
    entry,
    files: found.get(key)!
      .filter(({ location }) => location !== "global" || isOurs(entry.id))
      .sort((a, b) => rank(a) - rank(b)),
  }));
}

/** Returns a unique key: a log may have the same ID as a save. */
function keyOf({ id, location }: Pick<SaveEntry, "id" | "location">): string {
  return location === "resume-logs" ? `log ${id}` : id;
}

/**
 * Returns the order of removal. Interrupted, it must leave a save complete or
 * gone: the JSON goes after its copies, the useless checksum last.
 */
function rank({ location, name }: OwnedFile): number {
  if (name.endsWith(".sha256")) return 6;
  if (!name.endsWith(".json")) return 0;
  return ["kept", "global", "resume-logs", "pause", "sessions"]
    .indexOf(location) + 1;
}
