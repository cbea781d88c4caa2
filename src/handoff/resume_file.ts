import { escapeLines } from "../base/escape.ts";
import type { Gauge } from "../clients/gauge.ts";
import { grouped, percentText } from "../clients/level_decisions.ts";
import { bullets, gitLines, numbered, section } from "../saves/markdown.ts";
import { MARKDOWN } from "../saves/compare/report/report_marks.ts";
import { recommended } from "./resume_actions.ts";
import type { Save } from "../saves/save.ts";
import type { Todo } from "../clients/claude/task_events.ts";
import type { Level } from "../clients/thresholds.ts";

/** What a resume file is made of. */
export interface ResumeFile {
  /** The state of the work as a pause would save it, redacted. */
  readonly save: Save;
  readonly gauge: Gauge;
  readonly level: Level;
  /** The newest save before, redacted; only where the agent keeps no lists. */
  readonly earlier: Save | undefined;
}

/** The name of the file that is written at `time`, in UTC. */
export function resumeFileName(time: Date): string {
  const [day, clock] = time.toISOString().slice(0, 19).split("T");
  return `session-resume-${day}-${clock!.replaceAll(":", "")}.md`;
}

/**
 * The document that is written before the context is lost: what is completed, in
 * progress and pending, the context, git, and what to do next, under the
 * headings that readers of such documents know.
 */
export function resumeFileText(file: ResumeFile): string {
  const { save, earlier } = file;
  const { begun, pending, completed } = listsOf(earlier ?? save);
  const parts = [
    `# Session Resume: ${save.paused_at.slice(0, 19).replace("T", " ")} UTC`,
    head(file),
    listed("Completed Tasks", completed),
    listed("In Progress", begun),
    listed("Pending Tasks", pending),
    bullets("Decisions", earlier?.mpm?.decisions ?? []),
    bullets("Blockers", earlier?.mpm?.blockers ?? []),
    bullets("Open Questions", earlier?.open_questions ?? []),
    section("Context Status", contextLines(file)),
    section("Git Context", gitLines(save)),
    numbered(
      "Recommended Next Actions",
      recommended({
        begun,
        pending,
        operation: save.mpm?.operation ?? null,
        files: (save.mpm?.files.length ?? 0) + (save.mpm?.files_omitted ?? 0),
      }),
    ),
  ];
  const text = parts.filter((part) => part !== "").join("\n\n");
  return `${escapeLines(text)}\n`;
}

/** Returns what a save says is in progress, pending and completed. */
function listsOf(save: Save) {
  const { todos, task_list: tasks, conversation } = save;
  const isBegun = ({ status }: Todo) => status === "in_progress";
  const contents = (list: readonly Todo[]) =>
    list.map(({ content }) => content);
  return {
    begun: [
      ...contents(todos.active.filter(isBegun)),
      ...tasks.in_progress_tasks.map(({ title }) => title),
    ],
    pending: [
      ...contents(todos.active.filter((todo) => !isBegun(todo))),
      ...tasks.pending_tasks.map(({ title }) => title),
      ...conversation.next_steps,
    ],
    completed: [
      ...contents(todos.completed),
      ...conversation.accomplishments,
    ],
  };
}

function head({ save, earlier }: ResumeFile): string {
  const agent = save.mpm?.agent?.session_id;
  return [
    `**Created**: ${save.paused_at}`,
    `**Project**: ${MARKDOWN.code(save.project_path)}`,
    ...agent === undefined
      ? []
      : [`**Agent Session**: ${MARKDOWN.code(agent)}`],
    ...earlier === undefined ? [] : [
      `**Lists From**: the agent keeps none; they are of ${earlier.session_id}`,
    ],
  ].join("\n");
}

function listed(title: string, items: readonly string[]): string {
  return bullets(title, items) || section(title, ["None recorded."]);
}

function contextLines({ gauge, level }: ResumeFile): string[] {
  const { tokens, window, percentage } = gauge;
  return [
    `**Tokens**: ${tokens === null ? "unknown" : grouped(tokens)}`,
    `**Window**: ${window === null ? "unknown" : grouped(window)}`,
    `**Used**: ${percentage === null ? "unknown" : percentText(percentage)}`,
    `**Level**: ${level}`,
    ...gauge.unknown === null ? [] : [`**Doubt**: ${gauge.unknown}`],
  ];
}
