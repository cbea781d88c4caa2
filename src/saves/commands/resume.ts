import { ONE_SESSION } from "../select.ts";
import { defineCommand, type Style } from "../../cli/mod.ts";
import { CLIENT_NAMES } from "../../base/clients.ts";
import { keepDue } from "../contents/keep_with.ts";
import { findOne, loadResumed } from "../resume/resume.ts";
import { takeOver } from "../resume/take_over.ts";
import { followResume } from "../resume/resume_work.ts";
import { asciiJson, escapeLines, escapeText } from "../../base/escape.ts";
import { shellWord } from "../../base/shell.ts";
import { ageWords } from "../../base/times.ts";
import { renderChanges } from "../compare/report.ts";
import { openItems } from "../saved_session.ts";
import { fullTitle, shortTitle } from "../../work/mod.ts";
import { agentContext } from "../handoff/agent_context.ts";
import { isTodo, outlineOf } from "../handoff/outline.ts";
import {
  itemText,
  otherCommands,
  touchedName,
  verification,
} from "../handoff/wording.ts";
import type { Item } from "../../items/mod.ts";
import type { ResumeAnswer, ResumeResult } from "./results.ts";
import { seedList } from "../list.ts";
import { utcSeconds } from "../../base/ids.ts";

const FLAGS = {
  "session-id": {
    type: "string",
    names: "session",
    value: "id",
    summary: "Same as <selector>",
  },
  list: {
    type: "boolean",
    summary: "List the saves; in a terminal, ask which save to load",
  },
  last: {
    type: "boolean",
    summary: "Load the newest save of the project, from any worktree",
  },
  all: {
    type: "boolean",
    summary: "With --list: include archived and cancelled sessions",
  },
  peek: {
    type: "boolean",
    summary: "Do not change anything, not even the session",
  },
  "no-changes": {
    type: "boolean",
    summary: "Do not report what changed since",
  },
  in: {
    type: "string",
    value: "client",
    choices: CLIENT_NAMES,
    summary: "Start this client with the hand-off as its first prompt",
  },
  format: {
    type: "string",
    value: "format",
    choices: ["text", "md", "json", "context", "full"],
    default: "text",
    summary: "The output format; context and full are meant for agents",
  },
} as const;

/** `mpm resume` */
export const resume = defineCommand({
  name: "resume",
  summary: "Load a save and report what changed since",
  description: `
Loads the newest save of this worktree, or the save that you select, and verifies its checksum. Then it reports what changed in the repository since the pause: commits, branch, upstream, files, the working directory, stashes, and a merge or rebase. mpm does not change your files or the save.

If later agent sessions ended with automatic saves, mpm still loads your own save, and lists the automatic saves. If the agent session continued from your save, mpm loads the automatic save, which includes your save's items.

If the save belongs to a session that "mpm start" began, that session continues
in this worktree. If this clone does not have the session, mpm recreates it and its parents from the save. A session from someone else's save continues only after you trust it with "mpm saves trust". mpm skips saves of ended sessions. With --peek, mpm writes nothing.

--format context prints at most 10,000 characters; --format full has no limit.

--in starts another client with the hand-off as its first prompt. The save can
be from any client. Without a terminal, or with --peek, mpm only prints the command line.`,
  positionals: [ONE_SESSION],
  flags: FLAGS,
  examples: [
    "mpm resume",
    "mpm resume --list",
    "mpm resume 1",
    "mpm resume --session-id session-20261120-143022",
    "mpm resume --format context",
    "mpm resume --peek --no-changes",
    "mpm resume --peek --format full",
    "mpm resume --in gemini",
  ],
  result: async () => (await import("./results.ts")).ResumeAnswer,
  settles: true,
  async run(context, input) {
    const found = await findOne(context, input);
    if ("sessions" in found) return found;
    if (!input.peek) await keepDue(context.system, found.workspace);
    const result = await loadResumed(context, found);
    const followed = input.peek
      ? result
      : await followResume(context, found.workspace, result);
    if (input.in === undefined) return followed;
    return await takeOver(context, found.workspace, {
      ...{ result: followed, name: input.in, starts: !input.peek },
    });
  },
  verbatim: (answer) =>
    "format" in answer &&
    (answer.format !== "text" || answer.take_over !== null),
  render: (answer, style) =>
    "format" in answer && answer.format === "text" && answer.take_over === null
      ? painted(resumeText(answer), style)
      : resumeText(answer),
  next: (result) =>
    "sessions" in result
      ? result.sessions[0]?.index === 0 && result.sessions.length > 1
        ? '"mpm resume 1" loads the second save'
        : undefined
      : result.format === "text" && result.take_over === null &&
          (result.work?.open.length ?? 0) > 0
      ? '"mpm check" lists the checklist with its numbers, and "mpm check ' +
        '<number>" checks one off'
      : undefined,
});

function painted(text: string, style: Style): string {
  return text.split("\n").map((line) =>
    line.startsWith("⚠")
      ? style.yellow(line)
      : /^\p{Emoji_Presentation}|^\p{Emoji}\ufe0f/u.test(line)
      ? style.bold(line)
      : line
  ).join("\n");
}

