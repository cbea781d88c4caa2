import { alone } from "../under_way.ts";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { returnText } from "../text.ts";
import { redactDetour } from "../redact.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { ReturnResult } from "./results.ts";
import { shellWord } from "../../base/shell.ts";
import { moved } from "../../work/mod.ts";
import { aheadNotes } from "../aside.ts";
import { isCalledBack } from "../end.ts";
import { named } from "../../base/words.ts";
import { planReturn, type ReturnPlan } from "../return/plan.ts";
import { type ReturnInput } from "../return/refusals.ts";
import { changesSince, deedsOf } from "../return/report.ts";
import {
  answer,
  howOf,
  leftoverName,
  restoredOf,
  Return,
} from "../return/apply.ts";

/** `mpm return` */
export const returnCommand = defineCommand({
  name: "return",
  summary: "End a detour and restore the earlier work",
  description: `
Completes the session that "mpm branch" started, switches back to the parent's git branch, and restores the parked work. Staged changes are staged again, and untracked files are restored. mpm adds the summary to the parent session, and reports what the detour did and what changed in the meantime.

If the working tree has uncommitted changes, mpm refuses to return. Commit the changes, or use an option: --park
keeps the changes in a checkpoint, and --carry brings them to the parent's branch. --discard cancels the detour and also keeps the changes in a checkpoint. If the parent's branch has moved since, mpm merges the parked work with the new commits. mpm finds conflicts before it changes anything. --keep-parked returns without the parked work, which stays in its checkpoint.

Files that a checkpoint cannot store, such as a very large file or a nested repository, stay where they are. If such a file is in the way, mpm moves it to the trash and prints its name.

If the detour has its own worktree, run the command there. mpm removes the worktree if all its work is merged and no process, such as your shell, is running in it. Otherwise "mpm worktrees prune" removes the worktree later.

"mpm undo" does not undo a return: an ended session cannot be reopened.`,
  positionals: [{
    name: "words",
    summary: "The result of the detour",
    rest: true,
  }],
  flags: {
    summary: {
      type: "string",
      short: "s",
      value: "text",
      summary: "The result of the detour",
    },
    message: {
      type: "string",
      short: "m",
      value: "text",
      summary: "Same as --summary",
    },
    park: {
      type: "boolean",
      summary: "Move the detour's uncommitted changes to a checkpoint",
    },
    carry: {
      type: "boolean",
      summary: "Bring the detour's uncommitted changes to the parent's branch",
    },
    discard: {
      type: "boolean",
      summary:
        "Cancel the detour and move its uncommitted changes to a checkpoint",
    },
    "keep-parked": {
      type: "boolean",
      summary: "Leave the parked work in its checkpoint",
    },
    "git-branch": {
      type: "string",
      names: "branch",
      short: "b",
      value: "branch",
      summary: "Switch to this git branch instead of the parent's",
    },
    "no-changes": {
      type: "boolean",
      summary: "Do not report what changed in the meantime",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would happen without changing anything",
    },
  },
  examples: [
    "mpm return",
    'mpm return "Login works again"',
    "mpm return --park",
    "mpm return --discard",
  ],
  result: async () => (await import("./results.ts")).ReturnResult,
  async run(context, input) {
    const result = input["dry-run"]
      ? await alone(context, {
        dryRun: true,
        plan: (workspace) => planReturn(context, workspace, input),
        run: (plan) => planned(context, plan),
      })
      : await returned(context, input);
    return redactDetour(redactorOf(context.system), result);
  },
  render: returnText,
});

/** Ends a detour. If a step fails, the earlier steps are undone. */
async function returned(
  context: Context,
  input: ReturnInput,
): Promise<ReturnResult> {
  const { system } = context;
  const { workspace, result } = await alone(context, {
    dryRun: false,
    plan: (workspace) => planReturn(context, workspace, input),
    async run(plan) {
      const deeds = await deedsOf(system, plan);
      const result = await new Return(context, plan, deeds).run();
      return { workspace: plan.workspace, result };
    },
  });
  if (input["no-changes"] || result.worktree || !result.parent) return result;
  const changes = await changesSince(system, workspace, result.parent);
  const warnings = [...result.warnings, ...parkedNotes(result, changes)];
  return { ...result, changes, warnings };
}

/** Returns notes about leftovers from before the detour. */
function parkedNotes(
  { leftovers }: ReturnResult,
  changes: ReturnResult["changes"],
): string[] {
  if (!leftovers || leftovers.how === "carried") return [];
  const away = new Set(leftovers.paths);
  const own = (changes?.working_directory.paths ?? [])
    .filter(({ path, then, now }) =>
      then !== null && now === null && away.has(path)
    )
    .map(({ path }) => path);
  if (own.length === 0) return [];
  const restore = `mpm checkpoint restore ${shellWord(leftovers.checkpoint)}`;
  return [
    "Files that were uncommitted before the detour are in its checkpoint: " +
    `${named(own)}. To restore them: ${restore}`,
  ];
}

/** Returns the preview of {@link returned}. */
async function planned(
  { system }: Context,
  plan: ReturnPlan,
): Promise<ReturnResult> {
  const { input, workspace } = plan;
  const { parked, base, to, child, parent } = plan;
  const deeds = await deedsOf(system, plan);
  const time = system.now();
  const action = input.discard ? "cancel" as const : "complete" as const;
  const active = child.state === "paused"
    ? moved(child, "resume", time)
    : child;
  const goesOn = parent?.state === "paused" &&
    isCalledBack(system, workspace.root, { parent, place: child.place });
  const result = answer(plan, deeds, {
    child: moved(active, action, time),
    parent: goesOn ? moved(parent, "resume", time) : parent,
    time,
  });
  const how = howOf(input);
  // A merge requires the checkpoint, which is only taken by a real return.
  const { dirt, clearing, switching, notes } = plan.way;
  const unsure = how === "carried" && dirt.length > 0 && (parked || to);
  return {
    ...result,
    dry_run: true,
    warnings: [
      ...result.warnings,
      ...notes,
      ...aheadNotes([...clearing, ...switching]),
      ...unsure
        ? [
          "A dry run cannot tell whether the changes of the detour can be " +
          'carried over; "mpm return" refuses if they conflict',
        ]
        : [],
    ],
    restored: base ? restoredOf(base, parked!) : null,
    leftovers: how && dirt.length > 0
      ? { how, checkpoint: leftoverName(child, how), paths: [...dirt] }
      : null,
  };
}
