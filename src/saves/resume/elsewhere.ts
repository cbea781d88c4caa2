import type { LostRow, SessionsResult } from "../commands/results.ts";
import { lostRows, lostSaves } from "../store/copies.ts";
import { fromWhom } from "../trust/foreign.ts";
import { listSaves, SessionStates } from "../store/read_saves.ts";
import { sessionsResult } from "../list.ts";
import { Origins } from "../trust/origins.ts";
import { relative } from "@std/path";
import type { Context } from "../../cli/mod.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import {
  branchByFiles,
  Git,
  mayHaveRefs,
  readObjects,
  readRefs,
  type Workspace,
} from "../../git/mod.ts";
import { fullId, isLog, isTeams, type SaveEntry } from "../store/save_entry.ts";
import { shellWord } from "../../base/shell.ts";
import { counted } from "../../base/words.ts";
import { layout, saveFiles, teamFolders } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { otherStoreHints } from "./other_stores.ts";

/** The maximum number of branches and folders to name. */
const NAMED = 3;

/**
 * Lists other places with saves, and commands that show them: folders of
 * claude-mpm, and remote branches with a colleague's saves.
 */
async function savesElsewhere(
  system: System,
  workspace: Workspace,
  known: readonly SaveEntry[],
): Promise<string[]> {
  const hints = await otherStoreHints(system, workspace);
  if (workspace.git !== "repository") return named(hints);
  const seen = new Set(known.map(({ id }) => id));
  const found: (RemoteSaves & { name: string })[] = [];
  for (const { branch, ids } of await findRemoteSaves(system, workspace)) {
    const unknown = ids.filter((id) => !seen.has(id));
    if (unknown.length === 0) continue;
    for (const id of unknown) seen.add(id);
    const name = branch.slice(branch.indexOf("/") + 1);
    found.push({ branch, name, ids: unknown });
  }
  const names = found.map(({ name }) => name);
  const local = await findLocal(system, workspace.worktree, names);
  const here = branchByFiles(system, workspace.worktree);
  const { sessions } = layout(workspace.worktree);
  const folder = relative(workspace.cwd, sessions);
  // A switch brings saves to a linked worktree, where mpm does not use them.
  const isHere = (id: string) =>
    workspace.linked &&
    system.files.lstat(saveFiles(sessions, id).json) !== undefined;
  for (const { branch, name, ids } of found) {
    const get = name === here ? "current" : local.get(name);
    const steps = [
      ...ids.every(isHere) ? [] : stepsTo(branch, name, get),
      ...workspace.linked ? [`mpm saves import ${shellWord(folder)}`] : [],
      "mpm resume --list",
    ];
    hints.push(
      `${escapeText(branch)} has ${counted(ids.length, "save")} that ` +
        `${ids.length === 1 ? "is" : "are"} not here. To list them: ` +
        `${escapeText(steps.join(", then "))}`,
    );
  }
  return named(hints);
}

/** Returns the commands that bring a remote branch into the worktree. */
function stepsTo(
  branch: string,
  name: string,
  local: "current" | "free" | "checked out" | undefined,
): string[] {
  const remote = shellWord(branch);
  switch (local) {
    case "current":
      return [`git merge ${remote}`];
    case "free":
      return [`git switch ${shellWord(name)}`, `git merge ${remote}`];
    case "checked out":
      return [`git switch --detach ${remote}`];
    case undefined:
      // Without --track, git rejects a name that exists on two remotes.
      return [`git switch --track ${remote}`];
  }
}

function named(hints: readonly string[]): string[] {
  const more = hints.length - NAMED;
  return more <= 0 ? [...hints] : [
    ...hints.slice(0, NAMED),
    `${counted(more, "more place", "more places")} with saves`,
  ];
}

/** A list of the project's saves, and the same saves as entries. */
export interface ProjectSaves {
  readonly listed: SessionsResult;
  readonly entries: readonly SaveEntry[];
  /** The numbered rows, in order. */
  readonly shown: readonly SaveEntry[];
  readonly first: number;
}

/** Lists the saves of the project, and notes where else there are saves. */
export async function listProject(
  { system, note }: Context,
  workspace: Workspace,
  { all, first = 0 }: { all: boolean; first?: number },
): Promise<ProjectSaves> {
  const { root } = workspace;
  const entries = await listSaves(system, root, {
    team: true,
    warn: ({ message }) => note(`Warning: ${message}`),
  });
  const states = new SessionStates(system, root);
  const listed = sessionsResult(entries, {
    ...{ project: root, now: system.now(), states, all, first },
    origins: new Origins(system),
  });
  for (const hint of await savesElsewhere(system, workspace, entries)) {
    note(`Note: ${hint}`);
  }
  const lost = await lostSaves(system, workspace);
  const rows = await lostRows(system, workspace, lost);
  for (const text of lostNotes(rows)) note(`Note: ${text}`);
  const shown = entries.filter((entry) => !states.isHidden(entry));
  return { listed: { ...listed, lost: rows }, entries, shown, first };
}

