import { type Context, defineCommand } from "../../cli/mod.ts";
import { escapeDiff, escapeText } from "../../base/escape.ts";
import type { CheckpointDiffResult } from "./results.ts";
import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import {
  baseEntry,
  type Capture,
  changesBetween,
  isWithin,
  type LeftOut,
  partOf,
  patchBetween,
  patchToWorktree,
  type PathChange,
  treeChanges,
  treeDelta,
} from "../../git/mod.ts";
import { decodeBytes } from "../../base/bytes.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import { CHECKPOINT, findTarget, matchCheckpoint } from "../select.ts";
import { removeTree } from "../../ops/mod.ts";
import {
  captureNow,
  type CheckpointPlace,
  listCheckpoints,
  rawFolder,
} from "../place.ts";

export const checkpointDiff = defineCommand({
  name: "checkpoint diff",
  summary: "Show the differences between a checkpoint and the working tree",
  description: `
Lists the paths that were added, modified or deleted since the checkpoint, or
between two checkpoints. It leaves out ignored files. mpm does not run diff programs or converters that the repository configures.`,
  positionals: [
    { ...CHECKPOINT, name: "from" },
    {
      ...CHECKPOINT,
      name: "to",
      summary: "The other checkpoint; default: the working tree",
      optional: true,
    },
  ],
  flags: {
    patch: {
      type: "boolean",
      short: "p",
      summary: "Show the changes as a patch",
    },
  },
  examples: ["mpm checkpoint diff latest", "mpm checkpoint diff 1 0 --patch"],
  result: async () => (await import("./results.ts")).CheckpointDiffResult,
  settles: true,
  run: diff,
  render,
});

const LETTERS = {
  added: "A",
  modified: "M",
  deleted: "D",
  "type changed": "T",
};

function render(result: CheckpointDiffResult): string {
  const { from, to, files, left_out: leftOut, patch } = result;
  if (patch !== null) return escapeDiff(patch);
  const lines = [
    ...files.map(({ path, status }) =>
      `${LETTERS[status]} ${escapeText(path)}`
    ),
    ...leftOut.map(({ path, reason }) =>
      `Not compared: ${escapeText(path)} (${escapeText(reason)})`
    ),
  ];
  const what = to === null ? "the working tree" : escapeText(to);
  return lines.length === 0
    ? `No difference between ${escapeText(from)} and ${what}.\n`
    : `${lines.join("\n")}\n`;
}

/** Compares a checkpoint with another checkpoint or the current files. */
async function diff(
  context: Context,
  input: { from: string; to: string | undefined; patch: boolean },
): Promise<CheckpointDiffResult> {
  const { place, target: from } = await findTarget(context, input.from);
  if (input.to === undefined) {
    return await withWorktree(context, place, { from, patch: input.patch });
  }
  const records = await listCheckpoints(context.system, place);
  const to = matchCheckpoint(records, input.to);
  const trees = [from, to].map(({ commit }) => partOf(commit, "worktree"));
  const [before, after] = trees as [string, string];
  const { git } = place.vault;
  return answer({
    from,
    to,
    changes: await treeChanges(git, before, after),
    leftOut: [...from.left_out, ...to.left_out],
    patch: input.patch ? await patchBetween(git, before, after) : undefined,
  });
}

async function withWorktree(
  context: Context,
  place: CheckpointPlace,
  { from, patch }: { from: StoredCheckpoint; patch: boolean },
): Promise<CheckpointDiffResult> {
  const { vault } = place;
  const { capture } = await captureNow(context.system, place, { write: patch });
  const then = await treeDelta(
    vault.git,
    capture.base,
    partOf(from.commit, "worktree"),
  );
  const changes = changesBetween({
    current: then,
    target: capture.worktree,
    base: (path) => baseEntry(capture, path),
    paths: [],
  });
  return answer({
    from,
    to: undefined,
    changes,
    leftOut: [...from.left_out, ...capture.leftOut],
    patch: patch
      ? await worktreePatch(context, place, { from, capture })
      : undefined,
  });
}

async function worktreePatch(
  { system }: Context,
  { vault, workspace }: CheckpointPlace,
  { from, capture }: { from: StoredCheckpoint; capture: Capture },
): Promise<Uint8Array> {
  const raw = rawFolder(workspace);
  const objects = join(dirname(raw), `objects-${system.random()}`);
  system.files.mkdir(objects);
  try {
    return await patchToWorktree(system, vault, {
      commit: from.commit,
      capture,
      rawFolder: raw,
      objects,
    });
  } finally {
    removeTree(system, objects);
  }
}

function answer(
  { from, to, changes, leftOut, patch }: {
    from: StoredCheckpoint;
    to: StoredCheckpoint | undefined;
    changes: readonly PathChange[];
    leftOut: readonly LeftOut[];
    patch: Uint8Array | undefined;
  },
): CheckpointDiffResult {
  const apart = new Map(leftOut.map(({ path, reason }) => [path, reason]));
  return {
    from: from.name,
    to: to?.name ?? null,
    files: changes.filter(({ path }) =>
      ![...apart.keys()].some((out) => isWithin(path, out))
    ).map(({ path, from, to }) => ({
      path,
      status: !from
        ? "added"
        : !to
        ? "deleted"
        : from.mode.slice(0, 3) === to.mode.slice(0, 3)
        ? "modified"
        : "type changed",
    })),
    left_out: [...apart].map(([path, reason]) => ({ path, reason })),
    patch: patch === undefined ? null : decodeBytes(patch),
  };
}
