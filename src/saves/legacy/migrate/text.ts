import { basename } from "@std/path";
import { escapeText } from "../../../base/escape.ts";
import type {
  MigrateAnswer,
  MigrateResult,
  RollbackResult,
} from "./results.ts";
import { counted } from "../../../base/words.ts";

/** The answer of `mpm migrate` for people. */
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

/** What lies in the project is named from there. */
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
    return ["Nothing to migrate: no session is in the old folder."];
  }
  return [
    `${dry ? "Would move" : "Moved"} ${counted(moved, "file")} of ` +
    `${counted(saves, "session")} to ${escapeText(result.sessions)}`,
    `  rewritten:  ${rewritten} (they named the old folder)`,
    `  duplicates: ${duplicates} (the new folder has them)`,
    `  conflicts:  ${conflicts.length}`,
    ...conflicts.map(({ session_id: id, new_id: newId }) =>
      `    two different sessions were ${id}: the older one ` +
      `${dry ? "would be" : "is now"} ${newId}`
    ),
    `  left:       ${result.left.length}`,
  ];
}

function rolledBack(result: RollbackResult): string[] {
  const { dry_run: dry, restored, removed } = result;
  const from = basename(result.restored_from);
  if (restored + removed === 0) {
    return [`Nothing to take back: all is as it was before ${from}.`];
  }
  return [
    `${dry ? "Would restore" : "Restored"} ${counted(restored, "file")} and ` +
    `${dry ? "remove" : "removed"} ${removed}, as it was before ${from}`,
  ];
}

/** Files of a long list that are named. */
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
      `The old folder stays with what is in it: ${escapeText(folder)}`,
    ]
    : [];
  return [
    ...stays,
    ...backups.flatMap((path) => [
      `Backup: ${escapeText(path)}`,
      `To take this back: mpm migrate --rollback ${basename(path)}`,
    ]),
    ...gitLines(result),
    ...backups.length > 0
      ? [`Time: ${(milliseconds / 1000).toFixed(2)} s`]
      : [],
  ];
}

/** mpm commits none of this, and its own rules keep new files from git. */
function gitLines(
  { tracked, commands, dry_run: dry }: MigrateAnswer,
): string[] {
  if (tracked === 0) return [];
  const verb = dry ? "would show" : "shows";
  return [
    `Git tracks ${counted(tracked, "file")} of these and ${verb} them as ` +
    "deleted or modified. To commit the move:",
    ...commands.map((command) => `  ${escapeText(command)}`),
  ];
}
