import { join } from "@std/path";
import type { Context } from "../cli/command.ts";
import { type ErrorCode, MpmError } from "../base/errors.ts";
import { locate } from "../git/workspace.ts";
import { type Checked, failure, type Finding } from "./check.ts";
import type { Workspace } from "../git/repository.ts";
import type { SaveEntry } from "../saves/store/save_entry.ts";
import type { TreeFile } from "./store_tree.ts";
import { checkFolder } from "../ops/folders.ts";
import { layout } from "../ops/layout.ts";
import { lookOnly } from "../ops/look_only.ts";
import { listSaves } from "../saves/store/read_saves.ts";
import type { System } from "../system/system.ts";
import type { Inspected } from "../saves/store/verify.ts";

/** What all checks work with. They look, and what they return may mend. */
export interface Ground {
  readonly context: Context;
  /** The machine, which takes no change. */
  readonly system: System;
  readonly workspace: Workspace;
  readonly at: ReturnType<typeof layout>;
  /** Whether there is a folder of mpm's that may be looked into. */
  readonly hasStore: boolean;
  /** What stands in its way, if anything does. */
  readonly problem: Finding | undefined;
  /** What lies in it; `isWhole`: nothing was left out. */
  readonly tree: readonly TreeFile[];
  readonly isWhole: boolean;
  readonly entries: readonly SaveEntry[];
  /** Folders of saves that cannot be listed. */
  readonly unlisted: readonly MpmError[];
  /** What was found in each save; filled by the check of the saves. */
  readonly inspected: Inspected[];
  readonly progress: (what: string, done: number, of: number) => void;
}

/** A check by the name that it has in the answer. */
export interface Check {
  readonly name: string;
  run(ground: Ground): Promise<Checked> | Checked;
}

/** Reads what more than one check needs. */
export async function openGround(
  context: Context,
  progress: Ground["progress"],
): Promise<Ground> {
  const system = lookOnly(context.system);
  const workspace = await locate(system, context.folder);
  const { root } = workspace;
  const at = layout(root);
  const { exists, problem } = storeOf(system, at);
  const hasStore = exists && !problem;
  const unlisted: MpmError[] = [];
  const { tree, isWhole } = hasStore
    ? readTree(system, at.home)
    : { tree: [], isWhole: true };
  const entries = problem ? [] : await listSaves(system, root, {
    warn: (error) => unlisted.push(error),
  });
  return {
    ...{ context, system, workspace, at, hasStore, problem, tree, isWhole },
    ...{ entries, unlisted, inspected: [], progress },
  };
}

function storeOf(
  system: System,
  { home, sessions }: Ground["at"],
): { exists: boolean; problem: Finding | undefined } {
  try {
    const exists = checkFolder(system, home);
    if (exists) checkFolder(system, sessions);
    return { exists, problem: undefined };
  } catch (error) {
    return { exists: true, problem: asFailure(error) };
  }
}

/** An error as a finding; what is no MpmError is a bug and thrown. */
export function asFailure(error: unknown, code?: ErrorCode): Finding {
  if (!(error instanceof MpmError)) throw error;
  const { message, hint } = error;
  return failure(code ?? error.code, message, hint ? { mend: hint } : {});
}

/** Files of the store that are looked at. */
const MOST = 100_000;

/** What is git's own in the store, which has its own modes and names. */
const GITS = "checkpoints.git";

function readTree(
  system: System,
  home: string,
): { tree: TreeFile[]; isWhole: boolean } {
  const tree: TreeFile[] = [];
  const waiting = [""];
  let isWhole = true;
  while (waiting.length > 0) {
    const path = waiting.pop()!;
    const info = system.files.lstat(join(home, path));
    if (!info) continue;
    const { kind, size, mode, uid, mtime } = info;
    tree.push({ path, kind, size, mode, uid, mtime });
    if (kind !== "folder" || path === GITS) continue;
    try {
      for (const { name } of system.files.list(join(home, path))) {
        waiting.push(path === "" ? name : `${path}/${name}`);
      }
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      isWhole = false;
    }
    if (tree.length + waiting.length > MOST) return { tree, isWhole: false };
  }
  return { tree, isWhole };
}

/** Findings that are named before the rest is only counted. */
const NAMED = 5;

/** The first of many, and one that counts the rest. */
export function bounded(
  found: readonly Finding[],
  rest: (count: number) => string,
): Finding[] {
  if (found.length <= NAMED + 1) return [...found];
  const [first] = found.slice(NAMED);
  const more = { ...first!, detail: rest(found.length - NAMED) };
  return [...found.slice(0, NAMED), more];
}
