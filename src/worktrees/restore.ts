import { SEPARATOR } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import {
  encodeText,
  Git,
  makeWorktree,
  pathsOf,
  readRefs,
  readWorktrees,
  refuseFilters,
  resolveNames,
  type Workspace,
} from "../git/mod.ts";
import { dropRescue, readRescues, type Rescue } from "./rescue.ts";
import type { WorktreesRestoreResult } from "./commands/results.ts";
import type { System } from "../system/system.ts";
import { field } from "../base/parsed_values.ts";
import {
  CannotUndo,
  noteUndo,
  recordFacts,
  type Undone,
  type UndoOrder,
} from "../ops/mod.ts";

/** Recreates a removed worktree, or shows how. Throws CONFLICT. */
export async function restored(
  system: System,
  workspace: Workspace,
  { git, rescue, dryRun }: { git: Git; rescue: Rescue; dryRun: boolean },
): Promise<WorktreesRestoreResult> {
  const path = placeFor(system, workspace, rescue);
  const plan = await planRestore(git, rescue, path);
  const notes = [...plan.notes];
  if (!dryRun) {
    const { name, head } = rescue;
    recordFacts(system, { after: { name, path, head } });
    notes.push(...await restoreWorktree(system, git, rescue, plan));
    await dropRescue(git, rescue);
  }
  return {
    dry_run: dryRun,
    name: rescue.name,
    path,
    branch: plan.branch ?? null,
    head: rescue.head,
    notes,
  };
}

/** Returns the worktree's original place. Throws CONFLICT if it is not free. */
function placeFor(
  system: System,
  { root }: Workspace,
  { name }: Rescue,
): string {
  const folder = join(root, ".claude", "worktrees");
  const path = join(folder, name);
  if (!path.startsWith(folder + SEPARATOR)) {
    throw new MpmError(
      "CONFLICT",
      `"${name}" is not a valid path for a worktree`,
    );
  }
  for (const above of [join(root, ".claude"), folder]) {
    const kind = system.files.lstat(above)?.kind ?? "folder";
    if (kind === "folder") continue;
    throw new MpmError("CONFLICT", `"${above}" is not a folder: ${kind}`);
  }
  const obstacle = obstacleTo(system, path);
  if (obstacle === undefined) return path;
  throw new MpmError("CONFLICT", `"${path}" is in the way: ${obstacle}`, {
    hint: "Move it elsewhere and run the command again",
  });
}

/** The plan for restoring a removed worktree. */
export interface RestorePlan {
  /** Absolute. */
  readonly path: string;
  /** `undefined`: HEAD is detached. */
  readonly branch: string | undefined;
  /** True if the branch is recreated. */
  readonly newBranch: boolean;
  /** Differences from the earlier state. */
  readonly notes: readonly string[];
}

/**
 * Plans the restore and checks the branch. A branch that was moved or is in use
 * elsewhere does not change, and HEAD is detached. Throws GIT_FAILED, and
 * CONFLICT if git has another worktree there.
 */
export async function planRestore(
  git: Git,
  rescue: Rescue,
  path: string,
): Promise<RestorePlan> {
  const { branch, head } = rescue;
  const listed = await readWorktrees(git);
  if (listed.some((one) => one.path === path)) {
    throw new MpmError("CONFLICT", `Git already has a worktree at "${path}"`, {
      hint: '"git worktree prune" removes entries of missing worktrees',
    });
  }
  const how = { path, branch: undefined, newBranch: false, notes: [] };
  if (branch === null) return how;
  const ref = `refs/heads/${branch}`;
  const now = (await resolveNames(git, [ref])).get(ref);
  const detached = (why: string): RestorePlan => ({
    ...how,
    notes: [`HEAD is detached: the branch "${branch}" ${why}`],
  });
  if (now === undefined) {
    const rival = await rivalOf(git, ref);
    return rival === undefined
      ? { ...how, branch, newBranch: true }
      : detached(`cannot exist next to the branch "${rival}"`);
  }
  if (now !== head) return detached("is now at another commit");
  return listed.some((one) => one.ref === ref)
    ? detached("is checked out elsewhere")
    : { ...how, branch };
}

/** Returns a branch whose name needs a folder where `ref` is a file. */
async function rivalOf(git: Git, ref: string): Promise<string | undefined> {
  const parts = ref.split("/");
  const above = parts.map((_, at) => parts.slice(0, at).join("/")).slice(3);
  const refs = await readRefs(git, ["%(refname)"], `${ref}/`, ...above);
  return refs.flat()
    .find((one) => one.startsWith(`${ref}/`) || above.includes(one))
    ?.replace("refs/heads/", "");
}

