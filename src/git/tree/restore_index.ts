import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { Git } from "../run/git.ts";
import { isOpenable, joinBytes, words, zeroed } from "../text.ts";
import { baseEntry, type Capture } from "./capture.ts";
import { mayConvert } from "./converted.ts";
import type { PathChange } from "./plan.ts";
import {
  emptyTree,
  foldersAbove,
  type IndexMarks,
  isOwnPath,
  type TreeEntry,
  withinAny,
} from "./snapshot.ts";
import type { Vault } from "./vault.ts";
import type { System } from "../../system/system.ts";
import { emptyBlob, indexLine } from "./capture_index.ts";
import {
  builtFiles,
  indexFile,
  lockIndex,
  releaseIndex,
} from "./index_lock.ts";

/** A stamp that differs between two states of the index file. */
export type IndexStamp = ReturnType<typeof indexStamp>;

export function indexStamp(system: System, vault: Vault) {
  const info = system.files.lstat(indexFile(vault));
  return info && { size: info.size, mtime: info.mtime, changed: info.changed };
}

/**
 * Replaces the index with a checkpoint's through the index lock: entries,
 * conflicts and flags; unchanged ones stay cached. `stamp`: of the index that
 * `capture` saw; `folder`: an empty folder to work in. Returns notes. Throws
 * CONFLICT if another git command holds or changed the index.
 */
export async function restoreIndex(
  system: System,
  vault: Vault,
  { capture, target, stamp, token, folder }: {
    capture: Capture;
    target: TargetIndex;
    stamp: IndexStamp;
    token: string;
    folder: string;
  },
): Promise<string[]> {
  const looks = resized(system, vault, { capture, writes: target.writes });
  const edit = indexEdit(capture, { ...target, looks });
  const { files } = system;
  const index = indexFile(vault);
  const [built] = builtFiles(vault, token) as [string];
  await lockIndex(system, vault, token);
  try {
    const now = indexStamp(system, vault);
    if (JSON.stringify(now) !== JSON.stringify(stamp)) {
      throw new MpmError(
        "CONFLICT",
        "The index was changed by another git command in the meantime",
        {
          hint:
            "mpm restored the files, but not the index: run the command again",
        },
      );
    }
    if (now) files.create(built, files.read(index));
    const notes = await build(system, vault, { built, edit, folder });
    if (files.lstat(built)) {
      const mode = now && files.lstat(index)?.mode;
      if (mode !== undefined) files.chmod(built, mode);
      await files.syncFiles([built]);
      files.rename(built, index);
    }
    return notes;
  } finally {
    releaseIndex(system, vault, token);
  }
}

/**
 * Finds written files whose size differs from that in the index. Git treats
 * them as changed without reading them, but where line ends are converted, the
 * same content has different sizes.
 */
function resized(
  system: System,
  vault: Vault,
  { capture, writes }: Pick<TargetIndex, "writes"> & { capture: Capture },
): Set<string> {
  const { listing } = capture;
  const mayDiffer = mayConvert(system, vault, listing) ||
    writes.some(({ path }) => path.endsWith(".gitattributes"));
  const looks = writes.filter(({ path, to }) => {
    const isSame = listing.files.get(path)?.id === to?.id;
    if (!isSame && !mayDiffer) return false;
    const full = join(vault.workspace.worktree, path);
    const size = system.files.lstat(full)?.size;
    return size === undefined || size % SIZES !== listing.sizes.get(path);
  });
  return new Set(looks.map(({ path }) => path));
}

/** The index has 32 bits for a size. */
const SIZES = 2 ** 32;

