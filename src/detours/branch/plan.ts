import { join } from "../../base/join.ts";
import type { Context } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import {
  type Capture,
  findTarget,
  inTheWay,
  overwritten,
  pathsOf,
  type Position,
  readPosition,
  refuseFilters,
  type SwitchTarget,
  treeChanges,
  type Workspace,
  WORKTREES,
} from "../../git/mod.ts";
import { isAt } from "../position.ts";
import { slugOf } from "../../base/names.ts";
import { shellWord } from "../../base/shell.ts";
import { readVarsHere } from "../../items/mod.ts";
import {
  type Beginning,
  beginningOf,
  currentWork,
  isOpen,
  labelOf,
  listWorks,
  placeKey,
  type Work,
} from "../../work/mod.ts";
import { isStranded } from "../stranded.ts";
import type { System } from "../../system/system.ts";
import type { CheckpointPlace } from "../../checkpoints/mod.ts";
import {
  captureTree,
  dirtyPaths,
  isIgnoreRule,
  openTree,
  refuseBusy,
  refuseCovering,
  refuseUnnamed,
  refuseUnparkable,
} from "../tree.ts";
import { named } from "../../base/words.ts";
import { unparkedIn, unseen } from "../aside.ts";

/** The input of `mpm branch`. */
interface BranchInput {
  readonly name: string;
  readonly task: readonly string[];
  readonly stash: boolean;
  readonly "git-branch": string | undefined;
  readonly worktree: boolean;
  readonly template: string | undefined;
  readonly var: readonly string[];
  readonly "no-commit": boolean;
  readonly "dry-run": boolean;
}

/** The plan of a detour; nothing is changed yet. */
export interface BranchPlan {
  readonly workspace: Workspace;
  readonly input: BranchInput;
  /** The session to leave; `undefined` if one must be created. */
  readonly parent: Work | undefined;
  /** Task, template and checklist of the new session. */
  readonly child: Beginning;
  /** `undefined`: outside a repository. */
  readonly tree: CheckpointPlace | undefined;
  readonly from: Position;
  readonly target: SwitchTarget | undefined;
  /** Uncommitted paths. */
  readonly dirt: readonly string[];
  /** The files with ignore rules that a switch changes. */
  readonly rules: readonly string[];
  /** Absolute path of the new worktree. */
  readonly linked: string | undefined;
}

const NOWHERE: Position = { branch: null, head: null };
const NOTHING = { dirt: [], rules: [] };

/** Reads and checks everything. Throws if the detour cannot start. */
export async function planBranch(
  { system }: Context,
  workspace: Workspace,
  input: BranchInput,
): Promise<BranchPlan> {
  checkFlags(input, workspace);
  const child = await beginningOf(system, workspace, {
    input,
    stateVars: () => readVarsHere(system, workspace),
  });
  const parent = currentParent(system, workspace, input.name);
  const plan = { workspace, input, parent, child };
  const inGit = workspace.git === "repository";
  const touches = input.stash || input["git-branch"] !== undefined ||
    input.worktree;
  if (!inGit || !touches) {
    const from = inGit && !touches ? await fromOf(system, workspace) : NOWHERE;
    const none = { tree: undefined, target: undefined, linked: undefined };
    return { ...plan, ...none, from, ...NOTHING };
  }
  const tree = await openTree(system, workspace);
  const from = await readPosition(tree.vault.git);
  if (input.worktree) {
    const { target, linked } = await planLinked(system, tree, { input, from });
    return { ...plan, tree, from, target, linked, ...NOTHING };
  }
  const way = await planTree(system, tree, { input, from });
  return { ...plan, tree, from, linked: undefined, ...way };
}

async function fromOf(
  system: System,
  workspace: Workspace,
): Promise<Position> {
  const { vault } = await openTree(system, workspace);
  return await readPosition(vault.git);
}

