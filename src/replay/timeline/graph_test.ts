import { assert, assertEquals } from "@std/assert";
import { makeStyle, width } from "../../cli/mod.ts";
import type { TimelineEvent } from "../commands/results.ts";
import { TIMELINE_TYPES } from "../types.ts";
import { timelineText } from "./graph.ts";

function event(at: number, more: Partial<TimelineEvent>): TimelineEvent {
  return {
    at: new Date(Date.UTC(2026, 10, 20, 9, at)).toISOString(),
    ...{ end: null, type: "commit", id: "3f9a1c7e5b2d8046" },
    title: `一 long \x1b[31m title \u202e ${"of many words ".repeat(20)}`,
    ...{ session: null, parent: null, state: null, branch: "main" },
    ...{ origin: null, author: null, context: [], command: null },
    ...more,
  };
}

/** One event of each type, among ten sessions at the same time. */
const EVENTS = [
  ...Array.from({ length: 10 }, (_, at) =>
    event(at, {
      type: "session",
      session: `work-${at}`,
      state: "complete",
      end: new Date(Date.UTC(2026, 10, 21, 9, at)).toISOString(),
    })),
  ...TIMELINE_TYPES.slice(2).map((type, at) =>
    event(20 + at, {
      type,
      session: type === "save" ? "work-2" : null,
      origin: type === "save" ? "foreign" : null,
      context: [{ at: "", tokens: 1000 }, { at: "", tokens: 90_000 }],
    })
  ),
];

const text = (columns: number, options = {}) =>
  timelineText({
    ...{ project: "/p", events: EVENTS, more: true, page: null, warnings: [] },
  }, makeStyle(false, columns, options));

Deno.test("a graph fits 40, 80 and 160 columns, and does not control the terminal", () => {
  for (const columns of [40, 80, 160]) {
    const lines = text(columns).split("\n");
    assertEquals(lines.filter((line) => width(line) > columns), []);
    // deno-lint-ignore no-control-regex -- finds control characters
    assertEquals(/[\x00-\x09\x0b-\x1f\u202e]/.test(lines.join("\n")), false);
    assert(lines.length > 2 * 10 + 6, String(lines.length));
  }
});

Deno.test("a terminal with ASCII only gets lines of ASCII", () => {
  const drawn = text(160, { ascii: true });
  assertEquals(/[│┌└◆■▶●·✗▁-█]/.exec(drawn), null);
});
