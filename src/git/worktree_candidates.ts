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
  const registered = listed.slice(1).map(({ path }) => path)
    .filter((path) => isBelow(path, folder));
  const others = system.files.list(folder)
    .filter(({ kind }) => kind === "folder" || kind === "link")
    .map(({ name }) => join(folder, name))
    .filter((path) =>
      !registered.some((other) => other === path || isBelow(other, path))
    );
  const all = [
    ...registered.map((path) => ({ path, kind: "worktree" as const })),
    ...others.map((path) => ({ path, kind: "orphan" as const })),
  ].sort((one, other) => one.path < other.path ? -1 : 1);
  return await Promise.all(
    all.map((one) =>
      readCandidate(system, workspace, { ...one, folder, callers })
    ),
  );
}

async function readCandidate(
  system: System,
  workspace: Workspace,
  { path, kind, folder, callers }: {
    path: string;
    kind: WorktreeFacts["kind"];
    folder: string;
    callers: readonly string[];
  },
): Promise<Candidate> {
  const place = readPlace(system, path, folder);
  const facts: WorktreeFacts = {
    path,
    kind,
    place,
    own: callers.some((one) => one === path || isBelow(one, path)),
    repository: "none",
    branch: undefined,
    head: undefined,
    lock: undefined,
    operation: undefined,
    usedAt: Infinity,
  };
  if (place !== "inside") return { facts, gitDir: undefined, moved: false };
  const commonDir = workspace.commonDir!;
  const { repository, gitDir, moved } = readRepository(system, path, commonDir);
  try {
    const lock = gitDir === undefined
      ? undefined
      : readLockReason(system, gitDir);
    return {
      facts: {
        ...facts,
        repository,
        lock: lock === undefined ? undefined : await readLock(system, lock),
        operation: gitDir && readOperation(system, gitDir),
        usedAt: lastUse(system, path, gitDir),
      },
      gitDir,
      moved,
    };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { facts: { ...facts, place: "unreadable" }, gitDir, moved };
  }
}
