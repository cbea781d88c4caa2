import { defineCommand } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import { locate } from "../../git/workspace.ts";
import { itemsMeant, tick } from "../../work/checklist.ts";
import type { CheckResult } from "../../work/commands/results.ts";
import type { Work } from "../../work/work.ts";
import { checklistView, labelOf, moved, workView } from "../../work/record.ts";
import { checkText } from "../../work/text.ts";
import { changeWorks, openWorks } from "../../saves/store/change_works.ts";
import { writeWork } from "../../work/store.ts";
import { journaled } from "../../ops/journaled.ts";
import { needCurrent } from "../find_session.ts";

/** `mpm check` */
export const check = defineCommand({
  name: "check",
  summary: "Tick items of the checklist, or print it",
  description: `
Items are named by their numbers, by spans of them such as 2-5, or by a part of
the text of one. Without any the checklist is printed. The first tick of an
active session makes it a working one. What is ticked already stays so.`,
  positionals: [{
    name: "items",
    summary: "Which items: numbers, spans, or parts of a text",
    names: "item",
    rest: true,
  }],
  flags: {
    undo: { type: "boolean", summary: "Take the ticks away again" },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be ticked and write nothing",
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
    const change = () =>
      ticked(needCurrent(system, workspace), {
        items,
        undo,
        time: system.now(),
      });
    if (items.length === 0 || input["dry-run"]) {
      await openWorks(system, root);
      return answer(change(), { undo, dryRun: input["dry-run"] });
    }
    return await journaled(
      context,
      ({ system }) =>
        changeWorks(system, root, () => {
          const { work, changed } = change();
          const written = changed.length > 0
            ? writeWork(system, root, work)
            : work;
          return answer({ work: written, changed }, { undo, dryRun: false });
        }),
      {
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
      ? 'All is done: "mpm complete" ends the session'
      : undefined,
});

interface Ticked {
  readonly work: Work;
  /** Positions in the checklist, from 0. */
  readonly changed: readonly number[];
}

/** The session with these items ticked; a paused one must be resumed first. */
function ticked(
  work: Work,
  { items, undo, time }: {
    items: readonly string[];
    undo: boolean;
    time: Date;
  },
): Ticked {
  if (items.length === 0) return { work, changed: [] };
  if (work.state === "paused") {
    throw new MpmError("CONFLICT", `Cannot tick: ${labelOf(work)} is paused`, {
      hint: '"mpm resume" goes on with it',
    });
  }
  const at = itemsMeant(work.checklist, items);
  const { checklist, changed } = tick(work.checklist, {
    at,
    done: !undo,
    time,
  });
  const begins = !undo && changed.length > 0 && work.state === "active";
  const moving = begins ? moved(work, "work", time) : work;
  return { work: { ...moving, checklist }, changed };
}

function answer(
  { work, changed }: Ticked,
  { undo, dryRun }: { undo: boolean; dryRun: boolean },
): CheckResult {
  return {
    dry_run: dryRun,
    session: workView(work),
    checklist: checklistView(work.checklist),
    changed: changed.map((at) => at + 1),
    undo,
  };
}
