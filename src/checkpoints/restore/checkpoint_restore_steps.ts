import { isAbsolute, relative, resolve } from "@std/path";
import type { Context } from "../../cli/command.ts";
import { during } from "../../cli/progress.ts";
import { MpmError } from "../../base/errors.ts";
import { emptyTree, partOf, treeDelta } from "../../git/tree/checkpoints.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import { ageWords } from "../../base/times.ts";
import { ownMark } from "../record.ts";
import { matchCheckpoint } from "../select.ts";
import type { RestoreResult } from "../commands/results.ts";
import { nameForm } from "../../secrets/mod.ts";
import {
  foreignCheckpointNote,
  type Origin,
  Origins,
} from "../../saves/trust/origins.ts";
import { isNothing } from "../../git/tree/plan.ts";
import { previewText } from "./text.ts";
import { shellWord } from "../../base/shell.ts";
import { isWithin } from "../../git/tree/snapshot.ts";
import { type CheckpointPlace, findPlace, listCheckpoints } from "../place.ts";
import { restoreCheckpoint, type RestoreOutcome } from "./apply.ts";
import { writeTo } from "./to.ts";
import { type PlannedRestore, planOf, type RestoreOrder } from "./steps.ts";

interface RestoreInput {
  readonly checkpoint: string;
  readonly paths: readonly string[];
  readonly exact: boolean;
  readonly yes: boolean;
  readonly to: string | undefined;
  readonly "dry-run": boolean;
}

/** Restores, or says what a restore would do. */
export async function restore(
  context: Context,
  input: RestoreInput,
): Promise<RestoreResult> {
  const { place, target, origin } = await findTarget(context, input.checkpoint);
  /** Whose files these are is said first. */
  const said = (result: RestoreResult) =>
    origin === "foreign"
      ? {
        ...result,
        notes: [foreignCheckpointNote(target.id, "files"), ...result.notes],
      }
      : result;
  const paths = input.paths.map((path) => pathBelow(context, place, path));
  await refuseUnknown(place, { target, paths, given: input.paths });
  if (input.to !== undefined) {
    const { to, "dry-run": dryRun } = input;
    return said(await writeTo(context, place, { target, paths, to, dryRun }));
  }
  const order: RestoreOrder = {
    target,
    paths,
    exact: input.exact,
    operation: "checkpoint restore",
    title: `restore ${target.name}` +
      (paths.length > 0 ? ` (${paths.join(", ")})` : ""),
  };
  const comparedWith = () =>
    during(
      context,
      "Comparing with the checkpoint",
      () => planOf(context, place, { order, write: false }),
    );
  if (input["dry-run"]) {
    return said(planned(place, order, await comparedWith()));
  }
  if (!input.yes) {
    const plan = await comparedWith();
    const preview = said(planned(place, order, plan));
    if (isNothing(plan.plan) && !plan.indexDiffers) {
      return { ...preview, dry_run: false };
    }
    confirm(context, preview);
  }
  return said(
    done(place, order, await restoreCheckpoint(context, place, order)),
  );
}

/** The checkpoint that is meant, and whose it is. Throws NOT_FOUND, AMBIGUOUS. */
export async function findTarget(
  context: Context,
  selector: string,
): Promise<
  { place: CheckpointPlace; target: StoredCheckpoint; origin: Origin }
> {
  const place = await findPlace(context, { create: false });
  const records = await listCheckpoints(context.system, place);
  const target = matchCheckpoint(records, selector);
  noteFuture(context, target, records);
  const origin = new Origins(context.system).of(ownMark(target));
  return { place: { ...place, vault: place.vault! }, target, origin };
}

/** Milliseconds by which two clocks may differ. */
const CLOCKS_DIFFER = 60_000;

/** A wrong clock, here or where it was taken, makes another one the newest. */
function noteFuture(
  { system, note }: Context,
  target: StoredCheckpoint,
  records: readonly StoredCheckpoint[],
): void {
  const now = system.now();
  const isFuture = ({ created_at: time }: StoredCheckpoint) =>
    Date.parse(time) > now.getTime() + CLOCKS_DIFFER;
  if (!isFuture(target)) return;
  const other = records.find((one) => one.kind !== "safety" && !isFuture(one));
  const age = ageWords(new Date(target.created_at), now);
  note(
    `Warning: the checkpoint "${target.name}" is ${age}` +
      (other ? `. The newest before it is "${other.name}"` : ""),
  );
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

function headNotes(
  { target }: RestoreOrder,
  planned: Pick<PlannedRestore, "capture"> | undefined,
): string[] {
  if (!planned || target.head === null) return [];
  const { head, branch: given } = planned.capture.state;
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

function planned(
  place: CheckpointPlace,
  order: RestoreOrder,
  found: PlannedRestore,
): RestoreResult {
  const { plan, indexDiffers } = found;
  return {
    dry_run: true,
    checkpoint: order.target.name,
    worktree: place.vault.workspace.worktree,
    to: null,
    written: plan.writes.map(({ path }) => path),
    removed: plan.removes.map(({ path }) => path),
    trashed: plan.trash.map(({ path }) => path),
    kept: [...plan.kept],
    moved_aside: [],
    skipped: plan.skipped.map((one) => ({ ...one })),
    index_restored: indexDiffers,
    safety: null,
    trash: null,
    operation: null,
    notes: [...headNotes(order, found), ...targetNotes(place, order)],
  };
}

function done(
  place: CheckpointPlace,
  order: RestoreOrder,
  outcome: RestoreOutcome,
): RestoreResult {
  return {
    dry_run: false,
    checkpoint: order.target.name,
    worktree: place.vault.workspace.worktree,
    to: null,
    written: [...outcome.written],
    removed: [...outcome.removed],
    trashed: [...outcome.trashed],
    kept: [...outcome.kept],
    moved_aside: [...outcome.movedAside],
    skipped: outcome.skipped.map((one) => ({ ...one })),
    index_restored: outcome.indexRestored,
    safety: outcome.safety?.name ?? null,
    trash: outcome.trash ?? null,
    operation: outcome.entry?.id ?? null,
    notes: [
      ...headNotes(order, outcome),
      ...targetNotes(place, order),
      ...outcome.notes,
    ],
  };
}
