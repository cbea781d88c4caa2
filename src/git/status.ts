import { Git, gitFailure } from "./run/git.ts";
import { foldersAbove, isOwnPath, type LeftOut } from "./tree/snapshot.ts";
import { decodeBytes, splitFields, words } from "./text.ts";

/** One line of `git status`. */
export interface StatusEntry {
  readonly path: string;
  /** Two letters, index and worktree, as porcelain v1 prints them. */
  readonly status: string;
  /** The old path of a rename or copy. */
  readonly from?: string;
  /** Object ID of the staged content, if the index differs from HEAD. */
  readonly staged?: string;
  /** The mode in the worktree; absent if the path does not exist. */
  readonly mode?: string;
  /** For a submodule: `commit`, or `content` if files in it changed. */
  readonly submodule?: "commit" | "content";
  /**
   * The entries of the index, by stage, on request; absent for an untracked
   * path. Stage 0 of mode 0 means that the index does not have the path.
   */
  readonly index?: readonly Stage[];
  /** The entry of HEAD, like `index`; absent for a conflict. */
  readonly head?: { readonly mode: string; readonly id: string };
}

/** An entry of the index. */
export interface Stage {
  /** 0, or 1 to 3 for a conflict. */
  readonly stage: number;
  /** Six octal digits; `000000`: no entry. */
  readonly mode: string;
  readonly id: string;
}

/** The answer of `git status` for a worktree. */
export interface Status {
  readonly head: string | undefined;
  readonly branch: string | undefined;
  /** E.g. `origin/main`, whether or not the ref exists. */
  readonly upstream: string | undefined;
  /** Compared with the upstream; `undefined`: none, or its ref is gone. */
  readonly ahead: number | undefined;
  readonly behind: number | undefined;
  readonly entries: readonly StatusEntry[];
  /** Paths that git could not read. */
  readonly closed?: readonly LeftOut[];
}

/** All differences from HEAD without mpm's folder, whose saves are many. */
export const STATUS = words(`status --porcelain=v2 -z --branch --ahead-behind
      --untracked-files=all --find-renames --
      :(top,exclude).claude-mpm`);

/**
 * The status without submodules, with each path separate. Includes mpm's files:
 * git would compare each path of the index with an exclusion.
 */
const SHALLOW_STATUS = [
  ...STATUS.slice(0, STATUS.indexOf("--find-renames")),
  "--no-renames",
  "--ignore-submodules=dirty",
  "--",
];

/** Returns what differs from HEAD outside mpm's folder. Throws GIT_FAILED. */
export async function readShallow(
  git: Git,
  options?: { index: boolean },
): Promise<Status> {
  const done = await git.run(SHALLOW_STATUS);
  if (done.status !== 0) throw gitFailure(SHALLOW_STATUS, done);
  const status = parseStatus(done.stdout, options);
  const entries = status.entries.filter(({ path }) => !isOwnPath(path));
  const closed = closedIn(decodeBytes(done.stderr));
  return { ...status, entries, closed };
}

/** Paths about which git warns, and which it treats as unchanged or empty. */
const CLOSED =
  /^(?:warning: could not open directory '(.+)'|(?!\w+: )(.+)): (Permission denied|File name too long)$/gm;

/** Git cuts a warning at 4 KiB, so the end of a very long path is lost. */
const CUT_OFF = /^warning: could not open directory '([^']{3000,})$/gm;

const TOO_LONG = "its path is too long";

/** Finds the unreadable files and folders in git's warnings. */
export function closedIn(warnings: string): LeftOut[] {
  const found = new Map<string, string>();
  for (const [, folder, file, why] of warnings.matchAll(CLOSED)) {
    const reason = why === "Permission denied"
      ? "git cannot read it"
      : TOO_LONG;
    found.set(folder ?? file!, reason);
  }
  const isBelow = (path: string) =>
    foldersAbove(path.replace(/\/$/, "")).some((one) => found.has(`${one}/`));
  const closed = [...found]
    .filter(([path]) => !isOwnPath(path) && !isBelow(path))
    .map(([path, reason]) => ({ path, reason }));
  const cut = [...warnings.matchAll(CUT_OFF)]
    .map(([, path]) => ({ path: `${path}…`, reason: TOO_LONG }));
  return [...closed, ...cut];
}

