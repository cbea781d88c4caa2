import { join } from "../base/join.ts";
import { finishRemovals, readBoxes, removingFolder } from "../worktrees/mod.ts";
import {
  bounded,
  type Checked,
  type CheckInput,
  failure,
  type Finding,
  type Fix,
  lockedFix,
  NOTHING,
  trashFix,
  unknown,
  warning,
} from "./check.ts";
import { attempt } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { field } from "../base/parsed_values.ts";
import { counted } from "../base/words.ts";
import { isTargetId } from "../checkpoints/mod.ts";
import { listBackups, openStore } from "../saves/mod.ts";
import {
  allIntents,
  dropTornLines,
  type Intent,
  journalFile,
  type KnownEntry,
  readJournal,
  readUnsealed,
  tornLines,
  userState,
  worktreeOf,
} from "../ops/mod.ts";
import { listPipelineRuns } from "../pipelines/mod.ts";
import { listRuns } from "../tasks/mod.ts";

/** The maximum number of task runs to check, newest first. */
const RUNS = 200;

/** Finds operations that were started but not finished. */
export async function checkUnfinished(input: CheckInput): Promise<Checked> {
  const { hasStore } = input;
  const inStore = hasStore
    ? [...pauseFindings(input), ...migrationFindings(input)]
    : [];
  const found = [
    ...inStore,
    ...intentFindings(input),
    ...removalFindings(input),
    ...await runFindings(input),
  ];
  const summary = found.length > 0
    ? counted(found.length, "operation")
    : hasStore
    ? "nothing"
    : NOTHING;
  return { summary, found };
}

function pauseFindings(
  { context, system, workspace, at }: CheckInput,
): Finding[] {
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
      warning("An automatic pause by claude-mpm was not finished", {
        advice: "mpm saves recover",
      }),
    );
  }
  return found;
}

/** Finds recorded operations that are not finished. */
function intentFindings(input: CheckInput): Finding[] {
  const { context, system, workspace } = input;
  const { root } = workspace;
  const here = worktreeOf(workspace);
  const fix: Fix = {
    title: "Finish or undo the interrupted commands in this worktree",
    apply: async () => {
      await openStore(context.system, root);
      await context.settle(context, { strict: true });
    },
  };
  // Worktree removals are counted below.
  const all = allIntents(system, root)
    .filter(({ intent }) => intent?.kind !== "worktrees prune");
  const state = attempt(() => userState(system));
  const ofUser = state === undefined ? [] : allIntents(system, state);
  // A sealed intent in the user's state may belong to any project.
  all.push(...ofUser.filter(({ intent }) => intent === undefined));
  return all.map(({ path, intent }) =>
    intent === undefined
      ? leftAlone(system, path)
      : intent.worktree === here
      ? warning(interrupted(intent), { fix })
      : elsewhere(input, { path, intent })
  );
}

/** No command can finish it if its worktree is gone. */
function elsewhere(
  input: CheckInput,
  { path, intent }: { path: string; intent: Intent },
): Finding {
  const { worktree } = intent;
  if (input.system.files.lstat(worktree)) {
    const advice = `mpm status, in "${worktree}"`;
    return warning(interrupted(intent), { advice });
  }
  const what = "records of operations in missing worktrees";
  return warning(`${interrupted(intent)}, which no longer exists`, {
    fix: trashFix(input, { what, paths: [path] }),
  });
}

/** Reports an operation without a seal, which only the user can continue. */
function leftAlone(system: CheckInput["system"], path: string): Finding {
  const known = readUnsealed(system, path);
  const command = known && commandAfter(known);
  if (command === undefined) {
    return warning(
      `"${path}" belongs to an operation that your mpm did not start here. ` +
        "mpm does not touch it",
      { advice: "Delete the file, or move the project back to finish it" },
    );
  }
  return warning(
    `"mpm ${known!.kind}" was interrupted or is running. "${path}" is not ` +
      "signed with your key, so mpm does not finish it",
    { advice: `Run "${command}", then delete the file` },
  );
}

/** The commands with which the user continues, by kind of operation. */
const COMMANDS: ReadonlyMap<string, string> = new Map([
  ["pause", "mpm saves verify --repair"],
  ["undo", "mpm undo list"],
  ["restore", "mpm checkpoint list --all"],
  ["branch", "mpm checkpoint list --all"],
  ["return", "mpm checkpoint list --all"],
  ["replay fork", "mpm sessions list"],
  ["migrate", "mpm migrate"],
]);

function commandAfter(
  { kind, facts }: { kind: string; facts: unknown },
): string | undefined {
  const wanted = field(field(facts, "target") ?? field(facts, "before"), "id");
  const isKnown = COMMANDS.has(kind) && typeof wanted === "string" &&
    isTargetId(wanted);
  return isKnown ? `mpm checkpoint restore ${wanted}` : COMMANDS.get(kind);
}

