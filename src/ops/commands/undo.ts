import { defineCommand } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/workspace.ts";
import { getOwn } from "../../base/own.ts";
import { entryToUndo, type KnownEntry } from "../log/entry.ts";
import type { UndoResult } from "../../checkpoints/commands/results.ts";
import { readJournal } from "../log/journal.ts";
import { openStore } from "../../saves/store/recover.ts";
import { withLock } from "../lock.ts";
import { chosenRoot, USER_FLAG, worktreeOf } from "../log/journal_root.ts";
import { settleDetour } from "../../detours/settle.ts";
import { finishBegun } from "../undo/undo_begun.ts";
import { CannotUndo } from "../undo/undo_lasting.ts";
import {
  lastingIn,
  rootOf,
  UNDO,
  type UndoKind,
  type UndoOrder,
} from "../undo/undo_steps.ts";

/** `mpm undo` */
export const undo = defineCommand({
  name: "undo",
  summary: "Take the last operation of mpm's back",
  description: `
Undoes the newest operation of this worktree that "mpm log" lists and that is
not undone yet. Repeat it to go further back. mpm skips an operation that cannot
be undone, and says so. A number selects one operation. An undo has a number
too: undoing it does the operation again. What a hook did by itself is undone by
its number only.

What was changed since is never overwritten: then nothing is done, the reason is
told, and the exit status is 4. What an undo replaces is kept in the trash, or,
where it is the working tree, in a safety checkpoint.`,
  positionals: [{
    name: "number",
    summary: "Which operation, as mpm log counts them",
    names: "operation",
    optional: true,
  }],
  flags: {
    user: USER_FLAG,
    "dry-run": {
      type: "boolean",
      summary: "Show what would be taken back and change nothing",
    },
  },
  examples: ["mpm undo", "mpm undo 3 --dry-run"],
  result: async () =>
    (await import("../../checkpoints/commands/results.ts")).UndoResult,
  async run(context, input): Promise<UndoResult> {
    const { system } = context;
    const workspace = await locate(system, context.folder);
    const root = chosenRoot(system, workspace.root, input.user);
    const dryRun = input["dry-run"];
    if (dryRun) {
      await settleDetour(context, workspace);
      await openStore(system, root);
    } else {
      const { number } = input;
      const begun = await finishBegun(context, { workspace, root, number });
      if (begun) return begun;
    }
    const parts = { context, workspace, root, dryRun };
    const passed: CannotUndo[] = [];
    for (;;) {
      try {
        return await takeBack(parts, { number: input.number, passed });
      } catch (error) {
        const passes = error instanceof CannotUndo &&
          input.number === undefined;
        if (!passes) throw error;
        passed.push(error);
      }
    }
  },
  render,
  status: ({ left }) => left.length === 0 ? 0 : 4,
});

type Parts = Omit<UndoOrder, "entry" | "entries" | "passed">;

/** Which operation is asked for. */
interface Asked {
  readonly number: string | undefined;
  /** Those that were passed over, the newest first. */
  readonly passed: readonly CannotUndo[];
}

/** Takes the operation back. Throws CannotUndo for one that is passed over. */
async function takeBack(parts: Parts, asked: Asked): Promise<UndoResult> {
  const { context: { system }, root, dryRun } = parts;
  // The journal as it is at that moment.
  const take = async () => {
    const { order, kind } = orderOf(parts, asked);
    return answer(order, await kind.undo(order), asked);
  };
  const { kind } = orderOf(parts, asked);
  return kind.locks || dryRun
    ? await take()
    : await withLock(system, root, () => take());
}

function orderOf(
  parts: Parts,
  asked: Asked,
): { order: UndoOrder; kind: UndoKind } {
  const { context: { system }, workspace, root } = parts;
  const entries = readJournal(system, root);
  const worktree = worktreeOf(workspace);
  const anywhere = root !== workspace.root;
  const passed = new Set(asked.passed.map(({ entry }) => entry.id));
  const entry = chosenEntry(entries, asked, {
    worktree: anywhere ? undefined : worktree,
    passed,
  });
  const lasting = lastingIn(entries, entry);
  const kind = getOwn(UNDO, rootOf(entries, entry).operation);
  if (lasting || !kind) throw new CannotUndo(entry, lasting!);
  if (!anywhere && entry.worktree !== worktree) {
    throw new MpmError(
      "CONFLICT",
      `Operation ${entry.id} was done in another worktree: "${entry.worktree}"`,
      { hint: "Run mpm undo there" },
    );
  }
  return { order: { ...parts, entry, entries, passed }, kind };
}

/** Where nothing else is left, the reason is told why the newest stays. */
function chosenEntry(
  entries: readonly KnownEntry[],
  asked: Asked,
  among: { worktree: string | undefined; passed: ReadonlySet<number> },
): KnownEntry {
  try {
    return entryToUndo(entries, { number: asked.number, ...among });
  } catch (error) {
    const [newest] = asked.passed;
    if (!newest) throw error;
    throw new MpmError(newest.code, newest.message, {
      ...newest.hint === undefined ? {} : { hint: newest.hint },
    });
  }
}

function answer(
  { entry, dryRun }: UndoOrder,
  { details, left, operation }: Awaited<ReturnType<UndoKind["undo"]>>,
  { passed }: Asked,
): UndoResult {
  const { id: number, title, at } = entry;
  return {
    dry_run: dryRun,
    undone: { number, operation: entry.operation, title, at },
    passed: passed.map(({ entry: { id, title }, reason }) => ({
      number: id,
      title,
      reason,
    })),
    details: [...details],
    left: [...left],
    operation: operation ?? null,
  };
}

/** Lines that are printed before the rest is only counted. */
const SHOWN = 30;

function render(
  { dry_run: dry, undone, passed, details, left, operation }: UndoResult,
): string {
  const { number, title } = undone;
  const listed = (lines: readonly string[]) => [
    ...lines.slice(0, SHOWN).map((line) => `  ${escapeText(line)}`),
    ...lines.length > SHOWN ? [`  and ${lines.length - SHOWN} more`] : [],
  ];
  return [
    ...passed.map((one) =>
      `Passed over operation ${one.number}, which stays: ${
        escapeText(one.title)
      } (${escapeText(one.reason)})`
    ),
    `${dry ? "Would take back" : "Took back"} operation ${number}: ${
      escapeText(title)
    }`,
    ...listed(details),
    ...left.length === 0 ? [] : ["Left alone:", ...listed(left)],
    ...operation === null ? [] : [`mpm undo ${operation} does it again`],
    "",
  ].join("\n");
}
