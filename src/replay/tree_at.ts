import { isAbsolute, relative, resolve } from "@std/path";
import { MpmError } from "../base/errors.ts";
import {
  filesIn,
  type KeptTree,
  readFileIn,
  writeTo,
} from "../checkpoints/mod.ts";
import type { Context } from "../cli/mod.ts";
import type { Workspace } from "../git/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { TreeResult } from "./commands/results.ts";
import { nearText } from "./print.ts";
import type { KnownTree, TreeScan } from "./trees.ts";

/** The maximum size of a file to print, in bytes. */
const LARGEST = 16 * 1024 * 1024;

/**
 * Returns the tree at a step. Throws NOT_FOUND if one or all files are
 * requested, and the tree is unknown or does not have the requested file.
 */
export async function treeAt(
  context: Context,
  workspace: Workspace,
  { scan, step, path, to }: {
    scan: TreeScan;
    step: number;
    /** The requested file, as typed. */
    path: string | undefined;
    /** The folder to write the files to. */
    to: string | undefined;
  },
): Promise<TreeResult> {
  const { exact, before, after } = scan.around(step);
  const kept = exact && await scan.read(exact);
  const result = {
    step,
    before: before ? withoutTree(before) : null,
    after: after ? withoutTree(after) : null,
    ...NOTHING,
  };
  if (!exact || !kept) {
    if (path === undefined && to === undefined) return result;
    throw unknownTree(result);
  }
  const files = await filesIn(kept.place, kept.record);
  const { record } = kept;
  return {
    ...result,
    exact: withoutTree(exact),
    head: record.head,
    branch: record.branch,
    files: [...files.keys()],
    changed: record.files.map(({ path, status }) => ({ path, status })),
    left_out: record.left_out.map(({ path, reason }) => ({ path, reason })),
    file: path === undefined ? null : await fileIn(context, workspace, {
      kept,
      path,
      step,
    }),
    written: to === undefined ? null : await writeTo(context, kept.place, {
      ...{ target: record, paths: [], to, dryRun: false },
    }),
  };
}

const NOTHING = {
  exact: null,
  head: null,
  branch: null,
  files: [],
  changed: [],
  left_out: [],
  file: null,
  written: null,
};

function withoutTree({ step, checkpoint, at }: KnownTree) {
  return { step, checkpoint, at };
}

/** Says that a tree is unknown, and names the nearest known trees. */
export function unknownTree(
  { step, before, after }: Pick<TreeResult, "step" | "before" | "after">,
): MpmError {
  return new MpmError("NOT_FOUND", `The tree at step ${step} is unknown`, {
    hint: nearText({ before, after }),
  });
}

async function fileIn(
  { system, folder }: Context,
  { worktree }: Workspace,
  { kept, path: given, step }: { kept: KeptTree; path: string; step: number },
): Promise<TreeResult["file"]> {
  const below = relative(worktree, resolve(folder, given));
  const path = isAbsolute(below) || below.startsWith("..") ? given : below;
  const entry = (await filesIn(kept.place, kept.record)).get(path);
  if (!entry || entry.mode === "160000") {
    throw new MpmError(
      "NOT_FOUND",
      `No file "${given}" at step ${step}`,
    );
  }
  const bytes = await readFileIn(kept, entry);
  const text = bytes.length > LARGEST || bytes.includes(0)
    ? null
    : redactorOf(system).text(new TextDecoder().decode(bytes));
  return { path, bytes: bytes.length, text };
}
