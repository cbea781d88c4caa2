import { defineCommand, type Style } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { type FileState, locate } from "../../git/mod.ts";
import { redactSave } from "../redact.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { DiffResult } from "./results.ts";
import { cutText } from "../../base/words.ts";
import { loadSave } from "../store/load_save.ts";
import { matchSaves } from "../store/read_saves.ts";
import { openStore } from "../store/recover.ts";
import type { Save } from "../save.ts";
import type { Todo } from "../../clients/mod.ts";

/** `mpm saves diff` */
export const sessionsDiff = defineCommand({
  name: "saves diff",
  summary: "Show the differences between two saves",
  description: `
Compares two saves: summary, steps, decisions, todos, branch and commit, and
the uncommitted files. mpm compares files by content if both saves include the contents, and otherwise by path. "mpm resume" shows the changes in the repository since a save.`,
  positionals: [
    {
      name: "before",
      summary: "The first save: its ID or part of the ID, number, or name",
      names: "session",
    },
    { name: "after", summary: "The second save", names: "session" },
  ],
  flags: {},
  examples: ["mpm saves diff 1 0", "mpm saves diff 20261119 latest"],
  result: async () => (await import("./results.ts")).DiffResult,
  async run({ system, folder, note }, input) {
    const { root } = await locate(system, folder);
    await openStore(system, root);
    const chosen = await matchSaves(system, root, [input.before, input.after]);
    const [before, after] = await Promise.all(
      chosen.map(async (entry) => {
        const { save: written, warnings } = await loadSave(system, entry);
        const save = redactSave(redactorOf(system), written);
        warnings.forEach((text) => note(`Warning: ${text}`));
        return save;
      }),
    );
    return {
      before: { session_id: before!.session_id, paused_at: before!.paused_at },
      after: { session_id: after!.session_id, paused_at: after!.paused_at },
      ...diffSaves(before!, after!),
    };
  },
  render,
});

/** The maximum length of a value to print. The JSON has the full value. */
const LONGEST = 200;

const MARKS: Record<DiffResult["files"][number]["change"], string> = {
  added: "+",
  removed: "-",
  content: "~",
  status: "~",
};

function render(result: DiffResult, style: Style): string {
  const { before, after, values, lists, files } = result;
  const minus = (text: string) => style.red(`  - ${shown(text)}`);
  const plus = (text: string) => style.green(`  + ${shown(text)}`);
  return [
    `${before.session_id} -> ${after.session_id}`,
    ...result.same ? ["No differences."] : [],
    ...values.flatMap((value) => [
      `${value.field}:`,
      minus(value.before ?? "(none)"),
      plus(value.after ?? "(none)"),
    ]),
    ...lists.flatMap(({ field, added, removed }) => [
      `${field}:`,
      ...removed.map(minus),
      ...added.map(plus),
    ]),
    ...files.length === 0
      ? []
      : [`uncommitted files${result.files_by === "name" ? ", by name" : ""}:`],
    ...files.map(({ path, change }) =>
      `  ${MARKS[change]} ${escapeText(path)}` +
      (change === "status" ? " (only its state in git)" : "")
    ),
    "",
  ].join("\n");
}

function shown(text: string): string {
  return escapeText(cutText(text, LONGEST));
}

type FileChange = DiffResult["files"][number];

/** Compares two saves from any program, and uncommitted files by content. */
export function diffSaves(
  before: Save,
  after: Save,
): Pick<DiffResult, "same" | "values" | "lists" | "files" | "files_by"> {
  const values = diffValues(before, after);
  const lists = diffLists(before, after);
  const [a, b] = [before.mpm?.files, after.mpm?.files];
  const files = a && b
    ? diffFiles(a, b)
    : diffFiles(namedFiles(before), namedFiles(after));
  const same = values.length + lists.length + files.length === 0;
  return { same, values, lists, files, files_by: a && b ? "content" : "name" };
}

