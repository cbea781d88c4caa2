import {
  type Item,
  type ItemKind,
  ONLY_NAMED,
  type Run,
} from "../../items/mod.ts";
import { parseTime } from "../../base/times.ts";
import type { Save } from "../../saves/mod.ts";

/** Something that happened or was said, with the first save that has it. */
export interface Fact {
  /** `talk`: only in the newest layer; `state`: work that was open. */
  readonly topic: "done" | "decided" | "state" | "talk" | "run";
  /** Words that precede the text and describe it. */
  readonly label: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The id of the save. */
  readonly save: string;
  /** Its number among the carried items; null: no number. */
  readonly item: number | null;
  /** True if it has since been done, dropped or superseded. */
  readonly closed: boolean;
}

type Said = Omit<Fact, "save">;

/** Words that precede the text of an item, for each kind. */
const LABELS: ReadonlyMap<ItemKind, string> = new Map([
  ["goal", "Goal"],
  ["constraint", "Constraint"],
  ["next", "Next"],
  ["question", "Open question"],
  ["blocker", "Blocked by"],
  ["prompt", "Asked"],
  ["message", "Answered"],
  ["plan", "Plan"],
  ["verify", "Verify with"],
  ["summary", "Summary at a compaction"],
  ["report", "Sub-agent"],
  ["error", "Error"],
  ["background", "Still running"],
]);

const TALK: readonly ItemKind[] = [
  ...["prompt", "message", "plan", "summary"] as const,
  ...["report", "error", "background"] as const,
];

/** Kinds that older saves have in other fields. */
const GIVEN: readonly ItemKind[] = ["next", "decision", "question", "blocker"];

/**
 * Returns the facts in the saves, each once, with its last known state and the
 * first of `saves` that has it. `saves` belong to one line of work, the oldest
 * first.
 */
export function factsOf(saves: readonly Save[]): Fact[] {
  const known = new Map<string, Fact>();
  for (const save of saves) {
    for (const said of saidIn(save)) {
      const { topic, label, text } = said;
      // A run is identified by its command, so that the last result counts.
      const what = topic === "run" ? label : folded(text);
      const key = topic === "state"
        ? `${topic} ${label.replace("In progress", "Next")} ${what}`
        : `${topic} ${what}`;
      const before = known.get(key);
      const fact = { ...said, save: save.session_id };
      known.set(
        key,
        before === undefined || topic === "run" && fact.at > before.at
          ? fact
          : { ...before, label, closed: fact.closed },
      );
    }
  }
  return [...known.values()];
}

/** Returns the facts in one save, the lists of its hand-off first. */
export function saidIn(save: Save): Said[] {
  const { mpm, conversation, open_questions: questions } = save;
  const paused = timeOf(save.paused_at);
  const items = mpm?.handoff?.items ?? [];
  const plain = (topic: Said["topic"], label: string) => (text: string) => ({
    ...{ topic, label, text, at: paused, item: null, closed: false },
  });
  const has = items.some(({ kind }) => GIVEN.includes(kind));
  return [
    ...items.flatMap(saidBy),
    ...(mpm?.handoff?.runs ?? []).filter(({ doubt }) => doubt !== ONLY_NAMED)
      .map(ranBy),
    ...conversation.accomplishments.map(plain("done", "")),
    ...has ? [] : [
      ...conversation.next_steps.map(plain("state", "Next")),
      ...(mpm?.decisions ?? []).map(plain("decided", "")),
      ...(mpm?.blockers ?? []).map(plain("state", "Blocked by")),
      ...questions.map(plain("state", "Open question")),
    ],
    ...save.git_context.recent_commits.flatMap(committed),
  ].filter(({ text }) => text.trim() !== "");
}

function saidBy(item: Item): Said[] {
  const { kind, text, why, state, via } = item;
  // Statements of the agent before its last message are for the next agent.
  if (kind === "message" && via === "message") return [];
  const gone = state === "dropped" || state === "superseded";
  const said = {
    text: why ? `${text} (${why})` : text,
    at: timeOf(item.at),
    item: item.number ?? null,
    closed: gone,
  };
  const label = LABELS.get(kind) ?? "";
  if (TALK.includes(kind)) return [{ ...said, text, topic: "talk", label }];
  if (kind === "done") return [{ ...said, topic: "done", label: "" }];
  if (kind === "decision") return [{ ...said, topic: "decided", label: "" }];
  if (kind === "rejected") {
    return [{ ...said, topic: "decided", label: "Rejected" }];
  }
  const open: Said = {
    ...said,
    text,
    topic: "state",
    label: state === "doing" ? "In progress" : label,
    closed: gone || state === "done",
  };
  const ended = state === "done" && (kind === "next" || kind === "blocker");
  return ended
    ? [open, {
      ...said,
      text,
      topic: "done",
      label: kind === "blocker" ? "No longer blocked by" : "",
      at: timeOf(item.closed_at ?? item.at),
    }]
    : [open];
}

function ranBy({ command, exit, at, doubt }: Run): Said {
  const how = exit === null
    ? `exit status unknown${doubt ? `: ${doubt}` : ""}`
    : `exit status ${exit}`;
  return {
    topic: "run",
    label: command,
    text: `${command} (${how})`,
    at: timeOf(at),
    item: null,
    closed: false,
  };
}

function committed(
  { sha, message, timestamp }: Save["git_context"]["recent_commits"][number],
): Said[] {
  const at = parseTime(timestamp);
  if (at === undefined) return [];
  const text = `${sha.slice(0, 7)} ${message}`;
  return [{
    topic: "done",
    label: "Commit",
    text,
    at,
    item: null,
    closed: false,
  }];
}

/** Parses a time; an unreadable time sorts before all others. */
export function timeOf(text: string): number {
  return parseTime(text) ?? 0;
}

/** Removes meaningless differences. */
function folded(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").toLowerCase();
}
