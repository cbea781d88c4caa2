import type { ProjectSaves } from "./elsewhere.ts";
import {
  type Choice,
  type Context,
  cut,
  fuzzyFinder,
  Picker,
  showScreen,
} from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { shortAge } from "../../base/times.ts";
import {
  labelBefore,
  markOf,
  ownTitle,
  searcher,
  seedList,
  summaryBeside,
} from "../list.ts";
import type { SessionRow, SessionsResult } from "../commands/results.ts";
import type { SaveEntry } from "../store/save_entry.ts";
import { matchSave } from "../select.ts";
import { isIndex } from "../../base/selector.ts";

/** Asks which save to use, with a searchable list. Throws CANCELLED. */
export async function chooseSession(
  context: Context,
  offer: ProjectSaves,
): Promise<SaveEntry> {
  const { listed, entries } = offer;
  const { sessions } = listed;
  const exact = searcher(sessions);
  const loose = fuzzyFinder(
    sessions.map(({ name, branch, summary }) =>
      `${name ?? ""} ${branch ?? ""} ${summary}`
    ),
  );
  const picker = new Picker({
    title: "Select a session to resume",
    choices: sessions.map((row) => choiceOf(row, listed.listed_at)),
    style: context.style,
    find: (typed) => {
      const found = exact(typed);
      return found.length > 0 ? found : loose(typed);
    },
  });
  const picked = await showScreen(context.system, picker);
  if (picked === "cancelled") throw cancelled();
  if (picked === undefined) return askByNumber(context, offer);
  const { source } = sessions[picked]!;
  return entries.find(({ path }) => path === source)!;
}

/** The width of the column for branch names. */
const BRANCH = 20;

function choiceOf(row: SessionRow, listedAt: string): Choice {
  const text = row.problem
    ? `Cannot be read: ${row.problem.message}`
    : row.summary === ""
    ? "(no summary)"
    : summaryBeside(row.summary, [ownTitle(row), row.name]);
  const name = row.name === null ? "" : `${row.name}: `;
  const branch = escapeText(row.branch ?? "-");
  return {
    cells: [
      String(row.index ?? "-"),
      shortAge(Date.parse(row.paused_at), new Date(listedAt)),
      cut(branch, BRANCH),
      `${markOf(row)}${labelBefore(row)}${escapeText(name + text)}`,
    ],
    number: row.index ?? undefined,
    detail: [
      row.session_id,
      row.paused_at.slice(0, 16).replace("T", " ") + " UTC",
      row.agent_command?.join(" ") ?? escapeText(row.worktree ?? ""),
    ].filter((part) => part !== "").join("  "),
  };
}

/** The maximum number of rows to list. The search finds the other saves. */
const LISTED = 20;

/** The maximum number of questions before giving up. */
const ROUNDS = 10;

function askByNumber({ ask }: Context, { listed, shown, first }: ProjectSaves) {
  let question = listing(listed);
  for (let round = 1;; round++) {
    const answer = ask(`${question}\nSelect session to resume [${first}]: `);
    if (answer === undefined) throw cancelled();
    try {
      return matchSave(shown, answer.trim() || String(first), { first });
    } catch (error) {
      if (!(error instanceof MpmError) || round === ROUNDS) throw error;
      if (isIndex(answer.trim())) throw error;
      const found = searcher(listed.sessions)(answer.replace(/^\s*\//, ""))
        .map((at) => listed.sessions[at]!);
      if (found.length === 0) throw error;
      question = `\n${listing({ ...listed, sessions: found })}`;
    }
  }
}

function listing(listed: SessionsResult): string {
  const sessions = listed.sessions.slice(0, LISTED);
  const more = listed.sessions.length - sessions.length;
  return seedList({ ...listed, sessions }) +
    (more > 0
      ? `\n${more} more: type part of what you are looking for, such as a ` +
        "branch\n"
      : "");
}

function cancelled(): MpmError {
  return new MpmError("CANCELLED", "No save was chosen", {
    hint: "Name the save: mpm resume <selector>",
  });
}
