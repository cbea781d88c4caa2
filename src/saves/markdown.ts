import { codeFence, escapeLines } from "../base/escape.ts";
import { fullTitle, phasesOf, shortTitle } from "../work/mod.ts";
import { MARKDOWN } from "./compare/marks.ts";
import { otherTexts } from "./handoff/outline.ts";
import { cutText } from "../base/words.ts";
import { type Handoff, type Item, originOf, type Run } from "../items/mod.ts";
import { checkItems } from "./saved_session.ts";
import type { GitContext, Save } from "./save.ts";
import type { Todo } from "../clients/mod.ts";

/** The most entries in a list. The JSON has all of them. */
const LISTED = 50;

/**
 * Returns the save as a document, with the headings that claude-mpm's reader
 * expects. `said`: the fields that are in the save's file.
 */
export function saveMarkdown(save: Save, said: Partial<Save> = save): string {
  const { conversation, mpm } = save;
  const sections = [
    "# Claude MPM Session Pause Document",
    metadata(save, said),
    workingOn(save, said),
    workSession(save),
    bullets("Accomplishments This Session", conversation.accomplishments),
    numbered("Next Steps (Priority Order)", conversation.next_steps),
    bullets("Decisions", mpm?.decisions ?? otherTexts(save.decisions)),
    bullets("Blockers", mpm?.blockers ?? otherTexts(save.blockers)),
    bullets("Open Questions", save.open_questions),
    todos(save),
    handoffItems(save),
    checklist(save),
    activeContext(said),
    section("Git Context", gitLines(save, said)),
    bullets("Important Reminders", save.important_reminders),
    resume(save, said),
    "---",
    "Resume with: `/mpm-init resume` or `cat .claude-mpm/sessions/LATEST-SESSION.txt`",
  ];
  return escapeLines(sections.filter((text) => text !== "").join("\n\n")) +
    "\n";
}

function metadata(save: Save, said: Partial<Save>): string {
  const { name, agent_name, agent } = save.mpm ?? {};
  return section("Session Metadata", [
    ...fact("Session ID", code(save.session_id)),
    ...fact("Paused At", save.paused_at),
    ...fact("Project", codeOf(said.project_path)),
    ...fact("Version", said.version),
    ...fact("Name", name || undefined),
    ...fact("Agent", agent_name),
    ...fact("Agent Session", codeOf(agent?.session_id)),
  ]);
}

function workingOn(
  { conversation }: Save,
  { conversation: said }: Partial<Save>,
): string {
  const facts = [
    ...fact("Primary Task", said?.primary_task),
    ...fact("Current Phase", said?.current_phase),
  ];
  return section("What You Were Working On", [
    ...facts,
    ...facts.length > 0 ? [""] : [],
    "**Summary**:",
    conversation.summary,
  ]);
}

function workSession({ mpm }: Save): string {
  const session = mpm?.session;
  if (!session) return "";
  return section("Work Session", [
    ...fact("Session", oneLine(fullTitle(session))),
    ...fact("State", `${session.state} (${code(session.id)})`),
    ...fact("Template", mpm?.template || undefined),
    ...(mpm?.stack ?? []).flatMap((parent) =>
      fact("Detour of", oneLine(shortTitle(parent)))
    ),
  ]);
}

function checklist({ mpm }: Save): string {
  const phases = phasesOf(checkItems(mpm?.checklist));
  return section(
    "Checklist",
    phases.flatMap(({ name, items, done }, at) => [
      ...at > 0 ? [""] : [],
      ...name === ""
        ? []
        : [`### ${oneLine(name)} ${done}/${items.length}`, ""],
      ...items.map(({ done, text }) =>
        `- [${done ? "x" : " "}] ${oneLine(text)}`
      ),
    ]),
  );
}

function todos({ todos, task_list: tasks }: Save): string {
  const line = (mark: string, text: string) => `- [${mark}] ${oneLine(text)}`;
  const open = (todo: Todo) =>
    line(todo.status === "in_progress" ? "~" : " ", todo.content);
  return section("Todos", [
    ...todos.active.map(open),
    ...tasks.in_progress_tasks.map(({ title }) => line("~", title)),
    ...tasks.pending_tasks.map(({ title }) => line(" ", title)),
    ...todos.completed.map(({ content }) => line("x", content)),
    ...tasks.completed_count > 0
      ? [`- ${tasks.completed_count} tasks completed`]
      : [],
  ]);
}

function handoffItems({ mpm, paused_at }: Save): string {
  const handoff = mpm?.handoff;
  if (!handoff) return "";
  const now = new Date(paused_at);
  const vars = Object.entries(handoff.vars ?? {});
  return section("Hand-Off", [
    ...handoff.items.map((item) => `- ${itemLine(item, now)}`),
    ...vars.map(([name, value]) => `- **variable** ${name} = ${value}`),
    ...collectedLines(handoff, now),
    ...handoff.unread.map((text) => `- Not read: ${text}`),
    ...handoff.left_out
      ? [`- Left out to keep the save small: ${handoff.left_out}`]
      : [],
  ]);
}