function checkFlags(input: BranchInput, { git, reason }: Workspace): void {
  if (input.worktree && input.stash) {
    throw new MpmError(
      "USAGE",
      '"--stash" cannot be combined with "--worktree"',
      {
        hint: "--worktree does not touch this tree or its uncommitted work",
      },
    );
  }
  const needs = [
    input.stash ? "--stash" : undefined,
    input["git-branch"] === undefined ? undefined : "--git-branch",
    input.worktree ? "--worktree" : undefined,
  ].find((flag) => flag !== undefined);
  if (needs === undefined || git === "repository") return;
  throw new MpmError(
    "CONFLICT",
    `"${needs}" needs a git repository: ${reason ?? "this is not one"}`,
    {
      hint:
        `Leave out ${needs}: the detour then works on the files as they are`,
    },
  );
}

/** Throws if an open session already has the name. */
function currentParent(
  system: System,
  workspace: Workspace,
  name: string,
): Work | undefined {
  const { root } = workspace;
  const place = placeKey(workspace);
  const { work, problem, foreign } = currentWork(system, root, place);
  if (problem !== undefined && !foreign) {
    throw new MpmError("UNREADABLE", problem, {
      hint:
        "Move the file elsewhere, or repair it: it names the session of this " +
        "worktree",
    });
  }
  const namesake = listWorks(system, root).works.find((one) =>
    one.name === name && isOpen(one.state)
  );
  if (!namesake) return work;
  const { id, state, worktree } = namesake;
  const here = namesake.place === place ? "" : ` in "${worktree}"`;
  throw new MpmError(
    "CONFLICT",
    `${labelOf(namesake)} is already ${state}${here}: ${id}`,
    {
      hint: namesake.id === work?.id
        ? '"mpm return" ends it. For a new detour, choose another name'
        : isStranded(system, workspace, namesake)
        ? "Its worktree no longer exists. To end the detour: mpm complete " +
          `${shellWord(name)}`
        : "Choose another name, or continue that session",
    },
  );
}

interface Wanted {
  readonly input: BranchInput;
  readonly from: Position;
}

/**
 * Throws if the tree cannot be cleared or switched without losing something.
 */
async function planTree(
  system: System,
  tree: CheckpointPlace,
  { input, from }: Wanted,
): Promise<Pick<BranchPlan, "target" | "dirt" | "rules">> {
  refuseBusy(system, tree);
  refuseUnborn(from, input);
  const { git, workspace } = tree.vault;
  const wanted = input["git-branch"];
  const [capture, target] = await Promise.all([
    captureTree(system, tree, { write: input.stash && !input["dry-run"] }),
    wanted === undefined ? undefined : findTarget(system, git, {
      worktree: workspace.worktree,
      branch: wanted,
    }),
  ]);
  const dirt = dirtyPaths(capture);
  if (input.stash && dirt.length > 0) {
    refuseUnparkable(capture);
    refuseCovering(system, tree, capture);
  }
  const stays = !target || isAt(from, target);
  if (stays) {
    const paths = () => input.stash ? dirt : [];
    await refuseFilters(git, { paths, commit: from.head });
    return { target, dirt, rules: [] };
  }
  refuseUnnamed(from);
  const rules = await checkSwitch(system, tree, {
    ...{ capture, target, from, dirt },
    stash: input.stash,
  });
  return { target, dirt, rules };
}

function refuseUnborn({ head }: Position, input: BranchInput): void {
  if (head !== null) return;
  const flag = input.stash ? "--stash" : "--git-branch";
  const message = `"${flag}" needs a first commit to go back to`;
  throw new MpmError("CONFLICT", message, {
    hint: "Commit something first, or leave it out",
  });
}

