import {
  type Context,
  defineCommand,
  noteLines,
  type Style,
} from "../../cli/mod.ts";
import {
  type Beginning,
  type BeginningInput,
  beginningOf,
  checklistLines,
  checklistView,
  currentWork,
  freeWorkId,
  isOpen,
  labelOf,
  listWorks,
  newWork,
  pointTo,
  sessionLine,
  type StartResult,
  TEMPLATE_FLAGS,
  titleOf,
  type Work,
  workView,
  writeWork,
} from "../../work/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { readVarsHere } from "../../items/mod.ts";
import { locate } from "../../git/mod.ts";
import type { System } from "../../system/system.ts";
import { changeStore, openStore } from "../../saves/mod.ts";
import { journaled } from "../../ops/mod.ts";

/** `mpm start` */
export const start = defineCommand({
  name: "start",
  summary: "Start a session, optionally from a template",
  description: `
A session is a stretch of work on one task, with a state and a checklist. The
new session becomes the current session of this worktree: every pause saves it,
and a resume continues it. If another session is active in the worktree, mpm does not start a new one. A paused session stays paused, and you can resume
it later.

The task defaults to the template's title and variables. If you do not set a variable with --var, mpm uses the value from "mpm var" or, failing that, the default.`,
  positionals: [
    { name: "name", summary: "A name for the session", optional: true },
    { name: "task", summary: "The task", rest: true },
  ],
  flags: {
    ...TEMPLATE_FLAGS,
    "dry-run": {
      type: "boolean",
      summary: "Show what would be started without writing anything",
    },
  },
  examples: [
    "mpm start",
    'mpm start login "Fix the login after a timeout"',
    'mpm start --template feature-development --var feature="User notifications"',
    'mpm start hotfix --template bug-fix --var bug="#123"',
  ],
  result: async () =>
    (await import("../../work/commands/results.ts")).StartResult,
  settles: true,
  run: startSession,
  render: startText,
  next: ({ dry_run: dry, checklist }) =>
    dry
      ? undefined
      : checklist.length > 0
      ? '"mpm check 1" ticks an item, "mpm pause" saves where you are'
      : '"mpm pause" saves where you are, "mpm complete" ends it',
});

/** Starts a session in this worktree. Throws CONFLICT if one is active. */
async function startSession(
  context: Context,
  input: BeginningInput & { readonly "dry-run": boolean },
): Promise<StartResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const { root } = workspace;
  if (input["dry-run"]) await openStore(system, root);
  const given = await beginningOf(system, workspace, {
    input,
    stateVars: () => readVarsHere(system, workspace),
  });
  if (input["dry-run"]) {
    const { work, ...rest } = decided(system, root, given);
    return answer(work, { ...rest, dryRun: true });
  }
  return await journaled(
    context,
    ({ system }) => {
      const { work, ...rest } = decided(system, root, given);
      pointTo(system, root, { place: work.place, id: work.id });
      const written = writeWork(system, root, work);
      return answer(written, { ...rest, dryRun: false });
    },
    {
      lock: changeStore,
      operation: "start",
      workspace,
      title: ({ session }) => `start ${session.name ?? session.id}`,
    },
  );
}

interface Decision {
  readonly work: Work;
  /** The paused session that the worktree had before. */
  readonly left: Work | undefined;
  readonly warnings: string[];
}

function decided(system: System, root: string, given: Beginning): Decision {
  const { work: current, problem } = currentWork(system, root, given.place);
  if (current && current.state !== "paused") {
    throw new MpmError(
      "CONFLICT",
      `The session ${labelOf(current)} is ${current.state} in this worktree`,
      {
        hint: '"mpm pause" leaves it for later, "mpm complete" or "mpm ' +
          'cancel" ends it, "mpm branch" starts a detour that comes back to it',
      },
    );
  }
  const namesake = listWorks(system, root).works.find(({ name, state }) =>
    name !== null && name === given.name && isOpen(state)
  );
  if (namesake) {
    const { id, name, state } = namesake;
    throw new MpmError("CONFLICT", `"${name}" is already ${state}: ${id}`, {
      hint: `Choose another name, or continue that session: mpm resume ${name}`,
    });
  }
  const time = system.now();
  return {
    work: newWork({ ...given, id: freeWorkId(system, root, time) }, time),
    left: current,
    warnings: problem === undefined ? [] : [problem],
  };
}

function answer(
  work: Work,
  { left, warnings, dryRun }: Omit<Decision, "work"> & { dryRun: boolean },
): StartResult {
  return {
    dry_run: dryRun,
    session: workView(work),
    checklist: checklistView(work.checklist),
    left: left ? workView(left) : null,
    warnings,
  };
}

/** Returns what `mpm start` prints. */
function startText(result: StartResult, style: Style): string {
  const { session, left, checklist } = result;
  const verb = result.dry_run ? "Would start" : "Started";
  return [
    `${verb} ${sessionLine(session, style)}`,
    ...left ? [`Left paused: ${titleOf(left)}`] : [],
    ...noteLines(result.warnings, style),
    ...checklist.length > 0 ? ["", ...checklistLines(checklist, style)] : [],
    "",
  ].join("\n");
}
