import { field, textField } from "../../../base/parsed_values.ts";
import { cutMiddle } from "../../notes.ts";
import { LONGEST_TEXT, type Reported, type Said } from "../../conversation.ts";
import type { Ended } from "./commands.ts";
import { type Call, type Line, textOf, type Transcript } from "./lines.ts";

const isAnswer = ({ type, value }: Line) =>
  type === "assistant" && value.isApiErrorMessage !== true &&
  field(value.message, "model") !== "<synthetic>";

/** Returns the agent's messages, without its thinking. */
export function messagesIn({ notable, alive }: Transcript): Said[] {
  const found = new Map<string, Said>();
  for (const line of notable) {
    if (!isAnswer(line) || !alive(line)) continue;
    const text = textOf(line.blocks).trim();
    if (text === "") continue;
    // The blocks of one message are on separate lines.
    const id = textField(line.value.message, "id") ?? line.uuid ?? line.at;
    const before = found.get(id)?.text;
    found.set(id, {
      at: line.at,
      key: line.uuid ?? line.at,
      text: cutMiddle(
        before === undefined ? text : `${before}\n\n${text}`,
        LONGEST_TEXT,
      ),
    });
  }
  return [...found.values()];
}

/** Returns the reports of sub-agents, only the last report of each agent. */
export function reportsIn(
  { calls }: Transcript,
  ended: ReadonlyMap<string, Ended>,
): Reported[] {
  const found = new Map<string, Reported>();
  for (const call of calls.values()) {
    const report = reportOf(call, ended);
    if (report && report.text !== "") found.set(report.key, report);
  }
  return [...found.values()];
}

function reportOf(
  { id, name, input, result }: Call,
  ended: ReadonlyMap<string, Ended>,
): Reported | undefined {
  if (!["Agent", "Task", "Workflow"].includes(name)) return undefined;
  if (!result || result.isError) return undefined;
  const { kept, line } = result;
  const key = textField(kept, "agentId") ?? textField(kept, "taskId") ?? id;
  const later = ended.get(key);
  const content = field(kept, "content");
  // The first text may come from the client.
  const own = Array.isArray(content)
    ? textOf(content.slice(-1))
    : content === undefined && kept === undefined
    ? result.text
    : "";
  return {
    key,
    at: later?.at ?? line.at,
    text: cutMiddle((later?.result ?? own).trim(), LONGEST_TEXT),
    type: textField(kept, "agentType") ?? textField(input, "subagent_type") ??
      textField(kept, "workflowName") ?? "general-purpose",
    task: cutMiddle(
      textField(input, "description") ?? textField(input, "prompt") ?? "",
      1000,
    ),
  };
}

/** Returns why a conversation ended: an API error, a limit, or a person. */
export function errorsAtEnd({ lines, alive }: Transcript): Said[] {
  for (const line of lines.toReversed()) {
    if (!alive(line)) continue;
    const text = errorIn(line);
    if (text !== undefined) {
      return [{ at: line.at, text, key: line.uuid ?? line.at }];
    }
    const goesOn = isAnswer(line) ||
      line.type === "user" && line.value.isMeta !== true &&
        !line.text?.startsWith("<local-command") &&
        !line.text?.startsWith("<command-name>");
    if (goesOn) return [];
  }
  return [];
}

/** Returns an API error, a limit or an interruption in a line. */
export function errorIn(
  { type, value, blocks, text }: Line,
): string | undefined {
  if (type === "assistant" && value.isApiErrorMessage === true) {
    const resets = field(value.quotaLimits, "resetsAt");
    const until = typeof resets === "number" && Math.abs(resets) < 8e12
      ? ` (the limit ends at ${new Date(resets * 1000).toISOString()})`
      : "";
    const said = cutMiddle(textOf(blocks), 2000) || "unknown error";
    const kind = textField(value, "error");
    return `${kind === undefined ? "" : `${kind}: `}${said}${until}`;
  }
  const attachment = field(value, "attachment");
  if (field(attachment, "type") === "max_turns_reached") {
    return `it reached the limit of ${field(attachment, "maxTurns")} turns`;
  }
  const given = text ?? textOf(blocks);
  return type === "user" && /^\[Request interrupted by user/.test(given)
    ? "the user interrupted the agent"
    : undefined;
}
