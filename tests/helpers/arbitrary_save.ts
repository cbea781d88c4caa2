import fc from "fast-check";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const texts = fc.array(text, { maxLength: 4 });
const textOrNull = fc.option(text);
const count = fc.nat();
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const digest = fc.stringMatching(/^[0-9a-f]{64}$/);

/** Unknown fields, which every object of a save may hold. */
const unknown = fc.dictionary(
  fc.stringMatching(/^x_[a-z]{1,4}$/),
  fc.jsonValue(),
);

function object(
  fields: Record<string, fc.Arbitrary<unknown>>,
  optional: Record<string, fc.Arbitrary<unknown>> = {},
): fc.Arbitrary<Record<string, unknown>> {
  const all = { ...fields, ...optional };
  const known = fc.record(all, { requiredKeys: Object.keys(fields) });
  return fc.tuple(unknown, known).map(([more, held]) => ({ ...more, ...held }));
}

const list = (of: fc.Arbitrary<unknown>) => fc.array(of, { maxLength: 3 });

const todo = object({ content: text, status: text });
const task = object({
  id: text,
  title: text,
  description: text,
  priority: text,
  created_at: textOrNull,
  file: text,
});
const file = object({
  path: text,
  status: fc.stringMatching(/^[ MTADRCU?!]{2}$/),
  sha256: fc.option(digest),
  size: fc.option(count),
  mtime: fc.option(number),
}, { from: text, object: text, mode: text });

const work = { id: text, name: textOrNull, task: text, state: text };
const item = object({ phase: text, text, done: fc.boolean() });

const own = object({
  schema: fc.constant(1),
  kind: text,
  name: textOrNull,
  worktree: textOrNull,
  agent: fc.option(object({
    name: text,
    session_id: text,
    transcript_path: textOrNull,
  })),
  parent: textOrNull,
  template: textOrNull,
  checklist: list(fc.jsonValue()),
  decisions: texts,
  blockers: texts,
  head: textOrNull,
  upstream: fc.option(object({ name: text, commit: textOrNull })),
  detached: fc.boolean(),
  operation: textOrNull,
  stashes: list(object({ commit: text, message: text })),
  files: list(file),
  files_omitted: count,
  checkpoint: textOrNull,
  store: textOrNull,
  redactions: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), count),
}, {
  session: object(work),
  stack: list(object({
    ...work,
    branch: textOrNull,
    checkpoint: textOrNull,
    checklist: list(item),
  })),
});

const git = object({
  is_git_repo: fc.boolean(),
  // Another writer's "" and "unknown" stand for no branch.
  branch: fc.option(text.filter((name) => !["", "unknown"].includes(name))),
  commit: textOrNull,
  commit_message: textOrNull,
  recent_commits: list(object({
    sha: text,
    author: text,
    timestamp: text,
    message: text,
  })),
  is_clean: fc.boolean(),
  ahead_behind: object({ ahead: count, behind: count }),
  status: object({
    clean: fc.boolean(),
    modified: texts,
    staged: texts,
    untracked: texts,
    modified_files: texts,
    untracked_files: texts,
  }),
});

/** 2001 to 2033, in whole milliseconds. */
const time = fc.integer({ min: 1e9, max: 2e9 }).map((second) =>
  new Date(1000 * second).toISOString()
);

/** Any save the schema allows that has a time in `paused_at`. */
export function anySave(): fc.Arbitrary<
  Record<string, unknown> & { session_id: string }
> {
  return object({
    session_id: fc.stringMatching(/^session-\d{8}-\d{6}$/),
    paused_at: time,
    duration_hours: number,
    context_usage: object({
      tokens_used: number,
      tokens_total: number,
      percentage: number,
    }),
    conversation: object({
      primary_task: text,
      current_phase: text,
      summary: text,
      accomplishments: texts,
      next_steps: texts,
    }),
    git_context: git,
    active_context: object({ working_directory: text }),
    important_reminders: texts,
    resume_instructions: object({
      quick_start: texts,
      files_to_review: texts,
      validation_commands: fc.dictionary(fc.string(), text),
    }),
    open_questions: texts,
    performance_metrics: fc.dictionary(fc.string(), fc.jsonValue()),
    todos: object({ active: list(todo), completed: list(todo) }),
    task_list: object({
      pending_tasks: list(task),
      in_progress_tasks: list(task),
      completed_count: count,
    }),
    version: text,
    build: text,
    project_path: text,
  }, { mpm: own }) as fc.Arbitrary<
    Record<string, unknown> & { session_id: string }
  >;
}
