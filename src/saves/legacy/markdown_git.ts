import { getOwn, setOwn } from "../../base/own.ts";
import { codeText } from "./markdown_parts.ts";
import type { Fields } from "../../base/odd_values.ts";

/** The lists of the section, by their label. */
const LISTS: Record<string, string> = {
  "modified files": "modified_files",
  "staged files": "staged",
  "untracked files": "untracked_files",
};

/**
 * What the section on git says: branch, commit, status, the lists of files and
 * the recent commits (`sha`, subject, author; their times are not in it).
 */
export function gitContext(
  lines: readonly string[] = [],
  labels: ReadonlyMap<string, string>,
): Fields {
  const branch = codeOf(labels.get("branch"));
  const commit = codeOf(labels.get("commit"));
  const clean = labels.get("status");
  const status: Fields = /^(?:clean|modified)\b/i.test(clean ?? "")
    ? { clean: /^clean/i.test(clean!) }
    : {};
  const commits: Fields[] = [];
  let list = "";
  for (const line of lines) {
    list = /^\*\*([^*]+?):?\*\*:?\s*$/.exec(line)?.[1]?.toLowerCase() ?? list;
    if (!line.startsWith("- ")) continue;
    const field = getOwn(LISTS, list);
    const path = codeText(line.slice(2));
    if (list === "recent commits") commits.push(commitOf(line.slice(2)));
    else if (field && path !== undefined) {
      const paths = getOwn(status, field) as string[] | undefined;
      setOwn(status, field, [...paths ?? [], path]);
    }
  }
  const found = (branch ?? commit) !== undefined || commits.length > 0;
  const denied = lines.some((line) => line.trim() === "*Not a git repository*");
  const isRepo = found || (denied ? false : undefined);
  return {
    ...branch === undefined ? {} : { branch },
    ...commit === undefined ? {} : { commit },
    ...isRepo === undefined ? {} : { is_git_repo: isRepo },
    recent_commits: commits,
    status,
  };
}

/** A branch that is no code span is a remark: detached. */
function codeOf(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  const held = codeText(text) ?? text;
  return /^(?:|\(detached\)|none)$/i.test(held) ? null : held;
}

/** `` `sha` - subject (author) `` */
function commitOf(line: string): Fields {
  const parts = /^`?([0-9a-f]{4,64})`? - (.*?)(?: \(([^()]*)\))?$/.exec(line);
  const [, sha = "", message = line, author = ""] = parts ?? [];
  return { sha, author, timestamp: "", message };
}
