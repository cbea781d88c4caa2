import { join } from "../../base/join.ts";
import { field } from "../../base/parsed_values.ts";
import {
  CONTENTS,
  contentsInOrder,
  dropRefs,
  type Git,
  readCheckpointRefs,
} from "../../git/mod.ts";
import { layout, readOwnJson, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { listSaves } from "../store/read_saves.ts";

/**
 * Removes the oldest contents beyond the total limit: automatic saves first,
 * and never the contents of `id`. `added`: bytes that were just stored. Runs
 * git only if the limit may be exceeded. Call under the lock. Returns the saves
 * that lost their contents. Throws GIT_FAILED.
 */
export async function boundContents(
  system: System,
  git: Git,
  { root, id, added, most }: {
    root: string;
    id: string;
    added: number;
    /** Bytes. */
    most: number;
  },
): Promise<string[]> {
  const known = readTotal(system, root);
  const total = known === undefined ? Infinity : known + added;
  if (total <= most) {
    writeTotal(system, root, total);
    return [];
  }
  const refs = await readCheckpointRefs(git, CONTENTS);
  const order = await newestFirst(system, root, { refs, id });
  const sizes = await contentsInOrder(git, order.map((one) => refs.get(one)!));
  let sum = 0;
  const gone: string[] = [];
  for (const one of order) {
    const size = sizes.get(refs.get(one)!) ?? 0;
    if (gone.length > 0 || one !== id && sum + size > most) gone.push(one);
    else sum += size;
  }
  await dropRefs(
    git,
    gone.map((id) => ({ ref: `${CONTENTS}/${id}`, commit: refs.get(id)! })),
  );
  writeTotal(system, root, sum);
  return gone;
}

/**
 * Returns the IDs of saves with contents: `id` first, then other saves, then
 * automatic saves.
 */
async function newestFirst(
  system: System,
  root: string,
  { refs, id }: { refs: ReadonlyMap<string, string>; id: string },
): Promise<string[]> {
  const entries = await listSaves(system, root);
  const automatic = new Set(
    entries.filter((entry) => entry.automatic).map((entry) => entry.id),
  );
  const rank = (one: string) => one === id ? 0 : automatic.has(one) ? 2 : 1;
  return [...refs.keys()].sort((one, other) =>
    rank(one) - rank(other) || (one < other ? 1 : -1)
  );
}

function totalFile(root: string): string {
  return join(layout(root).state, "contents.json");
}

/** Returns an upper limit for the bytes stored, from the last count. */
function readTotal(system: System, root: string): number | undefined {
  const total = field(readOwnJson(system, totalFile(root), 1024), "bytes");
  return typeof total === "number" && total >= 0 ? total : undefined;
}

function writeTotal(system: System, root: string, total: number): void {
  const bytes = new TextEncoder().encode(JSON.stringify({ bytes: total }));
  writeAtomic(system, totalFile(root), { bytes, synced: false });
}
