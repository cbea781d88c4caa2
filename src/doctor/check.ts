import { relative } from "@std/path";
import { join } from "../base/join.ts";
import {
  attempt,
  type ErrorCode,
  ERRORS,
  type MpmError,
} from "../base/errors.ts";
import type { Context } from "../cli/mod.ts";
import { locate, type Workspace } from "../git/mod.ts";
import { counted } from "../base/words.ts";
import {
  checkFolder,
  layout,
  lookOnly,
  moveToTrash,
  withLock,
} from "../ops/mod.ts";
import { type Inspected, listSaves, type SaveEntry } from "../saves/mod.ts";
import type { System } from "../system/system.ts";

/** States of a check, the worst last. `unchecked`: mpm could not check it. */
export const CHECK_STATES = ["ok", "unchecked", "warning", "error"] as const;

export type CheckState = typeof CHECK_STATES[number];

/** A safe fix for one problem, which needs no confirmation. */
export interface Fix {
  /** Its effect, as `Remove …`. */
  readonly title: string;
  apply(): Promise<void> | void;
}

/** A problem, or something that could not be checked. */
export interface Finding {
  readonly state: Exclude<CheckState, "ok">;
  /** For an error: its code, which decides the exit status. */
  readonly code: ErrorCode | null;
  /** The problem and its location, in one line. */
  readonly detail: string;
  /** The command that fixes the problem, or one line of advice. */
  readonly hint: string | null;
  /** The fix that `--fix` makes; absent if no fix is possible. */
  readonly fix?: Fix;
}

/** The findings of a check. */
export interface Checked {
  /** The state of the checked thing, one line. */
  readonly summary: string;
  readonly found: readonly Finding[];
}

interface More {
  /** The command that fixes the problem, or one line of advice. */
  readonly advice?: string;
  readonly fix?: Fix;
}

function finding(
  state: Finding["state"],
  code: ErrorCode | null,
  { detail, advice, fix }: More & { readonly detail: string },
): Finding {
  const advised = advice ?? (fix ? "mpm doctor --fix" : null);
  return { state, code, detail, hint: advised, ...fix ? { fix } : {} };
}

/** Returns a finding about something that works, but not as it should. */
export function warning(detail: string, more: More = {}): Finding {
  return finding("warning", null, { detail, ...more });
}

/** Returns a finding about something that does not work. */
export function failure(
  code: ErrorCode,
  detail: string,
  more: More = {},
): Finding {
  return finding("error", code, { detail, ...more });
}

/** Returns a finding about something that could not be checked. */
export function unknown(detail: string, more: More = {}): Finding {
  return finding("unchecked", null, { detail, ...more });
}

/** Returns the result of a check that could not run. */
export function notRun(detail: string, more: More = {}): Checked {
  return { summary: "not checked", found: [unknown(detail, more)] };
}

/** The summary of a check in an empty project. */
export const NOTHING = "nothing has been saved here yet";

/** Returns the worst finding. */
export function worst(
  states: readonly { readonly state: CheckState }[],
): CheckState {
  const at = states.map(({ state }) => CHECK_STATES.indexOf(state));
  return CHECK_STATES[Math.max(0, ...at)]!;
}

/** Returns the fixes that `--fix` can apply, each once. */
export function fixesOf(found: readonly Finding[]): Fix[] {
  const byTitle = new Map<string, Fix>();
  for (const { fix } of found) {
    if (fix && !byTitle.has(fix.title)) byTitle.set(fix.title, fix);
  }
  return [...byTitle.values()];
}

/**
 * Returns the exit status for the remaining findings. It is 0 without an error,
 * 5 if stored data is damaged, 6 if the machine or git refuses, else 4.
 */
export function doctorStatus(
  found: readonly Pick<Finding, "state" | "code">[],
): number {
  const errors = found.filter(({ state }) => state === "error");
  if (errors.length === 0) return 0;
  const exits = errors.map(({ code }) => code && ERRORS[code].exit);
  return exits.includes(5) ? 5 : exits.includes(6) ? 6 : 4;
}

