import { isAhead } from "../../base/times.ts";
import { type Context, defineCommand, flag } from "../../cli/mod.ts";
import {
  findContents,
  type FoundContents,
  type LostFiles,
  lostOf,
} from "../restore/contents.ts";
import type { RestoreOrder } from "../restore/plan.ts";
import {
  NOTHING,
  RESTORE,
  type RestoreInput,
  runRestore,
} from "../restore/run.ts";
import { saveRestoreText } from "../restore/text.ts";
import { foreignContentsNote, foreignNote } from "../../saves/mod.ts";
import type { SaveRestoreResult } from "./results.ts";

export const restore = defineCommand({
  name: "restore",
  summary: "Restore uncommitted files from a save",
  description: `
A save includes the contents of uncommitted files. Without paths, mpm restores files that you reverted or deleted after the save and never committed. With paths, it restores those files and folders, even if they have changed since the save. --all restores all files in the save.

mpm shows the changes and asks you to confirm. If it cannot ask, --yes is required. It first takes a checkpoint of all files, so that "mpm undo" can undo the restore.
Staged changes are staged again. HEAD and the branch do not move.

By default, mpm uses your newest save of this worktree that includes file contents. To use someone else's save, select it explicitly. If a colleague sent files with "mpm sync --with-contents", mpm restores all of them. If the first word does not match a save, mpm treats it as a path. If mpm has to leave a file alone, it prints the reason and exits with status 4.`,
  positionals: [
    {
      name: "save",
      summary:
        "The save: its ID or part of the ID, number in the list, name, or latest",
      names: "session",
      optional: true,
    },
    RESTORE.paths,
  ],
  flags: {
    all: flag("Restore all files in the save"),
    ...RESTORE.flags,
  },
  examples: [
    "mpm restore",
    "mpm restore src/app.ts --yes",
    "mpm restore latest --all --dry-run",
    "mpm restore session-20261120-143000 --all --to ../copy",
  ],
  result: async () => (await import("./results.ts")).SaveRestoreResult,
  settles: true,
  run,
  status: RESTORE.status,
  render: saveRestoreText,
});

interface Input extends RestoreInput {
  readonly save: string | undefined;
  readonly all: boolean;
}

/** Restores a checkpoint, or shows what a restore would do. */
async function run(context: Context, input: Input): Promise<SaveRestoreResult> {
  const words = [...input.save === undefined ? [] : [input.save]];
  const found = await findContents(context, [...words, ...input.paths]);
  const { place, target } = found;
  const { paths, ...others } = await wanted(context, found, input);
  const result = { session_id: target.id, ...others };
  if (paths.length === 0) {
    const { worktree } = place.vault.workspace;
    const nothing = { ...NOTHING, worktree, notes: [], restoring: false };
    return { ...nothing, ...result, dry_run: input["dry-run"] };
  }
  const order: RestoreOrder = {
    target,
    paths,
    exact: false,
    operation: "restore",
    title: `restore files of ${target.id}`,
  };
  const notes = notesOn(found, context.system.now());
  const done = await runRestore(context, place, { order, input, notes });
  return { ...done, ...result, restoring: true };
}

/** Says who else made the contents, and warns if a clock may be wrong. */
function notesOn(
  { target: { id }, loaded, origin, theirs }: FoundContents,
  now: Date,
): string[] {
  return [
    ...origin === "foreign"
      ? [foreignContentsNote(id, theirs?.author)]
      : loaded?.origin === "foreign"
      ? [foreignNote(id)]
      : [],
    ...loaded && isAhead(loaded.save.paused_at, now)
      ? [
        `The time of ${id} is in the future, so another save may be newer: ` +
        'see "mpm saves list"',
      ]
      : [],
  ];
}

/** The maximum number of a colleague's files to name as left out. */
const MOST_LEFT = 100;

/** Returns the files to restore: all, the named, or the lost files. */
async function wanted(
  context: Context,
  found: FoundContents,
  { all, to }: Input,
): Promise<LostFiles> {
  const { named, target } = found;
  const isLost = found.theirs === undefined && to === undefined;
  if (!all && named.length === 0 && isLost) {
    return await lostOf(context, found);
  }
  const paths = all || named.length === 0 ? target.paths : named;
  const not_kept = found.theirs ? target.left_out.slice(0, MOST_LEFT) : [];
  return { paths, others: [], not_kept };
}
