import { basename, dirname } from "@std/path";
import { join } from "../../../base/join.ts";
import { attempt } from "../../../base/errors.ts";
import { field, textField } from "../../../base/parsed_values.ts";
import { counted } from "../../../base/words.ts";
import { claudeHome } from "../../../ops/mod.ts";
import type { System } from "../../../system/system.ts";
import { readAgentFiles } from "../../agent_state.ts";
import type { ConversationRequest } from "../../client.ts";
import {
  byTime,
  type Conversation,
  type FileUse,
  LONGEST_TEXT,
  NO_CONVERSATION,
  type Planned,
  type Ran,
} from "../../conversation.ts";
import { chosen, FIRST_PROMPTS, unreadIn } from "../../facts.ts";
import { isFile, startText } from "../../look.ts";
import {
  cutMiddle,
  type Notes,
  notesFromJson,
  withNoted,
} from "../../notes.ts";
import { lastLines, type Lost } from "../../tail.ts";
import { withoutPrivate } from "../../../secrets/mod.ts";
import { agentTranscripts, findTranscript } from "../transcript.ts";
import { errorsAtEnd, messagesIn, reportsIn } from "./answers.ts";
import { commandsIn, endedIn, unfinished } from "./commands.ts";
import { filesIn, searchesIn, seenIn } from "./files.ts";
import { type Line, readLines, type Transcript } from "./lines.ts";
import { promptsIn } from "./prompts.ts";
import { plansIn, questionsIn, summariesIn } from "./questions.ts";
import { readTodos } from "./todos.ts";

/** The most bytes to read from the end and the start of a transcript. */
const MOST = 4 * 1024 * 1024;
const BEGINNING = 128 * 1024;

/** The most bytes to read from the end if hooks recorded the rest. */
const MOST_WITH_NOTES = 1024 * 1024;

/** The most sub-agents to read, and bytes from the end of each. */
const MOST_AGENTS = 5;
const MOST_OF_AGENT = 256 * 1024;

/**
 * Reads the known facts of a conversation with Claude Code. The sources are the
 * end and the beginning of its transcript, the transcripts of its newest
 * sub-agents, its lists, its plan, and notes of hooks. The time is bounded,
 * however long the files are. Never throws because of their content; `unread`
 * lists the parts that were not read.
 */
export function readConversation(
  system: System,
  request: ConversationRequest,
): Conversation {
  const { sessionId, root, sources } = request;
  const { path, notes, most } = placesOf(system, request);
  const known = path === undefined
    ? undefined
    : fromTranscript(system, path, { ...request, most });
  const read = known?.conversation ?? {
    ...NO_CONVERSATION,
    todos: readTodos(system, { sessionId, root }),
    unread: ["The transcript was not found"],
  };
  const all = withNoted(read, notes, {
    from: known?.from,
    to: known?.to,
    seen: known?.seen,
    ended: known?.ended ?? new Set(),
  });
  return chosen(all, sources);
}

/** Returns the sources, and how many bytes of the transcript to read. */
export function placesOf(
  system: System,
  { transcriptPath: given, notes: said, ...request }: ConversationRequest,
): { path: string | undefined; notes: Notes; most: number } {
  const path = given !== undefined && isFile(system, given)
    ? given
    : findTranscript(system, request);
  const { sessionId: id, root } = request;
  const notes = said ??
    notesFromJson(readAgentFiles(system, { id, root }, "notes")[0]);
  const most = request.most ??
    (notes.prompts.length > 0 ? MOST_WITH_NOTES : MOST);
  return { path, notes, most };
}

/** Reading always starts at a multiple of this number of bytes. */
const STEP = 128 * 1024;

/** Returns where to begin reading, which rarely changes as lines come. */
export function startOf(size: number, most: number): number {
  return Math.ceil(Math.max(0, size - most) / STEP) * STEP;
}

interface Known {
  readonly conversation: Conversation;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly seen: ReadonlySet<string>;
  readonly ended: ReadonlySet<string>;
  readonly main: Transcript;
  /** Size of the transcript in bytes. */
  readonly size: number;
}

