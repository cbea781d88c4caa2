import {
  type IndexMarks,
  isOwnPath,
  isWithin,
  type TreeEntry,
} from "./snapshot.ts";
import { baseEntry, type Capture } from "./capture.ts";
import { emptyBlob, indexLine } from "./capture_index.ts";

/** The index of a checkpoint. */
export interface TargetIndex {
  /** Its tree as differences from the capture's base. */
  readonly delta: ReadonlyMap<string, TreeEntry | undefined>;
  readonly marks: IndexMarks;
  /** Only these files and folders; none: all. */
  readonly paths: readonly string[];
  /** Files that the restore has written. */
  readonly written: readonly string[];
}

/** How one index becomes another. */
export interface IndexEdit {
  /** An object id of zeros. */
  readonly none: string;
  readonly lines: readonly Uint8Array[];
  readonly intents: IndexMarks["intent_to_add"];
  /** Options of `update-index` and the paths that get each. */
  readonly flags: readonly (readonly [string, readonly string[]])[];
}

/** What leads from the index that was captured to that of a checkpoint. */
export function indexEdit(
  capture: Capture,
  { delta, marks, paths, written }: TargetIndex,
): IndexEdit {
  const wanted = (path: string) =>
    !isOwnPath(path) &&
    (paths.length === 0 || paths.some((one) => isWithin(path, one)));
  const before = statesOf(capture.index, capture.marks);
  const after = statesOf(delta, marks);
  const none = "0".repeat(capture.base.length);
  const removed: Uint8Array[] = [];
  const added: Uint8Array[] = [];
  const touched = new Set<string>();
  const intents: { path: string; mode: string }[] = [];
  const anew = new Set(written);
  for (const path of new Set([...before.keys(), ...after.keys(), ...anew])) {
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
    // Where line ends are converted one content has several sizes, and git
    // takes a size that it did not note for a change: it is to look again.
    if (same && !(anew.has(path) && isPlainFile(is))) continue;
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
  /** The mode of an entry that is only meant to be added. */
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

/** An entry that was replaced has lost its flags. */
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
