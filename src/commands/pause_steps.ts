import { basename, relative, resolve } from "@std/path";
import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { commitFiles } from "../git/commit_files.ts";
import { readCommitState, readIdentity } from "../git/commit_state.ts";
import { readState } from "../git/state.ts";
import { locate } from "../git/workspace.ts";
import { commitMessage, noCommitReason } from "../session/commit_rule.ts";
import { type Content, mergeContent } from "../session/content.ts";
import { buildSave, type Draft } from "../session/draft.ts";
import { sessionId, utcSeconds } from "../session/ids.ts";
import { contentOf, type PauseWords } from "../session/pause_content.ts";
import { redactSave } from "../session/redact_save.ts";
import { pausedSession } from "../session/work_save.ts";
import type { PauseResult } from "../session/results.ts";
import type { Save } from "../session/save.ts";
import {
  type WorktreeRules,
  worktreeRules,
} from "../session/worktree_rules.ts";
import { readConfig } from "../store/config.ts";
import { readContextUsage } from "../store/context_usage.ts";
import {
  type ExportTarget,
  exportTarget,
  writeExport,
} from "../store/export_save.ts";
import { layout, saveFiles } from "../store/layout.ts";
import { withLock } from "../store/lock.ts";
import { readyRedaction, redactorOf } from "../store/redaction.ts";
import { readStoreId } from "../store/store_id.ts";
import { currentStack } from "../store/work_current.ts";
import { freeId, writeSave } from "../store/write_save.ts";
import type { System } from "../system/system.ts";
import { BUILD, VERSION } from "../version.ts";
import { agentOf } from "./pause_agent.ts";
import { cleanUp } from "./pause_cleanup.ts";
import { settleDetour } from "./detour_settle.ts";

/** The input of `mpm pause`. */
interface PauseInput extends PauseWords {
  readonly input: string | undefined;
  readonly export: string | undefined;
  readonly "agent-session": string | undefined;
  readonly "no-commit": boolean;
  readonly "no-prune-worktrees": boolean;
}

/** A pause as it would be done: everything is read, nothing written. */
export interface PausePlan {
  readonly draft: Draft;
  readonly target: ExportTarget | undefined;
  /** Who would commit. */
  readonly identity: string | undefined;
  readonly pointerTracked: boolean;
  /** Why there will be no commit. */
  readonly reason: string | undefined;
  /** What a clean-up of worktrees may remove; `undefined`: none is wanted. */
  readonly worktrees: WorktreeRules | undefined;
}

/** Reads what the save is made of. Throws before anything is written. */
export async function gather(
  context: Context,
  input: PauseInput,
): Promise<PausePlan> {
  const { system, folder } = context;
  const content = await readContent(context, input);
  const workspace = await locate(system, folder);
  await settleDetour(context, workspace);
  const target = input.export === undefined
    ? undefined
    : exportTarget(system, input.export, { folder, root: workspace.root });
  const { sessions, pointer } = layout(workspace.root);
  const { json } = saveFiles(sessions, sessionId(system.now()));
  const reading = Promise.all([
    workspace.git === "repository" ? readState(system, workspace) : undefined,
    readCommitState(system, workspace, { save: json, pointer }),
    readIdentity(system, workspace),
    readConfig(system, workspace.root),
  ]);
  readyRedaction(system);
  const [state, commit, identity, config] = await reading;
  const reason = noCommitReason({
    workspace,
    state,
    asked: !input["no-commit"],
    configured: config.commit,
    ignored: commit.ignored,
    busy: commit.busy,
    identified: identity !== undefined,
  });
  const agent = agentOf(context, {
    given: input["agent-session"],
    cwd: workspace.cwd,
  });
  const draft: Draft = {
    content,
    workspace,
    state,
    ...agent,
    usage: readContextUsage(
      system,
      workspace.root,
      agent.agent?.session_id,
    ),
    version: VERSION,
    build: BUILD,
    time: system.now(),
  };
  const { pointerTracked } = commit;
  const worktrees = input["no-prune-worktrees"]
    ? undefined
    : worktreeRules(config);
  return { draft, target, identity, pointerTracked, reason, worktrees };
}

/** The largest `--input`, in bytes. */
const INPUT_LIMIT = 16 * 1024 * 1024;

