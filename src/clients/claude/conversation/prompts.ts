import { field, type Fields, textField } from "../../../base/parsed_values.ts";
import { cutMiddle } from "../../notes.ts";
import { LONGEST_TEXT, type Said } from "../../conversation.ts";
import { askedIn } from "../../headless/step_prompt.ts";
import { type Line, textOf, type Transcript } from "./lines.ts";

/** The maximum length of pasted text to keep in a prompt, in UTF-16 units. */
const LONGEST_PASTE = 2000;

/**
 * Returns the words of the person, or of the program that runs the agent, in
 * order of time. Prompts may be typed, sent by a program, queued, or added to a
 * running turn. The words also include skills with their arguments, refusals of
 * calls, and `!` commands. Answers to questions are collected elsewhere. Tool
 * output never counts.
 */
export function promptsIn(transcript: Transcript): Said[] {
  const marked = transcript.notable.some(({ value }) =>
    value.origin !== undefined || value.promptSource !== undefined
  );
  const said = transcript.notable.flatMap((line) => {
    const text = saidIn(line, transcript) ??
      (marked ? undefined : unmarked(line));
    if (text === undefined || text.trim() === "") return [];
    if (!transcript.alive(line)) return [];
    const key = line.type === "user" && isFirst(line)
      ? line.promptId
      : undefined;
    return [{
      at: line.at,
      text: cutMiddle(askedIn(text), LONGEST_TEXT),
      key: key ?? line.uuid ?? line.at,
    }];
  });
  return [...said, ...waiting(transcript.notable)];
}

/** Returns whether a line is not a refusal, which repeats a prompt ID. */
function isFirst({ value }: Line): boolean {
  return field(value, "toolUseResult") === undefined;
}

/** Returns the words of a person in a line, or `undefined`. */
export function saidIn(
  line: Line,
  { calls }: Pick<Transcript, "calls">,
): string | undefined {
  const { value, type } = line;
  if (type === "attachment") return takenInTurn(field(value, "attachment"));
  if (type !== "user" || value.isMeta === true) return undefined;
  if (value.isCompactSummary === true) return undefined;
  if (value.toolUseResult !== undefined || hasResult(line)) {
    const id = line.blocks.map((block) => textField(block, "tool_use_id"))
      .find((id) => id !== undefined);
    // For an answered question, the client writes its own text instead of the
    // person's words.
    const asked = calls.get(id ?? "")?.name === "AskUserQuestion";
    return asked ? undefined : refusalIn(value);
  }
  const human = field(value.origin, "kind") === "human" ||
    value.origin === undefined && value.promptSource === "sdk";
  if (human) return asTyped(line.text ?? textOf(line.blocks));
  return shellCommand(line.text);
}

function hasResult({ blocks }: Line): boolean {
  return blocks.some(({ type }) => type === "tool_result");
}

/** Returns the words with which a person refused a tool call. */
export function refusalIn(value: Fields): string | undefined {
  if (value.toolDenialKind !== "user-rejected") return undefined;
  return value.holdsPersonsWords === true
    ? textField(value, "userFeedback")
    : undefined;
}

/** Words typed while the agent worked are only in an attachment. */
function takenInTurn(attachment: unknown): string | undefined {
  if (field(attachment, "type") !== "queued_command") return undefined;
  if (field(attachment, "commandMode") !== "prompt") return undefined;
  const human = field(field(attachment, "origin"), "kind") === "human" ||
    field(attachment, "humanTurn") === true;
  return human ? asTyped(textOf(field(attachment, "prompt"))) : undefined;
}

// Bounded, so that the same text is not scanned repeatedly.
const SKILL =
  /^<command-message>[^<]{0,1000}<\/command-message>\s{0,10}<command-name>([^<]{0,1000})<\/command-name>(?:\s{0,10}<command-args>([^]*?)<\/command-args>)?/;
const PASTE =
  /(<pasted_content\s[^<>]{0,1000}>\n?)([^]*?)(\n?<\/pasted_content[^<>]{0,1000}>|$)/g;

/** Returns a prompt as it was typed: skills by name, long pastes shortened. */
function asTyped(text: string): string {
  const skill = SKILL.exec(text);
  if (skill) return `${skill[1]} ${skill[2] ?? ""}`.trim();
  return text.replaceAll(
    PASTE,
    (_, start: string, body: string, end: string) =>
      `${start}${cutMiddle(body, LONGEST_PASTE)}${end}`,
  );
}

const SHELL = /^<bash-input>([^]*)<\/bash-input>/;

function shellCommand(text: string | undefined): string | undefined {
  const command = SHELL.exec(text ?? "")?.[1];
  return command === undefined ? undefined : `! ${command.trim()}`;
}

/** Returns a prompt of an older client, which does not mark prompts. */
export function unmarked(line: Line): string | undefined {
  const { type, value, text } = line;
  const plain = type === "user" && value.isMeta !== true &&
    value.isCompactSummary !== true && value.toolUseResult === undefined &&
    !hasResult(line);
  if (!plain) return undefined;
  const typed = asTyped(text ?? textOf(line.blocks));
  return /^\s*<(?!pasted_content\s)[a-z]|^\[Request interrupted/.test(typed)
    ? undefined
    : typed;
}

/** Returns prompts that were typed while the agent worked but never used. */
function waiting(lines: readonly Line[]): Said[] {
  let queue: Said[] = [];
  for (const { type, value, at } of lines) {
    if (type !== "queue-operation") continue;
    const text = textField(value, "content") ?? "";
    if (value.operation === "enqueue") {
      queue.push({ at, text, key: `queued ${at}` });
    } else if (value.operation === "dequeue") {
      queue.shift();
    } else if (value.operation === "remove") {
      queue = queue.filter((one) => one.text !== text);
    } else {
      // For example, when all queued prompts go back into the input box.
      queue = [];
    }
  }
  return queue.filter(({ text }) => !/^\s*(<[a-z]|$)/.test(text))
    .map((one) => ({ ...one, text: cutMiddle(one.text, LONGEST_TEXT) }));
}
