import { basename, join, relative, SEPARATOR } from "@std/path";
import type { Context } from "../../cli/mod.ts";
import {
  type CommitPlan,
  commitSave,
  noCommitReason,
  readCommitState,
  readIdentity,
  readyCommit,
} from "./commit.ts";
import {
  findWorkspace,
  type PlannedContents,
  readIn,
  readState,
  type Workspace,
} from "../../git/mod.ts";
import { type Content, type PauseWords } from "../content.ts";
import { buildSave, type Draft } from "../draft.ts";
import { sessionId } from "../../base/ids.ts";
import { redactSave } from "../redact.ts";
import { readyRedaction, redactorOf } from "../../secrets/mod.ts";
import { pausedSession } from "../saved_session.ts";
import type { PauseResult } from "../commands/results.ts";
import type { Save } from "../save.ts";
import {
  journaledPrune,
  plannedPrune,
  planPrune,
  removingFolder,
  type WorktreeRules,
  worktreeRules,
} from "../../worktrees/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import {
  type ExportTarget,
  exportTarget,
  writeExport,
} from "../share/export.ts";
import { journaled, layout, readStoreId, saveFiles } from "../../ops/mod.ts";
import { currentStack } from "../../work/mod.ts";
import { freeId, writeSave } from "../store/write_save.ts";
import { BUILD, VERSION } from "../../base/version.ts";
import {
  contentsAnswer,
  contentsKeeper,
  KeepingContents,
} from "../contents/keep.ts";
import { handoffFor, type HandoffOrder } from "../../items/mod.ts";
import { pauseOrder, readContent } from "./said.ts";
import { agentOf } from "./agent.ts";
import { agentCommand } from "../agent_command.ts";
import { editedContent } from "./edit.ts";
import { outlineOf } from "../handoff/outline.ts";
import { projectParts } from "./project_parts.ts";
import { contextUsage } from "../../clients/mod.ts";
import type { System } from "../../system/system.ts";
import { MpmError } from "../../base/errors.ts";

/** The input of `mpm pause`. */
interface PauseInput extends PauseWords {
  readonly input: string | undefined;
  readonly export: string | undefined;
  readonly "agent-session": string | undefined;
  readonly edit: boolean;
  readonly "no-commit": boolean;
  readonly "no-prune-worktrees": boolean;
}

/** A pause as it would be done: everything is read, nothing written. */
export interface PausePlan {
  readonly draft: Draft;
  readonly target: ExportTarget | undefined;
  readonly commit: CommitPlan;
  /** The uncommitted files; `undefined`: none are kept. */
  readonly contents: PlannedContents | undefined;
  /** What a clean-up of worktrees may remove; `undefined`: none is wanted. */
  readonly worktrees: WorktreeRules | undefined;
  /** What the hand-off is made of beside what is carried. */
  readonly order: Omit<HandoffOrder, "save">;
  /** What is wrong with the configuration. */
  readonly faults: readonly string[];
}

