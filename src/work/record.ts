import { fits, object } from "../base/shape.ts";
import { type CheckItem, type Work, WORK_FIELDS } from "./work.ts";
import { isFields } from "../base/parsed_values.ts";
import { cutText } from "../base/words.ts";
import { type Action, allowedSteps } from "./life_cycle.ts";
import type { ChecklistItem, WorkView } from "./commands/results.ts";

/** The initial values of a session; all other fields are neutral. */
export type NewWork =
  & Pick<
    Work,
    "id" | "name" | "task" | "place" | "worktree" | "git" | "agent_session"
  >
  & Partial<Pick<Work, "parent" | "template" | "checklist" | "detour">>;

/** Returns a session that starts at `time`. */
export function newWork(given: NewWork, time: Date): Work {
  const work: Work = {
    ...{ schema: 1, state: "new", started_at: time.toISOString() },
    ...{ transitions: [], parent: null, template: null, checklist: [] },
    ...{ saves: [], children: [], detour: null, summary: null },
    ...given,
  };
  return moved(work, "start", time);
}

/**
 * Returns the session after `action`, with the time of each step. Throws
 * CONFLICT if the session's state does not allow the action.
 */
export function moved(work: Work, action: Action, time: Date): Work {
  const steps = allowedSteps(work.state, action, labelOf(work));
  const at = time.toISOString();
  return {
    ...work,
    state: steps.at(-1)!.to,
    transitions: [
      ...work.transitions,
      ...steps.map(({ from, to }) => ({ from, to, at })),
    ],
  };
}

/**
 * Returns the session after a pause with the save `save`. Repeating the pause
 * changes nothing.
 */
export function pausedBy(work: Work, save: string, time: Date): Work {
  if (work.saves.includes(save)) return work;
  const saved = { ...work, saves: [...work.saves, save] };
  // A pause is always allowed: a paused session stays paused.
  return work.state === "active" || work.state === "working"
    ? moved(saved, "pause", time)
    : saved;
}

/**
 * Returns the label of a session in a message: its name, else its task, else
 * its ID.
 */
export function labelOf(
  { id, name, task }: Pick<Work, "id" | "name" | "task">,
): string {
  if (name !== null) return `"${name}"`;
  return task === "" ? id : `"${cutText(task, LABEL)}"`;
}

const LABEL = 60;

/** Returns when the session last changed its state, ISO 8601. */
function lastMove({ transitions, started_at }: Work): string {
  return transitions.at(-1)?.at ?? started_at;
}

/** Returns the error in a parsed record; `undefined` if it is valid. */
export function workFault(value: unknown, id: string): string | undefined {
  if (!isFields(value)) return "the top level is not an object";
  if (value.id !== id) return "its ID does not match its file name";
  const broken = Object.entries(WORK_FIELDS).find(([name, of]) =>
    !fits(object({ [name]: of }), value)
  );
  return broken && `"${broken[0]}" is invalid`;
}

/** The names of a session. */
export interface Titled {
  readonly id: string;
  readonly name: string | null;
  readonly task: string;
}

/**
 * Returns `login: Fix the login`, or the ID if there is no name or task. Not
 * escaped.
 */
export function fullTitle({ id, name, task }: Titled): string {
  const parts = new Set([name ?? "", task].filter((part) => part !== ""));
  return [...parts].join(": ") || id;
}

/** Returns the name, else the task, else the ID. Not escaped. */
export function shortTitle({ id, name, task }: Titled): string {
  return name ?? (task === "" ? id : task);
}

/** Returns a session for command output. */
export function workView(work: Work): WorkView {
  const { id, name, task, state, started_at, parent, worktree } = work;
  return {
    ...{ id, name, task, state, started_at, parent, worktree },
    since: lastMove(work),
    template: work.template?.name ?? null,
    done: work.checklist.filter((item) => item.done).length,
    total: work.checklist.length,
    save: work.saves.at(-1) ?? null,
    summary: work.summary,
  };
}

/** Returns a checklist with numbered items. */
export function checklistView(items: readonly CheckItem[]): ChecklistItem[] {
  return items.map(({ phase, text, done, done_at }, at) => ({
    number: at + 1,
    ...{ phase, text, done, done_at },
  }));
}

/** The items below one heading, in order. */
interface Phase<T> {
  /** Empty: none. */
  readonly name: string;
  readonly items: readonly T[];
  readonly done: number;
}

/** Groups a checklist by heading. */
export function phasesOf<T extends { phase: string; done: boolean }>(
  items: readonly T[],
): Phase<T>[] {
  const groups: { name: string; items: T[] }[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (last?.name === item.phase) last.items.push(item);
    else groups.push({ name: item.phase, items: [item] });
  }
  return groups.map(({ name, items }) => ({
    name,
    items,
    done: items.filter(({ done }) => done).length,
  }));
}
