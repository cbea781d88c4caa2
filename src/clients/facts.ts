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
import type {
  AgentEvent,
  Edit,
  EventKind,
  FileEdit,
  ToolCall,
} from "./events.ts";
import { namedIn } from "./named_paths.ts";
import { cutMiddle } from "./notes.ts";
import { symbolsIn } from "./symbols.ts";
import { askedIn } from "./headless/step_prompt.ts";

/** The number of latest entries to keep in each list. */
const LAST = {
  messages: 60,
  commands: 200,
  files: 2000,
  searches: 20,
  seen: 60,
};
const LAST_PROMPTS = 60;
const LAST_FEW = 10;

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
  readonly #prompts = new Last<Said>(LAST_PROMPTS);
  readonly #messages = new Last<Said>(LAST.messages);
  readonly #questions = new Last<Asked>(LAST.messages);
  readonly #plans = new Last<Planned>(LAST_FEW);
  readonly #summaries = new Last<Said>(LAST_FEW);
  readonly #todos = new Map<string, Todoed>();
  readonly #commands = new Last<Ran>(LAST.commands);
  readonly #files = new Last<FileUse>(LAST.files);
  readonly #searches = new Last<string>(LAST.searches);
  readonly #seen = new Last<Seen>(LAST.seen);
  readonly #reports = new Last<Reported>(LAST_FEW);
  readonly #background = new Last<Said>(LAST_FEW);
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

function bounded(all: Conversation): Conversation {
  const { prompts } = all;
  const many = prompts.length > FIRST_PROMPTS + LAST_PROMPTS;
  const few = <T>(list: readonly T[]) => list.slice(-LAST_FEW);
  return {
    ...all,
    prompts: many
      ? [...prompts.slice(0, FIRST_PROMPTS), ...prompts.slice(-LAST_PROMPTS)]
      : prompts,
    messages: all.messages.slice(-LAST.messages),
    questions: all.questions.slice(-LAST.messages),
    plans: few(all.plans),
    summaries: few(all.summaries).slice(-3),
    commands: all.commands.slice(-LAST.commands),
    files: all.files.slice(-LAST.files),
    searches: all.searches.slice(-LAST.searches),
    seen: all.seen.slice(-LAST.seen),
    reports: few(all.reports),
    background: few(all.background),
  };
}

/** Returns the last entries of each list that no setting excludes. */
export function chosen(
  whole: Conversation,
  sources: ReadonlySet<ConversationSource> = new Set(CONVERSATION_SOURCES),
): Conversation {
  const all = bounded(whole);
  const only = <T>(source: ConversationSource, list: readonly T[]) =>
    sources.has(source) ? list : [];
  const message: Said | undefined = sources.has("messages")
    ? all.lastMessage
    : undefined;
  return {
    prompts: only("prompts", all.prompts),
    messages: only("messages", all.messages),
    lastMessage: message,
    questions: only("answers", all.questions),
    plans: only("plans", all.plans),
    summaries: only("summaries", all.summaries),
    todos: only("tasks", all.todos),
    commands: only("commands", all.commands),
    files: only("files", all.files),
    searches: only("files", all.searches),
    seen: only("files", all.seen),
    reports: only("agents", all.reports),
    errors: only("errors", all.errors),
    background: only("commands", all.background),
    unread: all.unread,
  };
}
