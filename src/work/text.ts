import { escapeText } from "../base/escape.ts";
import { phasesOf } from "./record.ts";
import type {
  ChecklistItem,
  CheckResult,
  EndResult,
  StartResult,
  WorkView,
} from "./commands/results.ts";
import type { Work } from "./work.ts";
import { counted } from "../base/words.ts";
import { fullTitle, shortTitle, type Titled } from "./record.ts";

/** What of a terminal's style these texts use. */
export interface TextStyle {
  readonly ascii: boolean;
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** What `mpm start` prints. */
export function startText(result: StartResult, style: TextStyle): string {
  const { session, left, checklist } = result;
  const verb = result.dry_run ? "Would start" : "Started";
  return lines([
    `${verb} ${sessionLine(session, style)}`,
    ...left ? [`Left paused: ${titleOf(left)}`] : [],
    ...result.warnings.map((text) => warning(text, style)),
    ...checklist.length > 0 ? ["", ...checklistLines(checklist, style)] : [],
  ]);
}

/** What `mpm check` prints. */
export function checkText(result: CheckResult, style: TextStyle): string {
  const { session, checklist, changed, undo } = result;
  if (checklist.length === 0) {
    return lines([`${titleOf(session)} has no checklist.`]);
  }
  const verb = result.dry_run
    ? undo ? "Would untick" : "Would tick"
    : undo
    ? "Unticked"
    : "Ticked";
  const told = checklist.filter(({ number }) => changed.includes(number))
    .map(({ number, text }) => `${verb} ${number}: ${escapeText(text)}`);
  return lines([
    ...told,
    ...told.length > 0 ? [""] : [],
    ...checklistLines(checklist, style),
  ]);
}

/** Items that are named. */
const NAMED = 10;

/** What `mpm complete`, `cancel` and `archive` print. */
export function endText(result: EndResult, style: TextStyle): string {
  const { session, open, dry_run: dry } = result;
  const more = open.length - NAMED;
  const isComplete = session.state === "complete" && open.length > 0;
  return lines([
    dry
      ? `Would be ${session.state}: ${titleOf(session)}`
      : `${titleOf(session)} is ${style.bold(session.state)}.`,
    ...isComplete
      ? [
        style.yellow(
          `${counted(open.length, "item")} of its checklist ${
            open.length === 1 ? "is" : "are"
          } open:`,
        ),
        ...open.slice(0, NAMED).map((text) => `  - ${escapeText(text)}`),
        ...more > 0 ? [`  … and ${more} more`] : [],
      ]
      : [],
  ]);
}

/** A session's name, else its task, else its id, escaped. */
export function titleOf(session: Titled): string {
  return escapeText(shortTitle(session));
}

/** `login: Fix it (working)`. */
export function sessionLine(session: WorkView, style: TextStyle): string {
  const title = style.bold(escapeText(fullTitle(session)));
  return `${title} (${stateWord(session.state, style)})`;
}

/** An active session that no worktree is at, and the way out of it. */
export function lostNote({ id, state, ...titled }: WorkView | Work): string {
  // Only a return ends a detour, and that needs the worktree to be at it.
  const way = titled.parent === null
    ? `mpm complete ${id} or mpm cancel ${id} ends it`
    : "mpm doctor --fix puts it back";
  const title = shortTitle({ id, ...titled });
  return `${title} is ${state}, but its worktree is not at it: ${way}`;
}

/** A state as it is painted everywhere. */
export function stateWord(
  state: WorkView["state"],
  style: Pick<TextStyle, "green" | "yellow" | "dim">,
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

/** A checklist by its phases, each with its progress. */
export function checklistLines(
  checklist: readonly ChecklistItem[],
  style: TextStyle,
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

/** Cells of a bar. */
const CELLS = 8;

/** `Setup Phase 2/4 ████░░░░`. */
function progress(
  name: string,
  { done, total, gap = 0, style }: {
    done: number;
    total: number;
    /** Spaces more behind the name. */
    gap?: number;
    style: TextStyle;
  },
): string {
  const full = total === 0 ? 0 : Math.floor(CELLS * done / total);
  const [on, off] = style.ascii ? ["#", "."] : ["█", "░"];
  const bar = style.green(on.repeat(full)) +
    style.dim(off.repeat(CELLS - full));
  const label = style.bold(escapeText(name)) + " ".repeat(gap);
  return `${label} ${done}/${total} ${bar}`;
}

/** The same of several, one below the other. */
export function progressTable(
  phases: readonly { name: string; done: number; total: number }[],
  style: TextStyle,
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

function warning(text: string, style: TextStyle): string {
  return style.yellow(`Note: ${escapeText(text)}`);
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}

/** What is said of work sessions that somebody else made. */
export function foreignWorksNote(count: number): string {
  const made = count === 1 ? "it" : "them";
  return `${counted(count, "work session")} of somebody else: nothing says ` +
    `that you made ${made} on this machine`;
}
