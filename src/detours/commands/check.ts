import {
  type CheckItem,
  checklistLines,
  checklistView,
  type CheckResult,
  labelOf,
  moved,
  titleOf,
  type Work,
  workView,
  writeWork,
} from "../../work/mod.ts";
import { defineCommand, type Style } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { refuseNegative } from "../../base/selector.ts";
import { MpmError } from "../../base/errors.ts";
import { locate } from "../../git/mod.ts";
import { changeStore, openStore } from "../../saves/mod.ts";
import { journaled } from "../../ops/mod.ts";
import { needCurrent } from "../find_session.ts";

/** `mpm check` */
export const check = defineCommand({
  name: "check",
  summary: "Tick checklist items, or print the checklist",
  description: `
Select items by number, by a range such as 2-5, or by part of their text.
Without items, the command prints the checklist. The first tick moves an active session to the "working" state. Ticking an item twice has no further effect.`,
  positionals: [{
    name: "items",
    summary: "The items: numbers, ranges, or parts of their text",
    names: "item",
    rest: true,
  }],
  flags: {
    undo: { type: "boolean", summary: "Remove the ticks" },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be ticked without writing anything",
    },
  },
  examples: [
    "mpm check",
    "mpm check 1 2",
    "mpm check 1-4 6",
    'mpm check "Add tests"',
    "mpm check 3 --undo",
  ],
  result: async () =>
    (await import("../../work/commands/results.ts")).CheckResult,
  settles: true,
  async run(context, input) {
    const { system, folder } = context;
    const { items, undo } = input;
    const workspace = await locate(system, folder);
    const { root } = workspace;
    const dryRun = input["dry-run"];
    const change = (write: (work: Work) => Work) =>
      ticked(needCurrent(system, workspace), {
        items,
        undo,
        time: system.now(),
        dryRun,
        write,
      });
    if (items.length === 0 || dryRun) {
      await openStore(system, root);
      return change((work) => work);
    }
    return await journaled(
      context,
      ({ system }) => change((work) => writeWork(system, root, work)),
      {
        lock: changeStore,
        operation: "check",
        workspace,
        title: ({ changed, session }) =>
          `${undo ? "untick" : "tick"} ${changed.join(", ")} of ` +
          (session.name ?? session.id),
      },
    );
  },
  render: checkText,
  next: ({ dry_run: dry, changed, checklist }) =>
    !dry && changed.length > 0 && checklist.every(({ done }) => done)
      ? 'All items are done: "mpm complete" ends the session'
      : undefined,
});

/** Checks off items of the session. A paused session must be resumed first. */
function ticked(
  work: Work,
  { items, undo, time, dryRun, write }: {
    items: readonly string[];
    undo: boolean;
    time: Date;
    dryRun: boolean;
    /** Writes the session and returns it. */
    write(work: Work): Work;
  },
): CheckResult {
  if (items.length > 0 && work.state === "paused") {
    throw new MpmError("CONFLICT", `Cannot tick: ${labelOf(work)} is paused`, {
      hint: '"mpm resume" continues with it',
    });
  }
  const changed = itemsMeant(work.checklist, items)
    .filter((at) => work.checklist[at]!.done === undo);
  const done_at = undo ? null : time.toISOString();
  const checklist = work.checklist.map((item, at) =>
    changed.includes(at) ? { ...item, done: !undo, done_at } : item
  );
  const begins = !undo && changed.length > 0 && work.state === "active";
  const next = { ...begins ? moved(work, "work", time) : work, checklist };
  const written = changed.length > 0 ? write(next) : work;
  return {
    dry_run: dryRun,
    session: workView(written),
    checklist: checklistView(written.checklist),
    changed: changed.map((at) => at + 1),
    undo,
  };
}

/**
 * Returns the indexes (from 0) of the items that the selectors mean. A selector
 * is a printed number (from 1), a range such as `2-5`, or a part of the text of
 * one item. Throws NOT_FOUND, or AMBIGUOUS with the matching items.
 */
function itemsMeant(
  items: readonly CheckItem[],
  selectors: readonly string[],
): number[] {
  const found = selectors.flatMap((selector) => positions(items, selector));
  return [...new Set(found)].sort((a, b) => a - b);
}

function positions(items: readonly CheckItem[], selector: string): number[] {
  const span = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(selector.trim());
  refuseNegative(selector.trim());
  if (!span) return [byText(items, selector)];
  const first = Number(span[1]);
  const last = Number(span[2] ?? first);
  for (const number of [first, last]) {
    if (number >= 1 && number <= items.length) continue;
    throw new MpmError("NOT_FOUND", `No item ${number} in the checklist`, {
      hint: items.length === 0
        ? "This session has no checklist"
        : `The checklist has items 1 to ${items.length}: "mpm check" prints ` +
          "them",
    });
  }
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  return Array.from({ length: high - low + 1 }, (_, at) => low - 1 + at);
}

function byText(items: readonly CheckItem[], selector: string): number {
  const wanted = selector.trim().toLowerCase();
  const numbered = items.map(({ text }, at) => ({ at, text }));
  const exact = numbered.filter(({ text }) => text.toLowerCase() === wanted);
  const found = exact.length === 1 || wanted === ""
    ? exact
    : numbered.filter(({ text }) => text.toLowerCase().includes(wanted));
  if (found.length === 1) return found[0]!.at;
  if (found.length === 0) {
    throw new MpmError("NOT_FOUND", `No item matches "${selector}"`, {
      hint: '"mpm check" prints the checklist with its numbers',
    });
  }
  const names = found.slice(0, NAMED).map(({ at, text }) =>
    `${at + 1} ${text}`
  );
  throw new MpmError(
    "AMBIGUOUS",
    `"${selector}" matches ${found.length} items: ${names.join(", ")}`,
    { hint: "Use the number of the item" },
  );
}

/** The maximum number of items that an error names. */
const NAMED = 5;

/** Returns what `mpm check` prints. */
function checkText(result: CheckResult, style: Style): string {
  const { session, checklist, changed, undo } = result;
  if (checklist.length === 0) {
    return `${titleOf(session)} has no checklist.\n`;
  }
  const verb = result.dry_run
    ? undo ? "Would untick" : "Would tick"
    : undo
    ? "Unticked"
    : "Ticked";
  const changedLines = checklist.filter(({ number }) =>
    changed.includes(number)
  )
    .map(({ number, text }) => `${verb} ${number}: ${escapeText(text)}`);
  return [
    ...changedLines,
    ...changedLines.length > 0 ? [""] : [],
    ...checklistLines(checklist, style),
    "",
  ].join("\n");
}
