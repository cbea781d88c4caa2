import { trackedFiles } from "../../../git/mod.ts";
import { field } from "../../../base/parsed_values.ts";
import { counted } from "../../../base/words.ts";
import { listBackups } from "./backups.ts";
import {
  CannotUndo,
  layout,
  noteUndo,
  type Undone,
  type UndoOrder,
} from "../../../ops/mod.ts";
import { backupFact, rollBack } from "./migrate.ts";

/**
 * Restores the backup of a migration. This makes another backup, so that the
 * undo can itself be undone, and so on.
 */
export async function undoMigration(order: UndoOrder): Promise<Undone> {
  const { context: { system }, workspace, root, entry, dryRun } = order;
  const backup = field(entry.after, "backup");
  if (typeof backup !== "string" || !/^[\w-]+$/.test(backup)) {
    throw new CannotUndo(entry, {
      reason: "it made no backup",
      instead: "Without --no-backup a migration makes one",
    });
  }
  if (!listBackups(system, root).finished.includes(backup)) {
    throw new CannotUndo(entry, {
      reason: `its backup ${backup} no longer exists`,
      instead: `It was in "${layout(root).backups}"`,
    });
  }
  const tracked = workspace.git === "repository"
    ? await trackedFiles(system, root, layout(root).sessions)
    : new Set<string>();
  const result = await rollBack({
    system,
    ...{ root, workspace },
    tracked,
    commands: [],
    progress: () => {},
    dryRun,
    backup: true,
    start: system.now().getTime(),
  }, backup);
  const [restored, removed] = dryRun
    ? ["restore", "remove"]
    : ["restored", "removed"];
  const details = [
    `${restored} ${counted(result.restored, "file")} of ${backup}`,
    `${removed} ${counted(result.removed, "file")} that the migration had ` +
    "created",
  ];
  const left = result.left.filter(({ foreign }) => !foreign)
    .map(({ path, reason }) => `${path}: ${reason}`);
  if (dryRun) return { details, left, operation: undefined };
  const operation = noteUndo(system, root, {
    entry,
    before: entry.after,
    after: backupFact(result),
  });
  return { details, left, operation };
}
