import { join } from "../base/join.ts";
import { MpmError } from "../base/errors.ts";
import { slugOf } from "../base/names.ts";
import { firstLine } from "../base/words.ts";
import { type KeptTree } from "../checkpoints/mod.ts";
import type { Context } from "../cli/mod.ts";
import { CLAUDE, copyUpTo } from "../clients/mod.ts";
import { UnderWay } from "../detours/mod.ts";
import {
  addWorktree,
  Git,
  locate,
  pathsOf,
  readPosition,
  refuseFilters,
  resolveNames,
  unlockWorktree,
  type Workspace,
  worktreeRule,
  WORKTREES,
} from "../git/mod.ts";
import { itemsAt } from "../items/mod.ts";
import { journaled, layout, writeAtomic } from "../ops/mod.ts";
import {
  applied,
  changeStore,
  gather,
  NO_WORDS,
  type PastConversation,
} from "../saves/mod.ts";
import type { System } from "../system/system.ts";
import {
  currentWork,
  findWork,
  freeWorkId,
  newWork,
  placeKey,
  pointTo,
  type Work,
  workView,
  writeWork,
} from "../work/mod.ts";
import type { ForkResult } from "./commands/results.ts";
import type { Source } from "./source.ts";
import type { ScannedStep } from "./trees.ts";
import { fillFork, printAt } from "./fork_tree.ts";
import { unknownTree } from "./tree_at.ts";

/** The plan of a fork; nothing is changed yet. */
export interface ForkPlan {
  readonly workspace: Workspace;
  readonly source: Source;
  readonly step: ScannedStep["step"];
  readonly tree: KeptTree;
  readonly name: string;
  /** The absolute path of the new worktree, and its branch. */
  readonly path: string;
  readonly branch: string;
  /** The commit at which the branch begins. */
  readonly head: string;
}

/**
 * Checks whether a step can be forked. Throws NOT_FOUND if the step's tree is
 * unknown, CONFLICT if a worktree with that tree cannot be created.
 */
export async function planFork(
  { system }: Context,
  workspace: Workspace,
  { source, found, name: given }: {
    source: Source;
    found: ScannedStep;
    name: string | undefined;
  },
): Promise<ForkPlan> {
  const { step, scan } = found;
  const refuse = (why: string) =>
    new MpmError("CONFLICT", why, {
      hint: `mpm replay --at ${step.step} --to FOLDER writes the files`,
    });
  if (source.client !== CLAUDE) {
    throw refuse(`mpm cannot fork a session of ${source.client.title}`);
  }
  const { exact, before = null, after = null } = scan.around(step.step);
  const tree = exact && await scan.read(exact);
  if (!tree) throw unknownTree({ step: step.step, before, after });
  if (workspace.git !== "repository") {
    throw refuse("A fork needs a git repository");
  }
  const { head } = tree.record;
  if (head === null) throw refuse(`No commit existed at step ${step.step}`);
  const git = new Git(system, workspace.worktree);
  const name = given ?? await freeName(system, workspace, step.step);
  const branch = slugOf(name);
  const path = join(workspace.root, WORKTREES, branch);
  await refuseTaken(system, git, { path, branch });
  await refuseFilters(git, { paths: () => pathsOf(git, head), commit: head });
  return { workspace, source, step, tree, name, path, branch, head };
}

async function freeName(
  system: System,
  { root, worktree }: Workspace,
  step: number,
): Promise<string> {
  const git = new Git(system, worktree);
  for (let count = 1;; count++) {
    const name = count === 1 ? `fork-${step}` : `fork-${step}-${count}`;
    const there = system.files.lstat(join(root, WORKTREES, name));
    if (!there && !await hasBranch(git, name)) return name;
  }
}

async function hasBranch(git: Git, branch: string): Promise<boolean> {
  const ref = `refs/heads/${branch}`;
  return (await resolveNames(git, [ref])).get(ref) !== undefined;
}

async function refuseTaken(
  system: System,
  git: Git,
  { path, branch }: { path: string; branch: string },
): Promise<void> {
  const taken = system.files.lstat(path)
    ? `"${path}" already exists`
    : await hasBranch(git, branch)
    ? `The branch "${branch}" already exists`
    : undefined;
  if (taken === undefined) return;
  throw new MpmError("CONFLICT", taken, { hint: "Choose another --name" });
}

/**
 * Creates a worktree with the files of a step, and a session in it. The
 * session's save has the facts known at that step. An incomplete fork is
 * removed; if this command is killed, the next one removes it. Call within
 * {@link alone}.
 */
