import { join } from "@std/path";
import { attempt } from "../base/errors.ts";
import { finishRemovals, readBoxes, removingFolder } from "../worktrees/mod.ts";
import {
  type Checked,
  type Finding,
  type Fix,
  type Ground,
  NOTHING,
  warning,
} from "./check.ts";
import { counted } from "../base/words.ts";
import { listBackups, openStore, PREPARING } from "../saves/mod.ts";
import { hasDetourMarker, settleDetour } from "../detours/mod.ts";
import { hasMarker } from "../checkpoints/mod.ts";
import { allIntents } from "../ops/mod.ts";

/** Was anything begun that is not done? */
export function checkUnfinished(ground: Ground): Checked {
  const { hasStore } = ground;
  const inStore = hasStore
    ? [...pauseFindings(ground), ...migrationFindings(ground)]
    : [];
  const found = [
    ...inStore,
    ...intentFindings(ground),
    ...switchFindings(ground),
    ...removalFindings(ground),
  ];
  const summary = found.length > 0
    ? counted(found.length, "operation")
    : hasStore
    ? "nothing"
    : NOTHING;
  return { summary, found };
}

function pauseFindings({ context, system, workspace, at }: Ground): Finding[] {
  const { root } = workspace;
  const found: Finding[] = [];
  if (system.files.lstat(at.pending)) {
    found.push(warning("A pause was interrupted or is running", {
      fix: {
        title: "Finish the interrupted pause",
        apply: () => openStore(context.system, root),
      },
    }));
  }
  if (system.files.lstat(at.activePause)) {
    found.push(
      warning("An automatic pause of claude-mpm was not finished", {
        advice: "mpm saves recover",
      }),
    );
  }
  return found;
}

/** Operations that are written down and not done. */
function intentFindings({ context, system, workspace }: Ground): Finding[] {
  const { root } = workspace;
  return allIntents(system, root).map(({ path, intent }) =>
    intent === undefined
      ? warning(
        `"${path}" is of an operation that your mpm did not begin here. ` +
          "mpm leaves it alone",
        { advice: "Delete the file, or move the project back to finish it" },
      )
      : warning(`"mpm ${intent.kind}" was interrupted or is running`, {
        fix: {
          title: "Finish the interrupted operation",
          apply: () => openStore(context.system, root),
        },
      })
  );
}

/** A migration, or a rollback of one; the next one continues with it. */
function migrationFindings(
  { system, workspace, at }: Ground,
): Finding[] {
  const { root } = workspace;
  const { unfinished } = listBackups(system, root);
  const found = unfinished.map((name) =>
    warning(`The migration "${name}" was interrupted`, {
      advice: "mpm migrate",
    })
  );
  const begun = join(at.backups, PREPARING);
  if (found.length === 0 && system.files.lstat(begun)) {
    const detail = "A migration was interrupted before it changed anything";
    found.push(warning(detail, { advice: "mpm migrate" }));
  }
  return found;
}

/** A `branch`, `return` or restore of a worktree. */
function switchFindings(ground: Ground): Finding[] {
  const { context, system, workspace } = ground;
  const { root, git, worktree } = workspace;
  const fix: Fix = {
    title: "Finish or undo the interrupted commands in this worktree",
    apply: () => settleDetour(context, workspace, { strict: true }),
  };
  const found: Finding[] = [];
  const place = git === "repository" ? worktree : root;
  if (hasMarker(system, root, place)) {
    const detail = "A restore of a checkpoint was interrupted or is running";
    found.push(warning(detail, { fix }));
  }
  if (hasDetourMarker(system, workspace)) {
    const detail = "A branch or return was interrupted or is running";
    found.push(warning(detail, { fix }));
  }
  return [...found, ...otherFindings(ground)];
}

/** The same in the other worktrees, where a command has to be run. */
function otherFindings({ system, workspace }: Ground): Finding[] {
  const { root, commonDir, gitDir } = workspace;
  if (commonDir === undefined) return [];
  const folder = join(commonDir, "worktrees");
  const gitDirs = namesIn(system, folder).map((name) => join(folder, name));
  return [commonDir, ...gitDirs].filter((path) => path !== gitDir)
    .filter((path) =>
      hasDetourMarker(system, {
        root,
        linked: path !== commonDir,
        gitDir: path,
      })
    ).map((path) =>
      warning(
        `A branch or return was interrupted in the worktree of "${path}"`,
        {
          advice: "mpm status, in that worktree",
        },
      )
    );
}

function namesIn(system: Ground["system"], folder: string): string[] {
  const found = attempt(() => system.files.list(folder)) ?? [];
  return found.map(({ name }) => name);
}

/** Worktrees on their way out. */
function removalFindings({ context, system, workspace }: Ground): Finding[] {
  const { root, commonDir } = workspace;
  if (commonDir === undefined) return [];
  const worktrees = join(root, ".claude", "worktrees");
  const boxes = readBoxes(system, commonDir, worktrees);
  if (boxes.length === 0) return [];
  const detail = `${counted(boxes.length, "removal")} of worktrees ` +
    `${boxes.length === 1 ? "was" : "were"} cut short, or ` +
    `${boxes.length === 1 ? "is" : "are"} under way, in ` +
    `"${removingFolder(commonDir)}"`;
  return [warning(detail, {
    advice: "mpm worktrees prune",
    fix: {
      title: "Finish or undo the interrupted removals of worktrees",
      apply: () => finishRemovals(context.system, workspace),
    },
  })];
}
