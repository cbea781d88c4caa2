import { MpmError } from "../base/errors.ts";

/** States of a session; `new` is before its start. */
export const STATES = [
  "new",
  "active",
  "working",
  "paused",
  "complete",
  "archived",
  "cancelled",
] as const;

export type WorkState = typeof STATES[number];

/** The actions that change a session's state. */
export type Action =
  | "start"
  | "work"
  | "idle"
  | "pause"
  | "resume"
  | "complete"
  | "cancel"
  | "archive";

interface Transition {
  readonly from: WorkState;
  readonly action: Action;
  readonly to: WorkState;
}

/** Every allowed transition; all others are rejected. */
export const TRANSITIONS: readonly Transition[] = [
  { from: "new", action: "start", to: "active" },
  { from: "active", action: "work", to: "working" },
  { from: "working", action: "idle", to: "active" },
  { from: "active", action: "pause", to: "paused" },
  { from: "paused", action: "resume", to: "active" },
  { from: "working", action: "complete", to: "complete" },
  { from: "complete", action: "archive", to: "archived" },
  { from: "active", action: "cancel", to: "cancelled" },
];

/**
 * Transitions without their own command: other commands make them first.
 */
const IMPLICIT: readonly Action[] = ["work", "idle"];

/** The command for each transition. */
const COMMANDS: Readonly<Record<Action, string>> = {
  start: "mpm start",
  work: "mpm check",
  idle: "mpm pause",
  pause: "mpm pause",
  resume: "mpm resume",
  complete: "mpm complete",
  cancel: "mpm cancel",
  archive: "mpm archive",
};

/**
 * Returns the transitions for `action`, in order: either only `action`, or
 * `work` or `idle` before it. `undefined`: the table does not allow `action`.
 */
export function stepsFor(
  state: WorkState,
  action: Action,
): readonly Transition[] | undefined {
  const direct = find(state, action);
  if (direct) return [direct];
  for (const implicit of IMPLICIT) {
    const first = find(state, implicit);
    const second = first && find(first.to, action);
    if (second && !IMPLICIT.includes(action)) return [first, second];
  }
  return undefined;
}

/** Does the same for a session called `label`. Throws CONFLICT. */
export function allowedSteps(
  state: WorkState,
  action: Action,
  label: string,
): readonly Transition[] {
  const steps = stepsFor(state, action);
  if (steps) return steps;
  const rest = allowedActions(state);
  throw new MpmError(
    "CONFLICT",
    `Cannot ${action} ${label}: it is ${state}`,
    {
      hint: rest.length === 0
        ? `"${COMMANDS.start}" starts another session`
        : `Possible now: ${
          [...new Set(rest.map((name) => COMMANDS[name]))].join(", ")
        }`,
    },
  );
}

/** Returns the commands for a session in this state, in the table's order. */
export function allowedActions(state: WorkState): Action[] {
  return TRANSITIONS.map(({ action }) => action).filter((action) =>
    !IMPLICIT.includes(action) && stepsFor(state, action)
  );
}

/**
 * Returns whether work can continue: the session is neither finished nor
 * cancelled.
 */
export function isOpen(state: WorkState): boolean {
  return state === "active" || state === "working" || state === "paused";
}

/** Returns whether the session's saves are hidden from lists. */
export function isSettled(state: WorkState): boolean {
  return state === "archived" || state === "cancelled";
}

function find(from: WorkState, action: Action): Transition | undefined {
  return TRANSITIONS.find((one) => one.from === from && one.action === action);
}
