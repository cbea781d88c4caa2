import { assertEquals, assertThrows } from "@std/assert";
import { MpmError } from "../base/errors.ts";
import { moved, newWork } from "./record.ts";
import {
  type Action,
  allowedActions,
  STATES,
  stepsFor,
  TRANSITIONS,
  type WorkState,
} from "./life_cycle.ts";

const ACTIONS = TRANSITIONS.map(({ action }) => action);

/** The next state for each action and state; all others are rejected. */
const LEADS: Record<WorkState, Partial<Record<Action, WorkState[]>>> = {
  new: { start: ["active"] },
  active: {
    work: ["working"],
    pause: ["paused"],
    complete: ["working", "complete"],
    cancel: ["cancelled"],
  },
  working: {
    idle: ["active"],
    pause: ["active", "paused"],
    complete: ["complete"],
    cancel: ["active", "cancelled"],
  },
  paused: { resume: ["active"] },
  complete: { archive: ["archived"] },
  archived: {},
  cancelled: {},
};

Deno.test("every state accepts only the actions of the diagram", () => {
  let refused = 0;
  for (const state of STATES) {
    for (const action of ACTIONS) {
      const steps = stepsFor(state, action);
      assertEquals(
        steps?.map(({ to }) => to),
        LEADS[state][action],
        `${state} ${action}`,
      );
      refused += steps ? 0 : 1;
    }
  }
  assertEquals([STATES.length * ACTIONS.length, refused], [56, 45]);
});

Deno.test("every pair of states is joined by the diagram's arrows alone", () => {
  const arrows = TRANSITIONS.map(({ from, to }) => `${from} ${to}`);
  assertEquals(arrows.sort(), [
    "active cancelled",
    "active paused",
    "active working",
    "complete archived",
    "new active",
    "paused active",
    "working active",
    "working complete",
  ]);
});

Deno.test("allowedActions() lists only actions that have a command", () => {
  assertEquals(
    STATES.map((state) => allowedActions(state).join(" ")),
    [
      "start",
      "pause complete cancel",
      "pause complete cancel",
      "resume",
      "archive",
      "",
      "",
    ],
  );
});

const BASE = {
  id: "work-20261121-120000",
  name: "login",
  task: "Fix it",
  place: "main",
  worktree: "/p",
  git: { branch: "main", head: null },
  agent_session: null,
};

Deno.test("every step is recorded with its time, even those without a command", () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 12, minute));
  let work = newWork(BASE, at(0));
  work = moved(work, "work", at(1));
  work = moved(work, "pause", at(2));
  work = moved(work, "resume", at(3));
  work = moved(work, "complete", at(4));
  work = moved(work, "archive", at(5));
  assertEquals(
    work.transitions.map(({ from, to, at }) =>
      `${at.slice(14, 16)} ${from} ${to}`
    ),
    [
      "00 new active",
      "01 active working",
      "02 working active",
      "02 active paused",
      "03 paused active",
      "04 active working",
      "04 working complete",
      "05 complete archived",
    ],
  );
  assertEquals(work.state, "archived");
});

Deno.test("a refusal names the state and the commands that are allowed", () => {
  const now = new Date("2026-11-21T12:00:00Z");
  const paused = moved(newWork(BASE, now), "pause", now);
  const error = assertThrows(
    () => moved(paused, "complete", now),
    MpmError,
  );
  assertEquals([error.code, error.message, error.hint], [
    "CONFLICT",
    'Cannot complete "login": it is paused',
    "Possible now: mpm resume",
  ]);
  const cancelled = moved(newWork(BASE, now), "cancel", now);
  const last = assertThrows(() => moved(cancelled, "archive", now), MpmError);
  assertEquals(
    last.hint,
    '"mpm start" starts another session',
  );
});
