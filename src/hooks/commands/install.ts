import {
  CLAUDE,
  type Client,
  clientNamed,
  isOfBare,
  type Scope,
} from "../../clients/mod.ts";
import { dirname } from "@std/path";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { locate, type Workspace } from "../../git/mod.ts";
import { clientText, installText } from "../install/text.ts";
import type { ClientFilesResult, HooksInstallAnswer } from "./results.ts";
import { journaled, pathBelow } from "../../ops/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { CLIENT_FLAG, DIFF_FLAG, SCOPE_FLAG } from "../install/change.ts";
import { changeClient, planClient } from "../install/client_files.ts";
import { binaryFor } from "../install/program.ts";
import { statusOfHooks } from "../install/status.ts";
import { installReady, readyInstall } from "../install/ready.ts";

/** `mpm hooks install` */
export const hooksInstall = defineCommand({
  name: "hooks install",
  summary: "Add mpm's hooks to a client's settings",
  description: `
Adds a hook for each event that mpm handles, and does not change the rest of the file. A second run changes nothing. mpm replaces hooks from an older version in place. It does not edit a file that is a link, that is not strict JSON, or that Claude Code would ignore. It also rejects Claude Code versions before 2.1.101, which ignore files with unknown events. mpm keeps a copy of the old file.

The scopes are the same as in Claude Code. "local" is .claude/settings.local.json in the main worktree, only for you in this project. "project" is
.claude/settings.json, for everyone who clones the project. "user" is
~/.claude/settings.json, for all your projects.

--client installs the hooks in another client, for all your projects. For Codex
CLI, mpm writes hooks.json or config.toml; for Gemini CLI, an extension; for
opencode, a plugin; for Copilot CLI, a separate file. If mpm is missing or
fails, these hooks exit with status 0. Codex CLI asks you to trust the hooks before it runs them.`,
  positionals: [],
  flags: {
    client: CLIENT_FLAG,
    scope: SCOPE_FLAG,
    skills: {
      type: "boolean",
      summary: "Also install skills such as /mpm-pause and /mpm-resume",
    },
    statusline: {
      type: "boolean",
      summary: "Also install the status line, unless you already have one",
    },
    binary: {
      type: "string",
      names: "file",
      value: "path",
      summary: "The program that hooks run, instead of this mpm",
    },
    "dry-run": DIFF_FLAG,
  },
  examples: [
    "mpm hooks install --dry-run",
    "mpm hooks install --skills",
    "mpm hooks install --client codex --skills",
    "mpm hooks install --scope user --statusline",
  ],
  result: async () => (await import("./results.ts")).HooksInstallAnswer,
  async run(context, input): Promise<HooksInstallAnswer> {
    const { system } = context;
    const workspace = await locate(system, context.folder);
    const client = clientNamed(input.client)!;
    if (client !== CLAUDE) {
      return await installFor(context, workspace, { ...input, client });
    }
    const ready = await readyInstall(context, workspace, input);
    const { place, rules } = ready;
    const result = input["dry-run"] ? ready.planned : await journaled(
      context,
      ({ system }) => installReady(system, ready),
      {
        operation: "hooks install",
        workspace,
        files: ready.files,
        title: () =>
          `install hooks in ${pathBelow(workspace.root, place.path)}`,
      },
    );
    const warnings = [
      ...result.warnings,
      ...reachWarnings(workspace, place),
      ...sharingWarnings(workspace, place),
      ...statusOfHooks(system, workspace).plugins.map((path) =>
        `mpm is also enabled as a plugin in "${path}", so its hooks run ` +
        "twice. To disable the plugin: claude plugin disable mpm"
      ),
      ...result.excluded.length < rules.length
        ? [
          `Git does not ignore "${place.path}": add it to .gitignore, because it is only for you`,
        ]
        : [],
    ];
    return { ...result, warnings };
  },
  render: (result, style) =>
    "files" in result ? clientText(result, style) : installText(result, style),
  next: ({ dry_run: dry }) =>
    dry ? undefined : '"mpm hooks test" fires each hook once',
});

async function installFor(
  context: Context,
  workspace: Workspace,
  { client, ...input }: {
    client: Client;
    binary: string | undefined;
    skills: boolean;
    statusline: boolean;
    "dry-run": boolean;
  },
): Promise<ClientFilesResult> {
  const { system } = context;
  if (input.statusline) {
    throw new MpmError(
      "USAGE",
      `${client.title} does not support mpm's status line`,
    );
  }
  const { config } = readConfigAnyway(system, workspace.root);
  const binary = binaryFor(context, input.binary);
  const files = await planClient(system, client, {
    ...{ binary, claims: config["claims.auto"], skills: input.skills },
  });
  const dryRun = input["dry-run"];
  return await changeClient(context, workspace, {
    ...{ client, files, binary, dryRun },
  });
}

/** Returns warnings about a project file that Claude Code does not read. */
function reachWarnings(
  workspace: Workspace,
  { scope, folder }: { scope: Scope; folder: string },
): string[] {
  const top = dirname(folder);
  if (scope === "local" && isOfBare(workspace)) {
    return [
      "The repository is bare: Claude Code reads this file only in this " +
      "worktree. To install for all worktrees, use --scope user",
    ];
  }
  if (scope === "user" || workspace.git === "repository") return [];
  return workspace.cwd === top
    ? []
    : [`Claude Code reads this file only in sessions that start in "${top}"`];
}

/** Warns that entries with paths of this machine are not for others. */
function sharingWarnings(
  workspace: Workspace,
  { scope }: { scope: Scope },
): string[] {
  if (scope !== "project" || workspace.git !== "repository") return [];
  return [
    "This file belongs to the project: everyone else who uses it needs mpm at the same path. Without mpm, Claude Code skips the hooks",
  ];
}
