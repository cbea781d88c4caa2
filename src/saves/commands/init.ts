import { join } from "@std/path";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { readCommitState } from "../pause/commit.ts";
import { locate, type Workspace } from "../../git/mod.ts";
import type { System } from "../../system/system.ts";
import type { InitResult } from "./results.ts";
import {
  ensureHome,
  HOME,
  ignoreFile,
  ignoreHome,
  journaled,
  layout,
  withLock,
} from "../../ops/mod.ts";

/** `mpm init` */
export const init = defineCommand({
  name: "init",
  hidden: true,
  summary: "Set a project up: the folder, and whether git ignores it",
  description: `
Creates .claude-mpm/ in the top folder of the repository. Not needed before a
pause, which creates it too. With --ignore the folder is added to .gitignore,
and pauses make no commit; without it they commit each save. On a terminal it
asks.`,
  positionals: [],
  flags: {
    ignore: {
      type: "boolean",
      summary: "Keep the saves out of git",
    },
    "no-ignore": {
      type: "boolean",
      summary: "Leave .gitignore alone and do not ask",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be done and write nothing",
    },
  },
  examples: ["mpm init", "mpm init --ignore"],
  result: async () => (await import("./results.ts")).InitResult,
  async run(context, input) {
    if (input.ignore && input["no-ignore"]) {
      throw new MpmError("USAGE", "Both --ignore and --no-ignore were given");
    }
    const workspace = await locate(context.system, context.folder);
    const result = await planInit(context, workspace, input);
    if (result.dry_run) return result;
    return await journaled(
      context,
      ({ system }) => applyInit(system, workspace, result),
      {
        operation: "init",
        workspace,
        title: () =>
          result.ignore_file === null ? "set up" : "set up, ignored by git",
        facts: ({ created }) =>
          created ? { after: { created: HOME } } : undefined,
      },
    );
  },
  render: initText,
  next: ({ dry_run: dry, created }) =>
    created && !dry
      ? '"mpm pause" saves a session, "mpm hooks install" has Claude Code do it'
      : undefined,
});

/** Decides what an init does, and asks where it may. */
export async function planInit(
  context: Context,
  workspace: Workspace,
  input: {
    readonly ignore: boolean;
    readonly "no-ignore": boolean;
    readonly "dry-run": boolean;
  },
): Promise<InitResult> {
  const { system } = context;
  const { root, git } = workspace;
  const { home, sessions, pointer } = layout(root);
  const { ignored = false } = await readCommitState(system, workspace, {
    save: join(sessions, "session.json"),
    pointer,
  });
  const dryRun = input["dry-run"];
  const ask = git === "repository" && !ignored && !input.ignore &&
    !input["no-ignore"] && !dryRun && context.interactive;
  const ignore = !ignored && (input.ignore || (ask && wanted(context.ask)));
  return {
    dry_run: dryRun,
    folder: home,
    created: system.files.lstat(home) === undefined,
    ignored: ignored || ignore,
    ignore_file: ignore ? ignoreFile(root) : null,
  };
}

/** Does what was decided. */
export async function applyInit(
  system: System,
  { root }: Workspace,
  plan: InitResult,
): Promise<InitResult> {
  return await withLock(system, root, () => {
    ensureHome(system, root);
    if (plan.ignore_file !== null) ignoreHome(system, root);
    return plan;
  });
}

function wanted(ask: (question: string) => string | undefined): boolean {
  const answer = ask("Keep the saved sessions out of git? [y/N]: ");
  return /^y(es)?$/i.test(answer?.trim() ?? "");
}

/** What an init did, or would do, for people. */
export function initText(result: InitResult): string {
  const { created, dry_run: dry, ignore_file: file } = result;
  const would = dry ? "Would create" : "Created";
  const lines = [
    `${created ? would : "Already there:"} ${escapeText(result.folder)}`,
    ...file === null
      ? []
      : [`${dry ? "Would add" : "Added"} it to ${escapeText(file)}`],
    result.ignored
      ? "Git ignores the folder: pauses make no commit."
      : "Saves are committed by each pause in a repository (see --ignore).",
  ];
  return lines.join("\n") + "\n";
}