function interrupted({ kind, worktree, facts }: Intent): string {
  const recorded = field(field(facts, "recording"), "operation");
  return `"mpm ${
    recorded ?? kind
  }" was interrupted or is running in "${worktree}"`;
}

/** Finds runs that were interrupted, or cannot be read. */
async function runFindings(
  { hasStore, context: { system }, workspace: { root } }: CheckInput,
): Promise<Finding[]> {
  if (!hasStore) return [];
  const tasks = await listRuns(system, root, {
    ...{ task: undefined, limit: RUNS },
  });
  const pipelines = await listPipelineRuns(system, root, {
    ...{ pipeline: undefined, limit: RUNS },
  });
  const kinds = [
    { kind: "task", noun: "items", ...tasks },
    { kind: "pipeline", noun: "steps", ...pipelines },
  ];
  return kinds.flatMap(({ kind, noun, runs, problems }) => [
    ...bounded(
      runs.filter(({ state, own }) => own && state === "interrupted")
        .map(({ run, waiting }) =>
          warning(
            `The run "${run}" was interrupted; ${waiting} ${noun} remain`,
            { advice: `mpm ${kind} resume ${run}` },
          )
        ),
      "more run",
    ),
    ...bounded(
      problems.map((problem) =>
        warning(problem, { advice: `"mpm ${kind} rm <run>" removes it` })
      ),
      "more run",
    ),
  ]);
}

/** Finds interrupted migrations, which the next migration finishes. */
function migrationFindings(
  { system, workspace: { root } }: CheckInput,
): Finding[] {
  return listBackups(system, root).unfinished.map((name) =>
    warning(`The migration "${name}" was interrupted`, {
      advice: "mpm migrate",
    })
  );
}

/** Finds worktrees whose removal is not finished. */
function removalFindings(
  { context, system, workspace }: CheckInput,
): Finding[] {
  const { root, commonDir } = workspace;
  if (commonDir === undefined) return [];
  const worktrees = join(root, ".claude", "worktrees");
  const boxes = readBoxes(system, commonDir, worktrees);
  if (boxes.length === 0) return [];
  const detail = `${counted(boxes.length, "removal")} of worktrees ` +
    `${boxes.length === 1 ? "was" : "were"} interrupted, or ` +
    `${boxes.length === 1 ? "is" : "are"} in progress, in ` +
    `"${removingFolder(commonDir)}"`;
  return [warning(detail, {
    advice: "mpm worktrees prune",
    fix: {
      title: "Finish or undo the interrupted removals of worktrees",
      apply: () => finishRemovals(context.system, workspace),
    },
  })];
}

/** Checks that the log can be read, and was written by this user. */
export function checkJournal(input: CheckInput): Checked {
  const { system, workspace } = input;
  const path = journalFile(system, workspace.root);
  const kind = system.files.lstat(path)?.kind ?? "file";
  if (kind !== "file") {
    const detail = `"${path}" is not a file: ${kind}`;
    const advice = "Move it elsewhere; mpm then starts a new log";
    return {
      summary: "not checked",
      found: [failure("CONFLICT", detail, { advice })],
    };
  }
  const entries = readJournal(system, workspace.root);
  return {
    summary: entries.length === 0
      ? "no operations yet"
      : counted(entries.length, "operation"),
    found: [...tornFindings(input), ...ownFindings(system, entries)],
  };
}

function tornFindings(input: CheckInput): Finding[] {
  const { system, workspace: { root } } = input;
  const count = tornLines(system, root).length;
  if (count === 0) return [];
  const lines = counted(count, "line");
  const detail =
    `${lines} of "${journalFile(system, root)}" cannot be read, probably ` +
    "after an interrupted write: their operations cannot be undone";
  const title = `Move ${lines} of the log that mpm cannot read to the trash`;
  return [warning(detail, { fix: lockedFix(input, title, dropTornLines) })];
}

function ownFindings(
  system: System,
  entries: readonly KnownEntry[],
): Finding[] {
  const count = entries.filter(({ own }) => !own).length;
  if (count === 0) return [];
  const problem = attempt(
    () => void userState(system),
    ({ message }) => `mpm cannot tell whether you wrote the log: ${message}`,
  );
  if (problem) return [unknown(problem, { advice: "Set HOME" })];
  const detail = `${counted(count, "operation")} in the log ` +
    `${count === 1 ? "was" : "were"} not written by you on this machine, or ` +
    `${count === 1 ? "was" : "were"} changed later: "mpm undo" skips them`;
  return [warning(detail, { advice: "mpm undo list" })];
}
