import { attempt } from "../../../base/errors.ts";
import { sha256 } from "../../../base/digest.ts";
import {
  field,
  type Fields,
  isFields,
  jsonIn,
  textField,
} from "../../../base/parsed_values.ts";
import type { System } from "../../../system/system.ts";
import { readAgentFiles } from "../../agent_state.ts";
import type { ConversationRequest } from "../../client.ts";
import type { Conversation } from "../../conversation.ts";
import { chosen } from "../../facts.ts";
import { type Notes, withNoted } from "../../notes.ts";
import { readTaskFiles } from "../tasks.ts";
import { agentTranscripts } from "../transcript.ts";
import { linkOf, SKIPPED, TELLING, TIME } from "./branches.ts";
import { lineOf, type Transcript } from "./lines.ts";
import { fromTranscript, placesOf, startOf } from "./read.ts";

/** Marks how far a conversation was read, so that others see new lines. */
export interface ConversationMark {
  /** Number of bytes read. */
  readonly size: number;
  /** SHA-256 of the last bytes read. */
  readonly end: string;
  /** The inode of the file. */
  readonly inode: number;
  /** The ID and the time of the last line. */
  readonly last: string;
  readonly at: string;
  /** IDs of the prompts that were read. */
  readonly prompts: readonly string[];
  /** SHA-256 of the other sources of the conversation. */
  readonly beside: string;
}

type TranscriptMark = Omit<ConversationMark, "beside">;

/** The unchanged bytes before the mark, and the most bytes after it. */
const CHECKED = 4096;
const MOST = 64 * 1024;

/** Returns a mark for `size` bytes; `undefined`: later lines may matter. */
function markOf(
  system: System,
  path: string,
  { lines, end, size }: Transcript & { readonly size: number },
): TranscriptMark | undefined {
  const last = lines.findLast(({ uuid }) => uuid !== undefined)?.uuid;
  const bytes = checkedPart(system, path, { size, to: size });
  const inode = attempt(() => system.files.stat(path)?.inode);
  if (last === undefined || !bytes || inode === undefined) return undefined;
  const byId = new Map(lines.map((line) => [line.uuid, line.value]));
  for (let at: string | undefined = last; at !== end;) {
    const value = byId.get(at);
    at = textField(value, "parentUuid");
    if (!value || at === undefined || !isQuiet(value, at, [])) return undefined;
    // Invalid transcripts may contain a cycle.
    byId.delete(textField(value, "uuid"));
  }
  return {
    ...{ size, end: sha256(bytes), inode, last },
    at: lines.at(-1)!.at,
    prompts: [...new Set(lines.flatMap(({ promptId }) => promptId ?? []))],
  };
}

/** Returns the bytes to check and all up to `to`, if readable. */
function checkedPart(
  system: System,
  path: string,
  { size, to }: { size: number; to: number },
): Uint8Array | undefined {
  const start = Math.max(0, size - CHECKED);
  const bytes = attempt(() => system.files.readPart(path, start, to - start));
  return bytes?.length === to - start && bytes[size - start - 1] === NEWLINE
    ? bytes
    : undefined;
}

const NEWLINE = 10;

/**
 * Returns the time of the last line if, since a mark, the client only recorded
 * its own state and commands. `undefined`: something may have been said, or the
 * file is a different one. `most`: the maximum number of bytes to read.
 */
function quietUntil(
  system: System,
  path: string,
  { mark, most }: { mark: TranscriptMark; most: number },
): string | undefined {
  const { size, inode } = attempt(() => system.files.stat(path)) ?? {};
  const isSame = size !== undefined && inode === mark.inode &&
    size >= mark.size && size - mark.size <= MOST &&
    startOf(size, most) === startOf(mark.size, most);
  if (!isSame) return undefined;
  const bytes = checkedPart(system, path, { size: mark.size, to: size });
  const known = Math.min(mark.size, CHECKED);
  if (!bytes || sha256(bytes.subarray(0, known)) !== mark.end) return undefined;
  let { last, at }: Pick<TranscriptMark, "last" | "at"> = mark;
  for (
    const text of new TextDecoder().decode(bytes.subarray(known)).split("\n")
  ) {
    if (SKIPPED.test(text) || text.trim() === "") continue;
    const value = linkOf(text) ?? jsonIn(text);
    if (!isFields(value)) return undefined;
    if (value.isSidechain === true) continue;
    if (!isQuiet(value, last, mark.prompts)) return undefined;
    last = textField(value, "uuid") ?? last;
    const time = textField(value, "timestamp");
    if (time === undefined || !TIME.test(time)) continue;
    if (time < at) return undefined;
    at = time;
  }
  return at;
}

