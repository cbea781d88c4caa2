import type { Git } from "../run/git.ts";
import { emptyTree } from "../empty_tree.ts";
import { treeDelta } from "../capture/read_checkpoints.ts";
import type { StatusEntry } from "./status.ts";

/** The entries, those of conflicts with what HEAD has there. */
export async function withHeads(
  git: Git,
  base: string,
  entries: readonly StatusEntry[],
): Promise<readonly StatusEntry[]> {
  const isConflict = ({ index }: StatusEntry) => (index?.[0]?.stage ?? 0) > 0;
  if (!entries.some(isConflict)) return entries;
  const heads = await treeDelta(git, emptyTree(base), base);
  return entries.map((entry) => {
    const head = isConflict(entry) ? heads.get(entry.path) : undefined;
    return head ? { ...entry, head } : entry;
  });
}
