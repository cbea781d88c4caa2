import { join } from "../../base/join.ts";
import { sha256 } from "../../base/digest.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import type { Context } from "../../cli/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import { openItems } from "../../items/mod.ts";
import { ensureUserFolder, userState, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { type Content, mergeContent } from "../content.ts";

/** Fields that the text always shows. Removing one clears its content. */
const SHOWN = {
  ...{ summary: undefined, name: undefined, goal: undefined },
  ...{ accomplishments: [], next_steps: [], decisions: [], blockers: [] },
  ...{ open_questions: [], todos: [] },
} satisfies Partial<Content>;

/** The largest text to read back, in bytes. */
const LIMIT = 1024 * 1024;

/**
 * Returns the hand-off edited in the user's editor. Keeps an invalid text for
 * the next call. Throws USAGE without a terminal, CANCELLED.
 */
export async function editedContent(
  context: Context,
  { content, workspace, read }: {
    content: Content;
    workspace: Workspace;
    read(text: string, source: string): Content;
  },
): Promise<Content> {
  return await editedText(context, workspace.root, {
    before: context.redact(template(context.system, workspace, content)),
    command: "mpm pause -e",
    read(whole) {
      const text = whole.split(/\r?\n/)
        .filter((line) => !line.startsWith("#")).join("\n");
      if (!hasContent(text)) return undefined;
      const edited = read(text, "the edited text");
      const summary = edited.summary?.trim() ? edited.summary : undefined;
      return mergeContent({ ...content, ...SHOWN }, { ...edited, summary });
    },
  });
}

/**
 * Opens a text in the user's editor and returns the result of `read`. A text
 * that `read` rejects is kept, and the next call with the same key opens it
 * again. Throws USAGE without a terminal, and the errors of `read`. Throws
 * CANCELLED if the text is empty (`read` returns `undefined`) or the editor
 * fails.
 */
export async function editedText<T>(
  context: Context,
  key: string,
  { before, command, read }: {
    before: string;
    /** The command that opens the text again. */
    command: string;
    read(text: string): T | undefined;
  },
): Promise<T> {
  const { system } = context;
  if (!context.interactive) {
    throw new MpmError("USAGE", "Cannot open an editor without a terminal", {
      hint: "Pass the texts as options, or a file with --input",
    });
  }
  const name = `${sha256(key).slice(0, 16)}.md`;
  const path = join(userState(system), "edits", name);
  write(system, path, attempt(() => textOf(system, path)) ?? before);
  const editor = editorOf(system);
  const status = await system.terminal.edit(editor, path);
  if (status !== 0) {
    throw new MpmError("CANCELLED", `The editor "${editor}" failed`, {
      hint: `Set VISUAL or EDITOR, then run "${command}" again`,
    });
  }
  const text = textOf(system, path);
  try {
    const edited = text.trim() === "" ? undefined : read(text);
    system.files.remove(path);
    if (edited !== undefined) return edited;
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    write(system, path, context.redact(text));
    throw new MpmError(error.code, error.message, {
      hint: `mpm kept your text. Run "${command}" to edit it again`,
      cause: error,
    });
  }
  throw new MpmError("CANCELLED", "Nothing was saved: the text is empty");
}

/** Returns the user's editor; a repository cannot set it. */
function editorOf(system: System): string {
  return system.env("VISUAL")?.trim() || system.env("EDITOR")?.trim() ||
    (system.platform === "windows" ? "notepad" : "vi");
}

function textOf(system: System, path: string): string {
  return new TextDecoder().decode(system.files.readOwn(path, LIMIT));
}

function write(system: System, path: string, text: string): void {
  ensureUserFolder(system, "edits");
  writeAtomic(system, path, { text });
}

function hasContent(text: string): boolean {
  return text.split("\n").some((line) =>
    line.trim() !== "" && !/^(?:[a-z_]+:|\s*[-*])\s*$/.test(line)
  );
}

function template(system: System, workspace: Workspace, content: Content) {
  const list = (name: string, texts: readonly string[]) => [
    `${name}:`,
    ...texts.map((text) => `- ${inField(text)}`),
    ...texts.length === 0 ? ["- "] : [],
  ];
  const todos = (done: boolean) =>
    content.todos.filter(({ status }) => (status === "completed") === done)
      .map(({ content }) => content);
  const one = (name: string, text: string | undefined) =>
    text === undefined ? [] : [`${name}: ${inField(text)}`];
  const open = openItems(system, workspace).items
    .map(({ number, kind, text }) => `#   ${number} ${kind}: ${oneLine(text)}`);
  return [
    `summary: ${inField(content.summary ?? "")}`,
    ...one("name", content.name),
    ...one("goal", content.goal),
    ...list("accomplishments", content.accomplishments),
    ...list("next_steps", content.next_steps),
    ...list("decisions", content.decisions),
    ...list("blockers", content.blockers),
    ...list("open_questions", content.open_questions),
    ...todos(false).length === 0 ? [] : list("todos", todos(false)),
    ...todos(true).length === 0 ? [] : list("done", todos(true)),
    "",
    "# Write what the next agent or person needs. mpm ignores lines that begin",
    '# with "#", and an empty text cancels the pause. Without a summary mpm makes',
    '# one. "mpm help pause" lists more fields, such as constraints and rejected.',
    ...open.length === 0
      ? []
      : ["#", '# Open items. "close: 1 2" closes them by number:', ...open],
    "",
  ].join("\n");
}

/** Indents further lines, which then begin no field, entry or comment. */
function inField(text: string): string {
  return text.trim().replaceAll(/\n+/g, "\n  ");
}

function oneLine(text: string): string {
  return escapeText(text.split("\n", 1)[0]!).slice(0, 100);
}
