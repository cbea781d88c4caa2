import { type Context, defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { isIgnored } from "../pause/branch_commit.ts";
import { recordReplaced } from "../../clients/mod.ts";
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
  withUserLock,
} from "../../ops/mod.ts";

/** `mpm init` */
export const init = defineCommand({
  name: "init",
  hidden: true,
  summary: "Set up a project: its folder, and whether git ignores it",
  description: `
Creates .claude-mpm/ in the top folder of the repository. Not needed before a
pause, which creates it too. Git does not see the saves in there: their folder
ignores itself. With --ignore, mpm adds all of .claude-mpm/ to .gitignore, including the project's settings and templates.

"mpm undo" removes the line from .gitignore. It does not undo the creation of the folder, because the folder contains the log. To remove mpm from the project, delete the folder.`,
  positionals: [],
  flags: {
    ignore: { type: "boolean", summary: "Add the folder to .gitignore" },
    "no-ignore": {
      type: "boolean",
      summary: "Leave .gitignore alone (default)",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would happen without writing anything",
    },
  },
  examples: ["mpm init", "mpm init --ignore"],
  result: async () => (await import("./results.ts")).InitResult,
  async run(context, input) {
    if (input.ignore && input["no-ignore"]) {
      throw new MpmError("USAGE", "Cannot combine --ignore with --no-ignore");
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
  render: (result) => initText(result),
  next: ({ dry_run: dry, created }) =>
    created && !dry
      ? '"mpm pause" saves a session; "mpm hooks install" lets Claude Code ' +
        "save sessions by itself"
      : undefined,
});

/** Decides what an init does. */
export async function planInit(
  { system }: Context,
  workspace: Workspace,
  input: {
    readonly ignore: boolean;
    readonly "dry-run": boolean;
  },
): Promise<InitResult> {
  const { root } = workspace;
  const { home } = layout(root);
  const ignored = await isIgnored(system, workspace) ?? false;
  const ignore = !ignored && input.ignore;
  return {
    dry_run: input["dry-run"],
    folder: home,
    created: system.files.lstat(home) === undefined,
    ignored: ignored || ignore,
    ignore_file: ignore ? ignoreFile(root) : null,
  };
}

/** Carries out the decision. Throws LOCKED, CONFLICT for a link, FILE_FAILED. */
export async function applyInit(
  system: System,
  { root }: Workspace,
  plan: InitResult,
): Promise<InitResult> {
  return await withLock(system, root, async () => {
    ensureHome(system, root);
    if (plan.ignore_file === null) return plan;
    const { before, after } = ignoreHome(system, root);
    await withUserLock(system, () => {
      recordReplaced(system, plan.ignore_file!, { before, after });
    });
    return plan;
  });
}

/** Describes the result of an init, or its plan, for people. */
export function initText(
  result: InitResult,
  by: "init" | "setup" = "init",
): string {
  const { created, dry_run: dry, ignore_file: file } = result;
  const would = dry ? "Would create" : "Created";
  const lines = [
    `${created ? would : "Already there:"} ${escapeText(result.folder)}`,
    ...file === null
      ? []
      : [`${dry ? "Would add" : "Added"} it to ${escapeText(file)}`],
    result.ignored
      ? "Git ignores the folder."
      : "Git ignores the saves in this folder. To ignore the whole folder: " +
        `mpm ${by} --ignore`,
  ];
  return lines.join("\n") + "\n";
}
