import { sha256 } from "../../base/digest.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { field, type Fields } from "../../base/parsed_values.ts";
import { sessionId } from "../../base/ids.ts";
import type { Workspace } from "../../git/mod.ts";
import { layout, saveFiles } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { Imported, Save } from "../save.ts";
import { saveBytes } from "../serialize.ts";
import { isTaken } from "../store/find_saves.ts";
import { loadSave } from "../store/load_save.ts";
import { areCopied, copySaves, noCopy } from "../store/second_copy.ts";
import { idTime, nearbyIds } from "../store/save_entry.ts";
import { storeSave } from "../store/write_save.ts";

/** A save that was read and checked, and can be imported. */
export interface Incoming {
  readonly save: Save;
  /** The content of its file, in any shape. */
  readonly value: Fields;
  /** The original location, as shown to people. */
  readonly source: string;
  readonly warnings: readonly string[];
}

/** The planned location of each save. */
export interface ImportPlan {
  readonly imports: {
    readonly id: string;
    /** Digest of the save's content, see {@link contentDigest}. */
    readonly digest: string;
    readonly incoming: Incoming;
  }[];
  /** The IDs of the saves that already exist. */
  readonly present: string[];
}

/** The maximum number of seconds by which a save's ID may be shifted. */
const SEARCHED = 3600;

/** Gives each new save its own ID, or the next free second. */
export async function planImport(
  system: System,
  root: string,
  incoming: readonly Incoming[],
): Promise<ImportPlan> {
  const known = new Map<string, string[] | undefined>();
  const plan: ImportPlan = { imports: [], present: [] };
  for (const one of incoming) {
    const digest = contentDigest(one.save);
    const own = one.save.session_id;
    const id = idTime(own) === undefined
      ? sessionId(new Date(one.save.paused_at))
      : own;
    let free: string | undefined;
    for (const candidate of candidates(id)) {
      if (!known.has(candidate)) {
        known.set(candidate, await digestsOf(system, root, candidate));
      }
      const digests = known.get(candidate);
      if (digests && !digests.includes(digest)) continue;
      free = candidate;
      break;
    }
    if (free === undefined) {
      throw new MpmError(
        "CONFLICT",
        `No free save ID within an hour of ${own}`,
        { hint: "Nothing was imported; import fewer saves at a time" },
      );
    }
    if (known.get(free)) plan.present.push(free);
    else {
      known.set(free, [digest]);
      plan.imports.push({ id: free, digest, incoming: one });
    }
  }
  return plan;
}

/** Generates IDs only when needed: the first is nearly always free. */
function* candidates(own: string): Generator<string> {
  yield own;
  yield* nearbyIds(own).take(SEARCHED);
}

/** Returns the digests of the save now and at its source, if it exists. */
async function digestsOf(system: System, root: string, id: string) {
  if (!isTaken(system, root, id)) return undefined;
  const { sessions, legacy, kept } = layout(root);
  const digests: string[] = [];
  for (const folder of [sessions, legacy, kept]) {
    const path = saveFiles(folder, id).json;
    if (!system.files.lstat(path)) continue;
    // A damaged save does not count as the same, and is never replaced.
    const loaded = await attempt(() =>
      loadSave(system, {
        ...{ id, path, format: "json", location: "sessions" },
        ...{ pausedAt: "", evidence: [] },
      })
    );
    if (!loaded) continue;
    const mark = field(field(loaded.save, "mpm") ?? loaded.save, "imported");
    digests.push(contentDigest(loaded.save), String(field(mark, "sha256")));
  }
  return digests;
}

/** Returns the digest of a save's content without the mark of an import. */
function contentDigest(save: Save): string {
  const { imported: _, mpm, ...rest } = save;
  if (!mpm) return sha256(saveBytes(rest));
  const { imported: __, ...own } = mpm;
  return sha256(saveBytes({ ...rest, mpm: own }));
}

/** The imported saves. */
export interface Stored {
  readonly plan: ImportPlan;
  readonly warnings: readonly string[];
}

/**
 * Stores the saves with a mark of their source, each completely or not at all.
 * After a failure, the next import continues. Call under the lock.
 */
export async function importSaves(
  system: System,
  workspace: Workspace,
  { incoming, from, progress }: {
    incoming: readonly Incoming[];
    from: string;
    progress: (what: string, done: number, of: number) => void;
  },
): Promise<Stored> {
  const { root } = workspace;
  const plan = await planImport(system, root, incoming);
  const copied = areCopied(system, workspace);
  const at = system.now().toISOString();
  const warnings: string[] = [];
  const { imports } = plan;
  for (const [done, one] of imports.entries()) {
    progress("Importing saves", done, imports.length);
    const { id, digest, incoming: { save, value } } = one;
    const mark = { from, at, session_id: save.session_id, sha256: digest };
    const stored = await storeSave(system, root, {
      save: markImported({ ...save, session_id: id }, mark),
      value: { ...value, imported: mark },
      latest: false,
      own: false,
      copied,
    });
    warnings.push(...stored.warnings);
  }
  const { problem } = await copySaves(system, workspace);
  if (problem !== null) warnings.push(noCopy(problem));
  return { plan, warnings };
}

/** Returns the save with the mark, which replaces any older mark. */
function markImported(save: Save, imported: Imported): Save {
  return save.mpm
    ? { ...save, mpm: { ...save.mpm, imported } }
    : { ...save, imported };
}