/** Reads what the save is made of. Throws before anything is written. */
export async function gather(
  context: Context,
  input: PauseInput,
): Promise<PausePlan> {
  const typed = await readContent(context, input);
  const workspace = await findWorkspace(context);
  const content = input.edit ? await edited(context, workspace, typed) : typed;
  return await readIn(
    context.system,
    workspace,
    (workspace) => gatherIn(context, { input, content, workspace }),
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
  const { sessions, pointer } = layout(workspace.root);
  const { json } = saveFiles(sessions, sessionId(system.now()));
  const { config, faults } = readConfigAnyway(system, workspace.root);
  const keeper = contentsKeeper(system, workspace, config);
  const reading = Promise.all([
    workspace.git === "repository"
      ? readState(system, workspace, { keeper })
      : undefined,
    readCommitState(system, workspace, { save: json, pointer }),
    readIdentity(system, workspace),
  ]);
  readyRedaction(system);
  const [state, commit, identity] = await reading;
  const reason = noCommitReason({
    ...{ workspace, state, identity, commit },
    asked: !input["no-commit"],
    configured: config.commit,
    faulty: faults.length > 0,
  });
  const agent = agentOf(context, {
    given: input["agent-session"],
    cwd: workspace.cwd,
  });
  const contents = keeper?.planned(state?.head);
  const { root, cwd } = workspace;
  const draft: Draft = {
    ...{ content, workspace, state, ...agent },
    author: authorOf(identity),
    usage: contextUsage(system, { ...agent, config, root, cwd }),
    ...await projectParts(context, workspace, { config, state }),
    contents: contents && !contents.isEmpty
      ? { files: contents.count, bytes: contents.size }
      : undefined,
    version: VERSION,
    build: BUILD,
    time: system.now(),
  };
  const { pointerTracked } = commit;
  return {
    ...{ draft, target, faults, contents },
    order: await pauseOrder(system, draft, { ...input, config }),
    commit: { workspace, state, identity, pointerTracked, reason },
    // Where no one knows what was meant, the save is made and nothing else.
    worktrees: input["no-prune-worktrees"] || faults.length > 0
      ? undefined
      : worktreeRules(config),
  };
}

/** What `applied` would do. */
export async function planned(
  context: Context,
  plan: PausePlan,
): Promise<PauseResult> {
  const { system } = context;
  const { root } = plan.draft.workspace;
  const { sessions, pointer } = layout(root);
  const id = freeId(system, root, plan.draft.time);
  const store = readStoreId(system, root) ?? null;
  const { chain: stack, problem } = currentStack(system, plan.draft.workspace);
  const { handoff, problems } = handoffFor(system, plan.draft.workspace, {
    ...plan.order,
    save: null,
  });
  const draft = { ...plan.draft, stack, handoff };
  const save = redactSave(
    redactorOf(system),
    buildSave(draft, { id, sessions, store }),
  );
  const files = [...Object.values(saveFiles(sessions, id)), pointer];
  return {
    ...report(plan, save),
    dry_run: true,
    files: files.map((path) => basename(path)),
    exported: plan.target?.path(id) ?? null,
    warnings: [
      ...plan.faults,
      ...problem === undefined ? [] : [problem],
      ...problems,
    ],
    worktrees: await cleanUp(context, plan, { dryRun: true }),
  };
}

/**
 * Saves, exports and commits, in this order, and cleans up. `journal`: whether
 * it is its own operation and not part of another one.
 */
export async function applied(
  context: Context,
  plan: PausePlan,
  { journal = true } = {},
): Promise<PauseResult> {
  const { workspace } = plan.draft;
  const done = journal
    ? await journaled(context, (context) => saved(context, plan), {
      operation: "pause",
      workspace,
      title: ({ session_id: id }) => `pause as ${id}`,
      facts: ({ commit: { made, sha, branch } }) =>
        made ? { after: { git: { branch, commit: sha } } } : {},
    })
    : await saved(context, plan);
  noteForPeer(context, workspace);
  const worktrees = await cleanUp(context, plan, { dryRun: false });
  return { ...done, worktrees };
}

/** claude-mpm looks for saves in the folder that it is run in. */
function noteForPeer(
  { system, note }: Context,
  { cwd, worktree, root }: Workspace,
): void {
  const used = [cwd, worktree].some((folder) =>
    folder !== root && system.files.lstat(layout(folder).home)
  );
  if (used) {
    note(`Note: claude-mpm finds this save only where it is run in "${root}"`);
  }
}

async function saved(
  { system }: Context,
  plan: PausePlan,
): Promise<PauseResult> {
  const { draft, target } = plan;
  const { root } = draft.workspace;
  const noted: string[] = [];
  await using blobs = readyCommit(system, plan.commit);
  await using keeping = plan.contents &&
    new KeepingContents(system, draft.workspace, plan.contents);
  const { save, bytes, files, warnings } = await writeSave(system, root, {
    time: draft.time,
    build(slot) {
      // Under the lock, so that what is saved is what the record says.
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
  const commit = {
    ...report(plan, save).commit,
    ...await commitSave(system, plan.commit, { save, files, blobs }),
  };
  const kept = await keeping?.keep(save.session_id);
  const exported = target === undefined
    ? null
    : exportCopy(system, target.path(save.session_id), { save, bytes });
  return {
    ...report(plan, save),
    files: files.map((path) => basename(path)),
    exported,
    commit,
    contents: contentsAnswer(plan.contents, kept),
    warnings: [...plan.faults, ...noted, ...warnings],
  };
}

/**
 * A failed export is an error, but the save is there and the error reports it.
 */
function exportCopy(
  system: System,
  path: string,
  { save, bytes }: { save: Save; bytes: Uint8Array },
): string {
  try {
    return writeExport(system, path, bytes);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    throw new MpmError(
      error.code,
      `${error.message}; the session is saved as ${save.session_id}`,
      {
        hint: "mpm saves show latest --format json prints it",
        cause: error,
      },
    );
  }
}

function report(plan: PausePlan, save: Save): PauseResult {
  const { draft, commit } = plan;
  const folder = layout(draft.workspace.root).sessions;
  const below = relative(draft.workspace.cwd, folder);
  return {
    dry_run: false,
    session_id: save.session_id,
    paused_at: save.paused_at,
    folder,
    location: (below.startsWith("..") ? folder : below).replaceAll(
      SEPARATOR,
      "/",
    ),
    files: [],
    session: pausedSession(save),
    uncommitted: (save.mpm?.files ?? []).map(({ path }) => path),
    next_steps: nextSteps(save),
    agent_command: agentCommand(save.mpm?.agent, "own"),
    summary: save.conversation.summary,
    summary_generated: draft.content.summary === undefined,
    exported: null,
    commit: {
      made: false,
      sha: null,
      branch: save.git_context.branch,
      reason: commit.reason ?? null,
    },
    contents: contentsAnswer(plan.contents),
    redactions: save.mpm?.redactions ?? {},
    warnings: [],
    worktrees: null,
  };
}

/** The name in what git says of the committer: `Ann <a@b> 1 +0000`. */
function authorOf(identity: string | undefined): string | undefined {
  return identity?.replace(/ ?<[^]*$/, "").trim() || undefined;
}

function nextSteps(save: Save): string[] {
  const items = save.mpm?.handoff?.items ?? [];
  const { begun, next } = outlineOf({ session: save, items });
  return [...begun, ...next].map(({ text }) => text);
}

/**
 * The worktrees that agents left over. The save is safe by now, and whatever
 * goes wrong here must not make the pause look failed.
 */
export async function cleanUp(
  context: Context,
  { worktrees: rules, draft: { workspace } }: PausePlan,
  { dryRun }: { dryRun: boolean },
): Promise<PauseResult["worktrees"]> {
  const { system } = context;
  const folder = join(workspace.root, ".claude", "worktrees");
  try {
    if (!rules || !hasWork(system, workspace, folder)) return null;
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

/** Worktrees, or what a clean-up that died left of the only one. */
function hasWork(
  { files }: System,
  { commonDir }: Workspace,
  folder: string,
): boolean {
  return files.lstat(folder) !== undefined ||
    (commonDir !== undefined &&
      files.lstat(removingFolder(commonDir)) !== undefined);
}

async function edited(
  context: Context,
  workspace: Workspace,
  content: Content,
): Promise<Content> {
  const { parseInput: read } = await import("./input.ts");
  return await editedContent(context, { content, workspace, read });
}