/** Returns the commands, files and searches, each with its source. */
function collectedLines(
  { runs, files, searches = [], seen = [] }: Handoff,
  now: Date,
): string[] {
  const origin = (via: string, at: string, source: Run["source"]) =>
    `*(${originOf({ source: source ?? "transcript", via, at }, now, YOU)})*`;
  return [
    ...listed(runs.map(({ command, exit, at, source, doubt }) => {
      const result = exit === null ? "exit status unknown" : `exit ${exit}`;
      const why = doubt === undefined ? "" : `, ${oneLine(doubt)}`;
      const text = cutText(oneLine(command), ITEM_LENGTH);
      const from = origin("command", at, source);
      return `- **command** ${text}: ${result}${why} ${from}`;
    })),
    ...listed(
      files.map(({ path, how, at }) =>
        `- **file** ${code(path)}: ${how} ${origin("file", at, undefined)}`
      ),
    ),
    ...listed(
      seen.map((path) => `- **file** ${code(path)}: seen *(transcript)*`),
    ),
    ...listed(
      searches.map((text) =>
        `- **search** ${cutText(oneLine(text), ITEM_LENGTH)} *(transcript)*`
      ),
    ),
  ];
}

/** Returns the first lines, and how many are missing. */
function listed(lines: readonly string[]): string[] {
  const more = lines.length - LISTED;
  return [
    ...lines.slice(0, LISTED),
    ...more > 0 ? [`- … and ${more} more`] : [],
  ];
}

/** The user's name in a document that others may read. */
const YOU = { you: "user" };

/** The maximum number of characters of an item. The JSON has the full text. */
const ITEM_LENGTH = 500;

function itemLine(item: Item, now: Date): string {
  const { kind, number, text, why, state } = item;
  const marks = [
    ...state === "open" || kind === "done" ? [] : [state],
    originOf(item, now, YOU),
  ];
  return [
    `**${kind}**`,
    ...number === undefined ? [] : [`#${number}`],
    cutText(oneLine(text), ITEM_LENGTH),
    ...why ? [`(why: ${cutText(oneLine(why), ITEM_LENGTH)})`] : [],
    `*(${marks.join(", ")})*`,
  ].join(" ");
}

function activeContext({ active_context: active }: Partial<Save>): string {
  const folder = codeOf(active?.working_directory);
  return section("Active Context", fact("Working Directory", folder));
}

/** Returns git's facts in the save. `said`: the fields in its file. */
export function gitLines(save: Save, said: Partial<Save> = save): string[] {
  const git = save.git_context;
  const { is_git_repo: repo, is_clean: clean, status }: Partial<GitContext> =
    said.git_context ?? {};
  if (!git.is_git_repo) {
    return repo === undefined ? [] : ["*Not a git repository*"];
  }
  const { ahead, behind } = git.ahead_behind;
  const { upstream, operation } = save.mpm ?? {};
  const isKnown = (clean ?? status?.clean) !== undefined;
  return [
    ...fact("Branch", code(git.branch ?? "(detached)")),
    ...fact("Commit", codeOf(git.commit || undefined)),
    ...upstream
      ? fact(
        "Upstream",
        `${code(upstream.name)}, ${ahead} ahead, ${behind} behind`,
      )
      : [],
    ...fact("In progress", operation || undefined),
    ...isKnown ? fact("Status", git.is_clean ? "Clean" : "Modified") : [],
    ...files("Staged files", git.status.staged),
    ...files("Modified files", git.status.modified_files),
    ...files("Untracked files", git.status.untracked_files),
    ...commits(save),
  ];
}

function files(title: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  return [
    "",
    `**${title}**:`,
    ...listed(paths.map((path) => `- ${code(path)}`)),
  ];
}

function commits({ git_context: { recent_commits } }: Save): string[] {
  if (recent_commits.length === 0) return [];
  return [
    "",
    "**Recent commits**:",
    ...recent_commits.map(({ sha, message, author }) =>
      `- ${code(sha.slice(0, 7))} - ${message} (${author})`
    ),
  ];
}

function resume(
  { resume_instructions: instructions }: Save,
  { resume_instructions: said }: Partial<Save>,
): string {
  const start = instructions.quick_start
    .map((step, at) => `${at + 1}. ${step}`);
  const commands = Object.values(instructions.validation_commands);
  const fence = codeFence(commands.join("\n"));
  const parts = [
    ...said?.quick_start ? ["### Quick Resume (5 minutes)", "", ...start] : [],
    ...files("Files to review", instructions.files_to_review),
    ...said?.validation_commands
      ? ["", "### Validation Commands", "", `${fence}bash`, ...commands, fence]
      : [],
  ];
  return section(
    "Resume Instructions",
    parts[0] === "" ? parts.slice(1) : parts,
  );
}

/** Returns a section with a list; empty if the list is empty. */
export function bullets(title: string, items: readonly string[]): string {
  return section(title, items.map((item) => `- ${indented(item)}`));
}

/** Returns the same section with numbers instead of bullets. */
export function numbered(title: string, items: readonly string[]): string {
  return section(
    title,
    items.map((item, at) => `${at + 1}. ${indented(item)}`),
  );
}

/** Returns the line for a value; empty if the value is unknown. */
function fact(label: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`**${label}**: ${value}`];
}

/** Returns a heading with its lines; empty if there are no lines. */
export function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`## ${title}`, "", ...lines].join("\n");
}

function indented(text: string): string {
  return text.trim().replaceAll(/\r?\n/g, "\n  ");
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}

/** Returns a code span that nothing in the text can end. */
function code(text: string): string {
  return MARKDOWN.code(text);
}

function codeOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : code(text);
}