/** Edits the copy of the index, whatever form the user's settings choose. */
async function build(
  system: System,
  vault: Vault,
  { built, edit, folder }: { built: string; edit: IndexEdit; folder: string },
): Promise<string[]> {
  const { git } = vault;
  const env = { GIT_INDEX_FILE: built };
  const plain = words("-c core.splitIndex=false -c core.sparseCheckout=false");
  if (edit.lines.length > 0) {
    await git.read([...plain, "update-index", "--add", "-z", "--index-info"], {
      env,
      stdin: joinBytes(edit.lines),
    });
  }
  const notes = await markIntents(system, vault, {
    intents: edit.intents,
    index: built,
    none: emptyTree(edit.none),
    folder,
  });
  for (const [option, paths] of edit.flags) {
    await git.read([...plain, "update-index", option, "-z", "--stdin"], {
      env,
      stdin: zeroed(paths),
    });
  }
  // The exit status only says that some files differ.
  await git.run([...plain, "update-index", "-q", "--refresh"], { env });
  return notes;
}

type Intents = IndexMarks["intent_to_add"];

/**
 * Marks entries of `index` as intent to add. A reset to `none`, the empty tree,
 * works without files, except for modes. So programs are added from new files
 * in the empty `folder`, links from their places. Returns notes.
 */
export async function markIntents(
  system: System,
  vault: Vault,
  { intents, index, none, folder }: {
    intents: Intents;
    index: string;
    none: string;
    folder: string;
  },
): Promise<string[]> {
  if (intents.length === 0) return [];
  const git = vault.git.with({ GIT_INDEX_FILE: index });
  await git.read(
    words(
      `-c core.splitIndex=false --literal-pathspecs reset --quiet -N
        --pathspec-from-file=- --pathspec-file-nul`,
      none,
    ),
    { stdin: zeroed(intents.map(({ path }) => path)) },
  );
  const programs = intents.filter(({ mode }) => mode === "100755");
  const elsewhere = new Git(system, folder, {
    env: {
      GIT_DIR: vault.workspace.gitDir!,
      GIT_WORK_TREE: folder,
      GIT_INDEX_FILE: index,
    },
  });
  const notes: string[] = [];
  for (const { path } of programs) {
    const made = makeProgram(system, folder, path);
    if (!made || !await intend(elsewhere, path)) {
      notes.push(
        `"${path}" is marked with "git add -N", but not as executable`,
      );
    }
  }
  for (const { path, mode } of intents) {
    if (mode !== "120000" || await intend(git, path)) continue;
    notes.push(`"${path}" is marked with "git add -N", but not as a link`);
  }
  return notes;
}

/** Adds a file with the intent to add; returns whether that worked. */
async function intend(git: Git, path: string): Promise<boolean> {
  const add = (...options: string[]) =>
    git.run(["--literal-pathspecs", "add", "--force", ...options, "--", path]);
  if ((await add("--dry-run")).status !== 0) return false;
  // An existing entry would not be changed.
  await git.run(["update-index", "--force-remove", "--", path]);
  return (await add("--intent-to-add")).status === 0;
}

function makeProgram({ files }: System, folder: string, path: string) {
  if (!isOpenable(path)) return false;
  const full = join(folder, path);
  const isMade = attempt(() => {
    for (const above of ["", ...foldersAbove(path).reverse()]) {
      const parent = join(folder, above);
      if (!files.lstat(parent)) files.mkdir(parent);
    }
    files.create(full, new Uint8Array());
    files.chmod(full, 0o755);
    return true;
  });
  return isMade ?? false;
}

export interface TargetIndex {
  /** The checkpoint's index, as differences from the capture's base. */
  readonly delta: ReadonlyMap<string, TreeEntry | undefined>;
  readonly marks: IndexMarks;
  /** Only these files and folders; empty: everything. */
  readonly paths: readonly string[];
  /** The files that the restore writes. */
  readonly writes: readonly PathChange[];
}

/** A change from one index to another. */
export interface IndexEdit {
  /** An object ID of zeros. */
  readonly none: string;
  readonly lines: readonly Uint8Array[];
  readonly intents: IndexMarks["intent_to_add"];
  /** Options of `update-index` with the paths for each. */
  readonly flags: readonly (readonly [string, readonly string[]])[];
}

