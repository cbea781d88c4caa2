import { join } from "@std/path";
import { FileError } from "../errors.ts";
import type { Workspace } from "../session/repository.ts";
import type { WorktreeFacts } from "../session/worktree_facts.ts";
import type { System } from "../system/system.ts";
import { readLock } from "./lock_holder.ts";
import { readOperation } from "./operation.ts";
import {
  isBelow,
  lastUse,
  readLockReason,
  readPlace,
  readRepository,
} from "./worktree_folders.ts";
import type { ListedWorktree } from "./worktree_list.ts";

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
  { folder, listed, callers }: Place,
): Promise<Candidate[]> {
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
  return await Promise.all(
    all.map((one) =>
      readCandidate(system, workspace, { ...one, folder, callers })
    ),
  );
}

/** What git has registered of it, or only where it is. */
type Named = Pick<WorktreeFacts, "path" | "kind"> & Partial<ListedWorktree>;

async function readCandidate(
  system: System,
  { commonDir }: Workspace,
  { folder, callers, ...named }: Named & Pick<Place, "folder" | "callers">,
): Promise<Candidate> {
  const { path, kind, head, ref } = named;
  const facts: WorktreeFacts = {
    path,
    kind,
    place: readPlace(system, path, folder),
    own: callers.some((one) => one === path || isBelow(one, path)),
    repository: "none",
    branch: ref?.replace(/^refs\/heads\//, ""),
    head,
    lock: undefined,
    operation: undefined,
    usedAt: Infinity,
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
