import { listSection, type Marks, type Section } from "./marks.ts";
import type { Changes, UpstreamPosition } from "./changes.ts";
import { counted } from "../../base/words.ts";

/** Describes the move of HEAD, and the state of the branch of the pause. */
export function branchSection(
  changes: Changes,
  marks: Marks,
): Section | undefined {
  const { branch, repository, worktree } = changes;
  if (repository !== "both") return undefined;
  return listSection("Branch:", [
    ...(worktree || branch.change === "other-copy"
      ? otherLines(branch, marks)
      : checkoutLines(branch, marks)),
    ...fateLines(changes, marks),
  ]);
}

/** Another worktree or copy has its own branch, so no one switched branches. */
function otherLines({ then, now }: Changes["branch"], marks: Marks): string[] {
  if (then === now) return [];
  const name = (branch: string | null) =>
    branch === null ? "a detached HEAD" : marks.code(branch);
  return [
    `The save was made on ${name(then)}; this worktree is on ${name(now)}`,
  ];
}

function checkoutLines(branch: Changes["branch"], marks: Marks): string[] {
  const then = marks.code(branch.then ?? "");
  const now = marks.code(branch.now ?? "");
  switch (branch.change) {
    case "same":
    case "other-copy":
      return [];
    case "renamed":
      return [`${then} was renamed to ${now}`];
    case "switched":
      return [`Switched from ${then} to ${now}`];
    case "detached":
      return [`Switched from ${then} to a detached HEAD`];
    case "attached":
      return [
        `Switched to ${now}; before, HEAD was detached or its branch unknown`,
      ];
  }
}

function fateLines({ branch, commits }: Changes, marks: Marks): string[] {
  const then = marks.code(branch.then ?? "");
  const here = branch.now === null ? "HEAD" : marks.code(branch.now);
  const inside = `its commits are all in ${here}`;
  switch (branch.recorded) {
    case "renamed":
      return branch.change === "renamed"
        ? []
        : [`${then} was renamed to ${marks.code(branch.renamed_to!)}`];
    case "deleted":
    case "absent": {
      const what = branch.recorded === "deleted"
        ? `${then} was deleted`
        : `No local branch ${then} here`;
      const end = branch.merged
        ? `; its commits at the pause are all in ${here}`
        : commits.squashed !== null
        ? `; the changes of its commits are all in ${here}`
        : branch.merged === false && branch.recorded === "deleted"
        ? `; its commits are not all in ${here}`
        : "";
      return [what + end, ...remoteLines(branch, marks)];
    }
    case "exists":
      // After a reset, a branch no longer has the commits of the pause.
      return branch.merged && commits.lost.length === 0
        ? [`${then}: ${inside}`]
        : [];
    case null:
      return [];
  }
}

function remoteLines(branch: Changes["branch"], marks: Marks): string[] {
  if (branch.remote === null) return [];
  const here = branch.now === null ? "HEAD" : marks.code(branch.now);
  const name = marks.code(branch.remote.name);
  switch (branch.remote.merged) {
    case true:
      return [`${name}: its commits are all in ${here}`];
    case false:
      return [`${name} has commits that are not in ${here}`];
    case null:
      return [`${name} exists`];
  }
}

const MOVES: Record<Changes["upstream"]["change"], string> = {
  same: "",
  unknown: "",
  pushed: "pushed",
  pulled: "pulled",
  fetched: "fetched, not yet merged",
  moved: "moved",
  diverged: "diverged: both sides have new commits",
  rewritten: "rewritten: it no longer contains the commit from the pause",
  gone: "gone",
  set: "set as upstream",
  removed: "no longer the upstream",
  changed: "is now the upstream",
};

/** Describes the change of the upstream. */
export function upstreamSection(
  changes: Changes,
  marks: Marks,
): Section | undefined {
  const { then, now, change } = changes.upstream;
  if (change === "unknown" || changes.repository !== "both") return undefined;
  if (change === "changed" && now === null) {
    const was = marks.code(then!.name);
    return { title: "Upstream:", items: [`None (at the pause: ${was})`] };
  }
  const shown = change === "gone" || change === "removed" ? then : now ?? then;
  if (!shown) return undefined;
  const counts = countWords(changes);
  if (change === "same" && counts === "") return undefined;
  const item = [MOVES[change], counts].filter((words) => words).join("; ");
  const warn = ["diverged", "rewritten", "gone"].includes(change);
  return {
    title: "Upstream:",
    items: [`${marks.code(shown.name)}: ${item}`],
    warn,
  };
}

function countWords({ upstream, commits, shallow }: Changes): string {
  const { then, now, change } = upstream;
  if (!now || change === "gone" || change === "removed") return "";
  if (shallow && now.ahead > 0 && now.behind > 0) return "";
  const own = change === "same" ? commits.own : 0;
  const ahead = Math.max(0, now.ahead - own);
  const moved = !then || ahead !== then.ahead || now.behind !== then.behind;
  if (!moved) return "";
  const words = positionWords({ ahead, behind: now.behind });
  return then && then.name === now.name
    ? `${words} (at the pause ${positionWords(then)})`
    : words;
}

function positionWords(
  { ahead, behind }: Pick<UpstreamPosition, "ahead" | "behind">,
): string {
  return `${ahead} ahead, ${behind} behind`;
}

/** Returns the section for created and dropped stashes. */
export function stashSection(
  { stashes }: Changes,
  marks: Marks,
): Section | undefined {
  const items = [
    ...stashes.added.map(({ message }) => `Added: ${marks.words(message)}`),
    ...stashes.removed.map(({ message }) => `Removed: ${marks.words(message)}`),
  ];
  return listSection(`Stash (${counted(items.length, "change")}):`, items);
}

/** Returns the section for a merge, rebase or similar that began or ended. */
export function operationSection(
  { operation: { then, now, change } }: Changes,
): Section | undefined {
  const ended = `The ${then} in progress at the pause has ended`;
  const begun = `A new ${now} is in progress`;
  const items = {
    same: [],
    begun: [begun],
    ended: [ended],
    changed: [ended, begun],
  }[change];
  return listSection("Operation:", items, { warn: now !== null });
}

/** Returns the section for the save's worktree, if it is not this worktree. */
export function worktreeSection(
  { worktree }: Changes,
  marks: Marks,
): Section | undefined {
  if (!worktree) return undefined;
  const { gone, restore } = worktree;
  const path = marks.code(worktree.path);
  const items = gone
    ? [`${path} no longer exists`]
    : [`The save was made in ${path}`];
  if (restore !== null) {
    items.push(`To create it again: ${marks.code(restore)}`);
  }
  return listSection("Worktree:", items, { warn: gone });
}