async function readContent(
  { system, folder }: Context,
  input: PauseInput,
): Promise<Content> {
  const typed = contentOf(input);
  if (input.input === undefined) return typed;
  // Loaded here: the schema library is no part of a plain pause.
  const { parseInput } = await import("../session/content_input.ts");
  const stdin = ["-", "/dev/stdin", "/dev/fd/0"].includes(input.input);
  if (!stdin && input.input.startsWith("/dev/fd/")) {
    throw new MpmError("USAGE", `Cannot read "${input.input}": it is a pipe`, {
      hint: "Pipe it into mpm and give --input -",
    });
  }
  const bytes = stdin
    ? system.terminal.readInput(INPUT_LIMIT)
    : system.files.readUpTo(resolve(folder, input.input), INPUT_LIMIT);
  const source = stdin ? "standard input" : `"${input.input}"`;
  const text = new TextDecoder().decode(bytes);
  return mergeContent(parseInput(text, source), typed);
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
  const draft = { ...plan.draft, stack };
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
    warnings: problem === undefined ? [] : [problem],
    worktrees: await cleanUp(system, plan, { dryRun: true }),
  };
}

/** Saves, exports and commits, in this order. */
export async function applied(
  { system }: Context,
  plan: PausePlan,
): Promise<PauseResult> {
  const { draft, target } = plan;
  const { root } = draft.workspace;
  const noted: string[] = [];
  const { save, bytes, files, warnings } = await writeSave(system, root, {
    time: draft.time,
    build(slot) {
      // Under the lock, so that what is saved is what the record says.
      const { chain, problem } = currentStack(system, draft.workspace);
      if (problem !== undefined) noted.push(problem);
      return buildSave({ ...draft, stack: chain }, slot);
    },
  });
  const commit = await commitSave(system, { plan, save, files });
  const exported = target === undefined
    ? null
    : exportCopy(system, { path: target.path(save.session_id), bytes, save });
  return {
    ...report(plan, save),
    files: files.map((path) => basename(path)),
    exported,
    commit,
    warnings: [...noted, ...warnings],
    worktrees: await cleanUp(system, plan, { dryRun: false }),
  };
}

function report({ draft, reason }: PausePlan, save: Save): PauseResult {
  const folder = layout(draft.workspace.root).sessions;
  return {
    dry_run: false,
    session_id: save.session_id,
    paused_at: save.paused_at,
    folder,
    location: relative(draft.workspace.cwd, folder).startsWith("..")
      ? folder
      : relative(draft.workspace.cwd, folder),
    files: [],
    session: pausedSession(save),
    summary: save.conversation.summary,
    summary_generated: draft.content.summary === undefined,
    exported: null,
    commit: {
      made: false,
      sha: null,
      branch: save.git_context.branch,
      reason: reason ?? null,
    },
    redactions: save.mpm?.redactions ?? {},
    warnings: [],
    worktrees: null,
  };
}

/** A failed export is an error, but the save is there and the error says so. */
function exportCopy(
  system: System,
  { path, bytes, save }: { path: string; bytes: Uint8Array; save: Save },
): string {
  try {
    return writeExport(system, path, bytes);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    throw new MpmError(
      error.code,
      `${error.message}; the session is saved as ${save.session_id}`,
      {
        hint: "mpm sessions show latest --format json prints it",
        cause: error,
      },
    );
  }
}

/** A commit that cannot be made is a warning: the save is safe without. */
async function commitSave(
  system: System,
  { plan, save, files }: {
    plan: PausePlan;
    save: Save;
    files: readonly string[];
  },
): Promise<PauseResult["commit"]> {
  const { workspace, state } = plan.draft;
  const result = report(plan, save).commit;
  const { branch, head } = state ?? {};
  const { identity } = plan;
  if (plan.reason !== undefined || !branch || !head || !identity) {
    return result;
  }
  try {
    const message = commitMessage({
      id: save.session_id,
      time: utcSeconds(new Date(save.paused_at)),
      context: save.conversation.summary,
    });
    // Under the lock, so that pauses at the same time do not race for HEAD.
    const commit = {
      identity,
      branch,
      head,
      message,
      files: files.filter((path) => isShared(path, plan)),
    };
    const sha = await withLock(
      system,
      workspace.root,
      () => commitFiles(system, workspace, commit),
    );
    return { ...result, made: true, sha };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const reason = `${error.message}${error.hint ? ` (${error.hint})` : ""}`;
    return { ...result, reason };
  }
}

/**
 * The pointer is of this machine: two branches with a pause each could not be
 * merged without a conflict in it. Where it is tracked it must follow.
 */
function isShared(path: string, { draft, pointerTracked }: PausePlan): boolean {
  return pointerTracked || path !== layout(draft.workspace.root).pointer;
}
