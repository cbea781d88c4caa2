import { basename } from "@std/path";
import { defineCommand, ProgressLine } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { locate, trackedFiles, type Workspace } from "../../git/mod.ts";
import { lastBackup, migrateText } from "../legacy/migrate/answer.ts";
import type { MigrateAnswer } from "../legacy/migrate/results.ts";
import { counted } from "../../base/words.ts";
import { HOME, journaled, layout } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { otherStoreHints } from "../resume/other_stores.ts";
import { changeStore } from "../store/recover.ts";
import {
  migrateSaves,
  oldPlaces,
  rollBack,
} from "../legacy/migrate/migrate.ts";

/** `mpm migrate` */
export const migrate = defineCommand({
  name: "migrate",
  summary: "Move saves from an older layout",
  description: `
Moves saves from .claude-mpm/sessions/pause/, used by claude-mpm before 4.21, to .claude-mpm/sessions/. mpm first makes and verifies a backup. If two
different saves have the same ID, mpm keeps both. It does not move other files.
If a migration is interrupted, the next run finishes it. The exit status is 4 if some saves had to stay in the old folder.

--rollback restores the state before the newest migration, or the state in the named backup. mpm keeps later saves. A rollback also makes a backup, so you can undo it.`,
  positionals: [{
    name: "backup",
    summary: "With --rollback: the backup to restore",
    names: "backup",
    optional: true,
  }],
  flags: {
    "dry-run": {
      type: "boolean",
      summary:
        "List all moved, skipped and rewritten files without writing anything",
    },
    "no-backup": {
      type: "boolean",
      summary: "Do not make a backup; you cannot undo the migration",
    },
    rollback: { type: "boolean", summary: "Undo a migration" },
    global: {
      type: "boolean",
      summary: "Also move this project's saves from ~/.claude-mpm/sessions",
    },
  },
  examples: [
    "mpm migrate --dry-run",
    "mpm migrate",
    "mpm migrate --global",
    "mpm migrate --rollback",
    "mpm migrate --rollback pause_backup_20251109-160858",
  ],
  result: async () =>
    (await import("../legacy/migrate/results.ts")).MigrateAnswer,
  async run(context, input): Promise<MigrateAnswer> {
    const { backup, rollback, global } = input;
    if (backup !== undefined && !rollback) {
      throw new MpmError("USAGE", `Unexpected argument "${backup}"`, {
        hint: `To restore a backup: mpm migrate --rollback ${backup}`,
      });
    }
    if (rollback && global) {
      throw new MpmError("USAGE", "Cannot combine --rollback with --global", {
        hint:
          "A rollback restores every file in the backup, including the files " +
          "from --global",
      });
    }
    const { system } = context;
    const workspace = await locate(system, context.folder);
    const { root } = workspace;
    using progress = new ProgressLine(context);
    const begun = system.now().getTime();
    const work = {
      ...{ workspace, progress: progress.show },
      dryRun: input["dry-run"],
      backup: !input["no-backup"],
    };
    const tracked = workspace.git === "repository"
      ? await trackedFiles(system, root, layout(root).sessions)
      : new Set<string>();
    for (const hint of await otherStoreHints(system, workspace)) {
      context.note(`Note: ${hint}`);
    }
    const run = (system: System): Promise<MigrateAnswer> =>
      rollback
        ? rollBack({ ...work, system }, backup)
        : migrateSaves({ ...work, system }, global);
    const places = rollback
      ? [layout(root).home]
      : oldPlaces(system, root, global);
    const isThere = places.some((path) => system.files.lstat(path));
    const result = work.dryRun
      ? await run(system)
      : await journaled(context, ({ system }) => run(system), {
        operation: rollback ? "migrate --rollback" : "migrate",
        workspace,
        ...isThere ? { lock: changeStore } : {},
        keepsOwn: true,
        title: titleOf,
        facts: (result) =>
          result.backups.length + changedFiles(result) > 0
            ? { after: { backup: lastBackup(result) } }
            : undefined,
      });
    const changed = result.steps.filter(({ action, from }) =>
      !["leave", "restore"].includes(action) && tracked.has(from)
    ).length;
    return {
      ...result,
      tracked: changed,
      commands: changed > 0 ? commitCommands(workspace) : [],
      milliseconds: system.now().getTime() - begun,
    };
  },
  render: migrateText,
  status: ({ dry_run, complete }) =>
    dry_run || complete ? 0 : 4,
});

function changedFiles(result: MigrateAnswer): number {
  return result.action === "migrate"
    ? result.moved
    : result.restored + result.removed;
}

function titleOf(result: MigrateAnswer): string {
  const files = counted(changedFiles(result), "file");
  return result.action === "migrate"
    ? `migrate ${files} of the older layout`
    : `roll back ${basename(result.restored_from)}: ${files}`;
}

/** Uses `-f`, because mpm's rules ignore these files. */
function commitCommands({ root, worktree }: Workspace): string[] {
  const git = worktree === root
    ? "git"
    : `git -C '${root.replaceAll("'", "'\\''")}'`;
  const folder = `:/${HOME}/sessions`;
  // Excludes the rules with which the folder ignores itself.
  const others = "':(top,exclude,glob)**/.gitignore'";
  return [
    `${git} add -f ${folder} ${others}`,
    `${git} commit -m "Move the saved sessions" ${folder} ${others}`,
  ];
}
