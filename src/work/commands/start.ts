import { defineCommand } from "../../cli/command.ts";
import { startText } from "../work_text.ts";
import { planned, started } from "../start_steps.ts";
import { TEMPLATE_FLAGS } from "../templates/template_flags.ts";

/** `mpm start` */
export const start = defineCommand({
  name: "start",
  summary: "Start a work session, from a template if wanted",
  description: `
A work session is a stretch of work on one task, with a state and a checklist.
It becomes the one this worktree is at: every pause saves it, and a resume goes
on with it. Where the worktree is at another session that is active, nothing is
started; a paused one stays paused and can be resumed.

Without a task the template's title and the values of its variables are it.`,
  positionals: [
    { name: "name", summary: "A name to find it by", optional: true },
    { name: "task", summary: "What is to be done", rest: true },
  ],
  flags: {
    ...TEMPLATE_FLAGS,
    "dry-run": {
      type: "boolean",
      summary: "Show what would be started and write nothing",
    },
  },
  examples: [
    "mpm start",
    'mpm start login "Fix the login after a timeout"',
    'mpm start --template feature-development --var feature="User notifications"',
    'mpm start hotfix --template bug-fix --var bug="#123"',
  ],
  result: async () => (await import("./results.ts")).StartResult,
  settles: true,
  async run(context, input) {
    return input["dry-run"]
      ? await planned(context, input)
      : await started(context, input);
  },
  render: startText,
  next: ({ dry_run: dry, checklist }) =>
    dry
      ? undefined
      : checklist.length > 0
      ? '"mpm check 1" ticks an item, "mpm pause" saves where you are'
      : '"mpm pause" saves where you are, "mpm complete" ends it',
});
