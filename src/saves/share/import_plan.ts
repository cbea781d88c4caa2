import { MpmError } from "../../base/errors.ts";
import { sessionId } from "../../git/ids.ts";
import type { Fields } from "../../base/odd_values.ts";
import type { Save } from "../save.ts";
import { idTime, nearbyIds } from "../store/save_entry.ts";
import { sha256 } from "../../base/digest.ts";
import { saveBytes } from "../serialize.ts";

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
