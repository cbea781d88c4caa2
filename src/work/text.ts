import type { Style } from "../cli/mod.ts";
import { escapeText } from "../base/escape.ts";
import { fullTitle, phasesOf, shortTitle, type Titled } from "./record.ts";
import type { ChecklistItem, WorkView } from "./commands/results.ts";
import type { Work } from "./work.ts";
import { counted } from "../base/words.ts";

/** Returns a session's name, else its task, else its id, escaped. */
export function titleOf(session: Titled): string {
  return escapeText(shortTitle(session));
}

/** Returns `login: Fix it (working)`. */
export function sessionLine(session: WorkView, style: Style): string {
  const title = style.bold(escapeText(fullTitle(session)));
  return `${title} (${stateWord(session.state, style)})`;
}

/**
 * Describes an active session that is not in any worktree, and how to end it.
 */
export function lostNote({ id, state, ...titled }: WorkView | Work): string {
  // Only a return ends a detour, and a return requires the detour to be in the
  // worktree.
  const way = titled.parent === null
    ? `mpm complete ${id} or mpm cancel ${id} ends it`
    : "mpm doctor --fix restores it";
  const title = shortTitle({ id, ...titled });
  return `${title} is ${state}, but not the session of its worktree: ${way}`;
}

/** Returns a state in its colours. */
export function stateWord(
  state: WorkView["state"],
  style: Pick<Style, "green" | "yellow" | "dim">,
): string {
  switch (state) {
    case "active":
    case "working":
      return style.green(state);
    case "paused":
      return style.yellow(state);
    default:
      return style.dim(state);
  }
}

/** Returns a checklist by phase, each phase with its progress. */
export function checklistLines(
  checklist: readonly ChecklistItem[],
  style: Style,
): string[] {
  const digits = String(checklist.length).length;
  return phasesOf(checklist).flatMap(({ name, items, done }, at) => [
    ...at > 0 ? [""] : [],
    ...name === "" && at === 0 && items.length === checklist.length
      ? [progress("Checklist", { done, total: items.length, style })]
      : [progress(name || "Other", { done, total: items.length, style })],
    ...items.map(({ number, text, done }) => {
      const box = done ? style.green("[x]") : "[ ]";
      return `  ${String(number).padStart(digits)} ${box} ${escapeText(text)}`;
    }),
  ]);
}

/** The width of a bar. */
const CELLS = 8;

/** Returns `Setup Phase 2/4 ████░░░░`. */
function progress(
  name: string,
  { done, total, gap = 0, style }: {
    done: number;
    total: number;
    /** The number of additional spaces after the name. */
    gap?: number;
    style: Style;
  },
): string {
  const full = total === 0 ? 0 : Math.floor(CELLS * done / total);
  const [on, off] = style.ascii ? ["#", "."] : ["█", "░"];
  const bar = style.green(on.repeat(full)) +
    style.dim(off.repeat(CELLS - full));
  const label = style.bold(escapeText(name)) + " ".repeat(gap);
  return `${label} ${done}/${total} ${bar}`;
}

/** Returns the same for several phases, one below another. */
export function progressTable(
  phases: readonly { name: string; done: number; total: number }[],
  style: Style,
): string[] {
  const longest = Math.max(...phases.map(({ name }) => name.length));
  const digits = Math.max(
    ...phases.map(({ done, total }) => `${done}/${total}`.length),
  );
  return phases.map(({ name, done, total }) => {
    const gap = longest - name.length + digits - `${done}/${total}`.length;
    return progress(name, { done, total, gap, style });
  });
}

/** Returns the note about sessions made by someone else. */
export function foreignWorksNote(count: number): string {
  return `${counted(count, "session")} from someone else (not verified)`;
}
