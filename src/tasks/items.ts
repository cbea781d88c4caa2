import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { shellWord } from "../base/shell.ts";
import { firstLine } from "../base/words.ts";
import { projectFiles, type Workspace } from "../git/mod.ts";
import { HOME } from "../ops/mod.ts";
import { isBelow } from "../partitions/mod.ts";
import type { RunResult, System } from "../system/system.ts";
import type { Definition, ItemSource } from "./definition.ts";

/** The items of a task, in order. */
export interface Items {
  readonly values: readonly string[];
  /** Number of items that were left out because their names are not UTF-8. */
  readonly unreadable: number;
}

/** The bounds of a list. */
const MOST = 1_000_000;
const LARGEST = 128 * 1024 * 1024;

/** Milliseconds for the program that prints the items. */
const LIST_LIMIT = 10 * 60_000;

/**
 * Lists the current items of a task; returns `undefined` for a task without
 * items. Throws CONFLICT for an empty list, or if the items cannot be listed.
 */
export async function listItems(
  system: System,
  workspace: Workspace,
  { definition: { items }, signal }: {
    definition: Definition;
    signal: AbortSignal;
  },
): Promise<Items | undefined> {
  if (!items) return undefined;
  const found = items.kind === "list"
    ? wholeOf(items.values)
    : items.kind === "files"
    ? await filesOf(system, workspace, items.globs)
    : await linesOf(system, workspace, { args: items.args, signal });
  if (found.values.length === 0) throw noItems(items);
  refuseUnusable(found.values);
  return found;
}

function noItems(items: ItemSource): MpmError {
  const why = items.kind === "files"
    ? `no files match ${items.globs.map((glob) => `"${glob}"`).join(", ")}`
    : items.kind === "lines"
    ? `"${commandText(items.args)}" printed no lines`
    : "the list is empty";
  return new MpmError("CONFLICT", `The task has no items: ${why}`, {
    hint: 'Check "items" in the task definition',
  });
}

function refuseUnusable(values: readonly string[]): void {
  const size = values.reduce((sum, { length }) => sum + length, 0);
  if (values.length > MOST || size > LARGEST) {
    throw new MpmError(
      "CONFLICT",
      `The task has too many items: ${values.length} ` +
        `(${Math.ceil(size / 1_048_576)} MiB)`,
      { hint: `The limits are ${MOST} items and 128 MiB in total` },
    );
  }
  const at = values.findIndex((value) => value.includes("\0"));
  if (at < 0) return;
  throw new MpmError(
    "CONFLICT",
    `Item ${at + 1} contains a NUL character, which arguments cannot contain`,
    { hint: 'Fix "items" in the task definition' },
  );
}

/**
 * Leaves out names that are not UTF-8, since a program would get a different
 * name.
 */
function wholeOf(all: readonly string[]): Items {
  const values = all.filter((value) => value.isWellFormed());
  return { values, unreadable: all.length - values.length };
}

/** Lists regular files; does not follow links. */
async function filesOf(
  system: System,
  { git, worktree }: Workspace,
  globs: readonly string[],
): Promise<Items> {
  const all = git === "repository"
    ? await projectFiles(system, worktree)
    : walk(system, worktree, "");
  const wanted = globs.map((glob) => glob.replace(/^\.\//, "").split("/"));
  const found = all.filter((path) => {
    const names = path.split("/");
    return names[0] !== HOME && wanted.some((glob) => isBelow(glob, names));
  });
  const there = found.filter((path) =>
    !path.isWellFormed() ||
    attempt(() => system.files.lstat(join(worktree, path)))?.kind === "file"
  );
  return wholeOf(there);
}

/** Lists, without git, every file below a folder, sorted by path. */
function walk(system: System, root: string, folder: string): string[] {
  const entries = attempt(() => system.files.list(join(root, folder))) ?? [];
  return entries.sort((a, b) => a.name < b.name ? -1 : 1)
    .flatMap(({ name, kind }) => {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (kind !== "folder") return [path];
      return name === ".git" || name === HOME ? [] : walk(system, root, path);
    });
}

/** Returns the lines of a program's output, except empty ones. */
async function linesOf(
  system: System,
  { worktree }: Workspace,
  { args, signal }: { args: readonly string[]; signal: AbortSignal },
): Promise<Items> {
  const done = await system.runProgram(args, {
    cwd: worktree,
    timeout: LIST_LIMIT,
    limit: LARGEST + 1,
    tied: "apart",
    signal,
  });
  if (signal.aborted) {
    throw new MpmError("CANCELLED", "Interrupted: nothing has run");
  }
  const text = new TextDecoder();
  if (done.outcome !== "exited" || done.status !== 0) {
    const said = firstLine(text.decode(done.stderr), 200);
    throw new MpmError(
      "CONFLICT",
      `Cannot list the items: ${endOf(args[0]!, done)}` +
        (said === "" ? "" : `: ${said}`),
      { hint: `To see why, run it: ${commandText(args)}` },
    );
  }
  const printed = text.decode(done.stdout);
  const lines = printed.split("\n")
    .map((line) => line.replace(/\r$/, "")).filter(Boolean);
  // This character has replaced bytes that are not UTF-8.
  const values = lines.filter((line) => !line.includes("\ufffd"));
  return { values, unreadable: lines.length - values.length };
}

/** Returns a command that a user can paste into a shell. */
function commandText(args: readonly string[]): string {
  return args.map(shellWord).join(" ");
}

/** Says how a program ended. */
export function endOf(
  program: string,
  { outcome, status }: Pick<RunResult, "outcome" | "status">,
): string {
  switch (outcome) {
    case "missing":
      return program.includes("/")
        ? `"${program}" or the program in its first line does not exist`
        : `"${program}" is not installed`;
    case "denied":
      return `"${program}" is not an executable file`;
    case "timeout":
      return `"${program}" took too long`;
    case "exited":
      return `"${program}" ended with exit status ${status}`;
  }
}