export async function fork(
  context: Context,
  plan: ForkPlan,
): Promise<ForkResult> {
  const { workspace, step } = plan;
  const under = new UnderWay(context, workspace);
  return await under.run(async () => {
    const result = await journaled(
      context,
      (context) => forked(context, plan, under),
      {
        operation: "replay fork",
        workspace,
        title: ({ branch }) => `fork step ${step.step} as ${branch}`,
        facts: ({ worktree, branch, head, print }) => ({
          after: { fork: { worktree, branch, head, print } },
        }),
      },
    );
    under.end();
    return result;
  });
}

async function forked(
  context: Context,
  plan: ForkPlan,
  under: UnderWay,
): Promise<ForkResult> {
  const { system } = context;
  const { workspace, path, branch, head, name } = plan;
  const { root } = workspace;
  const git = new Git(system, workspace.worktree);
  const parent = currentWork(system, root, placeKey(workspace)).work;
  const rule = await worktreeRule(system, workspace);
  under.begin("replay fork", {
    place: placeKey(workspace),
    child: freeWorkId(system, root, system.now()),
    parent: parent?.id ?? null,
    parent_state: parent?.state ?? null,
    from: await readPosition(git),
    changing: true,
    linked: path,
    created: { branch, head },
  });
  if (rule) writeAtomic(system, rule.path, rule);
  await addWorktree(system, git, {
    path,
    target: { branch, head, start: `step ${plan.step.step}` },
    reason: `mpm session ${under.facts.child}`,
  });
  await fillFork(context, plan);
  const session = await begin(system, plan, { under, parent });
  const there = { ...context, folder: path };
  const scratch = system.scratch.make(layout(root).state);
  const past = pastOf(system, plan, scratch);
  const save = await applied(
    there,
    await gather(there, { ...wordsOf(plan), past }),
    { journal: false },
  );
  if (session.parent === null) await unlockWorktree(git, path);
  return {
    ...plannedFork(plan),
    dry_run: false,
    name,
    session: workView(session),
    save: save.session_id,
    print: await printAt(system, path),
    warnings: save.warnings,
  };
}

/** Returns the fork for a dry run. */
export function plannedFork(
  { step, tree, name, path, branch, head }: ForkPlan,
): ForkResult {
  return {
    dry_run: true,
    step: step.step,
    checkpoint: tree.record.id,
    ...{ name, worktree: path, branch, head },
    session: null,
    save: null,
    print: null,
    left_out: tree.record.left_out.map(({ path, reason }) => ({
      path,
      reason,
    })),
    warnings: [],
  };
}

/**
 * Starts a session in the new worktree, as a child of this worktree's session.
 */
async function begin(
  system: System,
  { workspace, path, name, branch, head, step }: ForkPlan,
  { under, parent }: { under: UnderWay; parent: Work | undefined },
): Promise<Work> {
  const { root } = workspace;
  const there = await locate(system, path);
  return await changeStore(system, root, () => {
    // Another worktree may have started a session in the meantime.
    if (findWork(system, root, under.facts.child)) {
      under.mark({ child: freeWorkId(system, root, system.now()) });
    }
    const id = under.facts.child;
    const place = placeKey(there);
    const work = newWork({
      ...{ id, name, place, worktree: path, git: { branch, head } },
      task: firstLine(`Fork of step ${step.step}: ${step.description}`, 200),
      agent_session: null,
      parent: parent?.id ?? null,
      ...parent && {
        detour: {
          kind: "worktree" as const,
          checkpoint: null,
          branch_before: parent.git.branch,
          head_before: parent.git.head,
          worktree: path,
        },
      },
    }, system.now());
    pointTo(system, root, { place, id });
    return writeWork(system, root, work);
  });
}

/** Returns the conversation and the open items up to the step. */
function pastOf(
  system: System,
  { workspace, source, step }: ForkPlan,
  scratch: string,
): PastConversation {
  const until = step.ended_at ?? step.at ?? system.now().toISOString();
  const { path, agentSession } = source;
  const session = agentSession ?? "unknown";
  return {
    agent: {
      name: "claude-code",
      session_id: session,
      transcript_path: path,
    },
    transcript: copyUpTo(system, {
      path,
      cut: { key: step.key, at: until },
      folder: scratch,
    }),
    until,
    items: itemsAt(system, workspace, until),
    key: `${session} ${step.step} ${system.random()}`,
  };
}

function wordsOf({ source, step }: ForkPlan) {
  const of = source.agentSession ?? source.path;
  return {
    ...NO_WORDS,
    "no-commit": false,
    summary: `Fork of agent session ${of} at step ${step.step} ` +
      `(${step.at ?? "no time"}): ${step.description}`,
  };
}