/** Types of lines that record the client's state and follow no line. */
const STATES = new Set(
  ("mode permission-mode last-prompt cost-state ai-title custom-title" +
    " agent-name").split(" "),
);

/** Fields of lines that contain a message. */
const SAID = [
  ...["promptSource", "origin", "toolUseResult", "toolDenialKind"],
  ...["isCompactSummary", "logicalParentUuid"],
];

/** Returns whether a line after the line `last` contains no message. */
function isQuiet(
  value: Fields,
  last: string,
  prompts: readonly string[],
): boolean {
  const { type, uuid, text, promptId } = lineOf(value, "");
  if (uuid === undefined) return STATES.has(type) && value.explicit !== true;
  if (textField(value, "parentUuid") !== last) return false;
  if (promptId !== undefined && prompts.includes(promptId)) return false;
  if (SAID.some((name) => field(value, name) !== undefined)) return false;
  // The client's own commands, such as the exit command.
  if (type === "user") {
    return /^<(?:command-name|local-command-)/.test(text ?? "");
  }
  if (type === "system" || type === "link") return true;
  const attached = textField(field(value, "attachment"), "type");
  return type === "attachment" && attached !== undefined &&
    !TELLING.test(attached);
}

/** Reads a conversation in the state that it will have at its end. */
export function readForLater(
  system: System,
  request: ConversationRequest,
): { conversation: Conversation; mark: ConversationMark } | undefined {
  const { path, notes, most } = placesOf(system, request);
  if (path === undefined) return undefined;
  const beside = besideOf(system, request, { path, notes });
  const known = fromTranscript(system, path, { ...request, most });
  const { conversation, main, from, ended, size } = known;
  const mark = markOf(system, path, { ...main, size });
  if (!mark) return undefined;
  const all = withNoted(conversation, notes, { from, to: "\uffff", ended });
  return {
    conversation: chosen(all, request.sources),
    mark: { ...mark, beside },
  };
}

/** Returns whether reading the conversation now gives the same result. */
export function isAsMarked(
  system: System,
  request: ConversationRequest,
  mark: ConversationMark,
): boolean {
  const { path, notes, most } = placesOf(system, request);
  if (path === undefined) return false;
  const until = quietUntil(system, path, { mark, most });
  const noted = Object.values(notes).flat().map(({ at }) => at);
  return until !== undefined && noted.every((at) => at <= until) &&
    besideOf(system, request, { path, notes }) === mark.beside;
}

/**
 * Returns a mark for other notes with the same conversation. `undefined`:
 * another source of the conversation has changed since then.
 */
export function remarked(
  system: System,
  request: ConversationRequest,
  { mark, notes }: { mark: ConversationMark; notes: Notes },
): ConversationMark | undefined {
  const { path, notes: before } = placesOf(system, request);
  if (path === undefined) return undefined;
  const isSame =
    besideOf(system, request, { path, notes: before }) === mark.beside;
  return isSame
    ? { ...mark, beside: besideOf(system, request, { path, notes }) }
    : undefined;
}

/** The maximum number of sub-agents whose transcripts are compared by size. */
const MOST_AGENTS = 20;

function besideOf(
  system: System,
  { sessionId: id, root, sources }: ConversationRequest,
  { path, notes }: { path: string; notes: Notes },
): string {
  const agents = agentTranscripts(system, path).slice(0, MOST_AGENTS)
    .map((file) => [file, attempt(() => system.files.stat(file)?.size)]);
  const tasks = readAgentFiles(system, { id, root }, "tasks");
  const files = readTaskFiles(system, id);
  const given = [path, notes, agents, tasks, files, [...sources ?? []]];
  return sha256(JSON.stringify(given));
}
