import { isOfBare, placeOf, type Scope } from "../../clients/mod.ts";
import { dirname, relative, SEPARATOR } from "@std/path";
import { defineCommand } from "../../cli/mod.ts";
import { ignoredOf, locate, type Workspace } from "../../git/mod.ts";
import { installText } from "../install/text.ts";
import type { HooksInstallResult } from "./results.ts";
import { changeExcludes, excludeFile } from "../install/exclude.ts";
import { journaled, pathBelow, withUserLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { DIFF_FLAG, install, SCOPE_FLAG } from "../install/change.ts";
import { statusOfHooks } from "../install/status.ts";
import {
  binaryFor,
  refuseOldClient,
  statusLineWord,
} from "../install/program.ts";

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
  result: async () => (await import("./results.ts")).HooksInstallResult,
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
    const planned = install(system, order, true);
    const rules = await missingRules(system, workspace, planned);
    const excludes = excludeFile(workspace);
    const result = input["dry-run"]
      ? { ...planned, excluded: rules }
      : await journaled(context, ({ system }) =>
        withUserLock(system, () => {
          const done = install(system, order, false);
          const kept = rules.length === 0 ||
            (excludes !== undefined && changeExcludes(system, excludes, rules));
          return { ...done, excluded: kept ? rules : [] };
        }), {
        operation: "hooks install",
        workspace,
        files: [place.path, ...excludes === undefined ? [] : [excludes]],
        title: () =>
          `install hooks in ${pathBelow(workspace.root, place.path)}`,
      });
    const warnings = [
      ...result.warnings,
      ...reachWarnings(workspace, place),
      ...sharingWarnings(workspace, place),
      ...statusOfHooks(system, workspace).plugins.map((path) =>
        `mpm is enabled as a plugin in "${path}", so that its hooks run ` +
        "twice: claude plugin disable mpm"
      ),
      ...result.excluded.length < rules.length
        ? [
          `Git does not ignore "${place.path}": add it to .gitignore, it is yours alone`,
        ]
        : [],
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
function sharingWarnings(
  workspace: Workspace,
  { scope }: { scope: Scope },
): string[] {
  if (scope !== "project" || workspace.git !== "repository") return [];
  return [
    "This file is the project's: anyone else who has it needs an mpm at the " +
    "same path, and without one Claude Code skips the hooks",
  ];
}

/**
 * What git has to be told so that it ignores the files of the local scope,
 * which are no work of the user's. Those of the project are to be committed.
 */
async function missingRules(
  system: System,
  workspace: Workspace,
  { scope, path, skills }: HooksInstallResult,
): Promise<string[]> {
  if (scope !== "local" || workspace.git !== "repository") return [];
  const top = dirname(dirname(path));
  const paths = [
    path,
    ...skills.filter(({ action }) => action !== "foreign")
      .map(({ path }) => path),
  ].map((path) => relative(top, path).replaceAll(SEPARATOR, "/"));
  const ignored = await ignoredOf(system, top, paths);
  return paths.filter((path) => !ignored.has(path))
    .map((path) => `/${path.replace(/\/SKILL\.md$/, "/")}`);
}
