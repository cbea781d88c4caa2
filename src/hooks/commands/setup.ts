import { MpmError } from "../../base/errors.ts";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { locate, type Workspace } from "../../git/mod.ts";
import { SCOPE_FLAG } from "../install/change.ts";
import { agreed, nothingChanged } from "../install/questions.ts";
import { applySetup, planSetup, type SetupInput } from "../install/setup.ts";
import { changesAnything, setupText } from "../install/setup_text.ts";
import { applyRemove, planRemove } from "../remove/remove.ts";
import { removeText } from "../remove/text.ts";
import type { SetupAnswer } from "./results.ts";

/** `mpm setup` */
export const setup = defineCommand({
  name: "setup",
  summary: "Set up a project: its folder, hooks and saved data",
  description: `
Finds git, Claude Code and your shells. Then mpm proposes a folder for the project, hooks, skills, completion scripts, and the kinds of data to save. It shows all changes and asks before it writes anything. --yes accepts the whole proposal, but does not trust claude-mpm's saves.

If this project has saves made by claude-mpm, mpm lists them and asks once whether they are yours. It asks because neither a file's path nor its owner proves this. If you say yes, mpm records their digests and treats the saves as your own.

"mpm undo" undoes the whole setup.

--remove undoes a setup at any time. mpm removes hooks, skills and status lines in all scopes, completions, man pages and the project's schedules. It also removes the parts that it
added to other files, and restores the original bytes. It keeps skills that you
edited. Then it lists the remaining data and the commands that delete it.`,
  positionals: [],
  flags: {
    yes: {
      type: "boolean",
      short: "y",
      summary: "Accept the proposal without asking",
    },
    "no-contents": {
      type: "boolean",
      summary:
        "Do not save the contents of uncommitted files in any of your projects",
    },
    "no-conversation": {
      type: "boolean",
      summary: "Do not save parts of conversations in any of your projects",
    },
    "no-hooks": {
      type: "boolean",
      summary: "Do not change Claude Code's settings",
    },
    "no-completions": {
      type: "boolean",
      summary: "Do not install completion scripts",
    },
    "branch-commits": {
      type: "boolean",
      summary: "Also commit saves to your branch, in all your projects",
    },
    "trust-saves": {
      type: "boolean",
      summary: "Treat claude-mpm's saves in this project as yours",
    },
    ignore: {
      type: "boolean",
      summary: "Keep the saves out of git",
    },
    scope: SCOPE_FLAG,
    binary: {
      type: "string",
      names: "file",
      value: "path",
      summary: "The program that hooks run, instead of this mpm",
    },
    remove: {
      type: "boolean",
      summary: "Remove hooks, skills, completions and other parts of mpm",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would happen without writing anything",
    },
  },
  examples: [
    "mpm setup",
    "mpm setup --yes",
    "mpm setup --remove --dry-run",
  ],
  result: async () => (await import("./results.ts")).SetupAnswer,
  async run(context, input): Promise<SetupAnswer> {
    const asks = !input.yes && !input["dry-run"];
    if (asks && !context.interactive) {
      throw new MpmError("USAGE", "Cannot ask: this is not a terminal", {
        hint: "--yes accepts the proposal, --dry-run shows it",
      });
    }
    const workspace = await locate(context.system, context.folder);
    const step = input.remove
      ? await removalOf(context, workspace, input)
      : await setupOf(context, workspace, { ...input, asks });
    if (input["dry-run"]) return step.result;
    if (asks && step.changes) {
      context.note(`\n${step.text.trimEnd()}`);
      if (!agreed(context, step.question)) throw nothingChanged();
    }
    return await step.apply();
  },
  render: (result, style, { yes, "dry-run": dry }) =>
    "removed" in result
      ? removeText(result)
      : setupText(result, style, { asked: !yes && !dry }),
  next: (result) =>
    result.dry_run
      ? undefined
      : "removed" in result
      ? result.removed.length > 0 ? '"mpm undo" restores all of it' : undefined
      : changesAnything(result)
      ? '"mpm pause" saves a session, "mpm undo" undoes the setup'
      : '"mpm pause" saves a session',
});

/** A plan to show and apply. */
interface Step {
  readonly result: SetupAnswer;
  readonly text: string;
  readonly question: string;
  /** True if there is anything to ask about. */
  readonly changes: boolean;
  apply(): Promise<SetupAnswer>;
}

async function setupOf(
  context: Context,
  workspace: Workspace,
  input: SetupInput,
): Promise<Step> {
  const plan = await planSetup(context, workspace, input);
  return {
    result: plan.result,
    text: setupText(plan.result, context.style, { asked: true }),
    question: "Write this?",
    changes: changesAnything(plan.result),
    apply: () => applySetup(context, workspace, plan),
  };
}

/** Options that cannot be combined with `--remove`. */
const OF_SETUP = [
  ...["no-contents", "no-conversation", "no-hooks", "no-completions"],
  ...["branch-commits", "trust-saves", "ignore", "binary"],
];

async function removalOf(
  context: Context,
  workspace: Workspace,
  input: object,
): Promise<Step> {
  const other = Object.entries(input)
    .find(([name, value]) => value && OF_SETUP.includes(name))?.[0];
  if (other !== undefined) {
    throw new MpmError("USAGE", `Cannot combine --remove with --${other}`, {
      hint: "mpm setup --remove removes the parts of mpm in all scopes",
    });
  }
  const result = await planRemove(context, workspace);
  return {
    result,
    text: removeText(result),
    question: "Remove this?",
    changes: result.removed.length > 0,
    apply: () => applyRemove(context, workspace, result),
  };
}
