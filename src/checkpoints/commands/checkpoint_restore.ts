import { type Context, defineCommand, flag } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import { emptyTree, isWithin, partOf, treeDelta } from "../../git/mod.ts";
import { foreignCheckpointNote } from "../../saves/mod.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import type { CheckpointPlace } from "../place.ts";
import { CHECKPOINT, findTarget } from "../select.ts";
import type { RestoreOrder } from "../restore/plan.ts";
import {
  pathBelow,
  RESTORE,
  type RestoreInput,
  runRestore,
} from "../restore/run.ts";
import { restoreText } from "../restore/text.ts";
import type { RestoreResult } from "./results.ts";

export const checkpointRestore = defineCommand({
  name: "checkpoint restore",
  summary: "Restore a checkpoint's files and index",
  description: `
Shows the changes and asks you to confirm. If mpm cannot ask, --yes is required. mpm first saves the current state in a checkpoint, so that "mpm undo" can undo the restore. It keeps and lists files created since the checkpoint; --exact moves them to the trash. HEAD and the branch never move. If HEAD has moved since the checkpoint, mpm prints the command that moves it back.

If you specify paths, mpm restores only those files and folders. --to writes the checkpoint's files into a new or empty folder instead. If mpm has to leave a changed file alone, it prints the reason and exits with status 4.`,
  positionals: [CHECKPOINT, RESTORE.paths],
  flags: {
    exact: flag("Move files created since the checkpoint to the trash"),
    ...RESTORE.flags,
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
  status: RESTORE.status,
  render: (result: RestoreResult) => restoreText(result, result.checkpoint),
});

/** Restores a checkpoint, or shows what a restore would do. */
async function restore(
  context: Context,
  input: RestoreInput & { checkpoint: string; exact: boolean },
): Promise<RestoreResult> {
  const { place, target, origin } = await findTarget(context, input.checkpoint);
  const paths = input.paths.map((path) => pathBelow(context, place, path));
  await refuseUnknown(place, { target, paths, given: input.paths });
  const order: RestoreOrder = {
    target,
    paths,
    exact: input.exact,
    operation: "checkpoint restore",
    title: `restore ${target.name}` +
      (paths.length > 0 ? ` (${paths.join(", ")})` : ""),
  };
  /** The origin of the files comes first in the notes. */
  const notes = origin === "foreign" ? [foreignCheckpointNote(target.id)] : [];
  const result = await runRestore(context, place, { order, input, notes });
  return { checkpoint: target.name, ...result };
}

/** Throws NOT_FOUND for a misspelt path, which exists in neither tree. */
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