/** Returns notes about saves only in git, with a note for other people's. */
function lostNotes(rows: readonly LostRow[]): string[] {
  const about = (isForeign: boolean, words: string) => {
    const ids = rows.filter(({ origin }) =>
      isForeign === (origin === "foreign")
    ).map(({ session_id: id }) => id);
    if (ids.length === 0) return [];
    const more = ids.length > NAMED ? ", …" : "";
    const shown = ids.slice(0, NAMED).join(", ") + more;
    const are = ids.length === 1 ? "is" : "are";
    return [`${counted(ids.length, "save")} ${are} ${words}: ${shown}`];
  };
  const known = about(false, "missing from the disk, but git has a copy");
  const others = about(true, `only in git, ${fromWhom()}`);
  return [...known, ...others].map((text) =>
    `${text}. "mpm saves recover" restores saves`
  );
}

/** Says that there are no saves here, and where some exist. */
export async function nothingSaved(
  system: System,
  workspace: Workspace,
): Promise<MpmError> {
  const message = `No paused sessions found in "${workspace.root}"`;
  const theirs = await newestOfTeam(system, workspace.root);
  if (theirs !== undefined) {
    return new MpmError("NOT_FOUND", message, { hint: theirs });
  }
  const lost = await lostSaves(system, workspace);
  const [inGit] = lostNotes(await lostRows(system, workspace, lost));
  const [elsewhere] = inGit ? [] : await savesElsewhere(system, workspace, []);
  return new MpmError("NOT_FOUND", message, {
    hint: inGit ?? elsewhere ?? '"mpm pause" makes a save',
  });
}

async function newestOfTeam(system: System, root: string) {
  if (teamFolders(system, root).length === 0) return undefined;
  const entries = await listSaves(system, root, { team: true });
  const entry = entries.find((one) => isTeams(one) && !isLog(one));
  if (!entry) return undefined;
  const branch = entry.branch ? ` on ${escapeText(entry.branch)}` : "";
  const name = fromWhom(entry.author);
  return `The newest save is ${name}, paused${branch}: ` +
    `mpm resume ${fullId(entry)}`;
}

interface RemoteSaves {
  /** E.g. `origin/feature/auth`. */
  readonly branch: string;
  /** The IDs of its saves, newest first. */
  readonly ids: readonly string[];
}

/** The most branches to check, the newest commits first. */
const BRANCHES = 50;

const FOLDER = ".claude-mpm/sessions";

/**
 * Finds the saves in the newest commits of remote-tracking branches. Without
 * such branches, starts no process. Empty if git fails.
 */
async function findRemoteSaves(
  system: System,
  { root, commonDir }: { root: string; commonDir: string | undefined },
): Promise<RemoteSaves[]> {
  if (commonDir === undefined) return [];
  if (!mayHaveRefs(system, commonDir, "refs/remotes")) return [];
  const git = new Git(system, root);
  const branches = await remoteBranches(git);
  const names = branches.map((name) => `refs/remotes/${name}:${FOLDER}`);
  const trees = await attempt(() => readObjects(git, names)) ?? [];
  return branches.flatMap((branch, at) => {
    const tree = trees[at];
    const ids = tree?.type === "tree" ? savesIn(tree.bytes) : [];
    return ids.length === 0 ? [] : [{ branch, ids }];
  });
}

/** Returns the short names, without aliases of other branches. */
async function remoteBranches(git: Git): Promise<string[]> {
  const newest = ["--sort=-committerdate", `--count=${BRANCHES}`];
  const columns = ["%(refname:lstrip=2)", "%(symref)"];
  const refs =
    await attempt(() => readRefs(git, columns, ...newest, "refs/remotes")) ??
      [];
  return refs.filter(([, target]) => target === "").map(([name]) => name!);
}

async function findLocal(
  system: System,
  root: string,
  names: readonly string[],
): Promise<Map<string, "free" | "checked out">> {
  if (names.length === 0) return new Map();
  const git = new Git(system, root);
  const columns = ["%(refname:lstrip=2)", "%(worktreepath)"];
  const heads = names.map((name) => `refs/heads/${name}`);
  const refs = await attempt(() => readRefs(git, columns, ...heads)) ?? [];
  return new Map(
    refs.map(([name, path]) => [name!, path === "" ? "free" : "checked out"]),
  );
}

/** Returns the saves in a tree, whose names end in NUL. */
function savesIn(tree: Uint8Array): string[] {
  const names = new TextDecoder("latin1").decode(tree)
    .matchAll(/ (session-\d{8}-\d{6})\.json\0/g);
  return [...names].map(([, id]) => id!).sort().reverse();
}
