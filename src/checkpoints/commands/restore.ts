import { isAbsolute, relative, resolve } from "@std/path";
import { type Context, defineCommand, during } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import {
  emptyTree,
  isNothing,
  isWithin,
  partOf,
  treeDelta,
} from "../../git/mod.ts";
import { withLock } from "../../ops/mod.ts";
import { foreignCheckpointNote } from "../../saves/mod.ts";
import { nameForm } from "../../secrets/mod.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import type { CheckpointPlace } from "../place.ts";
import { CHECKPOINT, findTarget } from "../select.ts";
import { restoreLocked, type RestoreOutcome } from "../restore/apply.ts";
import { settleLocked } from "../restore/finish.ts";
import {
  type PlannedRestore,
  planOf,
  type RestoreOrder,
} from "../restore/plan.ts";
import { previewText, restoreText } from "../restore/text.ts";
import { writeTo } from "../restore/write_to.ts";
import type { RestoreResult } from "./results.ts";

/** `mpm checkpoint restore` */
export const checkpointRestore = defineCommand({
  name: "checkpoint restore",
  summary: "Bring the files and the index of a checkpoint back",
  description: `
Shows what would change and asks; where it cannot ask, --yes is needed. First
everything that is there now goes into a safety checkpoint, so that "mpm undo" takes
the restore back. Files made since the checkpoint are kept and listed; --exact
moves them to the trash. HEAD and the branch are never moved: where HEAD is
another by now, the answer has the command.

With paths only these files and folders are restored, below the working folder.
--to writes the files of the checkpoint into a new or empty folder instead. The
exit status is 4 if a file that differs was left alone; the answer says why.`,
  positionals: [
    CHECKPOINT,
    {
      name: "paths",
      summary: "Only these files and folders",
      names: "file",
      rest: true,
    },
  ],
  flags: {
    exact: {
      type: "boolean",
      summary: "Move files made since to the trash",
    },
    yes: {
      type: "boolean",
      short: "y",
      summary: "Do it without a question",
    },
    to: {
      type: "string",
      names: "folder",
      value: "folder",
      summary: "Write the files into this new or empty folder",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would change and change nothing",
    },
  },
  examples: [
    "mpm checkpoint restore before-refactoring",
    "mpm checkpoint restore latest src/app.ts --yes",
    "mpm checkpoint restore 0 --exact --dry-run",
    "mpm checkpoint restore latest --to ../copy",
  ],
  result: async () => (await import("./results.ts")).RestoreResult,
  settles: true,
  run: restore,
  status: ({ dry_run: dry, to, skipped }) =>
    dry || to !== null || skipped.length === 0 ? 0 : 4,
  render: restoreText,
  next: ({ operation }) =>
    operation === null ? undefined : '"mpm undo" undoes it',
});

interface RestoreInput {
  readonly checkpoint: string;
  readonly paths: readonly string[];
  readonly exact: boolean;
  readonly yes: boolean;
  readonly to: string | undefined;
  readonly "dry-run": boolean;
}

/** Restores, or says what a restore would do. */
async function restore(
  context: Context,
  input: RestoreInput,
): Promise<RestoreResult> {
  const { place, target, origin } = await findTarget(context, input.checkpoint);
  const paths = input.paths.map((path) => pathBelow(context, place, path));
  await refuseUnknown(place, { target, paths, given: input.paths });
  /** Whose files these are is said first. */
  const foreign = origin === "foreign"
    ? [foreignCheckpointNote(target.id)]
    : [];
  if (input.to !== undefined) {
    const { to, "dry-run": dryRun } = input;
    const { written, skipped, folder } = await writeTo(context, place, {
      ...{ target, paths, to, dryRun },
    });
    return {
      ...NOTHING,
      dry_run: dryRun,
      checkpoint: target.name,
      worktree: place.vault.workspace.worktree,
      to: folder,
      written,
      skipped,
      notes: foreign,
    };
  }
  const order: RestoreOrder = {
    target,
    paths,
    exact: input.exact,
    operation: "checkpoint restore",
    title: `restore ${target.name}` +
      (paths.length > 0 ? ` (${paths.join(", ")})` : ""),
  };
  const said = (planned: PlannedRestore, outcome?: RestoreOutcome) =>
    resultOf(place, order, { planned, outcome, foreign });
  if (input["dry-run"] || !input.yes) {
    const planned = await during(
      context,
      "Comparing with the checkpoint",
      () => planOf(context, place, { order, write: false }),
    );
    const preview = said(planned);
    if (input["dry-run"]) return preview;
    if (isNothing(planned.plan) && !planned.indexDiffers) {
      return { ...preview, dry_run: false };
    }
    confirm(context, preview);
  }
  const { workspace } = place;
  const outcome = await withLock(context.system, workspace.root, async () => {
    // A restore that was killed a moment ago comes first.
    await settleLocked(context, workspace);
    return await restoreLocked(context, place, { order });
  });
  return said(outcome.planned, outcome);
}