/** Formats the result of `mpm resume` in the requested format. */
export function resumeText(answer: ResumeAnswer): string {
  if ("sessions" in answer) {
    return answer.sessions.length === 0
      ? 'No paused sessions. "mpm pause" makes a save.\n'
      : seedList(answer);
  }
  if (answer.take_over !== null) {
    const { title, args, status } = answer.take_over;
    return status === null
      ? `${args.map(shellWord).join(" ")}\n`
      : `${title} ended with status ${status}\n`;
  }
  switch (answer.format) {
    case "json":
      return `${asciiJson(answer, 2)}\n`;
    case "context":
      return agentContext(answer);
    case "full":
      return agentContext(answer, Infinity);
    case "md":
      return document(answer, true);
    case "text":
      return document(answer, false);
  }
}

type Block = readonly [
  sign: string,
  title: string,
  lines: readonly string[],
  /** The maximum number of its lines in text output. */
  most?: number,
];

/** The maximum number of items of a list in text output. */
const NEXT = 8;

/** The number of latest prompts to show. */
const PROMPTS = 3;

function document(result: ResumeResult, markdown: boolean): string {
  const command = result.agent_command ? [result.agent_command.join(" ")] : [];
  const blocks: Block[] = [
    ...sessionBlocks(result),
    ["🤖", "Continue the conversation", command],
  ];
  const parts = [
    head(result, markdown),
    ...blocks.map((block) => renderBlock(block, markdown)),
    result.changes
      ? renderChanges(result.changes, {
        now: new Date(result.resumed_at),
        markdown,
      }).trimEnd()
      : "",
  ];
  return parts.filter((part) => part !== "").join("\n\n") + "\n";
}

function head(result: ResumeResult, markdown: boolean): string {
  const { session } = result;
  const paused = new Date(session.paused_at);
  const age = ageWords(paused, new Date(result.resumed_at));
  const title = `📊 Session Resume: ${session.session_id}`;
  return [
    markdown ? `# ${title}` : title,
    "",
    ...session.mpm?.name ? [`Name: ${escapeText(session.mpm.name)}`] : [],
    `Paused: ${utcSeconds(paused)} UTC (${age})`,
    ...workLines(result),
    `Summary: ${indented(session.conversation.summary) || "(no summary)"}`,
    ...result.warnings.map((warning) => `⚠️  ${escapeText(warning)}`),
  ].join("\n");
}

function workLines({ work, session }: ResumeResult): string[] {
  if (work === null) return [];
  const how = {
    resumed: "continues",
    rebuilt: "recreated from the save, continues",
    unchanged: work.state,
  }[work.change];
  const parents = (session.mpm?.stack ?? []).map((parent) =>
    escapeText(shortTitle(parent))
  );
  return [
    `Session: ${escapeText(fullTitle(work))} (${how})`,
    ...parents.length > 0 ? [`Detour of: ${parents.join(", ")}`] : [],
    ...work.total > 0 ? [`Checklist: ${work.done} of ${work.total} done`] : [],
  ];
}

/** Lists the currently open items, not those at the time of the save. */
function sessionBlocks(result: ResumeResult): Block[] {
  const { session, work } = result;
  const outline = outlineOf(result);
  const clock = { now: new Date(result.resumed_at), paused: session.paused_at };
  const words = (items: readonly Item[]) =>
    items.map((item) => itemText(item, clock));
  const next = [...outline.begun, ...outline.next];
  const done = outline.done;
  return [
    ["🎯", "Goal", words(outline.goal)],
    ["📐", "Constraints", words(outline.constraints)],
    ["✅", "Accomplishments", words(done.filter((item) => !isTodo(item)))],
    ["📋", "Next Steps", words(next.filter((item) => !isTodo(item)))],
    ["📝", "Todos", words(next.filter(isTodo))],
    [
      "🗒️ ",
      "Open Checklist Items",
      work?.open ?? openItems(session.mpm?.checklist),
      NEXT,
    ],
    ["☑️ ", "Todos Done", words(done.filter(isTodo))],
    ["🧭", "Decisions", words(outline.decisions)],
    ["🚫", "Rejected Approaches", words(outline.rejected)],
    ["⛔", "Blockers", words(outline.blockers)],
    ["❓", "Open Questions", words(outline.questions)],
    ["📨", "Open Hand-offs", outline.handoffs],
    ["🧪", "Verification", verification(result, outline, clock), NEXT],
    ["💥", "Errors", words(outline.errors), NEXT],
    ["⌨️ ", "Other Commands", otherCommands(outline, clock), NEXT],
    ["⏳", "Background Work, Perhaps Still Running", words(outline.background)],
    ["📁", "Files", outline.files.map(touchedName), NEXT],
    ["🗺️ ", "Plan", words(outline.plans)],
    ["💬", "Last Prompts", words(outline.prompts.slice(-PROMPTS))],
    ["🗨️ ", "Last Message", words(outline.messages)],
    [
      "🔤",
      "Variables",
      outline.vars.map(([name, value]) => `${name}=${value}`),
    ],
    ["🔔", "Reminders", outline.reminders],
    ["🌫️ ", "Missing Information", outline.unread],
  ];
}

function renderBlock(
  [sign, title, all, most = Infinity]: Block,
  markdown: boolean,
): string {
  if (all.length === 0) return "";
  const heading = `${sign} ${title} (${all.length}):`;
  const lines = all.length > most && !markdown
    ? [...all.slice(0, most), `… and ${all.length - most} more`]
    : all;
  const items = lines.map((line) =>
    markdown ? `- ${indented(line)}` : `  • ${indented(line, "    ")}`
  );
  return [markdown ? `## ${heading.slice(0, -1)}\n` : heading, ...items]
    .join("\n");
}

function indented(text: string, by = "  "): string {
  return escapeLines(text.trim()).replaceAll("\n", `\n${by}`);
}
