import { escapeLines } from "../escape.ts";
import type { Gauge } from "./gauge.ts";
import { grouped, percentText } from "./level_decisions.ts";
import { bullets, gitLines, numbered, section } from "./markdown.ts";
import { MARKDOWN } from "./report_marks.ts";
import type { Save } from "./save.ts";
import type { Level } from "./thresholds.ts";
import { counted } from "./words.ts";

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

/** Actions that are recommended of each kind. */
const LISTED = 5;

/**
 * The document that is written before the context is lost: what is completed, in
 * progress and pending, the context, git, and what to do next, under the
 * headings that readers of such documents know.
 */
export function resumeFileText(file: ResumeFile): string {
  const { save, earlier } = file;
  const { todos, task_list: tasks } = save;
  const texts = (status: (value: string) => boolean) =>
    todos.active.filter((todo) => status(todo.status))
      .map(({ content }) => content);
  const begun = [
    ...texts((status) => status === "in_progress"),
    ...tasks.in_progress_tasks.map(({ title }) => title),
  ];
  const pending = [
    ...texts((status) => status !== "in_progress"),
    ...tasks.pending_tasks.map(({ title }) => title),
    ...earlier?.conversation.next_steps ?? [],
  ];
  const completed = [
    ...todos.completed.map(({ content }) => content),
    ...earlier?.conversation.accomplishments ?? [],
  ];
  const parts = [
    `# Session Resume: ${save.paused_at.slice(0, 19).replace("T", " ")} UTC`,
    head(file),
    listed("Completed Tasks", completed),
    listed("In Progress", begun),
    listed("Pending Tasks", pending),
    section("Context Status", contextLines(file)),
    section("Git Context", gitLines(save)),
    numbered("Recommended Next Actions", actions(save, { begun, pending })),
  ];
  return escapeLines(parts.join("\n\n")) + "\n";
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

function actions(
  { git_context: git, mpm }: Save,
  { begun, pending }: { begun: readonly string[]; pending: readonly string[] },
): string[] {
  const files = (mpm?.files.length ?? 0) + (mpm?.files_omitted ?? 0);
  return [
    ...begun.slice(0, LISTED).map((text) => `Continue: ${text}`),
    ...pending.slice(0, LISTED).map((text) => `Then: ${text}`),
    ...mpm?.operation ? [`Finish or abort the ${mpm.operation}`] : [],
    ...git.is_git_repo && files > 0
      ? [`Look through ${counted(files, "uncommitted file")}: git status`]
      : [],
    "Save the session: mpm pause",
    "In a new session: mpm resume tells what changed since",
  ];
}
