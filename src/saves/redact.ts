import { getOwn, setOwn } from "../base/own.ts";
import type { FileState } from "../git/mod.ts";
import type { Handoff, Item } from "../items/mod.ts";
import type { Counts, KnownKeys, Redactor } from "../secrets/mod.ts";
import type { ResumeResult } from "./commands/results.ts";
import type { Changes } from "./compare/changes.ts";
import type { GitContext, OwnFields, Save } from "./save.ts";

/**
 * Redacts the result of a resume. With `lines`, only redacted lines are shown,
 * and the user's own text was redacted when it was written.
 */
export function redactResume(
  redactor: Redactor,
  result: ResumeResult,
  { lines }: { lines: boolean },
): ResumeResult {
  const { session, later, changes, evidence, items, vars } = result;
  const { work, warnings, origin } = result;
  const step = { redactor, counts: {}, names: true };
  const written = lines && origin === "own" ? { session, later, items } : {
    session: redactSave(redactor, session),
    later: later.map((one) => ({
      ...one,
      handoff: redactedHandoff(one.handoff, step),
    })),
    items: redactItems(redactor, items),
  };
  return {
    ...result,
    ...written,
    changes: changes && redactChanges(redactor, changes),
    evidence: redactor.value(evidence),
    vars: redactor.value(vars),
    handoffs: redactor.value(result.handoffs),
    work: redactor.value(work),
    warnings: redactor.value(warnings),
  };
}

/**
 * Returns the save with all text redacted, and the number of matches of each
 * rule in `mpm.redactions`. IDs, hashes and the save's folders stay unchanged.
 * In names of branches and files, only certain secrets are replaced, since a
 * resume compares the names.
 */
export function redactSave(redactor: Redactor, save: Save): Save {
  const step = {
    redactor,
    counts: {} as Counts,
    names: redactor.inNames(namesOf(save)),
  };
  const { git_context: git, active_context: active, mpm, ...others } = save;
  const { session_id, paused_at, project_path, ...rest } = others;
  const texts = redactor.value(rest, step.counts);
  const context = redactedGit(git, step);
  const working = redactor.value(
    { ...active, working_directory: "" },
    step.counts,
  );
  const own = mpm && redactedOwn(mpm, step);
  if (Object.keys(step.counts).length === 0) return save;
  return ordered(save, {
    ...texts,
    ...{ session_id, paused_at, project_path },
    git_context: context,
    active_context: { ...working, working_directory: active.working_directory },
    ...own && {
      mpm: { ...own, redactions: added(own.redactions, step.counts) },
    },
  });
}

interface Step {
  readonly redactor: Redactor;
  readonly counts: Counts;
  /** True if any name contains a secret. */
  readonly names: boolean;
}

/** Returns every name of a branch or file once. */
function namesOf({ git_context: git, mpm }: Save): Set<string> {
  const names = new Set([git.branch ?? "", mpm?.upstream?.name ?? ""]);
  for (const list of Object.values(git.status)) {
    if (!Array.isArray(list)) continue;
    for (const name of list) if (typeof name === "string") names.add(name);
  }
  for (const { path, from } of mpm?.files ?? []) {
    names.add(path);
    if (from !== undefined) names.add(from);
  }
  for (const { branch } of mpm?.stack ?? []) names.add(branch ?? "");
  for (const { path } of mpm?.handoff?.files ?? []) names.add(path);
  return names;
}

function added(before: Counts, counts: Counts): Counts {
  const sum = { ...before };
  for (const [label, count] of Object.entries(counts)) {
    setOwn(sum, label, (getOwn(sum, label) ?? 0) + count);
  }
  return sum;
}

/** Returns the fields in their original order. */
function ordered<T extends object>(before: T, after: T): T {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const entries = [...names].filter((name) => Object.hasOwn(after, name))
    .map((name) => [name, getOwn(after as Record<string, unknown>, name)]);
  return Object.fromEntries(entries) as T;
}

function nameOf<T extends string | null>(
  name: T,
  { redactor, counts, names }: Step,
): T {
  return (name === null || !names ? name : redactor.name(name, counts)) as T;
}

