import { escapeText } from "../../base/escape.ts";
import { ageWords } from "../../base/times.ts";
import { counted, firstLine } from "../../base/words.ts";
import type { Item } from "../../items/mod.ts";
import { shortTitle } from "../../work/mod.ts";
import type { ResumeResult } from "../commands/results.ts";
import type { Changes } from "../compare/changes.ts";
import { type Outline, outlineOf } from "./outline.ts";

/** The maximum length of a session's topic, in characters. */
const LONGEST = 70;

/** Returns one line about the save from which a session continues. */
export function takenUpLine(result: ResumeResult): string {
  const { session, changes, origin } = result;
  const age = ageWords(
    new Date(session.paused_at),
    new Date(result.resumed_at),
  );
  const open = openWords(outlineOf(result));
  return [
    `Continuing from ${session.session_id} (${age}${
      origin === "foreign" ? ", by someone else, not verified" : ""
    }): ${aboutOf(result)}`,
    ...changes ? [`since then: ${changeCounts(changes)}`] : [],
    ...open === "" ? [] : [open],
  ].join("; ");
}

/** Returns the line about open items when there is no save. */
export function openLine(items: readonly Item[]): string {
  const open = openWords(outlineOf({ session: undefined, items }));
  return open === "" ? "" : `No save yet; ${open}`;
}

function openWords({ begun, next, questions, blockers }: Outline): string {
  const open = [
    count(begun.length + next.length, "next step"),
    count(questions.length, "question"),
    count(blockers.length, "blocker"),
  ].filter((words) => words !== "");
  return open.length === 0 ? "" : `open: ${open.join(", ")}`;
}

function aboutOf(result: ResumeResult): string {
  const { session, work } = result;
  const goal = outlineOf(result).goal.at(-1);
  const words = session.mpm?.name ?? (work ? shortTitle(work) : undefined) ??
    goal?.text ?? session.conversation.summary;
  const [sentence = ""] = words.trim().split(/(?<=[.!?])\s/, 1);
  const line = firstLine(sentence, LONGEST).replace(/\.$/, "");
  return escapeText(line) || "no summary";
}

function count(number: number, noun: string): string {
  return number === 0 ? "" : counted(number, noun);
}

/** Counts the changes since a save, e.g. `2 new commits, 1 file changed`. */
export function changeCounts(changes: Changes): string {
  if (changes.repository !== "both") return "unknown";
  const { commits, files, working_directory: working, branch } = changes;
  const { lost = [], not_kept = [], restore } = changes.contents ?? {};
  const paths = new Set([
    ...files.map(({ path }) => path),
    ...working.paths.filter(({ change }) => change !== "same")
      .map(({ path }) => path),
  ]);
  const switched = branch.change === "switched" && branch.now !== null
    ? [`now on ${escapeText(branch.now)}`]
    : [];
  const parts = [
    count(commits.new.length + commits.omitted, "new commit"),
    count(commits.rewritten.length, "rewritten commit"),
    count(commits.lost.length, "lost commit"),
    count(paths.size, "file") && `${counted(paths.size, "file")} changed`,
    ...switched,
    count(lost.length, "uncommitted file") &&
    `${counted(lost.length, "uncommitted file")} lost ("${restore}")`,
    count(not_kept.length, "uncommitted file") &&
    `${counted(not_kept.length, "uncommitted file")} lost and not in the save`,
  ].filter((words) => words !== "");
  return parts.length === 0 ? "no changes" : parts.join(", ");
}
