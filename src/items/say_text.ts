import { getOwn } from "../base/own.ts";
import { escapeText } from "../base/escape.ts";
import { flag, noteLines, type Style } from "../cli/mod.ts";
import type { DoneResult, ItemView, SayResult } from "./commands/results.ts";
import { closedLine, itemLines, itemText, originOf } from "./text.ts";

/** The parts that the commands for adding items share. */
export const SAY = {
  positionals: [{
    name: "text",
    summary: "The text; if omitted, mpm lists the open items",
    rest: true,
  }],
  flags: {
    all: flag("List items from all worktrees and sessions"),
    "dry-run": flag("Show what would be added without writing anything"),
  },
  result: async () => (await import("./commands/results.ts")).SayResult,
  settles: true,
  render: sayText,
} as const;

/** The text for an empty list, by kind. */
const EMPTY: Readonly<Record<string, string>> = {
  next: 'No next steps. "mpm next <text>" adds one.',
  decision: 'No decisions. "mpm decide <text>" adds one.',
  question: 'No open questions. "mpm ask <text>" adds one.',
  blocker: 'No blockers. "mpm block <text>" adds one.',
};

/** Returns the output of `next`, `decide`, `ask` and `block`. */
export function sayText(result: SayResult, style: Style): string {
  const { item, items, kind, superseded } = result;
  const now = new Date(result.listed_at);
  const warnings = noteLines(result.warnings, style);
  if (item === null) {
    const none = getOwn(EMPTY, kind) ?? "No items.";
    const lines = items.length === 0
      ? [none]
      : itemLines(items, { now, style });
    return [...lines, ...warnings, ""].join("\n");
  }
  const added = result.dry_run ? "Would add" : "Added";
  return [
    result.added
      ? `${added} #${item.number}: ${itemText(item)}`
      : `Already open: #${item.number} ${itemText(item)} (${
        originOf(item, now)
      })`,
    ...superseded === null ? [] : [
      `${result.dry_run ? "Would supersede" : "Superseded"} ${
        plainLine(superseded)
      }`,
    ],
    ...warnings,
    "",
  ].join("\n");
}

/** Returns the output of `done`. */
export function doneText(result: DoneResult, style: Style): string {
  const { closed, already, open, dropped, dry_run: dry } = result;
  const now = new Date(result.listed_at);
  const warnings = noteLines(result.warnings, style);
  if (closed.length + already.length === 0) {
    const lines = open.length === 0
      ? ["Nothing is open."]
      : itemLines(open, { now, style });
    return [...lines, ...warnings, ""].join("\n");
  }
  const verb = dry
    ? dropped ? "Would drop" : "Would close"
    : dropped
    ? "Dropped"
    : "Done";
  return [
    ...closed.map((item) => `${verb} ${plainLine(item)}`),
    ...already.map((item) => escapeText(closedLine(item, now))),
    ...warnings,
    "",
  ].join("\n");
}

function plainLine(item: ItemView): string {
  return `#${item.number}: ${itemText(item)}`;
}
