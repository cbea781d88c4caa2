import { defineCommand } from "../../cli/command.ts";
import type { Style } from "../../cli/style.ts";
import { resumeText } from "../text/resume_text.ts";
import { findOne, loadResumed } from "../resume/resume_steps.ts";
import { followResume } from "../resume/resume_work.ts";

const FLAGS = {
  "session-id": {
    type: "string",
    names: "session",
    value: "id",
    summary: "Which session; the same as the argument",
  },
  list: {
    type: "boolean",
    summary: "List the sessions, and on a terminal ask which one",
  },
  last: {
    type: "boolean",
    summary: "The newest of the project, whichever worktree it was made in",
  },
  all: {
    type: "boolean",
    summary: "With --list: those of archived and cancelled sessions, too",
  },
  peek: {
    type: "boolean",
    summary: "Only read: the work session stays as it is",
  },
  "no-changes": {
    type: "boolean",
    summary: "Do not look at what changed since",
  },
  format: {
    type: "string",
    value: "format",
    choices: ["text", "md", "json", "context"],
    default: "text",
    summary: "How to print it; context is what an agent is given",
  },
} as const;

/** `mpm resume` */
export const resume = defineCommand({
  name: "resume",
  summary: "Load a saved session and report what changed since",
  description: `
Takes the newest session of this worktree unless another is selected, checks it
against its checksum, and compares the repository then and now: commits,
branch, upstream, files, the working directory, stashes, a merge or rebase.
Nothing of yours is changed, and the save is kept.

A save that mpm made when an agent's session ended never hides one that you
made. If you made one, it is taken, and the later ones are named. If the agent's
session went on from your save, the later one has all of it, and is taken.

If the save belongs to a work session, as "mpm start" begins one, that goes on in
this worktree; one that is not known here is rebuilt from the save with its
parents. Of somebody else's save nothing goes on until "mpm sessions trust". The
saves of sessions that are over are passed over. With --peek nothing is written.`,
  positionals: [{
    name: "selector",
    summary: "Which session: id, part of it, number in the list, name, latest",
    names: "session",
    optional: true,
  }],
  flags: FLAGS,
  examples: [
    "mpm resume",
    "mpm resume --list",
    "mpm resume 1",
    "mpm resume --session-id session-20261120-143022",
    "mpm resume --format context",
    "mpm resume --peek --no-changes",
  ],
  result: async () => (await import("./results.ts")).ResumeAnswer,
  settles: true,
  async run(context, input) {
    const found = await findOne(context, input);
    if ("sessions" in found) return found;
    const result = await loadResumed(context, found);
    return input.peek
      ? result
      : await followResume(context, found.workspace, result);
  },
  verbatim: (answer) => "format" in answer && answer.format !== "text",
  render: (answer, style) =>
    "format" in answer && answer.format === "text"
      ? painted(resumeText(answer), style)
      : resumeText(answer),
  next: (result) =>
    "sessions" in result
      ? result.sessions[0]?.index === 0 && result.sessions.length > 1
        ? '"mpm resume 1" takes the second'
        : undefined
      : result.format === "text" && (result.work?.open.length ?? 0) > 0
      ? '"mpm status" numbers the open items, "mpm check <number>" ticks one'
      : undefined,
});

/** Headings stand out, and so does what asks for attention. */
function painted(text: string, style: Style): string {
  return text.split("\n").map((line) =>
    line.startsWith("⚠")
      ? style.yellow(line)
      : /^\p{Emoji_Presentation}|^\p{Emoji}\ufe0f/u.test(line)
      ? style.bold(line)
      : line
  ).join("\n");
}
