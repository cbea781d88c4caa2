import { isOfBare, placeOf, type Scope } from "../claude/settings_scope.ts";
import { dirname } from "@std/path";
import { defineCommand } from "../cli/command.ts";
import { isIgnored } from "../git/ignored.ts";
import { locate } from "../git/workspace.ts";
import { installText } from "../session/hooks_text.ts";
import type { Workspace } from "../session/repository.ts";
import type { HooksInstallResult } from "../session/results_hooks.ts";
import { journalPath } from "../store/recorder.ts";
import { withUserLock } from "../store/user_state.ts";
import type { System } from "../system/system.ts";
import { refuseOldClient } from "./client_steps.ts";
import { DIFF_FLAG, SCOPE_FLAG } from "./hooks_flags.ts";
import { journaled } from "./journaled.ts";
import { install } from "./install_steps.ts";
import { binaryFor, statusLineWord } from "./program_steps.ts";

/** `mpm hooks install` */
export const hooksInstall = defineCommand({
  name: "hooks install",
  summary: "Add mpm's hooks to Claude Code's settings",
  description: `
Adds an entry for each event mpm serves and leaves everything else in the file
as it is, to the byte. A second run changes nothing; entries of an older mpm are
replaced where they stand. A file that is not strict JSON, that Claude Code would
ignore, or that is a link is refused, and so is a Claude Code before 2.1.101,
which ignores files with events that it does not know. What the file held is kept
first.

The scopes are Claude Code's: local (.claude/settings.local.json of the main
worktree: this project, you alone), project (.claude/settings.json: everybody who
clones it) and user (~/.claude/settings.json: all your projects).`,
  positionals: [],
  flags: {
    scope: SCOPE_FLAG,
    skills: {
      type: "boolean",
      summary: "Install the skills /mpm-pause, /mpm-resume and others, too",
    },
    statusline: {
      type: "boolean",
      summary: "Set the status line, too, if there is none",
    },
    binary: {
      type: "string",
      names: "file",
      value: "path",
      summary: "The mpm that hooks start, instead of this one",
    },
    "dry-run": DIFF_FLAG,
  },
  examples: [
    "mpm hooks install --dry-run",
    "mpm hooks install --skills",
    "mpm hooks install --scope user --statusline",
  ],
  result: async () =>
    (await import("../session/results_hooks.ts")).HooksInstallResult,
  async run(context, input): Promise<HooksInstallResult> {
    const { system } = context;
    const binary = binaryFor(context, input.binary);
    const workspace = await locate(system, context.folder);
    const place = placeOf(system, input.scope, workspace);
    await refuseOldClient(system, context.folder);
    const order = {
      place,
      wanted: {
        binary,
        statusLine: statusLineWord(system, binary),
        withStatusLine: input.statusline,
      },
      skills: input.skills,
    };
    const result = input["dry-run"]
      ? install(system, order, true)
      : await journaled(context, ({ system }) =>
        withUserLock(system, () =>
          install(system, order, false)), {
        operation: "hooks install",
        workspace,
        files: [place.path],
        title: () =>
          `install hooks in ${journalPath(workspace.root, place.path)}`,
      });
    const warnings = [
      ...result.warnings,
      ...reachWarnings(workspace, place),
      ...await sharingWarnings(system, workspace, place),
    ];
    return { ...result, warnings };
  },
  render: installText,
  next: ({ dry_run: dry }) =>
    dry ? undefined : '"mpm hooks test" fires each hook once',
});

/** Where Claude Code does not read the file, though it is the project's. */
function reachWarnings(
  workspace: Workspace,
  { scope, folder }: { scope: Scope; folder: string },
): string[] {
  const top = dirname(folder);
  if (scope === "local" && isOfBare(workspace)) {
    return [
      "The repository is bare: Claude Code reads this file in this worktree " +
      "only. For all of them: --scope user",
    ];
  }
  if (scope === "user" || workspace.git === "repository") return [];
  return workspace.cwd === top
    ? []
    : [`Claude Code reads this file only in sessions that start in "${top}"`];
}

/** The entries name a path of this machine, and so should not be committed. */
async function sharingWarnings(
  system: System,
  workspace: Workspace,
  { scope, path }: { scope: Scope; path: string },
): Promise<string[]> {
  if (scope === "user" || workspace.git !== "repository") return [];
  if (scope === "project") {
    return [
      "This file is the project's: whoever else has it needs an mpm at the " +
      "same path, and without one Claude Code skips the hooks",
    ];
  }
  return await isIgnored(system, workspace, path) ? [] : [
    `Git does not ignore "${path}": add it to .gitignore, it is yours alone`,
  ];
}