/** A path as trees have it. Throws USAGE for none and outside the worktree. */
function pathBelow(
  { folder, system }: Context,
  { vault }: CheckpointPlace,
  given: string,
): string {
  const { worktree } = vault.workspace;
  if (given === "") {
    // Mostly a variable that is not set: everything would be restored.
    throw new MpmError("USAGE", "A path is empty", {
      hint: "Name files and folders, or no path to restore all",
    });
  }
  const path = relative(worktree, resolve(folder, given));
  if (path === "") return "";
  if (path.startsWith("..") || isAbsolute(path)) {
    throw new MpmError("USAGE", `"${given}" is not in the worktree`, {
      hint: `It must be below "${worktree}"`,
    });
  }
  return system.platform === "windows" ? path.replaceAll("\\", "/") : path;
}

/** Throws NOT_FOUND for a path that neither knows: it is misspelt. */
async function refuseUnknown(
  { vault }: CheckpointPlace,
  { target, paths, given }: {
    target: StoredCheckpoint;
    paths: string[];
    given: readonly string[];
  },
): Promise<void> {
  if (paths.includes("")) paths.length = 0;
  if (paths.length === 0) return;
  const { git } = vault;
  const all = await treeDelta(
    git,
    emptyTree(target.commit),
    partOf(target.commit, "worktree"),
  );
  const listed = [...all.keys(), ...target.files.map(({ path }) => path)];
  const unknown = paths.findIndex((path) =>
    !listed.some((one) => isWithin(one, path))
  );
  if (unknown < 0) return;
  throw new MpmError(
    "NOT_FOUND",
    `"${given[unknown]}" is not in the checkpoint "${target.name}"`,
    {
      hint: `mpm checkpoint diff ${shellWord(target.name)} shows what differs`,
    },
  );
}

function confirm(context: Context, preview: RestoreResult): void {
  if (!context.interactive) {
    throw new MpmError("CONFLICT", "A restore must be confirmed", {
      hint: "Give --yes to do it, or --dry-run to see what would change",
    });
  }
  const answer = context.ask(`${previewText(preview)}Restore? [y/N] `);
  if (/^y(es)?$/i.test(answer?.trim() ?? "")) return;
  throw new MpmError("CONFLICT", "Nothing was restored: not confirmed");
}

const NOTHING = {
  to: null,
  written: [],
  removed: [],
  trashed: [],
  kept: [],
  moved_aside: [],
  skipped: [],
  index_restored: false,
  safety: null,
  trash: null,
  operation: null,
};

/** Says what a restore has done or, without an outcome, what it would do. */
function resultOf(
  place: CheckpointPlace,
  order: RestoreOrder,
  { planned, outcome, foreign }: {
    planned: PlannedRestore;
    outcome: RestoreOutcome | undefined;
    foreign: readonly string[];
  },
): RestoreResult {
  const { plan, indexDiffers } = planned;
  const pathsOf = (changes: readonly { readonly path: string }[]) =>
    changes.map(({ path }) => path);
  return {
    ...NOTHING,
    dry_run: !outcome,
    checkpoint: order.target.name,
    worktree: place.vault.workspace.worktree,
    written: [...outcome?.written ?? pathsOf(plan.writes)],
    removed: [...outcome?.removed ?? pathsOf(plan.removes)],
    trashed: [...outcome?.trashed ?? pathsOf(plan.trash)],
    kept: [...plan.kept],
    moved_aside: [...outcome?.movedAside ?? []],
    skipped: (outcome ?? plan).skipped.map((one) => ({ ...one })),
    index_restored: outcome?.indexRestored ?? indexDiffers,
    safety: outcome?.safety?.name ?? null,
    trash: outcome?.trash ?? null,
    operation: outcome?.entry?.id ?? null,
    notes: [
      ...foreign,
      ...headNotes(order, planned),
      ...targetNotes(place, order),
      ...outcome?.notes ?? [],
    ],
  };
}

function headNotes(
  { target }: RestoreOrder,
  { capture }: PlannedRestore,
): string[] {
  if (target.head === null) return [];
  const { head, branch: given } = capture.state;
  const branch = given === undefined ? undefined : nameForm(given);
  if (head === target.head && (branch ?? null) === target.branch) return [];
  // A branch that is checked out has moved since: its name leads nowhere.
  const how = target.branch === null || target.branch === branch
    ? `git checkout --detach ${target.head}`
    : `git checkout ${shellWord(target.branch)}`;
  return [
    `The checkpoint was taken on ${target.branch ?? "a detached HEAD"} at ` +
    `${target.head.slice(0, 7)}; HEAD is ${branch ?? "detached"} at ` +
    `${head?.slice(0, 7) ?? "no commit"} and was not moved. To go there: ` +
    how,
  ];
}

function targetNotes(
  { vault }: CheckpointPlace,
  { target, paths }: RestoreOrder,
): string[] {
  const other = target.worktree !== vault.workspace.worktree;
  return [
    ...other
      ? [`The checkpoint is of another worktree: ${target.worktree}`]
      : [],
    // Or "all is as it was" would be told of these as well.
    ...paths.length === 0 ? target.left_out.slice(0, TOLD).map(leftNote) : [],
    ...paths.length === 0 && target.left_out.length > TOLD
      ? [`The checkpoint lacks ${target.left_out.length - TOLD} more`]
      : [],
  ];
}

/** Paths that the checkpoint has not, of which each is told. */
const TOLD = 5;

function leftNote({ path, reason }: { path: string; reason: string }): string {
  return `The checkpoint lacks ${path}: ${reason}`;
}