/**
 * Parses the output of `git status --porcelain=v2 -z --branch`, described in
 * git-status(1), "Porcelain Format Version 2". Unknown lines are skipped, as
 * that page requires. `index`: entries include those of the index.
 */
export function parseStatus(
  output: Uint8Array,
  { index = false } = {},
): Status {
  const headers = new Map<string, string>();
  const entries: StatusEntry[] = [];
  const fields = splitFields(output);
  for (let at = 0; at < fields.length; at++) {
    const line = fields[at]!;
    switch (line[0]) {
      case "#": {
        const [, name, value] = cut(line, 2);
        headers.set(name!, value!);
        break;
      }
      case "1":
        entries.push(changed(cut(line, 8), index));
        break;
      case "2":
        at += 1;
        entries.push({
          ...changed(cut(line, 9), index),
          from: fields[at] ?? "",
        });
        break;
      case "u":
        entries.push(changed(cut(line, 10), index));
        break;
      case "?":
        entries.push({ path: line.slice(2), status: "??" });
        break;
    }
  }
  return { ...branchOf(headers), entries };
}

/** Returns the part of git's answer before the first path. */
export function statusHead(output: Uint8Array): Uint8Array {
  let end = 0;
  while (output[end] === HASH_SIGN) end = output.indexOf(0, end) + 1;
  return output.subarray(0, end);
}

const HASH_SIGN = 0x23;

function branchOf(headers: Map<string, string>): Omit<Status, "entries"> {
  const oid = headers.get("branch.oid");
  const branch = headers.get("branch.head");
  const counts = /^\+(\d+) -(\d+)$/.exec(headers.get("branch.ab") ?? "");
  return {
    head: oid === "(initial)" ? undefined : oid,
    branch: branch === "(detached)" ? undefined : branch,
    upstream: headers.get("branch.upstream"),
    ahead: counts ? Number(counts[1]) : undefined,
    behind: counts ? Number(counts[2]) : undefined,
  };
}

/**
 * `1|2 XY sub mH mI mW hH hI [Xscore] path`, or
 * `u XY sub m1 m2 m3 mW h1 h2 h3 path`.
 */
function changed(
  columns: readonly string[],
  index: boolean,
): StatusEntry {
  const [kind, letters, submodule] = columns as [string, string, string];
  const status = letters.replaceAll(".", " ");
  const staged = columns[7]!;
  const mode = columns[kind === "u" ? 6 : 5]!;
  const hasStaged = kind !== "u" && !/^[ D]/.test(status) &&
    !/^0+$/.test(staged);
  return {
    path: columns.at(-1)!,
    status,
    ...(hasStaged ? { staged } : {}),
    ...(/^0+$/.test(mode) ? {} : { mode }),
    ...(submodule[0] === "S" ? { submodule: submoduleChange(submodule) } : {}),
    ...(index ? { index: stagesOf(columns), ...headOf(columns) } : {}),
  };
}

/** Returns the entry of HEAD; for a conflict, git does not report it. */
function headOf(columns: readonly string[]): Pick<StatusEntry, "head"> {
  const [mode, id] = [columns[3]!, columns[6]!];
  const known = columns[0] !== "u" && !/^0+$/.test(mode);
  return known ? { head: { mode, id } } : {};
}

function stagesOf(columns: readonly string[]): Stage[] {
  if (columns[0] !== "u") {
    return [{ stage: 0, mode: columns[4]!, id: columns[7]! }];
  }
  return [1, 2, 3].map((stage) => ({
    stage,
    mode: columns[2 + stage]!,
    id: columns[6 + stage]!,
  })).filter(({ mode }) => !/^0+$/.test(mode));
}

/** `S<c><m><u>`: another commit, modified files, untracked files. */
function submoduleChange(letters: string): "commit" | "content" {
  return /[MU]/.test(letters) ? "content" : "commit";
}

/** Returns the first `count` columns and the rest of the line. */
function cut(line: string, count: number): string[] {
  const columns: string[] = [];
  let start = 0;
  for (let found = 0; found < count; found++) {
    const space = line.indexOf(" ", start);
    if (space < 0) break;
    columns.push(line.slice(start, space));
    start = space + 1;
  }
  columns.push(line.slice(start));
  return columns;
}

/** Returns whether a status means an unresolved conflict (git-status(1)). */
export function isUnmerged(status: string): boolean {
  return /U/.test(status) || status === "AA" || status === "DD";
}
