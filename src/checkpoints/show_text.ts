import type { StoredCheckpoint } from "./checkpoint.ts";
import { utcSeconds } from "../base/ids.ts";
import { foreignCheckpointNote, openItems, type Origin } from "../saves/mod.ts";
import type { CheckpointShowResult } from "./commands/results.ts";
import { shellWord } from "../base/shell.ts";
import { fullTitle } from "../work/mod.ts";

/** Returns what happened to a file, in the terms of a snapshot. */
function statusOf(
  { status, hash }: { status: string; hash: string | null },
): "added" | "modified" | "deleted" {
  if (hash === null) return "deleted";
  return status === "??" || /A/.test(status) ? "added" : "modified";
}

/** Describes a checkpoint as a snapshot of the session. */
export function showOf(
  record: StoredCheckpoint,
  origin: Origin,
): CheckpointShowResult {
  const { session } = record;
  return {
    name: record.name,
    id: record.id,
    kind: record.kind,
    commit: record.commit,
    timestamp: record.created_at,
    branch: record.branch ?? "",
    files: filesOf(record),
    context: record.context ?? "",
    todos: todosOf(record),
    notes: record.note ?? "",
    head: record.head,
    status: record.files,
    files_omitted: record.files_omitted,
    worktree: record.worktree,
    operation: record.operation,
    left_out: record.left_out.map(({ path, reason }) => ({ path, reason })),
    size: record.size,
    environment: {
      folder: record.environment.folder,
      os: record.environment.os,
      mpm: record.version,
      runtimes: runtimesOf(record),
    },
    next_steps: nextSteps(record),
    decisions: session.mpm?.decisions ?? [],
    blockers: session.mpm?.blockers ?? [],
    summary: session.conversation.summary,
    origin,
  };
}

/** Lists each path once, even if it was deleted in the index and untracked. */
function filesOf({ files }: StoredCheckpoint) {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return [...byPath.values()].map((file) => ({
    path: file.path,
    hash: file.hash ?? "",
    status: statusOf(file),
  }));
}

function todosOf({ session }: StoredCheckpoint): string[] {
  const { todos, task_list: tasks } = session;
  return [
    ...todos.active.map(({ content }) => content),
    ...[...tasks.in_progress_tasks, ...tasks.pending_tasks]
      .map(({ title }) => title),
  ];
}

/** The maximum number of checklist items to name. */
const OPEN = 10;

/** Returns the next steps, which are last in a save, and open todos. */
export function nextSteps(record: StoredCheckpoint): string[] {
  const { conversation, mpm } = record.session;
  const said = conversation.next_steps.length > 0
    ? conversation.next_steps
    : record.last_save?.next_steps ?? [];
  const open = new Set([...said, ...todosOf(record)]);
  return open.size > 0 ? [...open] : openItems(mpm?.checklist).slice(0, OPEN);
}

/** Returns the runtimes, without fields that another version may have added. */
function runtimesOf({ environment }: StoredCheckpoint) {
  return (environment.runtimes ?? [])
    .map(({ name, version, from }) => ({ name, version, from }));
}

/** Returns lines such as `Node Version: 20.11.0 (.nvmrc)`. */
function runtimeLines(
  runtimes: CheckpointShowResult["environment"]["runtimes"],
): string[] {
  return runtimes.map(({ name, version, from }) =>
    `${name} Version: ${version} (${from})`
  );
}

