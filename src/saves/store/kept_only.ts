import {
  branchesWith,
  type Committed,
} from "../../git/history/branches_with.ts";
import type { Workspace } from "../../git/repository.ts";
import type { SaveEntry } from "./save_entry.ts";
import { HOME } from "../../ops/layout.ts";
import type { System } from "../../system/system.ts";

/**
 * For each save that only `kept/` has, by id, which branches have it: it left
 * the worktree with one of them, or else it was lost.
 */
export async function whereCommitted(
  system: System,
  { root, git }: Workspace,
  entries: readonly SaveEntry[],
): Promise<Map<string, Committed>> {
  const pathOf = (id: string) => `${HOME}/sessions/${id}.json`;
  const ids = entries.filter(({ location }) => location === "kept")
    .map(({ id }) => id);
  const found = git === "repository"
    ? await branchesWith(system, root, ids.map(pathOf))
    : new Map<string, Committed>();
  return new Map(ids.map((id) => [
    id,
    found.get(pathOf(id)) ?? { here: false, elsewhere: [] },
  ]));
}
