import { alone } from "../under_way.ts";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { branchText } from "../text.ts";
import { redactDetour } from "../redact.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { freeWorkId, newWork, TEMPLATE_FLAGS } from "../../work/mod.ts";
import { checkpointId } from "../../checkpoints/mod.ts";
import type { BranchResult } from "./results.ts";
import { type BranchPlan, planBranch } from "../branch/plan.ts";
import { answer, Branch, parentOf } from "../branch/apply.ts";

/** `mpm branch` */
export const branch = defineCommand({
  name: "branch",
  summary: "Start a detour and come back later",
  description: `
Saves the session of this worktree, as "mpm pause" does, and starts a new session below it. "mpm return" ends the new session and returns to the earlier session. If there is no earlier session, mpm creates a session for the current work. Detours can be nested to any depth; "mpm status
--tree" shows them.

--stash parks all uncommitted work in a checkpoint, including staged and untracked
files, and leaves the tree clean. Ignored files stay in place. --git-branch also switches to the given git branch. A new branch starts at the default branch, or at origin's default branch if that is ahead. --worktree leaves this tree alone and opens the detour in its own worktree under .claude/worktrees/. With --worktree, --git-branch sets the name of the git branch; otherwise mpm chooses a name. mpm does not use the network or run the repository's hooks.

mpm runs all its checks before it changes anything. If the command is interrupted, the next mpm command undoes the changes.

"mpm undo" does not undo this command. "mpm return --discard" ends the detour and moves its changes to a checkpoint.`,
  positionals: [
    { name: "name", summary: "A name for the detour" },
    { name: "task", summary: "The task of the detour", rest: true },
  ],
  flags: {
    stash: {
      type: "boolean",
      summary: "Park uncommitted work and leave the tree clean",
    },
    "git-branch": {
      type: "string",
      names: "branch",
      short: "b",
      value: "branch",
      summary:
        "Switch to this git branch; create it from the default branch if needed",
    },
    worktree: {
      type: "boolean",
      short: "w",
      summary: "Open the detour in its own worktree",
    },
    ...TEMPLATE_FLAGS,
    "no-commit": {
      type: "boolean",
      summary: "Do not keep a copy of the save in git",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would happen without changing anything",
    },
  },
  examples: [
    'mpm branch hotfix "Fix login" --stash --git-branch fix/login',
    'mpm branch review "Review PR 123" --worktree',
    'mpm branch "Bug Fix (urgent)" "Fix critical login bug"',
    "mpm branch spike --dry-run",
  ],
  result: async () => (await import("./results.ts")).BranchResult,
  async run(context, input) {
    const dryRun = input["dry-run"];
    const result = await alone(context, {
      dryRun,
      plan: (workspace) => planBranch(context, workspace, input),
      run: async (plan) =>
        dryRun ? planned(context, plan) : await new Branch(context, plan).run(),
    });
    return redactDetour(redactorOf(context.system), result);
  },
  render: branchText,
});

/** Returns the preview of the detour. */
function planned(context: Context, plan: BranchPlan): BranchResult {
  const { system } = context;
  const { input, workspace } = plan;
  const time = system.now();
  const parent = plan.parent ?? newWork(parentOf(context, plan), time);
  const id = freeWorkId(
    system,
    workspace.root,
    new Date(time.getTime() + 1000),
  );
  const child = newWork({ ...plan.child, id, parent: parent.id }, time);
  const parks = input.stash && plan.dirt.length > 0;
  return {
    ...answer(plan, { parent, child, to: plan.target ?? plan.from }),
    dry_run: true,
    parked: parks
      ? {
        checkpoint: checkpointId(`parked-${input.name}`),
        paths: [...plan.dirt],
      }
      : null,
  };
}
