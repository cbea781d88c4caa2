import type { Context, Style } from "../cli/mod.ts";
import { escapeText } from "../base/escape.ts";
import { counted } from "../base/words.ts";
import {
  clearCurrent,
  currentWork,
  type EndResult,
  findWork,
  isOpen,
  isSaved,
  labelOf,
  listWorks,
  moved,
  placeKey,
  titleOf,
  type Work,
  workView,
  writeWork,
} from "../work/mod.ts";
import { Git, locate, unlockWorktree, type Workspace } from "../git/mod.ts";
import { MpmError } from "../base/errors.ts";
import { changeStore, openStore } from "../saves/mod.ts";
import type { System } from "../system/system.ts";
import { endDetour } from "./end.ts";
import { journaled } from "../ops/mod.ts";
import { isStranded } from "./stranded.ts";
import { findSession, needCurrent } from "./find_session.ts";

/** The way a session ends. */
interface Ending {
  readonly action: "complete" | "cancel" | "archive";
  /** The summary. */
  readonly summary: string | undefined;
}

/** The options shared by the commands for ending a session. */
export const ENDING = {
  positionals: [{
    name: "selector",
    summary: "The session: its name, its ID or part of it, or one of its saves",
    names: "work",
    optional: true,
  }],
  dryRun: {
    type: "boolean",
    summary: "Show what would happen without writing anything",
  },
  result: async () => (await import("../work/commands/results.ts")).EndResult,
  render: endText,
} as const;

/**
 * Ends a session if the table of transitions allows it. Throws CONFLICT if the
 * table does not allow it, or if only `return` may end the session.
 */
export async function endSession(
  context: Context,
  { selector, dryRun, ...ending }: Ending & {
    selector: string | undefined;
    dryRun: boolean;
  },
): Promise<EndResult> {
  const { system, folder } = context;
  const { action } = ending;
  const workspace = await locate(system, folder);
  const { root } = workspace;
  // A selector may need a listing, which must not run under the lock.
  await openStore(system, root);
  const chosen = selector !== undefined
    ? await findSession(system, workspace, { selector, action })
    : action === "archive"
    ? onlyComplete(system, workspace)
    : needCurrent(system, workspace);
  if (dryRun) {
    return answer(ended(system, workspace, { work: chosen, ending }), true);
  }
  const result = await journaled(
    context,
    ({ system }) => {
      const work = findWork(system, root, chosen.id) ?? chosen;
      const next = ended(system, workspace, { work, ending });
      const written = isOrphaned(system, workspace, { work, ending })
        ? continueParent(system, root, { work, ending })
        : writeWork(system, root, next);
      leave(system, root, written);
      return answer(written, false);
    },
    {
      lock: changeStore,
      operation: action,
      workspace,
      title: ({ session }) => `${action} ${session.name ?? session.id}`,
    },
  );
  // Allows `git worktree prune` to remove the worktree's entry.
  if (isOrphaned(system, workspace, { work: chosen, ending })) {
    await unlockWorktree(new Git(system, root), chosen.worktree);
  }
  return result;
}

/** The maximum number of sessions that an error names. */
const NAMED = 5;

function onlyComplete(system: System, workspace: Workspace): Work {
  const place = placeKey(workspace);
  const found = listWorks(system, workspace.root).works
    .filter((work) => work.state === "complete" && work.place === place);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) {
    throw new MpmError("NOT_FOUND", "No completed session in this worktree", {
      hint: '"mpm status --tree" lists the sessions',
    });
  }
  const names = found.slice(0, NAMED)
    .map((work) => `${work.id} (${labelOf(work)})`);
  throw new MpmError(
    "AMBIGUOUS",
    `${found.length} sessions are complete here: ${names.join(", ")}`,
    { hint: "Name one: mpm archive <selector>" },
  );
}

interface Ended {
  readonly work: Work;
  readonly ending: Ending;
}

/** Returns the ended session. Throws CONFLICT if the session may not end. */
function ended(
  system: System,
  workspace: Workspace,
  { work, ending }: Ended,
): Work {
  const { action, summary } = ending;
  const time = system.now();
  // Without any of its saves, the session cannot be resumed first.
  const stuck = work.state === "paused" &&
    !isSaved(system, workspace.root, work);
  const open = stuck ? moved(work, "resume", time) : work;
  const next = moved(open, action, time);
  if (action !== "archive") refuseInStack(system, workspace, { work, ending });
  return summary === undefined ? next : { ...next, summary };
}

/**
 * Refuses to end a session that is part of a stack, which only `return` may
 * end. Such a session has an open detour, or is itself a detour that someone
 * can return from. Throws CONFLICT.
 */
function refuseInStack(
  system: System,
  workspace: Workspace,
  { work, ending }: Ended,
): void {
  const { action } = ending;
  const { works } = listWorks(system, workspace.root);
  const child = works.find(({ parent, state }) =>
    parent === work.id && isOpen(state)
  );
  if (child) {
    throw new MpmError(
      "CONFLICT",
      `Cannot ${action} ${labelOf(work)}: its detour ${labelOf(child)} is ` +
        child.state,
      { hint: '"mpm return" ends the detour and comes back' },
    );
  }
  const parent = works.find(({ id }) => id === work.parent);
  if (!parent || !isOpen(parent.state)) return;
  if (isOrphaned(system, workspace, { work, ending })) return;
  throw new MpmError(
    "CONFLICT",
    `Cannot ${action} ${labelOf(work)}: it is a detour of ${labelOf(parent)}`,
    {
      hint: action === "cancel"
        ? '"mpm return --discard" cancels it and goes back'
        : '"mpm return" completes it and goes back',
    },
  );
}

/** Returns whether the session is a detour from which no one can return. */
function isOrphaned(
  system: System,
  workspace: Workspace,
  { work, ending }: Ended,
): boolean {
  return ending.action !== "archive" && work.parent !== null &&
    isStranded(system, workspace, work);
}

/**
 * Continues the session's parent as after a return, and names its parked work.
 */
function continueParent(
  system: System,
  root: string,
  { work, ending: { action, summary } }: Ended,
): Work {
  const { child } = endDetour(system, root, {
    facts: { child: work.id, parent: work.parent, place: work.place },
    ending: {
      action: action === "cancel" ? "cancel" : "complete",
      summary: summary ?? "",
      leftovers: null,
      kept: work.detour?.checkpoint ?? null,
    },
    time: system.now(),
  });
  return child ?? work;
}

/** Removes the session from its worktree, as its record already says. */
function leave(system: System, root: string, { place }: Work): void {
  const { work, problem } = currentWork(system, root, place);
  if (!work && problem === undefined) clearCurrent(system, root, place);
}

function answer(work: Work, dryRun: boolean): EndResult {
  return {
    dry_run: dryRun,
    session: workView(work),
    open: work.checklist.filter(({ done }) => !done).map(({ text }) => text),
  };
}

/** The maximum number of items to list. */
const LISTED = 10;

/** Returns what `mpm complete`, `cancel` and `archive` print. */
function endText(result: EndResult, style: Style): string {
  const { session, open, dry_run: dry } = result;
  const more = open.length - LISTED;
  const isComplete = session.state === "complete" && open.length > 0;
  return [
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
        ...open.slice(0, LISTED).map((text) => `  - ${escapeText(text)}`),
        ...more > 0 ? [`  … and ${more} more`] : [],
      ]
      : [],
    "",
  ].join("\n");
}
