import { resolve } from "@std/path";
import type { Git } from "./run/git.ts";
import { splitFields } from "./text.ts";

/** A worktree as git has it registered. */
export interface ListedWorktree {
  /** Absolute, as it was when it was registered. */
  readonly path: string;
  readonly head: string | undefined;
  /** Full ref name; `undefined` when detached or bare. */
  readonly ref: string | undefined;
  /** The reason of its lock, `""` for none given; `undefined`: not locked. */
  readonly locked: string | undefined;
}

/** All worktrees of the repository, the main one first. Throws GIT_FAILED. */
export async function readWorktrees(git: Git): Promise<ListedWorktree[]> {
  const list = await git.like({ plain: true }).read([
    "worktree",
    "list",
    "--porcelain",
    "-z",
  ]);
  const found: ListedWorktree[] = [];
  let fields = new Map<string, string>();
  for (const line of splitFields(list)) {
    const [name, value] = line.split(/ ([^]*)/);
    if (line !== "") fields.set(name!, value ?? "");
    else {
      found.push(listed(fields));
      fields = new Map();
    }
  }
  return found;
}

function listed(fields: Map<string, string>): ListedWorktree {
  const head = fields.get("HEAD");
  return {
    // Git writes slashes everywhere.
    path: resolve(fields.get("worktree") ?? ""),
    // Git prints zeros before the first commit.
    head: head === undefined || /^0+$/.test(head) ? undefined : head,
    ref: fields.get("branch"),
    locked: fields.get("locked"),
  };
}
