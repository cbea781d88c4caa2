import { pointAgain } from "./store/derived.ts";
import { changeStore } from "./store/recover.ts";
import type { SaveEntry, SaveLocation } from "./store/save_entry.ts";
import { type Context } from "../cli/command.ts";
import { ProgressLine } from "../cli/progress.ts";
import type { Style } from "../cli/style.ts";
import { cut } from "../cli/table.ts";
import { escapeText } from "../base/escape.ts";
import type { Committed } from "../git/branches.ts";
import { trackedFiles } from "../git/tracked.ts";
import type { Workspace } from "../git/repository.ts";
import type { RemovalResult, RemovedSave } from "./commands/results.ts";
import { counted } from "../base/words.ts";
import { layout } from "../ops/layout.ts";
import { journaled } from "../ops/journaled.ts";
import { whereCommitted } from "./store/verify.ts";
import { join } from "@std/path";
import type { System } from "../system/system.ts";
import { moveToTrash, type TrashFile } from "../ops/trash.ts";
import { namesIn, saveFolders } from "./store/find_saves.ts";
import { entryReader } from "./store/read_entry.ts";

/** A save that the rule would take, and why it stays all the same. */
export interface Spared {
  readonly entry: SaveEntry;
  readonly reason: string;
}

export interface PrunePlan {
  readonly remove: readonly SaveEntry[];
  readonly spared: readonly Spared[];
}

/** A removal that is decided. */
export interface RemovalOrder {
  /** `sessions rm` or `sessions prune`. */
  readonly operation: string;
  readonly workspace: Workspace;
  readonly plan: PrunePlan;
  readonly dryRun: boolean;
}

/** Does it, or says what would be done. */
export async function remove(
  context: Context,
  { operation, workspace, plan, dryRun }: RemovalOrder,
): Promise<RemovalResult> {
  const { system } = context;
  const { root, git } = workspace;
  using line = new ProgressLine(context);
  const entries = plan.remove;
  const tracked = git === "repository"
    ? await trackedFiles(system, root, layout(root).home)
    : new Set<string>();
  const { folder, saves } = dryRun || entries.length === 0
    ? { folder: null, saves: filesOfSaves(system, root, entries) }
    : await journaled(
      context,
      ({ system }) =>
        removeSaves(system, root, { operation, entries, progress: line.show }),
      {
        operation,
        workspace,
        title: ({ saves }) => `remove ${namesOf(saves)}`,
      },
    );
  const removed = saves.map((save) => removedSave(save, tracked));
  const committed = await whereCommitted(system, workspace, entries);
  return {
    dry_run: dryRun,
    trash: folder,
    removed,
    spared: plan.spared.map(({ entry, reason }) => ({
      session_id: entry.id,
      reason,
    })),
    warnings: warningsOf(removed, [...committed.values()]),
  };
}

function namesOf(saves: readonly SaveWithFiles[]): string {
  return saves.length === 1
    ? saves[0]!.entry.id
    : counted(saves.length, "session");
}

function removedSave(
  { entry, files }: SaveWithFiles,
  tracked: ReadonlySet<string>,
): RemovedSave {
  return {
    session_id: entry.id,
    paused_at: entry.pausedAt,
    summary: entry.summary,
    branch: entry.branch,
    files: files.map(({ path }) => path),
    tracked: files.some(({ path }) => tracked.has(path)),
  };
}

/** What git still has of them, since a save is not gone before it is. */
function warningsOf(
  removed: readonly RemovedSave[],
  kept: readonly Committed[],
): string[] {
  const committed = removed.filter(({ tracked }) => tracked).length;
  const elsewhere = kept.filter((one) => one.elsewhere.length > 0);
  const branches = new Set(elsewhere.map((one) => one.elsewhere[0]!));
  return [
    ...committed > 0
      ? [
        `Git tracks ${committed} of these sessions: their files show as deleted, and a commit of that ends it here; ` +
        "they stay in the history",
      ]
      : [],
    ...elsewhere.length > 0
      ? [
        `${elsewhere.length} of these sessions: committed on another branch ` +
        `(${[...branches].join(", ")}), and back when that is checked out`,
      ]
      : [],
  ];
}

/** The answer of both commands for people. */
export function removalText(result: RemovalResult, style: Style): string {
  const { removed, spared, trash, dry_run: dry, warnings } = result;
  const rows = removed.map(({ session_id: id, branch, summary }) =>
    `  ${id}  ${style.green(escapeText(branch ?? "-"))}  ` +
    cut(escapeText(summary) || "(no summary)", 50)
  );
  const verb = dry ? "Would move" : "Moved";
  const lines = removed.length === 0
    ? ["No session to remove."]
    : [`${verb} ${counted(removed.length, "session")} to the trash:`, ...rows];
  return [
    ...lines,
    ...spared.map(({ session_id: id, reason }) =>
      `Kept ${id}: ${escapeText(reason)}`
    ),
    ...trash === null ? [] : [`They are in ${escapeText(trash)}`],
    ...warnings.map((text) => style.yellow(`Note: ${escapeText(text)}`)),
    "",
  ].join("\n");
}

