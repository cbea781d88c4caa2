import type { CommittedFile } from "../session/history.ts";
import type { Git } from "./git.ts";
import { splitFields } from "./text.ts";

/**
 * What differs between two commits, with renames, mpm's own folder left out.
 * A commit that git does not have is no error: nothing is known then.
 */
export async function readFileChanges(
  git: Git,
  from: string,
  to: string,
): Promise<CommittedFile[]> {
  const result = await git.run([
    "diff-tree",
    "-r",
    "-z",
    "-M",
    "--raw",
    "--no-abbrev",
    "--no-relative",
    "--ignore-submodules=none",
    from,
    to,
    "--",
    ":(top,exclude).claude-mpm",
  ]);
  return result.status === 0 ? parseRaw(result.stdout) : [];
}

/**
 * Reads `--raw -z`, described in git-diff-tree(1), "Raw output format":
 * `:100644 100644 <old> <new> M\0path\0`, or `… R087\0from\0to\0`.
 */
export function parseRaw(output: Uint8Array): CommittedFile[] {
  const changes: CommittedFile[] = [];
  const fields = splitFields(output);
  for (let at = 0; at < fields.length;) {
    const [, , , object = "", letters = ""] = fields[at]!.split(" ");
    const status = letters[0]!;
    const two = status === "R" || status === "C";
    const path = fields[at + (two ? 2 : 1)]!;
    const from = two ? { from: fields[at + 1]! } : {};
    changes.push({ status, path, ...from, object });
    at += two ? 3 : 2;
  }
  return changes;
}
