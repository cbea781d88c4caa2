import { asciiJson, escapeLines, escapeText } from "../../base/escape.ts";
import { ageWords } from "../../base/times.ts";
import { renderChanges } from "../compare/report/report.ts";
import { agentContext } from "./agent_context.ts";
import type { ResumeAnswer, ResumeResult } from "../commands/results.ts";
import { seedList } from "../rows.ts";
import { openItems } from "../../work/work_save.ts";
import { fullTitle, shortTitle } from "../../work/work_title.ts";
import { utcSeconds } from "../../git/ids.ts";

/** What `mpm resume` prints, in the form that was asked for. */
export function resumeText(answer: ResumeAnswer): string {
  if ("sessions" in answer) {
    return answer.sessions.length === 0
      ? 'No paused sessions. "mpm pause" saves one.\n'
      : seedList(answer);
  }
  switch (answer.format) {
    case "json":
      return `${asciiJson(answer, 2)}\n`;
    case "context":
      return agentContext(answer);
    case "md":
      return document(answer, true);
    case "text":
      return document(answer, false);
  }
}

/** A heading and its lines; nothing where there are no lines. */
type Block = readonly [
  sign: string,
  title: string,
  lines: readonly string[],
  /** Most lines of it in text. */
  most?: number,
];

/** Items of a checklist that come next. */
const NEXT = 8;

function document(result: ResumeResult, markdown: boolean): string {
  const blocks = [
    ...sessionBlocks(result),
    ...hintBlocks(result),
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

/** The work session it belongs to, and what became of it. */
function workLines({ work, session }: ResumeResult): string[] {
  if (work === null) return [];
  const how = {
    resumed: "goes on",
    rebuilt: "rebuilt here from the save, goes on",
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

/** The checklist is that of the session as it is now, not as it was saved. */
function sessionBlocks({ session, work }: ResumeResult): Block[] {
  const { conversation, mpm, todos, task_list: tasks } = session;
  const openNow = work?.open ?? openItems(mpm?.checklist);
  const todo = (text: string, status: string) =>
    status === "in_progress" ? `${text} (in progress)` : text;
  return [
    ["✅", "Accomplishments", conversation.accomplishments],
    ["📋", "Next Steps", conversation.next_steps],
    ["📝", "Todos", [
      ...todos.active.map(({ content, status }) => todo(content, status)),
      ...tasks.in_progress_tasks.map(({ title }) => todo(title, "in_progress")),
      ...tasks.pending_tasks.map(({ title }) => title),
    ]],
    ["🗒️ ", "Open Checklist Items", openNow, NEXT],
    ["☑️ ", "Todos Done", todos.completed.map(({ content }) => content)],
    ["🧭", "Decisions", mpm?.decisions ?? []],
    ["⛔", "Blockers", mpm?.blockers ?? []],
    ["❓", "Open Questions", session.open_questions],
    ["🔔", "Reminders", session.important_reminders],
  ];
}

function hintBlocks({ agent_command: command }: ResumeResult): Block[] {
  if (command === null) return [];
  return [["🤖", "Continue the conversation", [
    command.join(" "),
  ]]];
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

/** Further lines stay under the first one. */
function indented(text: string, by = "  "): string {
  return escapeLines(text.trim()).replaceAll("\n", `\n${by}`);
}
