import * as z from "zod/mini";
import { MpmError } from "../../base/errors.ts";
import { completed, type Content, NO_CONTENT, pending } from "../content.ts";
import { checkedName } from "../../base/names.ts";
import { problemsOf } from "../../base/schema.ts";
import { isPlainInput, parsePlain } from "./plain_input.ts";

const lines = z.optional(z.array(z.string()));
const line = z.optional(z.string());

/** The input of `mpm pause --input`: the flags of `pause`, as JSON. */
export const ContentInput = z.strictObject({
  /** The task; without it, a summary is generated. */
  summary: line,
  /** A name to find the session by. */
  name: line,
  primary_task: line,
  current_phase: line,
  /** Finished work. */
  accomplishments: lines,
  /** Next steps, most important first. */
  next_steps: lines,
  /** Decisions, with their reasons. */
  decisions: lines,
  /** Blockers of the work. */
  blockers: lines,
  open_questions: lines,
  /** The purpose of the work; it replaces an earlier goal. */
  goal: line,
  /** Constraints of the work. */
  constraints: lines,
  /** Approaches that should not be tried again, with the reasons. */
  rejected: lines,
  /** Commands that show whether the work is correct. */
  verify: lines,
  /** Numbers of open items that are finished, as listed by "mpm done". */
  close: z.optional(z.array(z.int().check(z.positive()))),
  important_reminders: lines,
  /** Paths. */
  files_to_review: lines,
  /** Each todo is an object, or a text, which counts as pending. */
  todos: z.optional(z.array(z.union([
    z.string(),
    z.strictObject({
      content: z.string(),
      status: z.enum(["pending", "in_progress", "completed"]),
      activeForm: line,
    }),
  ]))),
  /** Todos that are finished. */
  done: lines,
});

/**
 * Parses the JSON of `--input`, or its plain form. Throws USAGE with the name
 * of the field, or with the error position if the JSON is invalid.
 */
export function parseInput(text: string, source: string): Content {
  const value = isPlainInput(text)
    ? parsePlain(text, source)
    : parseJson(text, source);
  const problems = problemsOf(ContentInput, value);
  if (problems.length > 0) {
    throw new MpmError(
      "USAGE",
      `Cannot use ${source}: ${problems.join("; ")}`,
      { hint: '"mpm help pause" shows the fields' },
    );
  }
  const { done = [], todos = [], ...input } = value as z.infer<
    typeof ContentInput
  >;
  return {
    ...NO_CONTENT,
    ...input as Partial<Content>,
    name: checkedName(input.name),
    todos: [
      ...todos.map((todo) =>
        typeof todo === "string"
          ? pending(todo)
          : { content: todo.content, status: todo.status }
      ),
      ...done.map(completed),
    ],
  };
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MpmError(
      "USAGE",
      `Cannot read ${source} as JSON: ${(error as Error).message}`,
      {
        hint:
          'The input must be one object, e.g. {"summary":"…","next_steps":["…"]}',
      },
    );
  }
}
