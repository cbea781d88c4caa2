import { basename } from "@std/path";
import { join } from "../../base/join.ts";
import type { Context } from "../../cli/mod.ts";
import {
  commitToBranch,
  noteOldSetting,
  planBranchCommit,
} from "./branch_commit.ts";
import {
  authorOf,
  type ContentsKeeper,
  findWorkspace,
  readIdentity,
  readIn,
  readState,
  type Workspace,
} from "../../git/mod.ts";
import { type Content, type PauseWords } from "../content.ts";
import { buildSave, type Draft } from "../draft.ts";
import { readyRedaction } from "../../secrets/mod.ts";
import type { PauseResult } from "../commands/results.ts";
import {
  journaledPrune,
  plannedPrune,
  planPrune,
  removingFolder,
  worktreeRules,
} from "../../worktrees/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import { takeInKept } from "../store/upgrade.ts";
import { exportTarget } from "../share/export.ts";
import { journaled, layout, saveFiles } from "../../ops/mod.ts";
import { beginLog, readOwnRefs } from "../store/save_log.ts";
import { noCopyReason } from "../store/second_copy.ts";
import { currentStack } from "../../work/mod.ts";
import { writeSave } from "../store/write_save.ts";
import { BUILD, VERSION } from "../../base/version.ts";
import { handoffFor } from "../../items/mod.ts";
import {
  exportCopy,
  foreseen,
  type PausePlan,
  renewContext,
  report,
} from "./result.ts";
import {
  type PastConversation,
  pauseOrder,
  readContent,
} from "./pause_items.ts";
import {
  contentsAnswer,
  contentsKeeper,
  isEmpty,
  KeepingContents,
} from "../contents/keep.ts";
import { keepDue } from "../contents/keep_with.ts";
import { WorktreeMemory } from "../contents/memory.ts";
import { agentOf, NO_WORK } from "./agent.ts";
import { lastWhile, projectParts } from "./project_parts.ts";
import { editedContent } from "./edit.ts";
import { contextUsage } from "../../clients/mod.ts";
import type { System } from "../../system/system.ts";
import { attempt, MpmError } from "../../base/errors.ts";

interface PauseInput extends PauseWords {
  readonly input: string | undefined;
  readonly export: string | undefined;
  readonly "agent-session": string | undefined;
  readonly edit: boolean;
  readonly "no-commit": boolean;
  /** `never`: not even if the configuration asks for one, as in a detour. */
  readonly commit: boolean | "never";
  readonly "no-prune-worktrees": boolean;
  /** An earlier point in a conversation, used instead of the current one. */
  readonly past?: PastConversation;
  /** True to update mpm's part of the context file before the save. */
  readonly renewsContext?: boolean;
}

/** Reads the sources of the save. Throws before anything is written. */
export async function gather(
  context: Context,
  input: PauseInput,
): Promise<PausePlan> {
  if (input.commit === true && input["no-commit"]) {
    throw new MpmError("USAGE", "Cannot combine --commit with --no-commit");
  }
  const typed = await readContent(context, input);
  const workspace = await findWorkspace(context);
  const content = input.edit
    ? await editedContent(context, {
      ...{ content: typed, workspace },
      read: (await import("./input.ts")).parseInput,
    })
    : typed;
  return await readIn(
    context.system,
    workspace,
    async (workspace) => {
      const order = { input, content, workspace };
      const plan = await gatherIn(context, order);
      // The updated context file is now a changed file.
      return input.renewsContext && await renewContext(context, plan)
        ? await gatherIn(context, order)
        : plan;
    },
  );
}

