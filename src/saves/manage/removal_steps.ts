import type { Context } from "../../cli/command.ts";
import { ProgressLine } from "../../cli/progress.ts";
import type { Style } from "../../cli/style.ts";
import { cut } from "../../cli/table.ts";
import { escapeText } from "../../base/escape.ts";
import type { Committed } from "../../git/history/branches_with.ts";
import { trackedFiles } from "../../git/tracked.ts";
import type { Workspace } from "../../git/repository.ts";
import type { RemovalResult, RemovedSave } from "../commands/results.ts";
import type { PrunePlan } from "../removal.ts";
import { counted } from "../../base/words.ts";
import { layout } from "../../ops/layout.ts";
import { removeSaves } from "../store/remove_saves.ts";
import { filesOfSaves, type SaveWithFiles } from "../store/save_files.ts";
import { journaled } from "../../ops/log/journaled.ts";
import { whereCommitted } from "../store/kept_only.ts";

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
