import type { ChangedCommit, Changes } from "../changes.ts";
import type { Marks } from "./report_marks.ts";
import type { Section } from "./report_section.ts";
import { shortAge } from "../../../base/times.ts";

/** How a report writes commits. */
interface Manner {
  readonly marks: Marks;
  readonly now: Date;
}

/** The commits that came, were rewritten or went, oldest first. */
export function commitSections(changes: Changes, manner: Manner): Section[] {
  const { commits, compared_by: by } = changes;
  if (changes.repository !== "both" || by === "nothing") return [];
  const sections = [newCommits(changes, manner)];
  if (commits.rewritten.length > 0) {
    sections.push({
      title: `Rewritten Commits (${commits.rewritten.length}):`,
      items: commits.rewritten.map((pair) => rewrittenLine(pair, manner))
        .reverse(),
      plain: true,
      fromEnd: true,
    });
  }
  const { squashed } = commits;
  if (squashed !== null) {
    const name = squashed.how === "commit"
      ? "Squash-Merged Commits"
      : "Commits Replaced With the Same Result";
    const [into] = linesOf([squashed.into], manner);
    sections.push({
      title: `${name} (${squashed.commits.length}):`,
      items: [...linesOf(squashed.commits, manner), `→ ${into}`],
      plain: true,
      fromEnd: true,
    });
  }
  if (commits.lost.length > 0) {
    // Elsewhere HEAD may never have had them.
    const here = changes.place === "here" || changes.place === "moved";
    sections.push({
      title: `Commits ${here ? "No Longer" : "of the Save Not"} in HEAD ` +
        `(${commits.lost.length}):`,
      items: linesOf(commits.lost, manner),
      warn: true,
      plain: true,
      fromEnd: true,
    });
  }
  return sections;
}

function newCommits(changes: Changes, manner: Manner): Section {
  const found = changes.commits.new;
  const byTime = changes.compared_by === "time";
  if (found.length === 0) {
    return {
      title: byTime ? "No commits dated after the pause" : "No new commits",
    };
  }
  const name = byTime ? "Commits Dated Since the Pause" : "New Commits";
  return {
    title: `${name} (${found.length + changes.commits.omitted}):`,
    items: linesOf(found, manner),
    plain: true,
    fromEnd: true,
  };
}

function linesOf(
  commits: readonly ChangedCommit[],
  { marks, now }: Manner,
): string[] {
  return commits.map(({ sha, message, time }) =>
    `${marks.code(short(sha))} - ${marks.words(message)} ` +
    `(${shortAge(time, now)})`
  ).reverse();
}

function rewrittenLine(
  { from, to, patch }: Changes["commits"]["rewritten"][number],
  { marks, now }: Manner,
): string {
  const ids = [from, to].map(({ sha }) => marks.code(short(sha))).join(" → ");
  const age = shortAge(to.time, now);
  const how = patch === "changed" ? `changed, ${age}` : age;
  return `${ids} - ${marks.words(to.message)} (${how})`;
}

function short(sha: string): string {
  return sha.slice(0, 7);
}
