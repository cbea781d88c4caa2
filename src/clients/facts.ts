import {
  type Asked,
  type Conversation,
  CONVERSATION_SOURCES,
  type ConversationSource,
  type FileUse,
  LONGEST_TEXT,
  NO_CONVERSATION,
  type Planned,
  type Ran,
  type Reported,
  type Said,
  type Seen,
  type Todoed,
} from "./conversation.ts";
import { counted, sizeText } from "../base/words.ts";
import type {
  AgentEvent,
  Edit,
  EventKind,
  EventsLost,
  FileEdit,
  ToolCall,
} from "./events.ts";
import { namedIn } from "./named_paths.ts";
import { cutMiddle } from "./notes.ts";
import { symbolsIn } from "./symbols.ts";
import { askedIn } from "./headless/step_prompt.ts";

/** The source of each list, and the number of its last entries to keep. */
const LISTS = {
  prompts: { source: "prompts", last: 60 },
  messages: { source: "messages", last: 200 },
  questions: { source: "answers", last: 60 },
  plans: { source: "plans", last: 10 },
  summaries: { source: "summaries", last: 3 },
  todos: { source: "tasks", last: Infinity },
  commands: { source: "commands", last: 200 },
  files: { source: "files", last: 2000 },
  searches: { source: "files", last: 20 },
  seen: { source: "files", last: 60 },
  reports: { source: "agents", last: 10 },
  errors: { source: "errors", last: Infinity },
  background: { source: "commands", last: 10 },
} as const;

/** The number of prompts to keep from the beginning. */
export const FIRST_PROMPTS = 5;

/** The longest command and output to keep, in UTF-16 units. */
const LONGEST_COMMAND = 2000;
const LONGEST_OUTPUT = 4000;

/** The states that clients use for a todo. Any other state counts as open. */
const STATES: ReadonlyMap<string, Todoed["state"]> = new Map([
  ["in_progress", "doing"],
  ["completed", "done"],
  ["done", "done"],
  ["cancelled", "dropped"],
  ["deleted", "dropped"],
]);

/** Derives the facts for a save, with bounded lists, from events. */
export function conversationOf(events: Iterable<AgentEvent>): Conversation {
  const facts = new Facts();
  for (const event of events) facts.take(event);
  return facts.conversation();
}

class Facts {
  readonly #first: Said[] = [];
  readonly #prompts = new Last<Said>(LISTS.prompts.last);
  readonly #messages = new Last<Said>(LISTS.messages.last);
  readonly #questions = new Last<Asked>(LISTS.questions.last);
  readonly #plans = new Last<Planned>(LISTS.plans.last);
  readonly #summaries = new Last<Said>(LISTS.summaries.last);
  readonly #todos = new Map<string, Todoed>();
  readonly #commands = new Last<Ran>(LISTS.commands.last);
  readonly #files = new Last<FileUse>(LISTS.files.last);
  readonly #searches = new Last<string>(LISTS.searches.last);
  readonly #seen = new Last<Seen>(LISTS.seen.last);
  readonly #reports = new Last<Reported>(LISTS.reports.last);
  readonly #background = new Last<Said>(LISTS.background.last);
  #errors: readonly Said[] = [];
  #changed = "";

  take(event: AgentEvent): void {
    const { what } = event;
    if (what.type === "tool_call" || what.type === "file_edit") {
      this.#called(event, what);
    } else if (what.type === "agent") this.#reported(event, what);
    // A sub-agent works for its parent, and the parent has its report.
    else if (!event.agent && !event.dead) this.#told(event, what);
  }

