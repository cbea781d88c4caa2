import { basename, resolve } from "@std/path";
import { join } from "../base/join.ts";
import { renewView } from "../agents/mod.ts";
import { ProgressLine } from "../cli/mod.ts";
import { sha256 } from "../base/digest.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { type Moved, moveOwnCommit } from "../git/mod.ts";
import {
  appendJournal,
  applyFiles,
  beginUndo,
  CannotUndo,
  type FilesPlan,
  type FileStep,
  fitChanges,
  GONE,
  HOME,
  type Intent,
  type JournalEntry,
  keepPresent,
  newTrashFolder,
  type Operation,
  planFiles,
  type Undone,
  undoneIds,
  type UndoOrder,
  undoTitle,
  versionsIn,
  withUserLock,
} from "../ops/mod.ts";
import { field } from "../base/parsed_values.ts";
import {
  copySaves,
  derivedBeside,
  noteUncopied,
  pointToNewest,
} from "../saves/mod.ts";
import { removeIfEmpty } from "../clients/mod.ts";
import type { System } from "../system/system.ts";
import { lastingIn, onwards } from "./kinds.ts";

/** The maximum number of obstacles that an error names. */
const NAMED = 5;

/** The JSON of a save. */
const SAVE = /^\.claude-mpm\/sessions\/(session-\d{8}-\d{6})\.json$/;

/** The path of a note by an agent or a person. */
const NOTE = /[/\\]?\.claude[/\\]shared-context[/\\][0-9a-f]{12}\.json$/;

/** Restores the files of an operation to their state before it. */
export async function undoChanges(order: UndoOrder): Promise<Undone> {
  const { system } = order.context;
  const { entry, root, dryRun } = order;
  using line = new ProgressLine(order.context);
  const plan = await planOf(order, line.show);
  refuseObstacles(order, plan);
  const detailLines = (restore: string, remove: string) =>
    plan.steps.map(({ name, want }) => `${want ? restore : remove} ${name}`);
  if (dryRun) {
    const details = detailLines("restore", "remove");
    return { details, left: [], operation: undefined };
  }
  const moved = await moveCommit(order);
  // A save restored from git may be removed again without being deleted from
  // git.
  const isRecovery = entry.operation === "saves recover";
  const ids = isRecovery
    ? []
    : plan.steps.flatMap(({ name }) => SAVE.exec(name)?.[1] ?? []);
  noteUncopied(system, root, ids);
  const work = () => applied(order, { plan, moved, progress: line.show });
  const outside = plan.steps.some(({ path }) =>
    !path.startsWith(join(root, "/"))
  );
  const { id, left, intent } = outside
    ? await withUserLock(system, work)
    : work();
  await pointToNewest(system, root);
  intent.end();
  if (plan.steps.some(({ name }) => NOTE.test(name))) {
    // A damaged mark is reported by the next note.
    attempt(() => renewView(system, order.workspace.worktree));
  }
  if (ids.length > 0) await copySaves(system, order.workspace);
  return {
    operation: id,
    details: [
      ...detailLines("restored", "removed"),
      ...commitLines(entry, moved),
    ],
    left: left.map((name) => `${name}: another program changed it just now`),
  };
}

async function planOf(
  { entry, root, context: { system } }: UndoOrder,
  progress: ProgressLine["show"],
): Promise<FilesPlan> {
  try {
    const plan = planFiles(system, root, entry, progress);
    return await withDerived(system, root, plan);
  } catch (error) {
    if (!(error instanceof MpmError) || error.code !== "CONFLICT") throw error;
    // The operation's list of files was deleted with the trash.
    throw new CannotUndo(entry, {
      reason: error.message,
      instead: error.hint ?? "",
    });
  }
}

/**
 * Includes the YAML and Markdown files that mpm derived from a save after the
 * entry was written. A derived file that someone changed is an obstacle.
 */
async function withDerived(
  system: System,
  root: string,
  { steps, obstacles }: FilesPlan,
): Promise<FilesPlan> {
  const planned = new Set(steps.map(({ path }) => path));
  const added: FileStep[] = [];
  const more: string[] = [];
  for (const { name, want } of steps) {
    const id = SAVE.exec(name)?.[1];
    if (want !== null || id === undefined) continue;
    for (const { path, bytes } of await derivedBeside(system, root, id)) {
      const name = `${HOME}/sessions/${basename(path)}`;
      const isKnown = planned.has(path) ||
        obstacles.some((text) => text.startsWith(`${name}: `));
      if (isKnown) continue;
      if (!bytes) more.push(`${name}: it was changed later`);
      else {
        const have = { sha256: sha256(bytes), kept: null };
        added.push({ name, path, have, want: null });
      }
    }
  }
  // These files come first: the remains of a crash must not look like another
  // save.
  return { steps: [...added, ...steps], obstacles: [...obstacles, ...more] };
}