/** Returns the output of `mpm checkpoint show`, in Markdown. */
export function showText(result: CheckpointShowResult): string {
  const { name, branch, head, status, context, environment } = result;
  const names = [...new Set(result.files.map(({ path }) => path))];
  return [
    ...result.origin === "foreign"
      ? [foreignCheckpointNote(result.id), ""]
      : [],
    `# Checkpoint: ${name}`,
    `Generated: ${utcSeconds(new Date(result.timestamp))} UTC`,
    ...result.notes === "" ? [] : [`Note: ${result.notes}`],
    "",
    "## Git State",
    `Branch: ${branch === "" ? "none" : branch}`,
    `Commit: ${head ?? "none yet"}`,
    ...result.operation === null ? [] : [`In progress: ${result.operation}`],
    "Status:",
    ...status.length === 0
      ? ["clean"]
      : status.map(({ status, path }) => `${status} ${path}`),
    ...result.files_omitted > 0 ? [`and ${result.files_omitted} more`] : [],
    "",
    "## Working Files",
    ...names.length === 0 ? ["none"] : names,
    ...result.left_out.map(({ path, reason }) =>
      `Left out: ${path} (${reason})`
    ),
    "",
    ...section(
      "Next Steps",
      result.next_steps.map((step, at) => `${at + 1}. ${step}`),
    ),
    "## Context",
    context === "" ? "No context file" : context.trimEnd(),
    "",
    "## Environment",
    `PWD: ${environment.folder}`,
    `OS: ${environment.os}`,
    `mpm: ${environment.mpm}`,
    ...runtimeLines(environment.runtimes),
    "",
  ].join("\n");
}

const KINDS = { added: "new", modified: "modified", deleted: "deleted" };

/** The maximum number of paths to list; further paths are only counted. */
const LISTED = 50;

/** Returns what `mpm checkpoint load` prints for your own checkpoint. */
export function loadText(record: StoredCheckpoint): string {
  return [
    `Resume from checkpoint: ${record.name}`,
    "",
    ...loadLines(record),
    ...commandLines(record),
  ].join("\n");
}

/** Returns what a checkpoint says about the work. */
export function loadLines(record: StoredCheckpoint): string[] {
  const { name, branch, session, note, head } = record;
  const { conversation, mpm } = session;
  const files = filesOf(record);
  const more = files.length - LISTED + record.files_omitted;
  return [
    `# Session Checkpoint: ${name}`,
    "",
    "## Context",
    `Working on: ${
      mpm?.session ? fullTitle(mpm.session) : conversation.primary_task
    }`,
    `Branch: ${branch ?? (head === null ? "none" : `detached at ${head}`)}`,
    ...conversation.accomplishments.slice(-1)
      .map((last) => `Last completed: ${last}`),
    `Taken: ${utcSeconds(new Date(record.created_at))} UTC`,
    ...record.context === null ? [] : ["", record.context.trimEnd()],
    "",
    ...section("Files Modified", [
      ...files.slice(0, LISTED).map((file) =>
        `- ${file.path} (${KINDS[file.status]})`
      ),
      ...more > 0 ? [`- and ${more} more`] : [],
    ]),
    ...section(
      "Next Steps",
      nextSteps(record).map((step, at) => `${at + 1}. ${step}`),
    ),
    ...section("Environment", runtimeLines(runtimesOf(record))),
    ...section("Important Notes", [
      ...note === null ? [] : [`- ${note}`],
      ...(mpm?.decisions ?? []).map((text) => `- Decided: ${text}`),
      ...(mpm?.blockers ?? []).map((text) => `- Blocked by: ${text}`),
      ...record.operation === null
        ? []
        : [`- A ${record.operation} was in progress`],
      ...record.left_out.map(({ path, reason }) =>
        `- Not in it: ${path} (${reason})`
      ),
    ]),
  ];
}

/** Returns the commands that restore the state of the checkpoint. */
export function commandLines(record: StoredCheckpoint): string[] {
  return [
    "## Commands to Resume",
    "```sh",
    `cd ${shellWord(record.worktree)}`,
    ...checkoutLine(record),
    `mpm checkpoint restore ${shellWord(record.name)}`,
    "```",
    "",
  ];
}

function checkoutLine({ branch, head }: StoredCheckpoint): string[] {
  if (head === null) return [];
  return branch === null
    ? [`git checkout --detach ${head}`]
    : [`git checkout ${shellWord(branch)}`];
}

/** Returns a heading with its lines; empty if there are no lines. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, ...lines, ""];
}
