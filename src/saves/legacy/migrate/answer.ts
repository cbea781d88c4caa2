import { basename } from "@std/path";
import { escapeText } from "../../../base/escape.ts";
import type {
  MigrateAnswer,
  MigrateResult,
  RollbackResult,
} from "./results.ts";
import { counted } from "../../../base/words.ts";
import type { Step } from "./change_set.ts";
import { idOf, oldName } from "../old_names.ts";
import { CONTENT } from "./old_store.ts";

/** Returns the name of the newest backup of a run, which an undo needs. */
export function lastBackup({ backups }: MigrateAnswer): string | null {
  const last = backups.at(-1);
  return last === undefined ? null : basename(last);
}

/** Returns the output of `mpm migrate`. */
export function migrateText(result: MigrateAnswer): string {
  const lines = result.action === "migrate"
    ? migrated(result)
    : rolledBack(result);
  return [
    ...result.dry_run ? stepLines(result) : [],
    ...lines,
    ...leftLines(result),
    ...result.resumed ? ["An interrupted run was finished first."] : [],
    ...closing(result),
    "",
  ].join("\n");
}

/** Paths inside the project are shown relative to it. */
function stepLines({ steps, folder }: MigrateAnswer): string[] {
  const project = /^(.*[\\/])\.claude-mpm[\\/]/.exec(folder)?.[1] ?? "";
  const named = (path: string) =>
    escapeText(path.startsWith(project) ? path.slice(project.length) : path);
  return steps.map(({ action, from, to, note }) => {
    const target = to === null ? "" : ` -> ${named(to)}`;
    const why = note === null ? "" : `  (${escapeText(note)})`;
    return `${action.padEnd(9)}  ${named(from)}${target}${why}`;
  });
}

function migrated(result: MigrateResult): string[] {
  const { dry_run: dry, moved, rewritten, duplicates, conflicts, saves } =
    result;
  if (moved + duplicates === 0) {
    return ["Nothing to migrate: the old folder has no saves."];
  }
  return [
    `${dry ? "Would move" : "Moved"} ${counted(moved, "file")} of ` +
    `${counted(saves, "save")} to ${escapeText(result.sessions)}`,
    `  rewritten:  ${rewritten} (they referred to the old folder)`,
    `  duplicates: ${duplicates} (the new folder has them)`,
    `  conflicts:  ${conflicts.length}`,
    ...conflicts.map(({ session_id: id, new_id: newId }) =>
      `    two different saves had the ID ${id}: the older one ` +
      `${dry ? "would be" : "is now"} ${newId}`
    ),
    `  left:       ${result.left.length}`,
  ];
}

function rolledBack(result: RollbackResult): string[] {
  const { dry_run: dry, restored, removed } = result;
  const from = basename(result.restored_from);
  if (restored + removed === 0) {
    return [`Nothing to undo: all files are as they were before ${from}.`];
  }
  return [
    `${dry ? "Would restore" : "Restored"} ${counted(restored, "file")} and ` +
    `${dry ? "remove" : "removed"} ${removed}, as it was before ${from}`,
  ];
}

/** The maximum number of files to name in a long list. */
const NAMED = 20;

function leftLines({ left }: MigrateAnswer): string[] {
  const lines = left.slice(0, NAMED).map(({ path, reason }) =>
    `    ${escapeText(path)}: ${escapeText(reason)}`
  );
  const more = left.length - lines.length;
  return [
    ...lines,
    ...more > 0 ? [`    and ${more} more: see --json`] : [],
  ];
}

function closing(result: MigrateAnswer): string[] {
  const { dry_run: dry, backups, folder, milliseconds } = result;
  if (dry) return [...gitLines(result), "Nothing was changed."];
  const stays = result.action === "migrate" && !result.folder_gone
    ? [
      `Other files remain in the old folder: ${escapeText(folder)}`,
    ]
    : [];
  return [
    ...stays,
    ...backups.flatMap((path) => [
      `Backup: ${escapeText(path)}`,
      `To undo this: mpm migrate --rollback ${basename(path)}`,
    ]),
    ...gitLines(result),
    ...backups.length > 0
      ? [`Time: ${(milliseconds / 1000).toFixed(2)} s`]
      : [],
  ];
}

/**
 * Returns lines about git. mpm does not commit the files, and its own rules
 * keep new files out of git.
 */
function gitLines(
  { tracked, commands, dry_run: dry }: MigrateAnswer,
): string[] {
  if (tracked === 0) return [];
  const verb = dry ? "would show" : "shows";
  return [
    `Git tracks ${counted(tracked, "file")} of these, and ${verb} them as ` +
    "deleted or modified. To commit the move:",
    ...commands.map((command) => `  ${escapeText(command)}`),
  ];
}

const MOVES: readonly Step["action"][] = ["move", "rewrite", "conflict"];

/**
 * Returns the counts of a migration. Each file counts once, in its original
 * folder.
 */
export function migrateCounts(
  steps: readonly Step[],
): Pick<
  MigrateResult,
  "saves" | "moved" | "rewritten" | "duplicates" | "conflicts"
> {
  const old = steps.filter(({ from: { place } }) =>
    place === "pause" || place === "global"
  );
  const moves = old.filter(({ action }) => MOVES.includes(action));
  const saves = moves.flatMap(({ from }) => {
    const id = contentId(from.name);
    return id === undefined ? [] : [`${from.place} ${id}`];
  });
  return {
    saves: new Set(saves).size,
    moved: moves.length,
    rewritten: countOf(old, "rewrite"),
    duplicates: countOf(old, "duplicate"),
    conflicts: conflictsOf(steps),
  };
}

/** Returns the number of steps of one kind. */
export function countOf(
  steps: readonly Step[],
  action: Step["action"],
): number {
  return steps.filter((step) => step.action === action).length;
}

/** Returns the session ID of a file that contains a session. */
function contentId(name: string): string | undefined {
  const known = oldName(name);
  return known?.kind === "part" && CONTENT.includes(known.part)
    ? known.id
    : undefined;
}

function conflictsOf(steps: readonly Step[]): MigrateResult["conflicts"] {
  const found = new Map<string, string>();
  for (const { action, from, to } of steps) {
    const [id, newId] = [contentId(from.name), to && idOf(to.name)];
    if (action === "conflict" && id && newId) found.set(newId, id);
  }
  return [...found].map(([newId, id]) => ({ session_id: id, new_id: newId }));
}