/** Fields with one value, as named in the result. */
const VALUES: readonly (readonly [string, (save: Save) => string | null])[] = [
  ["summary", ({ conversation }) => conversation.summary],
  ["primary task", ({ conversation }) => conversation.primary_task],
  ["phase", ({ conversation }) => conversation.current_phase],
  ["name", ({ mpm }) => mpm?.name ?? null],
  ["branch", ({ git_context: git }) => git.branch],
  ["head", headOf],
  ["upstream", ({ mpm }) => mpm?.upstream?.name ?? null],
  ["in progress", ({ mpm }) => mpm?.operation ?? null],
  ["working directory", ({ active_context: at }) => at.working_directory],
  ["project", ({ project_path: path }) => path],
];

function diffValues(before: Save, after: Save): DiffResult["values"] {
  return VALUES.flatMap(([field, read]) => {
    const [a, b] = [read(before) || null, read(after) || null];
    const same = field === "head" ? sameCommit(a, b) : a === b;
    return same ? [] : [{ field, before: a, after: b }];
  });
}

/** claude-mpm records only the newest commit, abbreviated. */
function headOf({ mpm, git_context: git }: Save): string | null {
  return mpm?.head ?? git.commit ?? git.recent_commits[0]?.sha ?? null;
}

function sameCommit(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length >= 7 && b.length >= 7 && (a.startsWith(b) || b.startsWith(a));
}

const LISTS: readonly (readonly [string, (save: Save) => string[]])[] = [
  ["accomplishments", ({ conversation }) => conversation.accomplishments],
  ["next steps", ({ conversation }) => conversation.next_steps],
  ["decisions", ({ mpm }) => mpm?.decisions ?? []],
  ["blockers", ({ mpm }) => mpm?.blockers ?? []],
  ["open questions", (save) => save.open_questions],
  ["reminders", (save) => save.important_reminders],
  ["todos", todoTexts],
  ["stashes", ({ mpm }) => (mpm?.stashes ?? []).map(({ message }) => message)],
];

function todoTexts({ todos, task_list: tasks }: Save): string[] {
  const text = ({ content, status }: Todo) => `${content} (${status})`;
  return [
    ...todos.active.map(text),
    ...tasks.in_progress_tasks.map(({ title }) => `${title} (in_progress)`),
    ...tasks.pending_tasks.map(({ title }) => `${title} (pending)`),
    ...todos.completed.map(text),
  ];
}

function diffLists(before: Save, after: Save): DiffResult["lists"] {
  return LISTS.flatMap(([field, read]) => {
    const [a, b] = [read(before), read(after)];
    const [old, now] = [new Set(a), new Set(b)];
    const added = b.filter((text) => !old.has(text));
    const removed = a.filter((text) => !now.has(text));
    return added.length + removed.length === 0
      ? []
      : [{ field, added, removed }];
  });
}

type Known = Pick<FileState, "path" | "status" | "sha256" | "size" | "mtime">;

function diffFiles(before: readonly Known[], after: readonly Known[]) {
  const old = new Map(before.map((file) => [file.path, file]));
  const now = new Map(after.map((file) => [file.path, file]));
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths.flatMap((path) => {
    const change = changeOf(old.get(path), now.get(path));
    return change ? [{ path, change }] : [];
  });
}

function changeOf(
  old: Known | undefined,
  now: Known | undefined,
): FileChange["change"] | undefined {
  if (!old) return "added";
  if (!now) return "removed";
  if (!sameContent(old, now)) return "content";
  return old.status === now.status ? undefined : "status";
}

/** For files too large to read, equal size and time count as equal. */
function sameContent(old: Known, now: Known): boolean {
  if (old.sha256 !== null && now.sha256 !== null) {
    return old.sha256 === now.sha256;
  }
  return old.sha256 === now.sha256 && old.size === now.size &&
    old.mtime === now.mtime;
}

/** Returns the uncommitted files by name, all that claude-mpm records. */
function namedFiles({ git_context: { status } }: Save): Known[] {
  const file = (status: string) => (path: string) => ({
    ...{ path, status },
    ...{ sha256: null, size: null, mtime: null },
  });
  return [
    ...status.modified_files.map(file(" M")),
    ...status.untracked_files.map(file("??")),
  ];
}