async function gatherIn(
  context: Context,
  { input, content, workspace }: {
    input: PauseInput;
    content: Content;
    workspace: Workspace;
  },
): Promise<PausePlan> {
  const { system, folder } = context;
  const target = input.export === undefined
    ? undefined
    : exportTarget(system, input.export, { folder, root: workspace.root });
  const configured = readConfigAnyway(system, workspace.root);
  const { config, faults } = configured;
  const keeper = contentsKeeper(system, workspace, configured);
  const reading = readGit(system, workspace, keeper);
  const last = input.past ? undefined : lastWhile(context, workspace);
  const { state, refs, identity, memory } = await reading;
  const faulty = faults.length > 0;
  const said = {
    asked: !input["no-commit"],
    configured: config.commit,
    faulty,
  };
  const reason = noCopyReason(workspace, said);
  const commits = input.commit === true ||
    input.commit !== "never" && config["pause.branch_commit"];
  const { past, "agent-session": given } = input;
  const agent = past
    ? { agent: past.agent, work: NO_WORK }
    : await agentOf(context, { given, cwd: workspace.cwd, config });
  const contents = keeper && (memory?.whole ?? keeper.planned(state?.head));
  const draft: Draft = {
    ...{ content, workspace, state, ...agent },
    author: authorOf(identity),
    usage: await contextUsage(system, {
      ...{ ...workspace, config },
      agent: input.past ? null : agent.agent,
    }),
    ...await projectParts(context, workspace, { config, state }),
    contents: contents && !isEmpty(contents)
      ? { files: contents.count, bytes: contents.size }
      : undefined,
    version: VERSION,
    build: BUILD,
    time: system.now(),
  };
  return {
    ...{ draft, target, faults, contents, memory },
    order: await pauseOrder(system, draft, { ...input, config, last }),
    log: reason === undefined ? { refs } : { refs, reason },
    branchCommit: commits
      ? await planBranchCommit(system, workspace, { state, identity, faulty })
      : undefined,
    // If the user's intent is unknown, only the save is made.
    worktrees: input["no-prune-worktrees"] || faulty
      ? undefined
      : worktreeRules(config),
  };
}

/** Queries git in parallel, and reads the uncommitted files. */
async function readGit(
  system: System,
  workspace: Workspace,
  keeper: ContentsKeeper | undefined,
) {
  if (workspace.git !== "repository") return { refs: new Map() };
  const known = openMemory(system, workspace, keeper);
  const files = known.then(({ files }) => files);
  const [state, { refs, memory }, identity] = await Promise.all([
    readState(system, workspace, { keeper, memory: files }),
    known,
    readIdentity(system, workspace),
  ]);
  return { state, refs, identity, memory };
}

/** Checks known files and prepares while git looks for changed files. */
async function openMemory(
  system: System,
  workspace: Workspace,
  keeper: ContentsKeeper | undefined,
) {
  // Wait until git has started.
  await system.sleep(0);
  const memory = new WorktreeMemory(system, workspace);
  const refs = await readOwnRefs(system, workspace, memory.refs);
  const order = { kept: keeper !== undefined, rules: keeper?.key };
  const files = memory.open(refs, order);
  files.lookAhead(system, workspace.worktree);
  readyRedaction(system);
  return { refs, memory, files };
}

/** Returns the plan that `applied` carries out. */
export async function planned(
  context: Context,
  plan: PausePlan,
): Promise<PauseResult> {
  const { system } = context;
  const { sessions, pointer } = layout(plan.draft.workspace.root);
  const { save, problems } = foreseen(system, plan);
  const files = [
    ...Object.values(saveFiles(sessions, save.session_id)),
    pointer,
  ];
  return {
    ...report(plan, save),
    dry_run: true,
    files: files.map((path) => basename(path)),
    exported: plan.target?.path(save.session_id) ?? null,
    warnings: [...plan.faults, ...problems],
    worktrees: await cleanUp(context, plan, { dryRun: true }),
  };
}

/**
 * Saves, commits and exports, in this order, and then cleans up. `journal`:
 * true if this is a separate operation, false if it is part of another one.
 */