function redactedGit(git: GitContext, step: Step): GitContext {
  const { redactor, counts } = step;
  const { status, branch, commit, ...rest } = git;
  // Lists of paths are redacted as names.
  const lists = Object.entries(status).map(([key, value]) => {
    const isPaths = Array.isArray(value) &&
      value.every((one) => typeof one === "string");
    if (!isPaths) return [key, redactor.value(value, counts)];
    return [key, step.names ? value.map((name) => nameOf(name, step)) : value];
  });
  return ordered(git, {
    ...redactor.value(rest, counts),
    commit,
    branch: nameOf(branch, step),
    status: Object.fromEntries(lists) as GitContext["status"],
  });
}

function redactedOwn(mpm: OwnFields, step: Step): OwnFields {
  const { redactor, counts } = step;
  const { files, worktree, agent, upstream, stack, redactions, ...others } =
    mpm;
  const { handoff, contexts, ...rest } = others;
  const clean = redactor.value(rest, counts);
  return ordered(mpm, {
    ...clean,
    head: mpm.head,
    store: mpm.store,
    worktree,
    redactions,
    agent: agent && {
      ...redactor.value(agent, counts),
      session_id: agent.session_id,
      transcript_path: agent.transcript_path,
    },
    upstream: upstream && { ...upstream, name: nameOf(upstream.name, step) },
    files: step.names ? files.map((file) => redactedFile(file, step)) : files,
    ...handoff === undefined ? {} : { handoff: redactedHandoff(handoff, step) },
    ...contexts === undefined
      ? {}
      : { contexts: redactor.known(contexts, CONTEXT_KEYS, counts) },
    ...stack === undefined ? {} : {
      stack: stack.map((parent) => ({
        ...redactor.value({ ...parent, branch: null }, counts),
        branch: nameOf(parent.branch, step),
      })),
    },
  });
}

const CONTEXT_KEYS: KnownKeys = {
  names: new Set(["path"]),
  ids: new Set(["sha256", "held_by"]),
};

/** Returns the items of a hand-off without secrets. */
export function redactItems(redactor: Redactor, items: Item[]): Item[] {
  return redactor.known(items, HANDOFF_KEYS);
}

/** Fields of a hand-off that stay unchanged. */
const HANDOFF_IDS = ("id at save agent key closed_at superseded_by digest tree")
  .split(" ");

/** Unchanged fields, and fields that contain names of files. */
const HANDOFF_KEYS: KnownKeys = {
  names: new Set(["path"]),
  ids: new Set(HANDOFF_IDS),
};

/** The same if no name contains a secret. */
const HANDOFF_TEXTS: KnownKeys = {
  names: new Set(),
  ids: new Set([...HANDOFF_IDS, "path"]),
};

/** Redacts a hand-off; variables also according to their names. */
function redactedHandoff(handoff: Handoff, step: Step): Handoff {
  const { redactor, counts } = step;
  const { vars, ...rest } = handoff;
  return ordered(handoff, {
    ...redactor.known(rest, step.names ? HANDOFF_KEYS : HANDOFF_TEXTS, counts),
    ...vars === undefined ? {} : { vars: redactor.value(vars, counts) },
  });
}

function redactedFile(file: FileState, step: Step): FileState {
  return {
    ...file,
    path: nameOf(file.path, step),
    ...file.from === undefined ? {} : { from: nameOf(file.from, step) },
  };
}

/** Fields of the changes: names of branches and files, and IDs and times. */
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

/** Redacts the changes for output, except for names of branches and files. */
export function redactChanges(redactor: Redactor, changes: Changes): Changes {
  const { commits, from, worktree, files, ...rest } = changes;
  const { working_directory: working, conflicts, missing, ...others } = rest;
  const lists = { files, working_directory: working, conflicts, missing };
  return {
    ...changes,
    ...redactor.known(others, CHANGES),
    // Thousands of paths are checked at once.
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

/** Redacts commits, since authors and subjects may contain anything. */
export function redactCommits<T>(redactor: Redactor, commits: T): T {
  return redactor.known(commits, COMMITS);
}