function refuseObstacles(order: UndoOrder, { obstacles }: FilesPlan): void {
  const { entry, entries } = order;
  if (obstacles.length === 0) return;
  const gone = obstacles.find((text) => text.endsWith(GONE));
  if (gone !== undefined) {
    throw new CannotUndo(entry, {
      reason: gone,
      instead: "mpm deletes files in the trash after trash.max_age",
    });
  }
  const more = obstacles.length - NAMED;
  const undone = undoneIds(entries);
  const later = entries.findLast((one) =>
    one.id > entry.id && one.own && one.undoes === undefined &&
    !undone.has(one.id) && touches(one, entry)
  );
  const lasting = later && lastingIn(entries, later);
  if (later && (lasting || order.passed.has(later.id))) {
    throw new CannotUndo(entry, {
      reason:
        `operation ${later.id} depends on it (${later.title}) and was not ` +
        "undone",
      instead: lasting?.instead ?? `"mpm undo ${later.id}" shows why`,
    });
  }
  const before = onwards(entries, entry);
  throw new MpmError(
    "CONFLICT",
    [
      `Operation ${entry.id} cannot be undone, nothing was changed:`,
      ...obstacles.slice(0, NAMED).map((line) => `  ${line}`),
      ...more > 0 ? [`  and ${more} more`] : [],
    ].join("\n"),
    {
      hint: later
        ? `Operation ${later.id} is later (${later.title}). Undo it first: ` +
          `mpm undo ${later.id}`
        : "Move these files elsewhere or restore them, and try " +
          `again${before === undefined ? "" : `; ${before}`}`,
    },
  );
}

/** Returns whether two operations changed the same file. */
function touches(one: JournalEntry, other: JournalEntry): boolean {
  const names = new Set(Object.keys(versionsIn(other.after)));
  return Object.keys(versionsIn(one.after)).some((name) => names.has(name));
}

/**
 * Undoes the commit of a pause as well, unless someone else has it or built on
 * it.
 */
async function moveCommit(
  { context, workspace, entry }: UndoOrder,
): Promise<Moved | undefined> {
  const branch = field(field(entry.after, "git"), "branch");
  const from = field(field(entry.after, "git"), "commit");
  const to = field(field(entry.before, "git"), "commit");
  if (typeof branch !== "string" || typeof from !== "string") return undefined;
  if (workspace.git !== "repository") return undefined;
  return await moveOwnCommit(context.system, workspace, {
    branch,
    from,
    to: typeof to === "string" ? to : undefined,
  });
}

function commitLines(entry: JournalEntry, moved: Moved | undefined): string[] {
  if (!moved) return [];
  const git = field(entry.after, "git");
  const from = String(field(git, "commit")).slice(0, 7);
  return "commit" in moved
    ? [
      `moved ${field(git, "branch")} from ${from} to ${
        moved.commit.slice(0, 7)
      }`,
    ]
    : [
      `mpm kept the commit ${from}, because ${moved.reason}: git shows its ` +
      "files as changed",
    ];
}

/**
 * Applies an undo. Once its intent is written, the undo will be completed,
 * whatever happens to this process.
 */
function applied(
  order: UndoOrder,
  { plan, moved, progress }: {
    plan: FilesPlan;
    moved: Moved | undefined;
    progress: ProgressLine["show"];
  },
): { id: number; left: string[]; intent: Intent } {
  const { root, entry, context: { system } } = order;
  let made: string | undefined;
  const folder = () => made ??= newTrashFolder(system, root, "undo");
  const steps = keepPresent(system, root, { steps: plan.steps, folder });
  const operation = operationOf(order, { steps, moved, folder });
  const intent = beginUndo(system, root, operation);
  const left = applyFiles(system, root, steps, progress);
  const folders = field(entry.after, "folders");
  for (const name of Array.isArray(folders) ? folders.toReversed() : []) {
    removeIfEmpty(system, resolve(root, String(name)));
  }
  const { id } = appendJournal(system, root, operation);
  return { id, left, intent };
}

function operationOf(
  { root, entry, context: { system } }: UndoOrder,
  { steps, moved, folder }: {
    steps: readonly FileStep[];
    moved: Moved | undefined;
    folder: () => string;
  },
): Operation {
  const versions = (side: "have" | "want") =>
    Object.fromEntries(steps.map((step) => [step.name, step[side]]));
  const files = fitChanges(system, root, {
    before: versions("have"),
    after: versions("want"),
    folder,
  });
  const git = field(entry.after, "git") as Record<string, unknown>;
  const refs = moved && "commit" in moved
    ? { before: { git }, after: { git: { ...git, commit: moved.commit } } }
    : undefined;
  return {
    at: system.now().toISOString(),
    operation: "undo",
    title: undoTitle(entry),
    worktree: entry.worktree,
    before: { ...files.before, ...refs?.before, ...schedules(entry.after) },
    after: {
      ...files.after,
      ...refs?.after,
      ...schedules(entry.before),
      mark: `${system.random()}${system.random()}`,
    },
    undoes: entry.id,
  };
}

/** Returns the schedules, which an undo of this undo swaps again. */
function schedules(side: unknown): Record<string, unknown> {
  const found = field(side, "schedules");
  return found === undefined ? {} : { schedules: found };
}
