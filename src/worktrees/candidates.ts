import { join } from "@std/path";
import { FileError } from "../base/errors.ts";
import type { Workspace } from "../git/repository.ts";
import type { WorktreeFacts } from "./facts.ts";
import type { System } from "../system/system.ts";
import { isFull, readBoxes } from "./git/aside_box.ts";
import { readLock } from "../git/run/processes.ts";
import { readOperation } from "../git/state.ts";
import {
  isBelow,
  lastUse,
  readLockReason,
  readPlace,
  readRepository,
} from "./folders.ts";
import type { ListedWorktree } from "../git/worktrees.ts";

/** What is read of a candidate before git is asked about it. */
export interface Candidate {
  facts: WorktreeFacts;
  readonly gitDir: string | undefined;
  readonly moved: boolean;
}

/** What of these folders is none, in words. */
export function obstacleAt(
  system: System,
  folders: readonly string[],
): string | undefined {
  for (const folder of folders) {
    const kind = system.files.lstat(folder)?.kind;
    if (kind === undefined) return "missing";
    if (kind === "link") return `"${folder}" is a symbolic link`;
    if (kind !== "folder") return `"${folder}" is not a directory`;
  }
  return undefined;
}

interface Place {
  readonly folder: string;
  readonly listed: readonly ListedWorktree[];
  readonly callers: readonly string[];
}

/** Registered worktrees at any depth, other folders only directly below. */
export async function findCandidates(
  system: System,
  workspace: Workspace,
  place: Place,
): Promise<Candidate[]> {
  const { folder, listed, callers } = place;
  const registered = listed.slice(1)
    .filter(({ path }) => isBelow(path, folder));
  const others = system.files.list(folder)
    .filter(({ kind }) => kind === "folder" || kind === "link")
    .map(({ name }) => join(folder, name))
    .filter((path) =>
      !registered.some((one) => one.path === path || isBelow(one.path, path))
    );
  const all = [
    ...registered.map((one) => ({ ...one, kind: "worktree" as const })),
    ...others.map((path) => ({ path, kind: "orphan" as const })),
  ].sort((one, other) => one.path < other.path ? -1 : 1);
  const found = await Promise.all(
    all.map((one) =>
      readCandidate(system, workspace, { ...one, folder, callers })
    ),
  );
  const aside = asideCandidates(system, workspace, place);
  const isAside = ({ facts }: Candidate) =>
    facts.place === "missing" &&
    aside.some((one) => one.facts.path === facts.path);
  return [...found.filter((one) => !isAside(one)), ...aside];
}

/** Those that a clean-up took from their place and neither removed nor put back. */
function asideCandidates(
  system: System,
  { commonDir }: Workspace,
  { folder, listed }: Place,
): Candidate[] {
  return readBoxes(system, commonDir!, folder)
    .filter((box) => isFull(system, box))
    .map(({ tree, path = tree }) => {
      const one = listed.find((one) => one.path === path);
      const facts: WorktreeFacts = {
        ...factsOf({ path, kind: "worktree", ...one }),
        place: "aside",
        aside: tree,
      };
      return { facts, gitDir: undefined, moved: false };
    });
}

/** What git has registered of it, or only where it is. */
type Named = Pick<WorktreeFacts, "path" | "kind"> & Partial<ListedWorktree>;

/** Before anything is looked at. */
function factsOf({ path, kind, head, ref }: Named): WorktreeFacts {
  return {
    path,
    kind,
    place: "missing",
    own: false,
    repository: "none",
    branch: ref?.replace(/^refs\/heads\//, ""),
    head,
    lock: undefined,
    operation: undefined,
    usedAt: Infinity,
  };
}

async function readCandidate(
  system: System,
  { commonDir }: Workspace,
  { folder, callers, ...named }: Named & Pick<Place, "folder" | "callers">,
): Promise<Candidate> {
  const { path } = named;
  const facts: WorktreeFacts = {
    ...factsOf(named),
    place: readPlace(system, path, folder),
    own: callers.some((one) => one === path || isBelow(one, path)),
  };
  const nowhere = { facts, gitDir: undefined, moved: false };
  if (facts.place !== "inside") return nowhere;
  const { gitDir, ...rest } = readRepository(system, path, commonDir!);
  const { repository, moved } = rest;
  try {
    const use = await readUse(system, path, gitDir);
    return { facts: { ...facts, repository, ...use }, gitDir, moved };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { ...nowhere, facts: { ...facts, place: "unreadable" } };
  }
}

/** Whether somebody is at work in it, by what its files say. */
async function readUse(
  system: System,
  path: string,
  gitDir: string | undefined,
): Promise<Pick<WorktreeFacts, "lock" | "operation" | "usedAt">> {
  const lock = gitDir && readLockReason(system, gitDir);
  return {
    lock: lock === undefined ? undefined : await readLock(system, lock),
    operation: gitDir && readOperation(system, gitDir),
    usedAt: lastUse(system, path, gitDir),
  };
}
