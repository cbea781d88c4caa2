import { MpmError } from "../../base/errors.ts";
import { setOwn } from "../../base/own.ts";
import type { ForeignSave } from "./foreign_save.ts";
import { gitContext } from "./markdown_git.ts";
import {
  codeText,
  listItems,
  type Sections,
  splitSections,
  todoItems,
} from "./markdown_parts.ts";
import type { Fields } from "../../base/odd_values.ts";

/**
 * Reads a save that is there as Markdown only: claude-mpm's document, mpm's,
 * which follows it, and the freer ones that models wrote by hand, with
 * `**Paused**` for `**Paused At**` and headings such as `To Resume`. The whole
 * summary is read. Throws UNREADABLE for an empty file; `name` stands for the
 * file in it.
 */
export function parseMarkdownSave(text: string, name: string): ForeignSave {
  if (text.trim() === "") {
    throw new MpmError(
      "UNREADABLE",
      `Cannot read ${name}: line 1: it is empty`,
      {
        hint: 'Run "mpm sessions list" to find another save',
      },
    );
  }
  const { sections, openFence } = splitSections(text);
  const warnings = openFence === undefined
    ? []
    : [`line ${openFence}: the code block that begins here does not end`];
  const known = sections.labels.size > 0 || sections.bodies.size > 0;
  if (!known) warnings.push("line 1: no heading or label of a save");
  return { value: saveOf(sections, known ? "" : text.trim()), warnings };
}

function saveOf({ labels, bodies, summary }: Sections, text: string): Fields {
  const path = code(labels.get("working directory"));
  return {
    ...given("session_id", code(labels.get("session id"))),
    ...given("paused_at", labels.get("paused at") ?? labels.get("paused")),
    ...given("project_path", code(labels.get("project"))),
    ...given("version", labels.get("version")),
    ...given("name", labels.get("name")),
    "conversation": {
      ...given("primary_task", labels.get("primary task")),
      ...given("current_phase", labels.get("current phase")),
      "summary": summary ?? text,
      "accomplishments": listItems(bodies.get("accomplishments")),
      "next_steps": listItems(bodies.get("next steps")),
    },
    ...lists(bodies),
    ...given("active_context", path && { "working_directory": path }),
    "git_context": gitContext(bodies.get("git context"), labels),
  };
}

/** A field only where something is said of it. */
function given(name: string, value: unknown): Fields {
  return value === undefined ? {} : { [name]: value };
}

function code(text: string | undefined): string | undefined {
  return text === undefined ? undefined : codeText(text) ?? text;
}

/** The sections that stand for lists of a save, or have no place in one. */
const LISTS: Record<string, string> = {
  "important reminders": "important_reminders",
  "open questions": "open_questions",
  "decisions": "decisions",
  "blockers": "blockers",
};

function lists(bodies: ReadonlyMap<string, string[]>): Fields {
  const fields: Fields = {};
  for (const [heading, field] of Object.entries(LISTS)) {
    const body = bodies.get(heading);
    if (body) setOwn(fields, field, listItems(body));
  }
  const todos = bodies.get("todos");
  if (todos) fields.todos = todoItems(todos);
  return fields;
}
