import type { Content } from "./content.ts";
import {
  type FileState,
  isUnmerged,
  type RepositoryState,
  type Workspace,
} from "../git/mod.ts";
import type {
  Agent,
  GitContext,
  OwnFields,
  Save,
  SavedContext,
} from "./save.ts";
import type { Task, Todo } from "../clients/mod.ts";
import { shellWord } from "../base/shell.ts";
import { detoursDone, fullTitle, type Work } from "../work/mod.ts";
import type { Handoff, OpenHandoff } from "../items/mod.ts";
import { type LegacyLists, legacyLists, verifying } from "./legacy_lists.ts";
import { savedWork } from "./saved_session.ts";
import { counted, firstLine, plainText } from "../base/words.ts";

/** Everything for a save, gathered before anything is written. */
export interface Draft {
  readonly content: Content;
  readonly workspace: Workspace;
  /** `undefined` outside a repository. */
  readonly state: RepositoryState | undefined;
  /** The name of git's user; absent if unknown. */
  readonly author?: string | undefined;
  readonly agentName?: string | undefined;
  readonly agent: Agent | null;
  /** Open and completed work from the agent's own files. */
  readonly work: {
    readonly todos: readonly Todo[];
    readonly tasks: {
      readonly pending: readonly Task[];
      readonly inProgress: readonly Task[];
      readonly completedCount: number;
    };
  };
  readonly usage: Save["context_usage"];
  readonly version: string;
  readonly build: string;
  readonly time: Date;
  /** The session being paused and its parents, nearest first. */
  readonly stack?: readonly Work[];
  /** `auto`: by a hook. Only `pause`, the default, pauses the session. */
  readonly kind?: "pause" | "auto" | "checkpoint";
  /** The time of the last activity of a killed client, ISO 8601, UTC. */
  readonly recovered?: string;
  /** Absent in a save that was begun by another program. */
  readonly handoff?: Handoff;
  readonly partition?: string;
  readonly handoffs?: readonly OpenHandoff[];
  readonly contexts?: readonly SavedContext[];
  /** The kept uncommitted files; absent if nothing is kept. */
  readonly contents?: { files: number; bytes: number } | undefined;
}

/** The most paths to offer for review, to keep the list readable. */
const REVIEWED = 10;

/** The place of a new save. */
export interface Slot {
  readonly id: string;
  /** The folder, absolute. */
  readonly sessions: string;
  /** The ID of the store; null: the store does not have one yet. */
  readonly store: string | null;
}

/** Builds the save of `draft` in its slot. */
export function buildSave(draft: Draft, slot: Slot): Save {
  const { id } = slot;
  const { content, state, workspace, work } = draft;
  const todos = [...work.todos, ...todosBeside(content)];
  const active = todos.filter(({ status }) => status !== "completed");
  const [session] = draft.stack ?? [];
  const summary = content.summary ?? generatedSummary(state, {
    open: active.length,
    tasks: work.tasks.pending.length + work.tasks.inProgress.length,
    session: session ? sessionSummary(session) : undefined,
  });
  const listed = [...active.map(({ content }) => content)].concat(
    [...work.tasks.pending, ...work.tasks.inProgress].map(({ title }) => title),
  );
  const said = legacyLists(withoutTodos(draft), draft.handoff, listed);
  return {
    session_id: id,
    paused_at: draft.time.toISOString(),
    duration_hours: 0,
    context_usage: { ...draft.usage },
    conversation: {
      primary_task: content.primary_task ?? firstLine(
        content.goal || session?.task || said.goal || summary,
        HEADLINE,
      ),
      current_phase: content.current_phase ?? "In progress",
      summary,
      accomplishments: [
        ...content.accomplishments,
        ...session ? detoursDone(session) : [],
      ],
      next_steps: said.nextSteps,
    },
    git_context: toGitContext(state),
    active_context: { working_directory: workspace.cwd },
    important_reminders: [...content.important_reminders],
    resume_instructions: instructions(draft, slot),
    open_questions: said.questions,
    performance_metrics: {},
    todos: {
      active,
      completed: todos.filter(({ status }) => status === "completed"),
    },
    task_list: {
      pending_tasks: [...work.tasks.pending],
      in_progress_tasks: [...work.tasks.inProgress],
      completed_count: work.tasks.completedCount,
    },
    version: draft.version,
    build: draft.build,
    project_path: workspace.root,
    mpm: ownFields(draft, slot, said),
  };
}

/** Returns the todos of a pause that are not also its next steps. */
function todosBeside({ todos, next_steps }: Content): Content["todos"] {
  const steps = new Set(next_steps.map(plainText));
  return todos.filter(({ content, status }) =>
    status === "completed" || !steps.has(plainText(content))
  );
}

/** Leaves out next steps that are also in the agent's todos. */
function withoutTodos({ content, work }: Draft): Content {
  const own = new Set(work.todos.map(({ content }) => plainText(content)));
  const isNew = (text: string) => !own.has(plainText(text));
  return { ...content, next_steps: content.next_steps.filter(isNew) };
}

function ownFields(draft: Draft, slot: Slot, said: LegacyLists): OwnFields {
  const { content, state, workspace, handoff, partition, contexts } = draft;
  const { contents, kind = "pause" } = draft;
  return {
    schema: 1,
    kind,
    ...draft.recovered === undefined ? {} : { recovered: draft.recovered },
    name: content.name ?? null,
    ...draft.author === undefined ? {} : { author: draft.author },
    ...draft.agentName === undefined ? {} : { agent_name: draft.agentName },
    agent: draft.agent,
    parent: null,
    template: null,
    checklist: [],
    decisions: said.decisions,
    blockers: said.blockers,
    ...gitFields(state, workspace),
    checkpoint: null,
    store: slot.store,
    ...handoff === undefined ? {} : {
      handoff: {
        ...handoff,
        ...partition === undefined ? {} : { partition },
      },
    },
    ...contexts === undefined ? {} : { contexts: [...contexts] },
    ...contents === undefined ? {} : { contents },
    redactions: {},
    ...savedWork(
      draft.stack ?? [],
      kind === "pause" ? { save: slot.id, time: draft.time } : undefined,
    ),
  };
}