/** Recreates the worktree; returns the differences. Throws GIT_FAILED. */
async function restoreWorktree(
  system: System,
  git: Git,
  rescue: Rescue,
  plan: RestorePlan,
): Promise<string[]> {
  const { head } = rescue;
  await refuseFilters(git, {
    paths: () => pathsOf(git, head),
    commit: head,
    own: true,
    hint: 'Create the worktree with "git worktree add"',
  });
  await addWorktree(system, git, rescue, plan);
  return await attempt(
    () => makeSparse(system, plan.path, rescue).then(() => []),
    ({ message }) => [
      `mpm checked out all files, instead of the sparse part: ${message}`,
    ],
  );
}

/** Checks out only the part that was checked out before. */
async function makeSparse(
  system: System,
  path: string,
  { sparse }: Rescue,
): Promise<void> {
  if (!sparse) return;
  const git = new Git(system, path);
  const plain = git.like({ plain: true });
  const set = (name: string, value: boolean) =>
    plain.read(["config", "--worktree", name, `${value}`]);
  const { repository } = await git.standIn();
  const info = join(repository.gitDir, "info");
  const file = join(info, "sparse-checkout");
  if (!system.files.lstat(info)) system.files.mkdir(info);
  // Git copies the patterns of the worktree from which a new worktree is
  // created.
  if (system.files.lstat(file)) system.files.remove(file);
  system.files.create(file, encodeText(sparse.patterns));
  await set("core.sparseCheckout", true);
  await set("core.sparseCheckoutCone", sparse.cone);
  const settings = [
    "core.sparseCheckout=true",
    `core.sparseCheckoutCone=${sparse.cone}`,
  ].flatMap((setting) => ["-c", setting]);
  await git.read([...settings, "sparse-checkout", "reapply"]);
}

async function addWorktree(
  system: System,
  git: Git,
  { head, upstream }: Rescue,
  { path, branch, newBranch }: RestorePlan,
): Promise<void> {
  const how = branch === undefined
    ? ["--detach", "--", path, head]
    : newBranch
    ? ["--no-track", "-b", branch, "--", path, head]
    : ["--", path, branch];
  await makeWorktree(system, git, { path, how });
  if (!newBranch || !upstream) return;
  const plain = git.like({ plain: true });
  await plain.read(["config", `branch.${branch}.remote`, upstream.remote]);
  await plain.read(["config", `branch.${branch}.merge`, upstream.merge]);
}

/** Returns what is in the way of a worktree; an empty folder is allowed. */
export function obstacleTo(system: System, path: string): string | undefined {
  const kind = system.files.lstat(path)?.kind;
  if (kind === undefined) return undefined;
  if (kind !== "folder") return `it is a ${kind}`;
  return attempt(
    () => system.files.list(path).length === 0 ? undefined : "it is not empty",
    ({ message }) => message,
  );
}

/** Recreates the worktrees that a cleanup removed. */
export async function undoPrune(order: UndoOrder): Promise<Undone> {
  const { context: { system }, workspace, root, entry, dryRun } = order;
  if (entry.undoes !== undefined) {
    throw new MpmError(
      "CONFLICT",
      `Operation ${entry.id} cannot be undone: the worktrees ` +
        "may contain new work",
      { hint: '"mpm worktrees prune" removes worktrees without new work' },
    );
  }
  const git = new Git(system, workspace.root);
  const rescues = await rescuesOf(order, git);
  const details: string[] = [];
  const left: string[] = [];
  for (const rescue of rescues) {
    try {
      const { path, notes } = await restored(system, workspace, {
        git,
        rescue,
        dryRun,
      });
      details.push(`${dryRun ? "restore" : "restored"} ${path}`, ...notes);
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      left.push(`${rescue.name}: ${error.message}`);
    }
  }
  if (dryRun || details.length === 0) {
    return { details, left, operation: undefined };
  }
  const names = rescues.map(({ name }) => name);
  const operation = noteUndo(system, root, {
    entry,
    before: { worktrees: [] },
    after: { worktrees: names },
  });
  return { details, left, operation };
}

/** Returns the removals that can be undone. Throws CONFLICT without any. */
async function rescuesOf(
  { entry }: UndoOrder,
  git: Git,
): Promise<readonly Rescue[]> {
  const refs = field(entry.after, "rescues");
  const wanted = new Set(Array.isArray(refs) ? refs : []);
  const rescues = (await readRescues(git)).filter(({ ref }) => wanted.has(ref));
  if (rescues.length > 0) return rescues;
  throw new CannotUndo(entry, {
    reason: "its worktrees were restored later, or were empty",
    instead: '"mpm worktrees list" lists the worktrees that you can restore',
  });
}
