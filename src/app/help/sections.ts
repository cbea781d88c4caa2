import type { Row, Section } from "../../cli/help.ts";
import { getOwn } from "../../base/own.ts";
import type { Summaries } from "./names.ts";

/** The first words of all commands, in the order of the page that lists them. */
const SECTIONS:
  readonly (readonly [title: string, words: readonly string[]])[] = [
    ["Save and go on", ["pause", "resume", "sessions"]],
    ["Work sessions and detours", [
      ...["start", "status", "check", "complete", "cancel", "archive"],
      ...["branch", "return", "stack", "template"],
    ]],
    ["The working tree", ["checkpoint", "worktrees"]],
    ["Taking back", ["undo", "log", "trash"]],
    ["With Claude Code", ["hooks", "hook", "context", "statusline"]],
    ["Setting up", [
      ...["init", "config", "scan", "migrate", "doctor", "completions", "help"],
    ]],
  ];

/** What a first word is about that is no command alone. */
const ABOUT: Readonly<Record<string, string>> = {
  checkpoint: "Snapshots of all files",
  config: "Settings",
  hooks: "What mpm does in Claude Code",
  sessions: "Saved sessions",
  template: "Checklists to start from",
  trash: "What was removed or replaced",
  worktrees: "Worktrees of agents",
};

/** All commands, those with one first word in a row. */
export function commandSections(summaries: Summaries): Section[] {
  return SECTIONS.map(([title, words]) => ({
    title,
    rows: words.map((word) => rowOf(word, summaries)),
  }));
}

function rowOf(word: string, summaries: Summaries): Row {
  const more = Object.keys(summaries)
    .filter((name) => name.startsWith(`${word} `))
    .map((name) => name.slice(word.length + 1)).join(", ");
  const summary = getOwn(summaries, word);
  if (more === "") return [word, summary ?? ""];
  return [
    word,
    summary ? `${summary}; also: ${more}` : `${getOwn(ABOUT, word)}: ${more}`,
  ];
}