/** What was moved away. */
export interface Removed {
  /** The folder in the trash; null: there was nothing left to move. */
  readonly folder: string | null;
  readonly saves: readonly SaveWithFiles[];
}

/** Where the files of each folder go below the folder of a removal. */
const PLACES: Record<SaveLocation, string> = {
  "sessions": "sessions",
  "pause": "sessions/pause",
  "kept": "kept",
  "global": "global",
  "resume-logs": "resume-logs",
};

/** Moves the saves, with every copy of them, into the trash. */
export function removeSaves(
  system: System,
  root: string,
  { operation, entries, progress }: {
    operation: string;
    entries: readonly SaveEntry[];
    progress?: (what: string, done: number, of: number) => void;
  },
): Promise<Removed> {
  return changeStore(system, root, async () => {
    const saves = filesOfSaves(system, root, entries)
      .filter(({ files }) => files.length > 0);
    if (saves.length === 0) return { folder: null, saves };
    const items = saves.map(({ entry, files }) => ({
      name: entry.id,
      files: files.map(({ path, location, name }): TrashFile => ({
        from: path,
        to: join(PLACES[location], name).replaceAll("\\", "/"),
      })),
    }));
    const folder = moveToTrash(
      system,
      root,
      { operation, items },
      progress,
    );
    await pointAgain(system, root);
    return { folder, saves };
  });
}

/** A file that belongs to a save, in whichever folder. */
export interface SaveFile {
  readonly path: string;
  readonly location: SaveLocation;
  readonly name: string;
}

/** A save with all that belongs to it. */
export interface SaveWithFiles {
  readonly entry: SaveEntry;
  /** In the order in which they may be taken away. */
  readonly files: readonly SaveFile[];
}

const OWNED =
  /^\.?(session-[\w-]+?)(?:\.(?:json|yaml|md|json\.sha256)|-incremental\.jsonl|_.{8}\.tmp\.sha256)$/;

/**
 * All files of each of the saves: every copy in every folder, checksums, what
 * is derived, and the record of an automatic pause. Whatever was left would
 * bring the save back into the list.
 */
export function filesOfSaves(
  system: System,
  root: string,
  entries: readonly SaveEntry[],
): SaveWithFiles[] {
  const folders = saveFolders(system, root);
  const wanted = new Map(entries.map((entry) => [keyOf(entry), entry]));
  const found = new Map<string, SaveFile[]>();
  for (const [location, folder] of Object.entries(folders)) {
    for (const { name, kind } of namesIn(system, folder)) {
      const id = kind === "folder" ? undefined : OWNED.exec(name)?.[1];
      if (id === undefined) continue;
      const key = keyOf({ id, location: location as SaveLocation });
      if (!wanted.has(key)) continue;
      const files = found.get(key) ?? [];
      found.set(key, files);
      files.push({
        path: join(folder, name),
        location: location as SaveLocation,
        name,
      });
    }
  }
  const isOurs = strayTest(system, root, folders);
  return [...wanted].map(([key, entry]) => ({
    entry,
    files: (found.get(key) ?? [])
      .filter(({ location }) => location !== "global" || isOurs(entry.id))
      .sort((a, b) => rank(a) - rank(b)),
  }));
}

/** A log may have the id of a save, in a folder of its own. */
function keyOf({ id, location }: Pick<SaveEntry, "id" | "location">): string {
  return location === "resume-logs" ? `log ${id}` : id;
}

/** Whether the save of that id in the home folder is of this project. */
function strayTest(
  system: System,
  root: string,
  folders: ReturnType<typeof saveFolders>,
): (id: string) => boolean {
  const read = entryReader(system, root, { folders });
  const formats = ["json", "md"] as const;
  return (id) =>
    read({
      id,
      candidates: formats.map((format) => ({ location: "global", format })),
      incremental: false,
      evidence: [],
    }) !== undefined;
}

/**
 * What goes first. A removal that dies must leave the save whole or gone, so
 * the JSON in `sessions/` goes after every copy of it, and the checksum, which
 * is nothing alone, last.
 */
function rank({ location, name }: SaveFile): number {
  if (name.endsWith(".sha256")) return 6;
  if (!name.endsWith(".json")) return 0;
  return ["kept", "global", "resume-logs", "pause", "sessions"]
    .indexOf(location) + 1;
}
