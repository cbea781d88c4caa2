import type { RepositoryState } from "../git/repository.ts";
import { counted } from "../base/words.ts";

/**
 * The summary of a save nobody wrote one for, from what is there: branch, last
 * commit, changed files, open todos.
 */
export function generatedSummary(
  state: RepositoryState | undefined,
  work: { open: number; tasks: number; session?: string | undefined },
): string {
  const parts = state ? repositoryParts(state) : ["Outside git"];
  if (work.session !== undefined) parts.unshift(work.session);
  const open = work.open + work.tasks;
  if (open > 0) parts.push(counted(open, "open todo"));
  return parts.join("; ");
}

function repositoryParts(state: RepositoryState): string[] {
  const place = state.branch === undefined
    ? "On a detached HEAD"
    : `On ${state.branch}`;
  const last = state.recent[0];
  const at = last
    ? ` at ${last.sha.slice(0, 7)} "${last.message}"`
    : state.head === undefined
    ? " without commits yet"
    : "";
  const during = state.operation ? `, ${state.operation} in progress` : "";
  return [`${place}${at}${during}`, changes(state)];
}

function changes({ files, filesOmitted }: RepositoryState): string {
  if (files.length === 0) return "no uncommitted changes";
  const untracked = files.filter(({ status }) => status === "??").length;
  const changed = files.length - untracked + filesOmitted;
  const parts = [];
  if (changed > 0) {
    const names = files.filter(({ status }) => status !== "??")
      .slice(0, 3).map(({ path }) => path);
    const more = changed > names.length ? ", …" : "";
    parts.push(
      `${counted(changed, "changed file")} (${names.join(", ")}${more})`,
    );
  }
  if (untracked > 0) parts.push(`${untracked} untracked`);
  return parts.join(", ");
}