/** `login: Fix it, 3 of 16 done`. */
function sessionSummary(work: Work): string {
  const { checklist } = work;
  const done = checklist.filter((item) => item.done).length;
  const of = checklist.length === 0
    ? ""
    : `, ${done} of ${checklist.length} done`;
  return `${fullTitle(work)}${of}`;
}

function instructions(
  { content, state, handoff }: Draft,
  { id, sessions }: Slot,
): Save["resume_instructions"] {
  const touched = (state?.files ?? []).map(({ path }) => path);
  const review = content.files_to_review.length > 0
    ? content.files_to_review
    : touched.slice(0, REVIEWED);
  return {
    quick_start: [
      `Read ${id}.md for full context`,
      "Run: git status to check current state",
      `Run: cat ${shellWord(`${sessions}/LATEST-SESSION.txt`)}`,
    ],
    files_to_review: [...review],
    validation_commands: {
      check_git: "git status && git log -1 --stat",
      check_session: `cat ${shellWord(`${sessions}/${id}.md`)}`,
      ...verifying(content, handoff),
    },
  };
}

/** The maximum length of a headline, in characters. */
const HEADLINE = 120;

/** Generates a summary: branch, last commit, changed files, open todos. */
export function generatedSummary(
  state: RepositoryState | undefined,
  work: { open: number; tasks: number; session?: string | undefined },
): string {
  const parts = state ? repositoryParts(state) : ["Outside git"];
  if (work.session !== undefined) parts.unshift(work.session);
  const open = work.open + work.tasks;
  if (open > 0) parts.push(counted(open, "open todo"));
  return parts.join("; ");
}

function repositoryParts(state: RepositoryState): string[] {
  const place = state.branch === undefined
    ? "On a detached HEAD"
    : `On ${state.branch}`;
  const last = state.recent[0];
  const at = last
    ? ` at ${last.sha.slice(0, 7)} "${last.message}"`
    : state.head === undefined
    ? " without commits yet"
    : "";
  const during = state.operation ? `, ${state.operation} in progress` : "";
  return [`${place}${at}${during}`, changes(state)];
}

function changes({ files, filesOmitted }: RepositoryState): string {
  if (files.length === 0) return "no uncommitted changes";
  const untracked = files.filter(({ status }) => status === "??").length;
  const changed = files.length - untracked + filesOmitted;
  const parts = [];
  if (changed > 0) {
    const names = files.filter(({ status }) => status !== "??")
      .slice(0, 3).map(({ path }) => path);
    const more = changed > names.length ? ", …" : "";
    parts.push(
      `${counted(changed, "changed file")} (${names.join(", ")}${more})`,
    );
  }
  if (untracked > 0) parts.push(`${untracked} untracked`);
  return parts.join(", ");
}

/** Returns the part that claude-mpm reads; empty without a repository. */
export function toGitContext(state: RepositoryState | undefined): GitContext {
  const clean = state === undefined ||
    state.files.length + state.filesOmitted === 0;
  return {
    is_git_repo: state !== undefined,
    branch: state?.branch ?? null,
    commit: state?.recent[0]?.sha ?? state?.head ?? null,
    commit_message: state?.recent[0]?.message ?? null,
    recent_commits: (state?.recent ?? []).map((
      { sha, author, timestamp, message },
    ) => ({ sha, author, timestamp, message })),
    is_clean: clean,
    ahead_behind: {
      ahead: state?.upstream?.ahead ?? 0,
      behind: state?.upstream?.behind ?? 0,
    },
    status: { clean, ...pathLists(state?.files ?? []) },
  };
}

function pathLists(files: readonly FileState[]) {
  const pathsOf = (chosen: (file: FileState) => boolean) =>
    files.filter(chosen).map(({ path }) => path);
  const isUntracked = ({ status }: FileState) => status === "??";
  const untracked = pathsOf(isUntracked);
  return {
    modified: pathsOf(({ status }) => !/[ ?]$/.test(status)),
    staged: pathsOf(({ status }) =>
      !/^[ ?]/.test(status) && !isUnmerged(status)
    ),
    untracked,
    modified_files: pathsOf((file) => !isUntracked(file)),
    untracked_files: [...untracked],
  };
}

/** Returns the mpm fields that describe the repository. */
export function gitFields(
  state: RepositoryState | undefined,
  workspace: Workspace,
): Pick<
  OwnFields,
  | "worktree"
  | "head"
  | "upstream"
  | "detached"
  | "operation"
  | "stashes"
  | "files"
  | "files_omitted"
  | "unwatched"
> {
  return {
    worktree: workspace.git === "repository" ? workspace.worktree : null,
    head: state?.head ?? null,
    upstream: state?.upstream
      ? { name: state.upstream.name, commit: state.upstream.commit ?? null }
      : null,
    detached: state?.detached ?? false,
    operation: state?.operation ?? null,
    stashes: [...state?.stashes ?? []],
    files: [...state?.files ?? []],
    files_omitted: state?.filesOmitted ?? 0,
    ...state?.unwatched ? { unwatched: state.unwatched.paths.length } : {},
  };
}
