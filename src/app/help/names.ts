import { schemaList } from "./schemas.ts";
import { PIPELINES, TASKS } from "./definition_topics.ts";
import {
  environment,
  exitCodes,
  files,
  formats,
  hooks,
  PRIVACY,
} from "./topics.ts";
import {
  type Candidate,
  nextWords,
  type Row,
  type Section,
  type Summaries,
  type Topic,
} from "../../cli/mod.ts";
import { SUMMARIES } from "../summaries.ts";
import { getOwn } from "../../base/own.ts";

interface Page {
  readonly summary: string;
  readonly sections: (summaries: Summaries) => Topic["sections"];
}

/** The help pages without a command, by the word after `mpm help`. */
export const TOPICS: Readonly<Record<string, Page>> = {
  "exit-codes": { summary: "The exit statuses of mpm", sections: exitCodes },
  "environment": {
    summary: "The environment variables that mpm uses",
    sections: environment,
  },
  "files": {
    summary: "The files that mpm writes, and files of other programs",
    sections: files,
  },
  "hooks": {
    summary: "How mpm hooks respond to Claude Code events",
    sections: hooks,
  },
  "privacy": {
    summary: "The data that mpm writes and who can read it",
    sections: () => PRIVACY,
  },
  "tasks": {
    summary: "How to define a task and what its programs can report",
    sections: () => TASKS,
  },
  "pipelines": {
    summary: "How to define a pipeline and its steps",
    sections: () => PIPELINES,
  },
  "formats": {
    summary: "The JSON that mpm prints and stores, and its schemas",
    sections: formats,
  },
};

/** Returns a page; `undefined` if there is no page with this name. */
export function topicNamed(
  name: string,
  summaries: Summaries,
): Topic | undefined {
  const page = getOwn(TOPICS, name);
  if (!page) return undefined;
  return { name, summary: page.summary, sections: page.sections(summaries) };
}

/** Returns the pages with their subjects. */
export function pages(): [name: string, summary: string][] {
  return Object.entries(TOPICS).map(([name, { summary }]) => [name, summary]);
}

/** Returns the words that can follow the given words of `mpm help`. */
export function helpNames(words: readonly string[]): Candidate[] {
  if (words[0] === "formats") {
    if (words.length > 1) return [];
    return schemaList(SUMMARIES).map(({ name, summary }) => ({
      value: name,
      summary,
    }));
  }
  const topics = pages().map(([value, summary]) => ({ value, summary }));
  const commands = nextWords(words, SUMMARIES);
  if (words.length > 0) return commands;
  const named = new Set(topics.map(({ value }) => value));
  return [...commands.filter(({ value }) => !named.has(value)), ...topics];
}

/** The everyday commands. */
const DAILY: readonly (readonly [title: string, words: readonly string[]])[] = [
  ["Save and continue", ["pause", "resume", "status"]],
  ["Saves", ["list", "show"]],
  ["For the next session", ["next", "done"]],
  ["Detours", ["branch", "return"]],
  ["Files", ["checkpoint", "undo"]],
  ["Set up", ["setup"]],
];

/** Returns the everyday commands with their summaries. */
export function dailySections(summaries: Summaries): Section[] {
  return DAILY.map(([title, words]) => ({
    title,
    rows: words.map((word) => [word, aboutOf(word, summaries)] as const),
  }));
}

/** First words of commands, in the order of the page; other words come last. */
const SECTIONS:
  readonly (readonly [title: string, words: readonly string[]])[] = [
    ["Save and continue", [
      ...["pause", "resume", "restore", "list", "show", "saves"],
    ]],
    ["For the next session", [
      ...["next", "decide", "ask", "block", "done", "var"],
      ...["evidence", "summary", "partition"],
    ]],
    ["Sessions and detours", [
      ...["start", "status", "check", "complete", "cancel", "archive"],
      ...["branch", "return", "template"],
    ]],
    ["Several agents", [
      ...["handoff", "note", "notes", "claim", "claims", "release", "standup"],
    ]],
    ["Long and scheduled work", ["task", "pipeline", "schedule"]],
    ["With other people", ["sync", "team", "trust", "export", "import"]],
    ["The working tree", ["checkpoint", "worktrees", "undo"]],
    ["With the agent's client", [
      ...["hooks", "hook", "context", "statusline", "carry"],
    ]],
    ["Looking back", ["replay", "timeline"]],
    ["Set up", [
      ...["setup", "config", "allow", "scan", "migrate", "doctor"],
      ...["completions", "help"],
    ]],
  ];

/** Subjects of groups whose first word is not a command. */
const ABOUT: Readonly<Record<string, string>> = {
  handoff: "Hand-off documents between agents",
  schedule: "Scheduled tasks, pipelines and standups",
  task: "Programs over many items, with progress and resume",
  checkpoint: "Snapshots of all files",
  config: "Settings",
  hooks: "Hooks in Claude Code and other clients",
  partition: "Parts of a large project",
  saves: "Saves",
  team: "People who can read your encrypted entries",
  template: "Checklists to start from",
  var: "State variables of the session",
  worktrees: "Agents' worktrees",
};

/** Commands that have a shorter name. */
const SHORT: Readonly<Record<string, string>> = {
  list: "saves list",
  show: "saves show",
};

function aboutOf(word: string, summaries: Summaries): string {
  return getOwn(summaries, getOwn(SHORT, word) ?? word) ??
    getOwn(ABOUT, word) ?? "More";
}

/** Returns all commands, with one row for each first word. */
export function commandSections(summaries: Summaries): Section[] {
  const placed = new Set(SECTIONS.flatMap(([, words]) => words));
  const firsts = Object.keys(summaries).map((name) => name.split(" ")[0]!);
  const others = [...new Set(firsts)].filter((word) => !placed.has(word));
  return SECTIONS.map(([title, words], at) => ({
    title,
    rows: [...words, ...at === SECTIONS.length - 1 ? others : []]
      .map((word) => rowOf(word, summaries)),
  }));
}

function rowOf(word: string, summaries: Summaries): Row {
  const more = Object.keys(summaries)
    .filter((name) => name.startsWith(`${word} `))
    .map((name) => name.slice(word.length + 1)).join(", ");
  const about = aboutOf(word, summaries);
  if (more === "") return [word, about];
  const also = Object.hasOwn(summaries, word) ? "; also: " : ": ";
  return [word, `${about}${also}${more}`];
}
