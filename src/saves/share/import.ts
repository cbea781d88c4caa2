import { changeStore } from "../store/recover.ts";
import { field, type Fields } from "../../base/odd_values.ts";
import type { Imported, Save } from "../save.ts";
import { MpmError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import { loadSave } from "../store/load_save.ts";
import { isTaken } from "../store/find_saves.ts";
import { storeSave } from "../store/write_save.ts";
import { sessionId } from "../../git/ids.ts";
import { idTime, nearbyIds } from "../store/save_entry.ts";
import { saveBytes } from "../serialize.ts";
import { sha256 } from "../../base/digest.ts";

/** Where each of the saves would go now. */
export async function planInto(
  system: System,
  root: string,
  incoming: readonly Incoming[],
): Promise<ImportPlan> {
  // The plan is pure, so what it may ask for is read before.
  const known = new Map<string, readonly string[]>();
  for (;;) {
    const asked = new Set<string>();
    const plan = planImport(incoming, (id) => {
      if (!isTaken(system, root, id)) return undefined;
      const digests = known.get(id);
      if (!digests) asked.add(id);
      return digests ?? [];
    });
    if (asked.size === 0) return plan;
    for (const id of asked) known.set(id, await digestsOf(system, root, id));
  }
}

/** What the save of that id says, and what it said where it came from. */
async function digestsOf(
  system: System,
  root: string,
  id: string,
): Promise<string[]> {
  const { sessions, legacy, kept } = layout(root);
  const paths = [sessions, legacy, kept]
    .map((folder) => saveFiles(folder, id).json)
    .filter((path) => system.files.lstat(path));
  const digests: string[] = [];
  for (const path of paths) {
    try {
      const { save } = await loadSave(system, {
        id,
        path,
        format: "json",
        location: "sessions",
        pausedAt: "",
        evidence: [],
      });
      digests.push(contentDigest(save), importedDigest(save) ?? "");
    } catch (error) {
      // A damaged one is not the same, and is never replaced.
      if (!(error instanceof MpmError)) throw error;
    }
  }
  return digests;
}

/** A save that was brought in. */
export interface Stored {
  readonly plan: ImportPlan;
  readonly warnings: readonly string[];
}

/**
 * Stores the saves, each whole or not at all, marked with where they came from.
 * `from` is as it was given. Whatever was stored before a failure stays, and is
 * known to be there by the next import.
 */
export function importSaves(
  system: System,
  root: string,
  { incoming, from, progress = () => {} }: {
    incoming: readonly Incoming[];
    from: string;
    progress?: (what: string, done: number, of: number) => void;
  },
): Promise<Stored> {
  return changeStore(system, root, async () => {
    const plan = await planInto(system, root, incoming);
    const at = system.now().toISOString();
    const warnings: string[] = [];
    const { imports } = plan;
    for (const [done, one] of imports.entries()) {
      progress("Bringing in saves", done, imports.length);
      const { id, digest, incoming: { save, value } } = one;
      const mark = { from, at, session_id: save.session_id, sha256: digest };
      const marked = markImported({ ...save, session_id: id }, mark);
      warnings.push(
        ...storeSave(system, root, {
          save: marked,
          value: { ...value, imported: mark },
          latest: false,
          own: false,
        }).warnings,
      );
    }
    return { plan, warnings };
  });
}

/** A save that was read, checked, and could be brought in. */
export interface Incoming {
  readonly save: Save;
  /** The same as its file says it, in whatever shape. */
  readonly value: Fields;
  /** Where it was, for people. */
  readonly source: string;
  readonly warnings: readonly string[];
}

/** Where each goes. */
export interface ImportPlan {
  readonly imports: readonly {
    readonly id: string;
    /** Of its content, see {@link contentDigest}. */
    readonly digest: string;
    readonly incoming: Incoming;
  }[];
  /** The ids of those that are there already. */
  readonly present: readonly string[];
}

/** Seconds from its own that a save may be moved to. */
const SEARCHED = 3600;

/**
 * Gives each save its own id or, where another save has that, the next free
 * second. `digests` are of the save that has an id, `undefined` if none has:
 * what is there already is not brought in again.
 */
export function planImport(
  incoming: readonly Incoming[],
  digests: (id: string) => readonly string[] | undefined,
): ImportPlan {
  const given = new Map<string, string>();
  const imports: ImportPlan["imports"][number][] = [];
  const present: string[] = [];
  for (const one of incoming) {
    const digest = contentDigest(one.save);
    const { id, there } = slotFor(one.save, digest, (id) => {
      const planned = given.get(id);
      return planned === undefined ? digests(id) : [planned];
    });
    if (there) {
      present.push(id);
      continue;
    }
    given.set(id, digest);
    imports.push({ id, digest, incoming: one });
  }
  return { imports, present };
}

function slotFor(
  { session_id: wanted, paused_at: pausedAt }: Save,
  digest: string,
  digests: (id: string) => readonly string[] | undefined,
): { id: string; there: boolean } {
  const own = idTime(wanted) === undefined
    ? sessionId(new Date(pausedAt))
    : wanted;
  for (const id of candidates(own)) {
    const taken = digests(id);
    if (taken === undefined) return { id, there: false };
    if (taken.includes(digest)) return { id, there: true };
  }
  throw new MpmError(
    "CONFLICT",
    `No free session id within an hour of ${wanted}`,
    {
      hint: "Nothing was imported; import fewer at a time",
    },
  );
}

/** Each made only when it is its turn: the first is nearly always free. */
function* candidates(own: string): Generator<string> {
  yield own;
  yield* nearbyIds(own).take(SEARCHED);
}

/** Of what a save says, whatever mark an import left on it. */
export function contentDigest(save: Save): string {
  const { imported: _, mpm, ...rest } = save;
  if (!mpm) return sha256(saveBytes(rest));
  const { imported: __, ...own } = mpm;
  return sha256(saveBytes({ ...rest, mpm: own }));
}

/** The save with the mark; an older one is replaced. */
function markImported(save: Save, imported: Imported): Save {
  return save.mpm
    ? { ...save, mpm: { ...save.mpm, imported } }
    : { ...save, imported };
}

/** The digest that a marked save had where it came from. */
function importedDigest(value: unknown): string | undefined {
  const mark = field(field(value, "mpm") ?? value, "imported");
  const digest = field(mark, "sha256");
  return typeof digest === "string" ? digest : undefined;
}
