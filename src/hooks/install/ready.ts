import { dirname, relative, SEPARATOR } from "@std/path";
import type { Context } from "../../cli/mod.ts";
import {
  missingFolders,
  placeOf,
  type Scope,
  type ScopePlace,
} from "../../clients/mod.ts";
import { ignoredOf, type Workspace } from "../../git/mod.ts";
import { withUserLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { HooksInstallResult } from "../commands/results.ts";
import { install, type InstallOrder } from "./change.ts";
import { changeExcludes, excludeFile } from "./exclude.ts";
import { binaryFor, refuseOldClient, statusLineWord } from "./program.ts";

/** An installation that is ready to apply. */
export interface ReadyInstall {
  readonly place: ScopePlace;
  readonly order: InstallOrder;
  /** The plan. */
  readonly planned: HooksInstallResult;
  /** Rules missing from git's ignore file. */
  readonly rules: readonly string[];
  readonly excludes: string | undefined;
  /** Other files that change, and folders created for them. */
  readonly files: readonly string[];
}

/** Reads and decides what to install. Throws CONFLICT, NOT_FOUND. */
export async function readyInstall(
  context: Context,
  workspace: Workspace,
  input: {
    readonly scope: Scope;
    readonly skills: boolean;
    readonly statusline: boolean;
    readonly binary: string | undefined;
  },
): Promise<ReadyInstall> {
  const { system } = context;
  const binary = binaryFor(context, input.binary);
  const place = placeOf(system, input.scope, workspace);
  await refuseOldClient(system, context.folder);
  const order = {
    place,
    wanted: {
      binary,
      statusLine: statusLineWord(system, binary),
      withStatusLine: input.statusline,
      shared: input.scope === "project" && system.platform !== "windows",
    },
    skills: input.skills,
  };
  const planned = install(system, order, true);
  const rules = await missingRules(system, workspace, planned);
  const excludes = excludeFile(workspace);
  return {
    ...{ place, order, rules, excludes },
    planned: { ...planned, excluded: [...rules] },
    files: [
      ...missingFolders(system, [place.path]),
      place.path,
      ...excludes === undefined ? [] : [excludes],
    ],
  };
}

/** Applies the installation. Call under the user's lock. */
export async function installReady(
  system: System,
  { order, rules, excludes }: ReadyInstall,
): Promise<HooksInstallResult> {
  return await withUserLock(system, () => {
    const done = install(system, order, false);
    const kept = rules.length === 0 ||
      (excludes !== undefined && changeExcludes(system, excludes, rules));
    return { ...done, excluded: kept ? [...rules] : [] };
  });
}

/** Returns the missing ignore rules for the local scope's files. */
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
