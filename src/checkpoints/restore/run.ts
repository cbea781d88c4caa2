import { isAbsolute, relative, resolve } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import { type Context, during, flag } from "../../cli/mod.ts";
import { isNothing } from "../../git/mod.ts";
import { settleHeld, withLock } from "../../ops/mod.ts";
import { nameForm } from "../../secrets/mod.ts";
import type { RestoredFiles } from "../commands/results.ts";
import type { CheckpointPlace } from "../place.ts";
import { restoreLocked, type RestoreOutcome } from "./apply.ts";
import { RESTORES } from "./finish.ts";
import { type PlannedRestore, planOf, type RestoreOrder } from "./plan.ts";
import { previewText } from "./text.ts";
import { writeTo } from "./write_to.ts";

/** The parts that the commands for restoring files share. */
export const RESTORE = {
  paths: {
    name: "paths",
    summary: "Only these files and folders",
    names: "file",
    rest: true,
  },
  flags: {
    yes: { type: "boolean", short: "y", summary: "Do not ask" },
    to: {
      type: "string",
      names: "folder",
      value: "folder",
      summary: "Write the files into this new or empty folder",
    },
    "dry-run": flag("Show what would change without changing anything"),
  },
  status: ({ dry_run: dry, to, skipped }: RestoredFiles) =>
    dry || to !== null || skipped.length === 0 ? 0 : 4,
} as const;

export interface RestoreInput {
  readonly paths: readonly string[];
  readonly yes: boolean;
  readonly to: string | undefined;
  readonly "dry-run": boolean;
}

/** The request for a restore. */
interface RestoreRequest {
  readonly order: RestoreOrder;
  readonly input: RestoreInput;
  readonly notes: readonly string[];
}

/**
 * Restores files, or says what a restore would do. Asks first. `notes` are part
 * of the answer. Throws CONFLICT without a confirmation.
 */
export async function runRestore(
  context: Context,
  place: CheckpointPlace,
  { order, input, notes }: RestoreRequest,
): Promise<RestoredFiles> {
  if (input.to !== undefined) {
    return await written(context, place, { order, input, notes });
  }
  const said = (planned: PlannedRestore, outcome?: RestoreOutcome) =>
    resultOf(place, order, { planned, outcome, notes });
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
    confirm(context, previewText(preview, order.target.name));
  }
  const { workspace } = place;
  const outcome = await withLock(context.system, workspace.root, async () => {
    // First finish a restore that was killed a moment ago.
    await settleHeld(context, workspace, RESTORES);
    return await restoreLocked(context, place, { order });
  });
  return said(outcome.planned, outcome);
}

async function written(
  context: Context,
  place: CheckpointPlace,
  { order, input, notes }: RestoreRequest,
): Promise<RestoredFiles> {
  const { target, paths } = order;
  const dryRun = input["dry-run"];
  const { written, skipped, folder } = await writeTo(context, place, {
    ...{ target, paths, to: input.to!, dryRun },
  });
  return {
    ...NOTHING,
    dry_run: dryRun,
    worktree: place.vault.workspace.worktree,
    to: folder,
    written,
    skipped,
    notes: [...notes],
  };
}

/** Returns a path as in trees. Throws USAGE for one outside the worktree. */
export function pathBelow(
  { folder, system }: Context,
  { vault }: Pick<CheckpointPlace, "vault">,
  given: string,
): string {
  const { worktree } = vault.workspace;
  if (given === "") {
    // An empty path is usually an unset variable: everything would be restored.
    throw new MpmError("USAGE", 'Invalid path ""', {
      hint: "Name files and folders, or omit the paths to restore all",
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

function confirm(context: Context, preview: string): void {
  if (!context.interactive) {
    throw new MpmError(
      "CONFLICT",
      "mpm cannot ask you to confirm the restore",
      { hint: "Use --yes to restore, or --dry-run to see the changes" },
    );
  }
  const answer = context.ask(`${preview}Restore? [y/N]: `);
  if (/^y(es)?$/i.test(answer?.trim() ?? "")) return;
  throw new MpmError("CONFLICT", "Nothing was restored: you did not confirm");
}

/** The answer if a restore changed nothing. */
export const NOTHING = {
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

/** Describes what a restore did or, without an outcome, what it would do. */
function resultOf(
  place: CheckpointPlace,
  order: RestoreOrder,
  { planned, outcome, notes }: {
    planned: PlannedRestore;
    outcome: RestoreOutcome | undefined;
    notes: readonly string[];
  },
): RestoredFiles {
  const { plan, indexDiffers } = planned;
  const pathsOf = (changes: readonly { readonly path: string }[]) =>
    changes.map(({ path }) => path);
  return {
    ...NOTHING,
    dry_run: !outcome,
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
      ...notes,
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
  // If the branch has moved since, its name would lead to a different commit.
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
  const what = target.kind === "contents" ? "save" : "checkpoint";
  // A restore of files sent by a colleague does not mean that the worktree is a
  // different one.
  const other = target.worktree !== "" &&
    target.worktree !== vault.workspace.worktree;
  const leftNote = ({ path, reason }: { path: string; reason: string }) =>
    `The ${what} does not contain ${path}: ${reason}`;
  return [
    ...other
      ? [`The ${what} is from another worktree: ${target.worktree}`]
      : [],
    // Otherwise the statement that nothing differs would also cover these
    // paths.
    ...paths.length === 0 ? target.left_out.slice(0, LISTED).map(leftNote) : [],
    ...paths.length === 0 && target.left_out.length > LISTED
      ? [
        `The ${what} does not contain ${target.left_out.length - LISTED} ` +
        "more files",
      ]
      : [],
  ];
}

/** The maximum number of missing paths to list one by one. */
const LISTED = 5;