  #told({ at, key }: AgentEvent, what: EventKind): void {
    const said = (text: string, times = 1) => ({
      ...{ at, key },
      text: cutMiddle(text, times * LONGEST_TEXT),
    });
    switch (what.type) {
      case "prompt": {
        this.#errors = [];
        const asked = said(askedIn(what.text));
        if (this.#first.length < FIRST_PROMPTS) this.#first.push(asked);
        else this.#prompts.add(asked);
        return;
      }
      case "answer":
        this.#errors = [];
        return this.#messages.add(said(what.text));
      case "question": {
        const { text, options, answer } = what;
        return this.#questions.add({
          ...said(text),
          options,
          ...answer !== undefined && { answer },
        });
      }
      case "plan":
        return this.#plans.add({ ...said(what.text, 2), state: what.state });
      case "compaction":
        return this.#summaries.add(said(what.summary, 3));
      case "todo":
        this.#todo(what, at);
        return;
      case "error":
        this.#errors = [said(what.text)];
    }
  }

  /** Each change brings the whole list, so a dropped todo may come back. */
  #todo({ text, state }: { text: string; state: string }, at: string): void {
    const name = text.trim().replaceAll(/\s+/g, " ").toLowerCase();
    const key = `todo ${name}`;
    this.#todos.set(key, {
      ...{ key, text, at },
      description: "",
      state: STATES.get(state) ?? "open",
      blockedBy: [],
    });
  }

  #called(event: AgentEvent, what: ToolCall | FileEdit): void {
    const { result } = what;
    const at = result?.at ?? event.at;
    for (const edit of what.edits) {
      this.#changed = at > this.#changed ? at : this.#changed;
      const symbols = symbolsIn(linesOf(edit));
      this.#files.add({ path: edit.path, how: edit.how, at, symbols });
    }
    if (what.type === "file_edit") return;
    const { command, reads, search } = what;
    if (command !== undefined) this.#ran(event, what, command);
    if (!result || result.isError) return;
    if (reads !== undefined) {
      this.#files.add({ path: reads, how: "read", at, symbols: [] });
    }
    if (search !== undefined && search !== "" && search.length <= 200) {
      this.#searches.add(search);
    }
    if (command === undefined && search === undefined) return;
    const folders = event.cwd === undefined ? [] : [event.cwd];
    const seen = namedIn(`${command ?? ""}\n${result.text}`, { at, folders });
    if (seen) this.#seen.add(seen);
  }

  #ran({ at, key }: AgentEvent, what: ToolCall, command: string): void {
    const { result } = what;
    const text = cutMiddle(command, LONGEST_COMMAND);
    // The command that runs this code has no result yet.
    if (!result && /\bmpm\b/.test(command)) return;
    if (!result) return this.#background.add({ at, key, text });
    // The command was refused or could not be started.
    if (result.exit === undefined && result.isError) return;
    this.#commands.add({
      key,
      at: result.at,
      command: text,
      output: cutMiddle(result.text, LONGEST_OUTPUT),
      changedSince: false,
      ...result.exit === undefined
        ? { doubt: "its exit status is unknown" }
        : { exit: result.exit },
    });
  }

  #reported(
    { at, key }: AgentEvent,
    { name, task, report }: EventKind & { type: "agent" },
  ): void {
    const text = cutMiddle(report?.trim() ?? "", LONGEST_TEXT);
    const short = cutMiddle(task, 1000);
    if (text === "") return this.#background.add({ at, key, text: short });
    this.#reports.add({ at, key, text, type: name, task: short });
  }

  conversation(): Conversation {
    const messages = this.#messages.all();
    const last = messages.at(-1)?.at ?? "";
    return {
      ...NO_CONVERSATION,
      prompts: [...this.#first, ...this.#prompts.all()],
      messages,
      lastMessage: messages.at(-1),
      questions: this.#questions.all(),
      plans: this.#plans.all(),
      summaries: this.#summaries.all(),
      todos: [...this.#todos.values()],
      commands: this.#commands.all().map((ran) => ({
        ...ran,
        changedSince: this.#changed > ran.at,
      })),
      files: this.#files.all(),
      searches: [...new Set(this.#searches.all().reverse())].reverse(),
      seen: this.#seen.all(),
      reports: this.#reports.all(),
      errors: this.#errors,
      // The agent continued without the results of earlier background work.
      background: this.#background.all().filter(({ at }) => at >= last),
    };
  }
}

/** The last entries of a long list. */
class Last<T> {
  #entries: T[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(entry: T): void {
    this.#entries.push(entry);
    if (this.#entries.length > 2 * this.#most) this.#entries = this.all();
  }

  all(): T[] {
    return this.#entries.slice(-this.#most);
  }
}

function linesOf({ hunks = [] }: Edit): readonly string[] {
  return hunks.flatMap(({ lines }) => lines);
}

/** Returns the last entries of each list that no setting excludes. */
export function chosen(
  whole: Conversation,
  sources: ReadonlySet<ConversationSource> = new Set(CONVERSATION_SOURCES),
): Conversation {
  const lists = Object.entries(LISTS).map(([name, { source, last }]) => [
    name,
    sources.has(source) ? whole[name as keyof typeof LISTS].slice(-last) : [],
  ]);
  const { prompts, lastMessage } = whole;
  const later = prompts.slice(FIRST_PROMPTS).slice(-LISTS.prompts.last);
  return {
    ...whole,
    ...Object.fromEntries(lists),
    ...sources.has("prompts") && {
      prompts: [...prompts.slice(0, FIRST_PROMPTS), ...later],
    },
    lastMessage: sources.has("messages") ? lastMessage : undefined,
  };
}

/** Lists the parts that were not read, one sentence each. */
export function unreadIn({ bytes, torn, long, failed }: EventsLost): string[] {
  return [
    ...bytes > 0
      ? [
        "mpm read only the beginning and the end of the transcript, and " +
        `left out ${sizeText(bytes)}`,
      ]
      : [],
    ...torn > 0
      ? [`${counted(torn, "line")} of the transcript could not be read`]
      : [],
    ...long > 0
      ? [`${counted(long, "line")} of the transcript over 2 MB not read`]
      : [],
    ...failed > 0 ? ["Part of the transcript could not be read"] : [],
  ];
}
