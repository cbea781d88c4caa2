import { relative, SEPARATOR } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { PlannedContents } from "../../git/mod.ts";
import { layout, readStoreId } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { agentCommand } from "../agent_command.ts";
import type { PauseResult } from "../commands/results.ts";
import { contentsAnswer } from "../contents/keep.ts";
import type { LastContents, WorktreeMemory } from "../contents/memory.ts";
import { outlineOf } from "../handoff/outline.ts";
import type { Save } from "../save.ts";
import { pausedSession } from "../saved_session.ts";
import { type ExportTarget, writeExport } from "../share/export.ts";
import type { BranchCommit } from "./branch_commit.ts";
import { buildSave, type Draft } from "../draft.ts";
import {
  handoffFor,
  type HandoffOrder,
  isCarried,
  isOpenItem,
} from "../../items/mod.ts";
import type { WorktreeRules } from "../../worktrees/mod.ts";
import type { Context } from "../../cli/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { currentStack } from "../../work/mod.ts";
import {
  type ContextFacts,
  renewContextFile,
} from "../context/context_file.ts";
import { redactSave } from "../redact.ts";
import { freeId } from "../store/write_save.ts";

/** The plan of a pause: everything is read, and nothing is written yet. */
export interface PausePlan {
  readonly draft: Draft;
  readonly target: ExportTarget | undefined;
  /** The refs of the log of saves, and why git keeps no second copy. */
  readonly log: {
    readonly refs: ReadonlyMap<string, string>;
    readonly reason?: string;
  };
  /** `undefined` if no branch commit was requested. */
  readonly branchCommit: BranchCommit | undefined;
  /** The uncommitted files; `undefined`: they are not kept. */
  readonly contents: PlannedContents | LastContents | undefined;
  /** The files that need not be read again; `undefined` outside git. */
  readonly memory: WorktreeMemory | undefined;
  /** Rules for the cleanup of worktrees; `undefined` for no cleanup. */
  readonly worktrees: WorktreeRules | undefined;
  /** The sources of the hand-off in addition to carried items. */
  readonly order: Omit<HandoffOrder, "save">;
  readonly faults: readonly string[];
}

/** Exports a copy. The message of a failure says that the save exists. */
export function exportCopy(
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
      { hint: '"mpm saves show latest --format json" prints it', cause: error },
    );
  }
}

/** Returns the result as far as the plan and the save determine it. */
export function report(
  { draft, log, branchCommit, contents }: PausePlan,
  save: Save,
): PauseResult {
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
    ignored: null,
    next_steps: nextSteps(save),
    agent_command: agentCommand(save.mpm?.agent, "own"),
    summary: save.conversation.summary,
    summary_generated: draft.content.summary === undefined,
    exported: null,
    repository: draft.workspace.git === "repository",
    branch: save.git_context.branch ?? null,
    commit: { made: false, sha: null, ref: null, reason: log.reason ?? null },
    branch_commit: branchCommit
      ? {
        ...{ made: false, sha: null, branch: save.git_context.branch },
        reason: branchCommit.reason ?? null,
      }
      : null,
    contents: contentsAnswer(contents),
    redactions: save.mpm?.redactions ?? {},
    warnings: [],
    worktrees: null,
  };
}

function nextSteps(save: Save): string[] {
  const items = save.mpm?.handoff?.items ?? [];
  const { begun, next } = outlineOf({ session: save, items });
  return [...begun, ...next].map(({ text }) => text);
}

/** Builds the save of a plan without writing anything. */
export function foreseen(system: System, { draft, order }: PausePlan) {
  const { workspace } = draft;
  const { sessions } = layout(workspace.root);
  const id = freeId(system, workspace.root, draft.time);
  const store = readStoreId(system, workspace.root) ?? null;
  const { chain: stack, problem } = currentStack(system, workspace);
  const { handoff, problems } = handoffFor(system, workspace, {
    ...order,
    save: null,
  });
  const save = buildSave({ ...draft, stack, handoff }, { id, sessions, store });
  return {
    save: redactSave(redactorOf(system), save),
    problems: [...problem === undefined ? [] : [problem], ...problems],
  };
}

/**
 * Updates mpm's part of the context file before the save, which would list it
 * as changed. Returns whether it changed; a failure is only a note.
 */
export async function renewContext(
  { system, note }: Context,
  plan: PausePlan,
): Promise<boolean> {
  const facts = () => factsOf(foreseen(system, plan).save, plan);
  try {
    return await renewContextFile(system, plan.draft.workspace, facts);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    note(`Note: .claude/context.md is not up to date: ${error.message}`);
    return false;
  }
}

function factsOf(save: Save, { draft: { time } }: PausePlan): ContextFacts {
  const items = (save.mpm?.handoff?.items ?? [])
    .filter((item) => isCarried(item) && isOpenItem(item));
  const { begun, next } = outlineOf({ session: save, items });
  return {
    branch: save.git_context.branch ?? undefined,
    time,
    next: [...begun, ...next].map(({ text }) => text),
  };
}
