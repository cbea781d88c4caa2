import type { History } from "./history.ts";
import type { Save } from "../save.ts";
import type { System } from "../../system/system.ts";
import type { Git } from "../../git/run/git.ts";
import { samePath } from "./place.ts";
import { splitFields } from "../../git/text.ts";

const BRANCH = "branch refs/heads/";

/**
 * What may keep the worktree of a save, which is gone, from being made again.
 * Other worktrees that are gone as well hold no branch.
 */
export async function readGone(
  system: System,
  git: Git,
  save: Save,
): Promise<History["gone"]> {
  const list = await git.like({ plain: true }).run([
    "worktree",
    "list",
    "--porcelain",
    "-z",
  ]);
  const path = save.mpm?.worktree ?? save.project_path;
  const taken = new Set<string>();
  let locked = false;
  for (const fields of entries(splitFields(list.stdout))) {
    const has = (name: string) =>
      fields.some((field) => field.split(" ", 1)[0] === name);
    const place = fields[0]!.slice("worktree ".length);
    const branch = fields.find((field) => field.startsWith(BRANCH));
    if (samePath(system, place, path)) locked = has("locked");
    else if (branch && !has("prunable")) taken.add(branch.slice(BRANCH.length));
  }
  return { taken, locked };
}

/** An entry is ended by an empty field. */
function entries(fields: readonly string[]): string[][] {
  const found: string[][] = [];
  let entry: string[] = [];
  for (const field of fields) {
    if (field !== "") entry.push(field);
    else if (entry.length > 0) {
      found.push(entry);
      entry = [];
    }
  }
  return found;
}
