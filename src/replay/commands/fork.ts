import { escapeText } from "../../base/escape.ts";
import { shellWord } from "../../base/shell.ts";
import { defineCommand, dryRunFlag } from "../../cli/mod.ts";
import { alone } from "../../detours/mod.ts";
import { type KnownKeys, redactorOf } from "../../secrets/mod.ts";
import { fork, planFork, plannedFork } from "../fork.ts";
import { findSource } from "../source.ts";
import { scanSteps } from "../trees.ts";

/** Data from mpm and git that must not be changed. */
const PLAIN: KnownKeys = {
  names: new Set(["worktree", "path", "branch"]),
  ids: new Set(["checkpoint", "head", "print", "save", "id"]),
};

export const replayFork = defineCommand({
  name: "replay fork",
  summary: "Continue from a step of an agent session in a new worktree",
  description: `
Creates a worktree under .claude/worktrees/ with all files as they were at the step, and starts a session in it. The session's first save contains the hand-off of the conversation up to the step; run "mpm resume" in the worktree to continue. The new branch begins at the commit that was checked out at that step.
Uncommitted changes stay uncommitted in the worktree.

A fork requires a checkpoint taken at the step: see "mpm help replay". "mpm undo" removes the worktree, unless something in it has changed.`,
  positionals: [
    { name: "step", summary: "The number of the step" },
    {
      name: "session",
      summary: "A save, an agent session ID or a transcript file",
      names: "session",
      optional: true,
    },
  ],
  flags: {
    name: {
      type: "string",
      short: "n",
      value: "name",
      summary: "A name for the session, its worktree and its branch",
    },
    "dry-run": dryRunFlag("created"),
  },
  examples: [
    "mpm replay fork 12",
    "mpm replay fork 12 latest --name other-way",
    "mpm replay fork 12 --dry-run",
  ],
  result: async () => (await import("./results.ts")).ForkResult,
  async run(context, input) {
    const dryRun = input["dry-run"];
    const result = await alone(context, {
      dryRun,
      async plan(workspace) {
        const source = await findSource(context, workspace, input.session);
        const at = input.step;
        const found = await scanSteps(context, workspace, { source, at });
        const { name } = input;
        return await planFork(context, workspace, { source, found, name });
      },
      run: async (plan) =>
        dryRun ? plannedFork(plan) : await fork(context, plan),
    });
    return redactorOf(context.system).known(result, PLAIN);
  },
  render(result) {
    const { dry_run: dry, step, branch, worktree, head, checkpoint } = result;
    return [
      `${dry ? "Would fork" : "Forked"} step ${step} as ${escapeText(branch)}`,
      `  Worktree: ${escapeText(worktree)}`,
      `  Files: as in ${checkpoint}, on ${head.slice(0, 7)}`,
      ...result.left_out.map(({ path, reason }) =>
        `  Left out: ${escapeText(path)} (${escapeText(reason)})`
      ),
      ...result.save === null ? [] : [
        `  Hand-off: ${result.save}`,
        `Continue there: cd ${escapeText(shellWord(worktree))} && mpm resume`,
      ],
      "",
    ].join("\n");
  },
  next: ({ dry_run: dry }) => dry ? undefined : '"mpm undo" removes it',
});