/** An mpm file or folder. */
export interface TreeFile {
  /** The path below `.claude-mpm`, with `/`; empty: that folder. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link" | "other";
  /** Bytes. */
  readonly size: number;
  /** Permission bits; `undefined`: the platform does not have them. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
}

/** The parameters of all checks. Checks only read; their fixes may write. */
export interface CheckInput {
  readonly context: Context;
  /** The machine, read-only. */
  readonly system: System;
  readonly workspace: Workspace;
  readonly at: ReturnType<typeof layout>;
  /** True if there is a readable mpm folder. */
  readonly hasStore: boolean;
  /** A finding about a folder that cannot be used. */
  readonly problem: Finding | undefined;
  /** The files in the store. `isWhole`: true if no file was left out. */
  readonly tree: readonly TreeFile[];
  readonly isWhole: boolean;
  readonly entries: readonly SaveEntry[];
  /** Folders of saves that cannot be listed. */
  readonly unlisted: readonly MpmError[];
  /** The result for each save; filled by the check of the saves. */
  readonly inspected: Inspected[];
  readonly progress: (what: string, done: number, of: number) => void;
}

/** One check. */
export type Check = (input: CheckInput) => Promise<Checked> | Checked;

/** Reads data that several checks need. */
export async function readCheckInput(
  context: Context,
  progress: CheckInput["progress"],
): Promise<CheckInput> {
  const system = lookOnly(context.system);
  const workspace = await locate(system, context.folder);
  const { root } = workspace;
  const at = layout(root);
  const store = attempt(() => {
    const exists = checkFolder(system, at.home);
    if (exists) checkFolder(system, at.sessions);
    return exists;
  }, asFailure);
  const hasStore = store === true;
  const problem = typeof store === "object" ? store : undefined;
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

/** Converts an error to a finding. */
function asFailure({ code, message, hint }: MpmError): Finding {
  return failure(code, message, hint ? { advice: hint } : {});
}

/** The maximum number of files in the store to look at. */
const MOST = 100_000;

/** The part of the store that git manages, with its own modes and names. */
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
    const names = attempt(() => system.files.list(join(home, path)));
    for (const { name } of names ?? []) {
      waiting.push(path === "" ? name : `${path}/${name}`);
    }
    isWhole &&= names !== undefined;
    if (tree.length + waiting.length > MOST) return { tree, isWhole: false };
  }
  return { tree, isWhole };
}

/** The maximum number of findings to name; further ones are counted. */
const NAMED = 5;

/** Returns the first findings, and one that counts the rest: `more save`. */
export function bounded(
  found: readonly Finding[],
  rest: string,
  many = `${rest}s`,
): Finding[] {
  if (found.length <= NAMED + 1) return [...found];
  const [first] = found.slice(NAMED);
  const detail = `and ${counted(found.length - NAMED, rest, many)}`;
  const more = { ...first!, detail };
  return [...found.slice(0, NAMED), more];
}

/** Returns a fix that works under the project's lock. */
export function lockedFix(
  { context: { system }, workspace: { root } }: CheckInput,
  title: string,
  work: (system: System, root: string) => Promise<void> | void,
): Fix {
  const apply = () => withLock(system, root, () => work(system, root));
  return { title, apply };
}

/** Returns the fix that moves mpm's files, named by `what`, to the trash. */
export function trashFix(
  input: CheckInput,
  { what, paths }: { what: string; paths: readonly string[] },
): Fix {
  return lockedFix(input, `Move ${what} to the trash`, (system, root) => {
    const there = paths.filter((path) =>
      system.files.lstat(path)?.kind === "file"
    );
    if (there.length === 0) return;
    moveToTrash(system, root, {
      operation: "doctor",
      items: there.map((path) => {
        const name = relative(input.at.home, path).replaceAll("\\", "/");
        return { name, files: [{ from: path, to: name }] };
      }),
    });
  });
}