export async function applied(
  context: Context,
  plan: PausePlan,
  { journal = true } = {},
): Promise<PauseResult> {
  const { workspace } = plan.draft;
  await keepDue(context.system, workspace);
  const notes = plan.log.reason === undefined
    ? await takeInKept(context.system, workspace)
    : [];
  notes.forEach((text) => context.note(`Warning: ${text}`));
  noteOldSetting(context, workspace);
  const done = journal
    ? await journaled(context, (context) => saved(context, plan), {
      operation: "pause",
      workspace,
      title: ({ session_id: id }) => `pause as ${id}`,
    })
    : await saved(context, plan);
  const { cwd, worktree, root } = workspace;
  const isPeers = [cwd, worktree].some((folder) =>
    folder !== root && context.system.files.lstat(layout(folder).home)
  );
  if (isPeers) {
    const note = `claude-mpm finds this save only if you run it in "${root}"`;
    context.note(`Note: ${note}`);
  }
  const worktrees = await cleanUp(context, plan, { dryRun: false });
  return { ...done, worktrees };
}

async function saved(
  { system }: Context,
  plan: PausePlan,
): Promise<PauseResult> {
  const { draft, target } = plan;
  const { workspace } = draft;
  const noted: string[] = [];
  // Early, to give git time to start. A failure here occurs again later.
  await using begun = plan.log.reason === undefined
    ? attempt(() => beginLog(system, workspace, plan.log.refs))
    : undefined;
  const { contents: planned, memory } = plan;
  const keeping = planned && memory &&
    new KeepingContents(system, workspace, { planned, memory });
  const { save, bytes, files, ...done } = await writeSave(system, workspace, {
    time: draft.time,
    // Outside git, a separate copy is kept.
    copied: plan.log.reason === undefined || workspace.git !== "repository",
    keeps: planned !== undefined && !isEmpty(planned),
    begun: begun && { ...begun, beside: keeping },
    build(slot) {
      keeping?.begin(slot.id);
      // Under the lock, so that the save matches the record.
      const { chain, problem } = currentStack(system, draft.workspace);
      if (problem !== undefined) noted.push(problem);
      const { handoff, problems } = handoffFor(system, draft.workspace, {
        ...plan.order,
        save: slot.id,
      });
      noted.push(...problems);
      return buildSave({ ...draft, stack: chain, handoff }, slot);
    },
  });
  const kept = await keeping?.keep();
  if (!keeping) memory?.keep();
  const { branchCommit } = plan;
  const onBranch = branchCommit &&
    await commitToBranch(system, branchCommit, { save, files });
  const exported = target === undefined
    ? null
    : exportCopy(system, target.path(save.session_id), { save, bytes });
  return {
    ...report(plan, save),
    files: files.map((path) => basename(path)),
    exported,
    commit: {
      made: done.commit !== null,
      sha: done.commit,
      ref: begun?.ref ?? null,
      reason: plan.log.reason ?? done.problem,
    },
    branch_commit: onBranch ?? null,
    contents: contentsAnswer(plan.contents, kept),
    warnings: [...plan.faults, ...noted, ...done.warnings],
  };
}

/**
 * Removes worktrees that agents left behind. The save is already safe, so a
 * failure here must not make the pause appear to have failed.
 */
export async function cleanUp(
  context: Context,
  { worktrees: rules, draft: { workspace } }: PausePlan,
  { dryRun }: { dryRun: boolean },
): Promise<PauseResult["worktrees"]> {
  const { system } = context;
  const folder = join(workspace.root, ".claude", "worktrees");
  try {
    const { commonDir } = workspace;
    // An interrupted cleanup may have removed the only worktree.
    const places = [folder, ...commonDir ? [removingFolder(commonDir)] : []];
    const hasWork = places.some((path) => system.files.lstat(path));
    if (!rules || !hasWork) return null;
    const plan = await planPrune(system, workspace, { rules, dryRun });
    if (!plan.survey) return null;
    return dryRun ? plannedPrune(plan) : await journaledPrune(context, plan);
  } catch (error) {
    const skipped = error instanceof Error ? error.message : String(error);
    return {
      dry_run: dryRun,
      folder,
      skipped,
      orphan_sweep_skipped: skipped,
      removed: [],
      preserved: [],
      reclaimed_bytes: 0,
    };
  }
}
