import type { AgentEvent, Edit, EventKind, Hunk } from "../clients/mod.ts";
import { firstLine } from "../base/words.ts";
import type { ReplayStep } from "./commands/results.ts";

/** A step without its number. */
export type UnnumberedStep = Omit<ReplayStep, "step">;

/** Returns the event as a step, for display and JSON. */
export function stepOf(event: AgentEvent, cwd: string): UnnumberedStep {
  const { what, agent, dead } = event;
  return {
    at: event.at === "" ? null : event.at,
    key: event.key,
    type: what.type,
    description: describe(what, event.cwd ?? cwd),
    agent: agent ? { id: agent.id, name: agent.name } : null,
    withdrawn: dead,
    ...detailsOf(what, event.cwd ?? cwd),
  };
}

/** All optional fields of a step, empty. */
export const NO_DETAILS = {
  text: null,
  tool: null,
  args: null,
  result: null,
  failed: null,
  ended_at: null,
  edits: [],
  checkpoint: null,
} satisfies Partial<UnnumberedStep>;

function describe(what: EventKind, cwd: string): string {
  switch (what.type) {
    case "prompt":
    case "answer":
    case "thinking":
    case "error":
      return summaryOf(what.text);
    case "tool_call":
      return summaryOf(
        `${what.tool}${
          what.command ? `: ${what.command}` : argumentOf(what.args, cwd)
        }`,
      );
    case "file_edit":
      return [what.tool, ...what.edits.map((edit) => shortPath(edit.path, cwd))]
        .join(" ");
    case "todo":
      return summaryOf(`${what.text} (${what.state})`);
    case "question":
      return summaryOf(
        `${what.text} ${
          what.answer === undefined ? "(no answer)" : `→ ${what.answer}`
        }`,
      );
    case "plan":
      return summaryOf(`${what.state}: ${what.text}`);
    case "agent":
      return summaryOf(
        `${what.name}: ${what.task}${
          what.report === undefined ? "" : " (reported)"
        }`,
      );
    case "compaction":
      return what.before === undefined
        ? "Context compacted"
        : `Context compacted: ${what.before} tokens to ${what.after ?? "?"}`;
    case "rewind":
      return what.prompts === 1
        ? "1 prompt withdrawn"
        : `${what.prompts} prompts withdrawn`;
    case "model":
      return what.from === undefined ? what.to : `${what.from} to ${what.to}`;
    case "usage":
      return `${what.context} tokens in the context, ${what.output} written`;
  }
}

/**
 * Returns the most useful argument of a call: a path, a pattern, an address.
 */
function argumentOf(args: unknown, cwd: string): string {
  if (typeof args !== "object" || args === null) return "";
  const named = ["file_path", "path", "pattern", "url", "query", "subject"];
  const entries = new Map<string, unknown>(Object.entries(args));
  const found = named.map((name) => entries.get(name))
    .find((value) => typeof value === "string");
  return found === undefined ? "" : `: ${shortPath(found, cwd)}`;
}

function detailsOf(
  what: EventKind,
  cwd: string,
): Omit<
  UnnumberedStep,
  "at" | "key" | "type" | "description" | "agent" | "withdrawn"
> {
  switch (what.type) {
    case "tool_call":
    case "file_edit":
      return {
        text: null,
        tool: what.tool,
        args: what.args ?? null,
        result: what.result?.text ?? null,
        failed: what.result?.isError ?? null,
        ended_at: what.result?.at || null,
        checkpoint: null,
        edits: what.edits.map((edit) => ({
          path: shortPath(edit.path, cwd),
          how: edit.how,
          diff: edit.hunks === undefined ? null : diffOf(edit),
        })),
      };
    case "agent":
      return { ...NO_DETAILS, text: what.report ?? null };
    case "question":
      return { ...NO_DETAILS, text: questionText(what) };
    case "compaction":
      return { ...NO_DETAILS, text: what.summary };
    case "prompt":
    case "answer":
    case "thinking":
    case "plan":
    case "error":
      return { ...NO_DETAILS, text: what.text };
    default:
      return NO_DETAILS;
  }
}

function questionText(
  { text, options, answer }: Extract<EventKind, { type: "question" }>,
): string {
  return [
    text,
    ...options.map((option) => `- ${option}`),
    ...answer === undefined ? [] : [`Answer: ${answer}`],
  ].join("\n");
}

/** Returns a path relative to the agent's working folder. */
function shortPath(path: string, cwd: string): string {
  const below = path.startsWith(`${cwd}/`) || path.startsWith(`${cwd}\\`);
  return cwd !== "" && below ? path.slice(cwd.length + 1) : path;
}

/** Returns the hunks of a change in unified diff format. */
function diffOf({ hunks = [] }: Edit): string {
  return hunks.map((hunk) => `${headOf(hunk)}\n${hunk.lines.join("\n")}\n`)
    .join("");
}

function headOf({ oldStart, oldLines, newStart, newLines }: Hunk): string {
  return `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
}

/** The maximum length of a description, in UTF-16 units. */
const LONGEST = 160;

/** Returns the first line of a text, for use as a description. */
function summaryOf(text: string): string {
  return firstLine(text, LONGEST);
}