/** Returns the edit from the captured index to that of a checkpoint. */
export function indexEdit(
  capture: Capture,
  { delta, marks, paths, looks }: Omit<TargetIndex, "writes"> & {
    /** Files that git must look at again. */
    looks: ReadonlySet<string>;
  },
): IndexEdit {
  const isWithin = withinAny(paths);
  const wanted = (path: string) => !isOwnPath(path) && isWithin(path);
  const before = statesOf(capture.index, capture.marks);
  const after = statesOf(delta, marks);
  const none = "0".repeat(capture.base.length);
  const removed: Uint8Array[] = [];
  const added: Uint8Array[] = [];
  const touched = new Set<string>();
  const intents: { path: string; mode: string }[] = [];
  for (const path of new Set([...before.keys(), ...after.keys(), ...looks])) {
    if (!wanted(path)) continue;
    const plain = {
      entries: [baseEntry(capture, path)].filter((entry) =>
        entry !== undefined
      ),
      intent: null,
    };
    const was = before.get(path) ?? plain;
    const is = after.get(path) ?? plain;
    const same = JSON.stringify(was) === JSON.stringify(is);
    if (same && !(looks.has(path) && isPlainFile(is))) continue;
    touched.add(path);
    removed.push(indexLine(path, undefined, none));
    for (const entry of is.entries) added.push(indexLine(path, entry, none));
    if (is.intent !== null) {
      const empty = { mode: is.intent, id: emptyBlob(none) };
      added.push(indexLine(path, empty, none));
      intents.push({ path, mode: is.intent });
    }
  }
  const { assume_unchanged: assumed, skip_worktree: skipped } = capture.marks;
  const flag = (
    name: string,
    now: readonly string[],
    then: readonly string[],
  ) =>
    flagChanges(name, {
      now: now.filter(wanted),
      then: then.filter(wanted),
      touched,
    });
  return {
    none,
    lines: [...removed, ...added],
    intents,
    flags: [
      ...flag("assume-unchanged", assumed, marks.assume_unchanged),
      ...flag("skip-worktree", skipped, marks.skip_worktree),
    ].filter(([, list]) => list.length > 0),
  };
}

interface PathState {
  readonly entries: readonly (TreeEntry & { stage?: number })[];
  /** The mode of an entry with the intent to add. */
  readonly intent: string | null;
}

function isPlainFile({ entries: [entry, ...more], intent }: PathState) {
  return entry !== undefined && more.length === 0 && intent === null &&
    (entry.stage ?? 0) === 0 && entry.mode.startsWith("100");
}

function statesOf(
  delta: ReadonlyMap<string, TreeEntry | undefined>,
  { unmerged, intent_to_add: intents }: IndexMarks,
): Map<string, PathState> {
  const states = new Map<string, PathState>();
  for (const [path, entry] of delta) {
    const entries = entry ? [{ mode: entry.mode, id: entry.id }] : [];
    states.set(path, { entries, intent: null });
  }
  for (const { path, mode } of intents) {
    states.set(path, { entries: [], intent: mode });
  }
  for (const { path, stages } of unmerged) {
    const entries = stages.map(({ mode, id, stage }) => ({ mode, id, stage }));
    states.set(path, { entries, intent: null });
  }
  return states;
}

/** A replaced entry has lost its flags. */
function flagChanges(
  name: string,
  { now, then, touched }: {
    now: readonly string[];
    then: readonly string[];
    touched: ReadonlySet<string>;
  },
): IndexEdit["flags"] {
  const [has, gets] = [new Set(now), new Set(then)];
  return [
    [
      `--no-${name}`,
      now.filter((path) => !gets.has(path) && !touched.has(path)),
    ],
    [`--${name}`, then.filter((path) => touched.has(path) || !has.has(path))],
  ];
}
