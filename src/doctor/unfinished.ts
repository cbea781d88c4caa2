import { join } from "@std/path";
import { finishRemovals, readBoxes, removingFolder } from "../worktrees/mod.ts";
import {
  bounded,
  type Checked,
  type Finding,
  type Fix,
  type Ground,
  NOTHING,
  warning,
} from "./check.ts";
import { counted } from "../base/words.ts";
import { listBackups, openStore, PREPARING } from "../saves/mod.ts";
import { allIntents, type Intent, worktreeOf } from "../ops/mod.ts";
import { listRuns } from "../tasks/mod.ts";

/** Runs of tasks that are looked at, the newest first. */
const RUNS = 200;

/** Was anything begun that is not done? */
export async function checkUnfinished(ground: Ground): Promise<Checked> {
  const { hasStore } = ground;
  const inStore = hasStore
    ? [...pauseFindings(ground), ...migrationFindings(ground)]
    : [];
  const found = [
    ...inStore,
    ...intentFindings(ground),
    ...removalFindings(ground),
    ...await runFindings(ground),
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
  const here = worktreeOf(workspace);
  const fix: Fix = {
    title: "Finish or undo the interrupted commands in this worktree",
    apply: async () => {
      await openStore(context.system, root);
      await context.settle(context, { strict: true });
    },
  };
  // Removals of worktrees are counted below.
  const all = allIntents(system, root)
    .filter(({ intent }) => intent?.kind !== "worktrees prune");
  return all.map(({ path, intent }) =>
    intent === undefined
      ? warning(
        `"${path}" is of an operation that your mpm did not begin here. ` +
          "mpm leaves it alone",
        { advice: "Delete the file, or move the project back to finish it" },
      )
      : warning(
        interrupted(intent),
        intent.worktree === here ? { fix } : {
          advice: `mpm status, in "${intent.worktree}"`,
        },
      )
  );
}

function interrupted({ kind, worktree }: Intent): string {
  return `"mpm ${kind}" was interrupted or is running in "${worktree}"`;
}

/** Runs of tasks that were interrupted, or cannot be read. */
async function runFindings(
  { hasStore, context: { system }, workspace: { root } }: Ground,
): Promise<Finding[]> {
  if (!hasStore) return [];
  const { runs, problems } = await listRuns(system, root, {
    ...{ task: undefined, limit: RUNS },
  });
  const found = runs.filter(({ state, own }) => own && state === "interrupted");
  return [
    ...bounded(
      found.map(({ run, waiting }) =>
        warning(`The run "${run}" was interrupted, ${waiting} items wait`, {
          advice: `mpm task resume ${run}`,
        })
      ),
      "more run",
    ),
    ...bounded(
      problems.map((problem) =>
        warning(problem, { advice: '"mpm task rm <run>" removes it' })
      ),
      "more run",
    ),
  ];
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
