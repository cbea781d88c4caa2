import type { Save } from "../saves/mod.ts";

/** The ways in which items are added that are not part of a conversation. */
const DELIBERATE: ReadonlySet<string> = new Set([
  ...["pause", "command", "todo", "task"],
]);

/** Returns whether a path leads out of the worktree. */
function isOutside(path: string): boolean {
  return /^(?:[/\\~]|[A-Za-z]:|\.\.(?:[/\\]|$))/.test(path);
}

/**
 * Returns a save as it is shared: without folders of this machine and files of
 * the working tree. Unless `conversation`, it also lacks anything that a person
 * or an agent said or a tool printed.
 */
export function sharedSave(
  save: Save,
  { conversation }: { conversation: boolean },
): Save {
  const { mpm, active_context: active, ...rest } = save;
  const shared: Save = {
    ...rest,
    active_context: { ...active, working_directory: "" },
    project_path: "",
  };
  if (!mpm) return shared;
  const { contexts: _, contents: __, handoff, ...own } = mpm;
  return {
    ...shared,
    mpm: {
      ...own,
      ...{ worktree: null, agent: null, checkpoint: null },
      stashes: [],
      ...handoff === undefined
        ? {}
        : { handoff: sharedHandoff(handoff, conversation) },
      ...own.stack === undefined ? {} : {
        stack: own.stack.map((one) => ({ ...one, checkpoint: null })),
      },
    },
  };
}

type Handoff = NonNullable<NonNullable<Save["mpm"]>["handoff"]>;

function sharedHandoff(handoff: Handoff, conversation: boolean): Handoff {
  const { searches: _, seen, ...rest } = handoff;
  const files = handoff.files.filter(({ path }) => !isOutside(path));
  const items = handoff.items.map(({ agent: _agent, ...item }) => item);
  if (conversation) {
    return { ...handoff, items, files, seen: (seen ?? []).filter(isInside) };
  }
  return {
    ...rest,
    items: items.filter(({ via, kind }) =>
      DELIBERATE.has(via) && !CONVERSATION.has(kind)
    ),
    files,
    runs: handoff.runs.map((run) => ({ ...run, tail: "" })),
    unread: [],
  };
}

function isInside(path: string): boolean {
  return !isOutside(path);
}

/** Kinds of items that are a part of one conversation. */
const CONVERSATION: ReadonlySet<string> = new Set([
  ...["prompt", "message", "plan", "summary", "report", "error"],
  "background",
]);
