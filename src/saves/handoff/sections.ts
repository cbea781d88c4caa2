import type { Section } from "./budget.ts";
import { ageWords, shortAge } from "../../base/times.ts";
import type { Handoff } from "../../items/mod.ts";
import { fullTitle } from "../../work/mod.ts";
import { aboutOf } from "../auto_summary.ts";
import type { ResumeResult } from "../commands/results.ts";
import { changeSections } from "../compare/report.ts";
import type { Save } from "../save.ts";
import { openItems } from "../saved_session.ts";
import { foreignNote } from "../trust/foreign.ts";
import {
  goalSections,
  indented,
  items,
  lines,
  list,
  longText,
  nextSections,
  type OpenFacts,
  settled,
  varSection,
} from "./open_sections.ts";
import { type Outline, outlineOf } from "./outline.ts";
import { changeCounts } from "./taken_up.ts";
import {
  ageMark,
  itemLine,
  oneLine,
  otherCommands,
  pieces,
  touchedName,
  verification,
} from "./wording.ts";

/**
 * Returns the command that shows all entries. `newest`: the save was not chosen
 * by the user. Other agent sessions and a detour's items are shown only then.
 */
export function restOf(
  { session, later }: ResumeResult,
  { newest = later.length > 0 } = {},
): string {
  const id = newest ? "" : ` ${session.session_id}`;
  return `mpm resume --peek${id} --format full`;
}

interface Facts extends OpenFacts {
  readonly result: ResumeResult;
}

/**
 * Returns the escaped text about a session for an agent, most important first:
 * place, changes, next steps, decisions, verification, conversation.
 */
export function handoffSections(
  result: ResumeResult,
  rest = restOf(result),
): Section[] {
  const { session } = result;
  const facts: Facts = {
    result,
    outline: outlineOf(result),
    clock: {
      now: new Date(result.resumed_at),
      paused: session.paused_at,
      foreign: result.origin === "foreign",
    },
    rest,
    elsewhere: !["here", "moved"].includes(result.changes?.place ?? "here"),
  };
  return [
    lines(facts, "", head(facts), 8),
    ...changed(facts),
    ...toDo(facts),
    ...settled(facts),
    ...toVerify(facts),
    ...said(facts),
    ...background(facts),
  ];
}

function head({ result, clock }: Facts): string[] {
  const { session, origin } = result;
  const age = ageWords(new Date(session.paused_at), clock.now);
  const { kind, recovered, agent_name: agent } = session.mpm ?? {};
  const how = recovered !== undefined
    ? [
      "Recovered after the client stopped. It was last active at " +
      `${recovered}.`,
    ]
    : kind === "auto"
    ? ["mpm made this save when the agent session ended."]
    : [];
  return [
    `Save ${session.session_id}, made ${session.paused_at} (${age})`,
    ...how,
    ...agent === undefined ? [] : [`Agent: ${oneLine(agent)}`],
    ...origin === "foreign" ? [`Note: ${noteOf(session)}`] : [],
    ...laterLines(result, clock.now),
    ...place(session),
    ...workLines(result),
  ];
}

function laterLines({ later, session }: ResumeResult, now: Date): string[] {
  const ends = [["in parallel", true], ["later", false]] as const;
  return ends.flatMap(([when, beside]) => {
    const named = later
      .filter(({ paused_at: at }) => at < session.paused_at === beside)
      .map(({ session_id: id, paused_at: at }) =>
        `${id} (${ageWords(new Date(at), now)})`
      );
    return named.length === 0 ? [] : [
      `Includes messages from agent sessions that ended ${when} and were ` +
      `saved automatically: ${named.join(", ")}`,
    ];
  });
}

function place({ git_context: git, active_context: active }: Save): string[] {
  const folder = oneLine(active.working_directory);
  const subject = git.commit_message ? ` "${oneLine(git.commit_message)}"` : "";
  const at = git.commit ? ` at ${git.commit.slice(0, 12)}${subject}` : "";
  const parts = [
    ...folder === "" ? [] : [`Directory: ${folder}`],
    ...git.is_git_repo
      ? [`branch: ${oneLine(git.branch ?? "(detached)")}${at}`]
      : [],
  ];
  return parts.length === 0 ? [] : [parts.join("; ")];
}

