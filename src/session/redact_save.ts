import type { Redactor } from "./redact.ts";
import type { Counts } from "./secret_replace.ts";
import type { FileState, OwnFields, Save } from "./save.ts";

/**
 * The save with every text redacted, and how often each rule applied under
 * `mpm.redactions`. Ids, hashes and the folders it was made in stay as they
 * are, and of names of branches and files only what is surely a secret is
 * replaced: a resume compares by them.
 */
export function redactSave(redactor: Redactor, save: Save): Save {
  const counts: Counts = {};
  const { git_context: git, active_context: active, mpm, ...rest } = save;
  const status = redactedNames(git.status, { redactor, counts });
  const context = redactor.value(
    { ...git, status: null, branch: null },
    counts,
  );
  const clean: Save = {
    ...redactor.value(rest, counts),
    session_id: save.session_id,
    paused_at: save.paused_at,
    project_path: save.project_path,
    git_context: {
      ...context,
      commit: git.commit,
      branch: nameOf(git.branch, { redactor, counts }),
      status,
    },
    active_context: {
      ...redactor.value({ ...active, working_directory: "" }, counts),
      working_directory: active.working_directory,
    },
  };
  if (!mpm) return isChanged(counts) ? ordered(save, clean) : save;
  const own = redactedOwn(mpm, { redactor, counts });
  if (!isChanged(counts)) return save;
  const redactions = { ...mpm.redactions };
  for (const [label, count] of Object.entries(counts)) {
    redactions[label] = (redactions[label] ?? 0) + count;
  }
  return ordered(save, { ...clean, mpm: { ...own, redactions } });
}

interface Step {
  readonly redactor: Redactor;
  readonly counts: Counts;
}

function isChanged(counts: Counts): boolean {
  for (const _ in counts) return true;
  return false;
}

/** The fields in the order they had. */
function ordered<T extends object>(before: T, after: T): T {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const entries = [...names].filter((name) => Object.hasOwn(after, name))
    .map((name) => [name, (after as Record<string, unknown>)[name]]);
  return Object.fromEntries(entries) as T;
}

function nameOf<T extends string | null>(
  name: T,
  { redactor, counts }: Step,
): T {
  return (name === null ? null : redactor.name(name, counts)) as T;
}

/** Lists of paths, each redacted as a name; the rest as it is. */
function redactedNames<T extends Record<string, unknown>>(
  lists: T,
  { redactor, counts }: Step,
): T {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(lists)) {
    result[key] = Array.isArray(value) &&
        value.every((one) => typeof one === "string")
      ? redactor.names(value, counts)
      : redactor.value(value, counts);
  }
  return result as T;
}

function redactedOwn(mpm: OwnFields, step: Step): OwnFields {
  const { redactor, counts } = step;
  const { files, worktree, agent, upstream, stack, redactions, ...rest } = mpm;
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
    upstream: upstream &&
      { ...upstream, name: redactor.name(upstream.name, counts) },
    files: redactedFiles(files, step),
    ...stack === undefined ? {} : {
      stack: stack.map((parent) => ({
        ...redactor.value({ ...parent, branch: null }, counts),
        branch: nameOf(parent.branch, step),
      })),
    },
  });
}

function redactedFiles(
  files: readonly FileState[],
  { redactor, counts }: Step,
): FileState[] {
  const before = files.flatMap(({ path, from }) =>
    from === undefined ? [path] : [path, from]
  );
  const after = redactor.names(before, counts);
  if (after === before) return [...files];
  const names = new Map(before.map((name, at) => [name, after[at]!]));
  return files.map((file) => ({
    ...file,
    path: names.get(file.path)!,
    ...file.from === undefined ? {} : { from: names.get(file.from)! },
  }));
}
