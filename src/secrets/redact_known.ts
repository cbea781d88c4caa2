import type { Changes } from "../saves/compare/changes.ts";
import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import type { KnownKeys, Redactor } from "./redact.ts";
import { redactSave } from "./redact_save.ts";
import type { ResumeResult } from "../saves/commands/results.ts";
import type { Work } from "../work/work.ts";

/** Of what changed: names of branches and files, ids and times. */
const CHANGES: KnownKeys = {
  names: new Set([
    "path",
    "from",
    "then",
    "now",
    "name",
    "renamed_to",
    "missing",
  ]),
  ids: new Set(["sha", "timestamp", "time", "commit", "to", "status"]),
};

const COMMITS: KnownKeys = {
  names: new Set(),
  ids: new Set(["sha", "timestamp", "time", "patch"]),
};

/** What a resume says. What an older save holds is redacted here, too. */
export function redactResume(
  redactor: Redactor,
  result: ResumeResult,
): ResumeResult {
  const { session, changes, work, warnings } = result;
  return {
    ...result,
    session: redactSave(redactor, session),
    changes: changes && redactChanges(redactor, changes),
    work: redactor.value(work),
    warnings: redactor.value(warnings),
  };
}

/** What changed, as it is told; names of branches and files stay apart. */
export function redactChanges(redactor: Redactor, changes: Changes): Changes {
  const { commits, from, worktree, files, ...rest } = changes;
  const { working_directory: working, conflicts, missing, ...others } = rest;
  const lists = { files, working_directory: working, conflicts, missing };
  return {
    ...changes,
    ...redactor.known(others, CHANGES),
    // Thousands of paths are looked at in one go.
    ...redactor.inNames(pathsIn(changes))
      ? redactor.known(lists, CHANGES)
      : lists,
    from,
    worktree,
    commits: {
      ...commits,
      new: redactCommits(redactor, commits.new),
      lost: redactCommits(redactor, commits.lost),
      squashed: commits.squashed && {
        ...commits.squashed,
        into: redactCommits(redactor, [commits.squashed.into])[0]!,
        commits: redactCommits(redactor, commits.squashed.commits),
      },
      rewritten: redactCommits(redactor, commits.rewritten),
    },
  };
}

function* pathsIn(
  { files, working_directory: working, conflicts, missing }: Changes,
): Generator<string> {
  for (const { path, from } of [...files, ...working.paths]) {
    yield path;
    if (from !== undefined) yield from;
  }
  for (const { path } of conflicts) yield path;
  yield* missing;
}

/** Commits as they are told: their authors and subjects may say anything. */
export function redactCommits<T>(redactor: Redactor, commits: T): T {
  return redactor.known(commits, COMMITS);
}

const WORK: KnownKeys = {
  names: new Set(["branch", "branch_before"]),
  ids: new Set(
    ["id", "place", "worktree", "head", "head_before", "agent_session"].concat(
      ["saves", "checkpoint", "transitions", "started_at", "at", "done_at"],
    ),
  ),
};

/** The record of a work session; what a return goes by stays. */
export function redactWork(redactor: Redactor, work: Work): Work {
  return redactor.known(work, WORK);
}

/** The record of a checkpoint; what a restore goes by stays. */
export function redactRecord(
  redactor: Redactor,
  record: Checkpoint,
): Checkpoint {
  const { session, files, left_out, index, permissions, ...rest } = record;
  return {
    ...redactor.value(rest),
    id: record.id,
    worktree: record.worktree,
    project_path: record.project_path,
    environment: {
      ...redactor.value(record.environment),
      folder: record.environment.folder,
    },
    branch: record.branch === null ? null : redactor.name(record.branch),
    head: record.head,
    print: record.print,
    session: redactSave(redactor, session),
    // Facts of git, which must stay what they are.
    files,
    left_out,
    index,
    permissions,
  };
}

const FILES: KnownKeys = {
  names: new Set(["path"]),
  ids: new Set(["status", "hash", "mode"]),
};

/** The same as it is told: nothing goes by the names of its files there. */
export function redactTold<T extends Checkpoint>(
  redactor: Redactor,
  record: T,
): T {
  const { files, left_out } = record;
  const paths = [...files, ...left_out].map(({ path }) => path);
  return {
    ...record,
    ...redactRecord(redactor, record),
    ...redactor.inNames(paths)
      ? redactor.known({ files, left_out }, FILES)
      : {},
  };
}

const DETOUR: KnownKeys = {
  names: new Set(["branch", "path", "paths", "carried", "from", "parent"]),
  ids: new Set([
    "id",
    "head",
    "sha",
    "timestamp",
    "time",
    "at",
    "save",
    "worktree",
  ]),
};

/** What `branch` and `return` say. */
export function redactDetour<T>(redactor: Redactor, result: T): T {
  return redactor.known(result, DETOUR);
}