/** The maximum number of parents of a detour to name. */
const PARENTS = 15;

function workLines({ work, session }: ResumeResult): string[] {
  if (work === null) return [];
  const progress = work.total === 0
    ? ""
    : `, ${work.done} of ${work.total} checklist items done`;
  return [
    `Session: ${oneLine(fullTitle(work))} (${work.state})${progress}`,
    ...(session.mpm?.stack ?? []).slice(0, PARENTS).map((parent) =>
      `Detour of: ${oneLine(fullTitle(parent))}`
    ),
  ];
}

/** The maximum length of an entry that may share a line with others. */
const SHORT = 90;

function changed(facts: Facts): Section[] {
  const { result, clock } = facts;
  const { changes, session } = result;
  const notes = result.warnings
    .filter((warning) => warning !== noteOf(session));
  const noted = list(facts, "Notes", notes.map(oneLine), 4);
  if (!changes) return [noted];
  const found = changeSections(changes, { now: clock.now, authors: true });
  const alone = found.filter(({ items = [] }) => items.length === 0)
    .map(({ title }) => title);
  return [
    lines(
      facts,
      "Changes since the pause",
      alone.length > 0 ? alone : [changeCounts(changes)],
      3,
      { inline: true },
    ),
    ...found.map(({ title, items = [], fromEnd = false }) => {
      const name = inSmall(title.replace(/:$/, ""));
      const more = { fromEnd, rest: "git log, git status" };
      const packed = items.map((text) => text.replaceAll(/ {2,}/g, " "));
      const short = items.every(({ length }) => length <= SHORT);
      return fromEnd || !short
        ? list(facts, name, items, 6, { ...more, most: 14 })
        : lines(facts, name, packed, 5, { ...more, inline: true, most: 10 });
    }),
    noted,
  ];
}

/** Returns a report heading in the style of the other headings here. */
function inSmall(title: string): string {
  return /^(?:[A-Z][a-z-]+ ?)+(?:\(\d+\))?$/.test(title)
    ? title[0] + title.slice(1).toLowerCase()
    : title;
}

function toDo(facts: Facts): Section[] {
  const { outline, result } = facts;
  const { session, work } = result;
  const summary = summaryOf(session, outline);
  const [first, ...rest] = pieces(summary).map(indented);
  const checklist = work?.open ?? openItems(session.mpm?.checklist);
  return [
    ...goalSections(facts),
    ...summary.trim() === ""
      ? []
      : [lines(facts, "", [`Summary: ${first!.trimStart()}`, ...rest], 6)],
    ...nextSections(facts),
    list(facts, "Open hand-offs", facts.outline.handoffs.map(oneLine), 4, {
      rest: "mpm handoff list",
    }),
    // It may be the checklist of another session, which "mpm check" cannot show.
    list(facts, "Open checklist items", checklist.map(oneLine), 4),
  ];
}

/** Returns the summary; of an automatic save, what no section has. */
function summaryOf(
  { conversation: { summary }, mpm }: Save,
  { goal }: Outline,
): string {
  if (mpm?.kind !== "auto") return summary;
  const about = aboutOf(summary);
  const isGoal = goal.some(({ text }) =>
    text.replaceAll(/\s+/g, " ").startsWith(about)
  );
  return isGoal ? "" : about;
}

function toVerify(facts: Facts): Section[] {
  const { outline, clock, result } = facts;
  const more = { rest: "mpm evidence" };
  return [
    list(
      facts,
      "How to verify",
      verification(result, outline, clock),
      10,
      more,
    ),
    items(facts, "Unsolved errors", outline.errors, 6),
    items(
      facts,
      "Background work (may still be running)",
      outline.background,
      3,
    ),
    list(facts, "Other commands that ran", otherCommands(outline, clock), 5),
    ...fileSections(facts, result.session),
  ];
}