async function planLinked(
  system: System,
  { vault, workspace }: CheckpointPlace,
  { input, from }: Wanted,
): Promise<{ target: SwitchTarget; linked: string }> {
  const { git } = vault;
  if (workspace.root === workspace.commonDir) {
    throw new MpmError("CONFLICT", "A bare repository has no working tree", {
      hint: "Add a worktree with git, and run the command there",
    });
  }
  const slug = slugOf(input.name);
  const branch = input["git-branch"] ?? slug;
  const target = await findTarget(system, git, { worktree: "", branch });
  if (from.head === null && target.start === undefined) {
    refuseUnborn(from, input);
  }
  const linked = join(workspace.root, WORKTREES, slug);
  if (system.files.lstat(linked)) {
    throw new MpmError("CONFLICT", `"${linked}" already exists`, {
      hint: "Choose another name, or move it elsewhere",
    });
  }
  const paths = () => pathsOf(git, target.head);
  await refuseFilters(git, { paths, commit: target.head });
  return { target, linked };
}

/**
 * Throws CONFLICT if a switch would lose something, if git would refuse it, or
 * if mpm could not undo it. Returns the files with ignore rules that the switch
 * would change.
 */
async function checkSwitch(
  system: System,
  { vault }: CheckpointPlace,
  { capture, target, from, dirt, stash }: {
    capture: Capture;
    target: Position;
    from: Position;
    dirt: readonly string[];
    stash: boolean;
  },
): Promise<string[]> {
  const { git } = vault;
  const changes = await treeChanges(git, from.head!, target.head!);
  const paths = () => [...changes.map(({ path }) => path), ...dirt];
  await refuseFilters(git, { paths, commit: target.head });
  refuseUnseen(unseen(capture, changes));
  if (!stash) refuseUnsafe(capture);
  const blocked = stash ? [] : inTheWay(changes, dirt);
  if (blocked.length > 0) {
    throw new MpmError(
      "CONFLICT",
      `Uncommitted changes block the switch to "${target.branch}": ` +
        `${named(blocked)}`,
      { hint: "Commit them, or park them with --stash until the return" },
    );
  }
  refuseMoves(changes);
  refuseOverwriting(system, vault, { changes, capture, branch: target.branch });
  return changes.map(({ path }) => path).filter(isIgnoreRule);
}

/** Throws CONFLICT for submodules, which git does not move when it switches. */
function refuseMoves(
  changes: Awaited<ReturnType<typeof treeChanges>>,
): void {
  const moved = changes.find(({ from, to }) =>
    from?.mode === "160000" || to?.mode === "160000"
  );
  if (!moved) return;
  throw new MpmError(
    "CONFLICT",
    `The submodule "${moved.path}" is at another commit on that ` +
      "branch, and mpm does not change submodules",
    { hint: "Switch by hand, or use --worktree" },
  );
}

/** Throws CONFLICT for ignored files that a switch would overwrite. */
function refuseOverwriting(
  system: System,
  { git }: CheckpointPlace["vault"],
  { changes, capture, branch }: {
    changes: Awaited<ReturnType<typeof treeChanges>>;
    capture: Capture;
    branch: string | null;
  },
): void {
  const known = (path: string) => capture.worktree.get(path) !== undefined;
  const lost = overwritten(system, git, { changes, known });
  if (lost.length === 0) return;
  throw new MpmError(
    "CONFLICT",
    `${branch === null ? "That commit" : `"${branch}"`} has files with the ` +
      `same paths as ignored files: ${named(lost)}`,
    { hint: "Move them elsewhere: checkpoints leave out ignored files" },
  );
}

/** Throws CONFLICT for edited skip-worktree and assume-unchanged files. */
function refuseUnseen(paths: readonly string[]): void {
  const [first] = paths;
  if (first === undefined) return;
  throw new MpmError(
    "CONFLICT",
    "You edited files that git is told to ignore, and the other branch has " +
      `different versions: ${named(paths)}`,
    {
      hint: `Let git check them again: git update-index --no-skip-worktree ` +
        `--no-assume-unchanged ${shellWord(first)}`,
    },
  );
}

/** Throws CONFLICT for changes that mpm could not restore after a failure. */
function refuseUnsafe(capture: Capture): void {
  const [first] = unparkedIn(capture).bound;
  if (!first) return;
  throw new MpmError(
    "CONFLICT",
    `mpm cannot save "${first.path}" during the switch: ${first.reason}`,
    { hint: "Commit it, or use --worktree for the detour" },
  );
}