export function fromTranscript(
  system: System,
  path: string,
  { sessionId, root, most }: ConversationRequest & { readonly most: number },
): Known {
  const lost: Lost = { long: 0, failed: 0 };
  const size = attempt(() => system.files.stat(path)?.size) ?? 0;
  const over = startOf(size, most);
  const main = readLines(lastLines(system, path, size - over, lost, size));
  const from = main.lines[0]?.at;
  const first = over > 0
    ? promptsIn(readBeginning(system, path)).slice(0, FIRST_PROMPTS)
      .filter(({ at }) => from === undefined || at < from)
    : [];
  const agents = readAgents(system, path);
  const ended = endedIn(main);
  const around = { ended, outputEnd: outputsOf(system, path) };
  const files = projectFiles(system, [main, ...agents.read]);
  const changed = files.filter(({ how }) => how !== "read").at(-1)?.at ?? "";
  const messages = messagesIn(main);
  const conversation: Conversation = {
    prompts: [...first, ...promptsIn(main)],
    messages,
    lastMessage: messages.at(-1),
    questions: questionsIn(main),
    plans: [...plansIn(main), ...unfinishedPlan(system, main)],
    summaries: summariesIn(main),
    todos: readTodos(system, { sessionId, root, main }),
    commands: [main, ...agents.read].flatMap((one) => commandsIn(one, around))
      .sort(byTime).map((ran) => ({ ...ran, changedSince: changed > ran.at })),
    files,
    searches: [...new Set(agents.read.concat(main).flatMap(searchesIn))],
    seen: agents.read.concat(main).flatMap(seenIn).sort(byTime),
    reports: reportsIn(main, ended),
    errors: errorsAtEnd(main),
    background: unfinished(main, ended),
    unread: [
      ...unreadIn({ ...lost, torn: main.torn, bytes: over }),
      ...main.lines.length > 0 && !main.lines.some(isMessage)
        ? ["No message was found in the transcript"]
        : [],
      ...agents.left > 0
        ? [`${counted(agents.left, "transcript")} of sub-agents not read`]
        : [],
    ],
  };
  const seen = new Set(main.notable.flatMap(({ promptId }) => promptId ?? []));
  const to = main.lines.at(-1)?.at;
  const known = { from, to, seen, ended: new Set(ended.keys()) };
  return { ...known, conversation, main, size };
}

function isMessage({ type }: Line): boolean {
  return type === "user" || type === "assistant";
}

/** The bytes at the end that should contain the last step. */
const MOST_OF_STEP = 1024 * 1024;

/** Returns which calls ran; only the transcript shows a refusal. */
export function ranIn(
  system: System,
  path: string,
  ids: ReadonlySet<string>,
): Ran[] {
  const end = readLines(lastLines(system, path, MOST_OF_STEP));
  const around = { ended: endedIn(end), outputEnd: outputsOf(system, path) };
  return commandsIn(end, around).filter(({ key }) => ids.has(key));
}

/** Returns the first lines, which show the subject of the conversation. */
export function readBeginning(system: System, path: string): Transcript {
  const lines = startText(system, path, BEGINNING).split("\n").slice(0, -1);
  return readLines(lines.reverse());
}

/** Reads the transcripts of sub-agents that were written last. */
function readAgents(
  system: System,
  path: string,
): { read: Transcript[]; left: number } {
  const found = agentTranscripts(system, path);
  const read = found.slice(0, MOST_AGENTS).map((agent) =>
    readLines(lastLines(system, agent, MOST_OF_AGENT), { sidechains: true })
  );
  return { read, left: found.length - read.length };
}

/** The most bytes to read from the end of an output in a file. */
const OUTPUT_END = 4000;

/** Returns a function that reads up to five long outputs from files. */
function outputsOf(
  system: System,
  path: string,
): (name: string) => string | undefined {
  const folder = join(path.replace(/\.jsonl$/, ""), "tool-results");
  let left = MOST_AGENTS;
  return (name) => {
    const file = join(folder, basename(name));
    if (!/^[\w-]+\.txt$/.test(name) || !isFile(system, file) || left-- <= 0) {
      return undefined;
    }
    return attempt(() => {
      const size = system.files.stat(file)?.size ?? 0;
      const start = Math.max(0, size - OUTPUT_END);
      const bytes = system.files.readPart(file, start, OUTPUT_END);
      return withoutPrivate(new TextDecoder().decode(bytes), start > 0);
    });
  };
}

/** Leaves out the client's own files, such as plans and its memory. */
function projectFiles(
  system: System,
  transcripts: readonly Transcript[],
): FileUse[] {
  const home = claudeHome(system);
  const own = ["plans", "projects", "tasks"].map((name) =>
    home === undefined ? "\0" : join(home, name)
  );
  return transcripts.flatMap(filesIn).sort(byTime).filter(({ path }) =>
    !own.some((folder) =>
      path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`)
    )
  );
}

/** Returns a plan from its file if the plan was not shown to anyone yet. */
function unfinishedPlan(
  system: System,
  { notable, calls }: Transcript,
): Planned[] {
  const home = claudeHome(system);
  const written = [...calls.values()].findLast(({ name, input, result }) =>
    ["Write", "Edit"].includes(name) && result?.isError === false &&
    home !== undefined &&
    dirname(textField(input, "file_path") ?? "") === join(home, "plans")
  );
  const path = textField(written?.input, "file_path");
  if (!written || path === undefined) return [];
  const at = written.result!.line.at;
  const asked = [...calls.values()].some(({ name, line }) =>
    name === "ExitPlanMode" && line.at >= at
  );
  const ended = notable.some((line) =>
    line.at >= at &&
    field(line.value.attachment, "type") === "plan_mode_exit"
  );
  if (asked || ended || !isFile(system, path)) return [];
  const text = startText(system, path, 64 * 1024);
  return text.trim() === "" ? [] : [{
    at,
    text: cutMiddle(text, 2 * LONGEST_TEXT),
    key: written.id,
    state: "open",
  }];
}