function fileSections(facts: Facts, session: Save): Section[] {
  const { files, seen } = facts.outline;
  const uncommitted = session.mpm?.files ?? [];
  const known = new Set(uncommitted.map(({ path }) => path));
  const review = session.resume_instructions.files_to_review;
  const isRead = ({ how }: Handoff["files"][number]) => how === "read";
  const inline = { inline: true };
  return [
    lines(facts, "Files to read first", named(review, known), 4, inline),
    lines(
      facts,
      "Files changed by the agent",
      files.filter((file) => !isRead(file)).map(touchedName),
      9,
      inline,
    ),
    lines(
      facts,
      "Uncommitted when saved",
      uncommitted.map(({ status, path }) =>
        `${status.trim()} ${oneLine(path)}`
      ),
      4,
      inline,
    ),
    lines(
      facts,
      "Files read",
      files.filter(isRead).map(({ path }) => oneLine(path)),
      4,
      inline,
    ),
    lines(
      facts,
      "Other files in commands and searches",
      seen.filter((path) => !known.has(path)).map(oneLine),
      3,
      inline,
    ),
  ];
}

/** Returns the given names, unless all are uncommitted files. */
function named(paths: readonly string[], known: ReadonlySet<string>) {
  return paths.every((path) => known.has(path)) ? [] : paths.map(oneLine);
}

function said(facts: Facts): Section[] {
  const { outline, clock } = facts;
  const prompts = outline.prompts.map(({ text, why, at }) => {
    const age = shortAge(Date.parse(at), clock.now);
    return `${oneLine(text)}${why ? ` (${oneLine(why)})` : ""} [${age}]`;
  });
  const told = outline.told.map(({ text, at }) =>
    [oneLine(text), ...ageMark(at, clock).map((age) => `[${age}]`)].join(" ")
  );
  const newest = { fromEnd: true };
  return [
    list(facts, "Latest user prompts", prompts, 7, newest),
    list(facts, "Said by the agent in between", told, 5, newest),
    ...outline.messages.map((item) =>
      longText(facts, "Last agent message", item, 9, newest)
    ),
    items(facts, "Sub-agent results", outline.reports, 5, newest),
    ...outline.summaries.map((item) =>
      longText(facts, "Client's own summary", item, 8, newest)
    ),
  ];
}

/** The maximum number of commits before the pause to name. */
const COMMITS = 5;

function background(facts: Facts): Section[] {
  const { outline, result } = facts;
  const { session } = result;
  const done = outline.done.map((item) => itemLine(item, facts.clock));
  const commits = session.git_context.recent_commits.slice(0, COMMITS)
    .map(({ sha, message }) => `${sha.slice(0, 7)} ${oneLine(message)}`);
  return [
    list(facts, "Full conversation", lookUp(result), 4),
    varSection(facts),
    ...outline.partition === undefined ? [] : [
      lines(facts, "Partition", [oneLine(outline.partition)], 1, {
        inline: true,
      }),
    ],
    lines(facts, "Searched for", outline.searches.map(oneLine), 2, {
      inline: true,
      fromEnd: true,
    }),
    list(facts, "Done so far", done, 5, { fromEnd: true }),
    list(facts, "Reminders", outline.reminders.map(oneLine), 4),
    list(facts, "Commits before the save", commits, 2),
    list(facts, "Missing from this hand-off", outline.unread.map(oneLine), 2),
  ];
}

function noteOf({ session_id: id, mpm }: ResumeResult["session"]): string {
  return foreignNote(id, mpm?.author);
}

/** A save from someone else never provides a command or a file to open. */
function lookUp({ agent_command: command, session }: ResumeResult): string[] {
  if (command === null) return [];
  const path = session.mpm?.agent?.transcript_path;
  return [command.join(" "), ...path ? [`transcript: ${oneLine(path)}`] : []];
}
