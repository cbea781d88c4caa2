import { firstLine } from "../base/words.ts";
import type { Save } from "../saves/mod.ts";

/** The ways of adding items that are not part of a conversation. */
const DELIBERATE: ReadonlySet<string> = new Set([
  ...["pause", "command", "todo", "task"],
]);

/** Returns whether a path leads out of the worktree. */
function isOutside(path: string): boolean {
  return /^(?:[/\\~]|[A-Za-z]:|\.\.(?:[/\\]|$))/.test(path);
}

/**
 * Returns a save in the form for sharing, without folders of this machine and
 * files of the working tree. Unless `conversation`, also leaves out everything
 * that a person or an agent said or a tool printed.
 */
export function sharedSave(
  save: Save,
  { conversation }: { conversation: boolean },
): Save {
  const { mpm, active_context: active, ...rest } =
    conversation || !save.mpm?.handoff
      ? save
      : withoutSaid(save, save.mpm.handoff);
  const shared: Save = {
    ...rest,
    resume_instructions: sharedInstructions(rest.resume_instructions),
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

/** Returns the instructions without commands on files of this machine. */
function sharedInstructions(
  { files_to_review: review, validation_commands: commands }:
    Save["resume_instructions"],
): Save["resume_instructions"] {
  return {
    quick_start: [],
    files_to_review: review.filter(isInside),
    validation_commands: Object.fromEntries(
      Object.entries(commands).filter(([name]) => /^verify_\d+$/.test(name)),
    ),
  };
}

/** The maximum length of a save's headline, in characters. */
const HEADLINE = 120;

/**
 * Returns a save without the conversation's items in its lists. Each open item
 * is also in the list of its kind, and the goal is the headline.
 */
function withoutSaid(save: Save, handoff: Handoff): Save {
  const { conversation: outline, mpm, open_questions: questions } = save;
  const shared = new Set(handoff.items.filter(isShared).flatMap(formsOf));
  const said = handoff.items.filter((item) => !isShared(item));
  const withheld = new Set(said.flatMap(formsOf)).difference(shared);
  const others = (texts: readonly string[]) =>
    texts.filter((text) => !withheld.has(plain(text)));
  const headlines = new Set([...withheld].map((text) => headOf(text)));
  return {
    ...save,
    conversation: {
      ...outline,
      primary_task: headlines.has(headOf(outline.primary_task))
        ? firstLine(outline.summary, HEADLINE)
        : outline.primary_task,
      accomplishments: others(outline.accomplishments),
      next_steps: others(outline.next_steps),
    },
    important_reminders: others(save.important_reminders),
    open_questions: others(questions),
    ...mpm === undefined ? {} : {
      mpm: {
        ...mpm,
        decisions: others(mpm.decisions),
        blockers: others(mpm.blockers),
      },
    },
  };
}

/** Returns the forms of an item in the lists of a save. */
function formsOf({ text, why }: Handoff["items"][number]): string[] {
  return [plain(text), plain(`${text} (${why ?? ""})`)];
}

/**
 * Returns a key that is the same for texts that differ only in blanks and case.
 */
function plain(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").toLowerCase();
}

/**
 * Returns a key that is the same for a text and its headline, which may be
 * shortened.
 */
function headOf(text: string): string {
  return plain(text).slice(0, HEADLINE / 2);
}

type Handoff = NonNullable<NonNullable<Save["mpm"]>["handoff"]>;

function sharedHandoff(handoff: Handoff, conversation: boolean): Handoff {
  const { searches: _, seen, ...rest } = handoff;
  const files = handoff.files.filter(({ path }) => !isOutside(path));
  // The keys are left out, since each begins with the ID of the agent session.
  const items = handoff.items.map(({ agent: _agent, key: _key, ...item }) =>
    item
  );
  if (conversation) {
    return { ...handoff, items, files, seen: (seen ?? []).filter(isInside) };
  }
  return {
    ...rest,
    items: items.filter(isShared),
    files,
    runs: handoff.runs.map((run) => ({ ...run, tail: "" })),
    unread: [],
  };
}

function isShared(
  { via, kind }: Pick<Handoff["items"][number], "via" | "kind">,
): boolean {
  return DELIBERATE.has(via) && !CONVERSATION.has(kind);
}

function isInside(path: string): boolean {
  return !isOutside(path);
}

/** Kinds of items that are part of one conversation. */
const CONVERSATION: ReadonlySet<string> = new Set([
  ...["prompt", "message", "plan", "summary", "report", "error"],
  "background",
]);
