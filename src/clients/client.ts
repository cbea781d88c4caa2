import type { ClientName } from "../base/clients.ts";
import type { Fields } from "../base/parsed_values.ts";
import type { System } from "../system/system.ts";
import type { Carrying } from "./carried.ts";
import type { Conversation, ConversationSource } from "./conversation.ts";
import type { AgentCourse } from "./course.ts";
import type { OpenEvents } from "./events.ts";
import type { TranscriptReading } from "./gauge.ts";
import type { NewsReader } from "./headless/news.ts";
import type { Notes } from "./notes.ts";

/*
 * The interface between mpm and the program in which an agent runs. Everything
 * specific to one client is in that client's folder, beginning with
 * `client.ts`; `all.ts` lists the clients. The parts of a client are loaded one
 * by one. An event needs only the client's adapter, and an unused client costs
 * nothing.
 */

/** A value, or a promise if the client must be asked. */
export type Soon<T> = T | Promise<T>;

export interface Client {
  /** Its name, which is also the name of its program on PATH. */
  readonly name: ClientName;
  /** The name in saves, e.g. `claude-code`. */
  readonly agent: string;
  /** E.g. `Claude Code`. */
  readonly title: string;
  /** Its package on npm. */
  readonly package: string;
  /** The environment variable with its API key. */
  readonly key: string;
  /** True if its model may need another key. */
  readonly otherKeys?: true;
  /** Matches only a line of its transcripts; absent for Claude Code. */
  readonly line?: RegExp;
  /** Returns its folder: from its variable, or in the home folder. */
  home(system: System): string | undefined;
  /**
   * Returns the session that started this process. By default, its ID is in the
   * last of the variables, and the others are 1.
   */
  current?(system: System): string | undefined;
  /** Returns the command, as words, that continues one of its sessions. */
  resume(id: string): readonly string[];
  /** Returns the command, as words, for a first prompt, if accepted. */
  start(prompt: string): readonly string[] | undefined;
  /**
   * Returns the command, as words, that answers one prompt without a person and
   * exits. A prompt that begins with a dash is not taken as an option.
   */
  headless(prompt: string, options: HeadlessOptions): readonly string[];
  /** True if an option limits the turns of a headless run. */
  readonly limitsTurns?: true;
  /** The variables that `current` reads. */
  readonly variables: readonly string[];
  /** The instruction file that it reads in a repository. */
  readonly instructions: string;
  /** True if it reads the skills in `~/.agents/skills`. */
  readonly sharedSkills?: true;
  /** Reads the lines that it prints when run with `lines`. */
  readonly news: NewsReader;
  /** Translates hook events and answers. */
  adapter(): Promise<HookAdapter>;
  /** Finds sessions and reads how full their context is. */
  store(): Promise<SessionStore>;
  /** Reads conversations. */
  reader(): Promise<SessionReader>;
  /** Writes a conversation as a session of the client. */
  carry(): Promise<Carrying>;
  /** Writes its settings; `undefined`: `hooks/` has another way. */
  setup: (() => Promise<ClientSetup>) | undefined;
}

/** The options of a run without a person. */
export interface HeadlessOptions {
  /** The most answers by the model, for clients with `limitsTurns`. */
  readonly turns?: number | undefined;
  /** True if the client should print lines for `HeadlessOutput`. */
  readonly lines?: boolean;
}

/**
 * Translates between a client's hooks and those of mpm. In mpm, events, fields
 * and tools have the names that Claude Code uses. A tool that runs a command is
 * `Bash` with a `command`; one that edits files is `MultiEdit` with `paths`.
 * `PostToolBatch` has `tool_calls`, a list of `tool_name`, `tool_input`,
 * `tool_use_id` and `tool_response`.
 */
export interface HookAdapter {
  /**
   * Returns the fields of an event in mpm's format. All events have
   * `session_id`, `cwd` and `transcript_path`. Events of a sub-agent have an
   * `agent_id`; some clients give the `project_dir`. `undefined`: mpm ignores
   * the event. The argument is the content of standard input, so any part of it
   * may be wrong.
   */
  fields(given: Fields, event: string, system: System): Fields | undefined;
  /** Returns the output for the client; empty without an answer. */
  answer(event: string, answer: HookAnswer): string;
  /** True if the client accepts no answer during or after a compaction. */
  readonly compactsAlone?: boolean;
  /** Called when a session begins in a project that uses mpm. */
  begun?(system: System, session: Begun): void;
}

/** A session that is starting. */
export interface Begun {
  readonly sessionId: string;
  readonly transcriptPath: string | undefined;
}

/** The answer of a hook; empty: the event continues. */
export interface HookAnswer {
  /** Why the prompt is not sent, or what was done instead. */
  readonly block?: string;
  /** True if the unsent prompt need not be shown again. */
  readonly answered?: boolean;
  /** Why the tool is not run. */
  readonly deny?: string;
  /** Facts for the agent; at a PreCompact, for the model that summarizes. */
  readonly context?: string;
  /** For the user. */
  readonly message?: string;
}

/** A session in a client's store. */
export interface FoundSession {
  /** Its ID in the client. */
  readonly id: string;
  /** The path of its transcript, or of the file with all sessions. */
  readonly path: string;
  /** The time when it was last added to, in milliseconds since the epoch. */
  readonly time: number;
}

/** The stored sessions of a client. No function throws or writes. */
export interface SessionStore {
  /** Returns the file of a session. `undefined`: the file is missing. */
  find(
    system: System,
    session: { sessionId: string; cwd: string },
  ): Soon<string | undefined>;
  /** Returns the agent sessions that worked in a folder, without sub-agents. */
  sessionsIn(system: System, folder: string): Soon<readonly FoundSession[]>;
  /** Returns all sessions; bounded. */
  all(system: System): Soon<readonly FoundSession[]>;
  /** Reads, from the file's end, the context at the last answer, if shown. */
  gauge(
    system: System,
    session: SessionFile,
  ): Soon<TranscriptReading | undefined>;
}

/** A session with its file. */
export interface SessionFile {
  /** Its ID; `undefined`: the only session in the file. */
  readonly id: string | undefined;
  readonly path: string;
}

/** The part of a conversation to read. */
export interface PartOf {
  /** True to yield the first events at once, even withdrawn ones. */
  readonly beginning?: boolean | undefined;
  /** The maximum number of bytes to read from the end; 2 GiB by default. */
  readonly most?: number | undefined;
}

/** Reads a client's conversations. */
export interface SessionReader {
  /**
   * Opens a conversation with its sub-agents. Throws NOT_FOUND for a missing
   * file, UNREADABLE for a file of another kind. Leaves out and counts parts
   * that are incomplete, too long or of an unknown format.
   */
  open(system: System, session: SessionFile, part?: PartOf): Soon<OpenEvents>;
  /** Reads the facts for a save; by default, derived from the events. */
  conversation?(system: System, request: ConversationRequest): Conversation;
  /** Reads times and context; by default, derived from the events. */
  course?(system: System, path: string): AgentCourse | undefined;
}

export interface ConversationRequest {
  readonly sessionId: string;
  /** The folder in which the agent works. */
  readonly cwd: string;
  /** The project's top folder, if it is known. */
  readonly root: string | undefined;
  /** The path as passed to a hook. */
  readonly transcriptPath?: string | undefined;
  /** Notes of hooks; by default, read from the agent's files. */
  readonly notes?: Notes | undefined;
  /** The most bytes from the end; by default 4 MiB, or 1 MiB with notes. */
  readonly most?: number | undefined;
  /** The sources to read; all by default. */
  readonly sources?: ReadonlySet<ConversationSource> | undefined;
}

/** The options for installing entries into a client's settings. */
export interface WantedEntries {
  /** The binary that the entries start, absolute. */
  readonly binary: string;
  /** True if mpm must check edits against claims. */
  readonly claims: boolean;
}

/** An mpm entry in a file. */
export interface InstalledEntry {
  /** The name that mpm uses for the event; empty for other files. */
  readonly event: string;
  /** The binary that the entry starts. */
  readonly binary: string;
  /** The version of mpm that wrote it. */
  readonly version: string;
}

/** A client's file with mpm's entries. All functions are pure. */
export interface EntryFile {
  /** Absolute. */
  readonly path: string;
  /** Permission bits of a new file. */
  readonly mode: number;
  /**
   * Returns the text with mpm's entries and leaves everything else unchanged.
   * Throws UNREADABLE, or CONFLICT if the entries cannot be added.
   */
  install(before: string | undefined, wanted: WantedEntries): string;
  /**
   * Returns the text without mpm's entries; `undefined` if nothing is left.
   * `original`: the text before the installation, if it is known.
   */
  remove(before: string, original: string | undefined): string | undefined;
  /** Lists mpm's entries. Throws UNREADABLE. */
  entries(text: string): readonly InstalledEntry[];
}

export interface ClientSetup {
  /** Returns the files that get entries; empty without a home folder. */
  files(system: System): readonly EntryFile[];
  /** Returns why installed entries do not run, such as missing trust. */
  problems?(system: System): readonly SetupProblem[];
}

export interface SetupProblem {
  readonly path: string;
  /** A sentence without its final period. */
  readonly detail: string;
  /** The way to fix it. */
  readonly fix: string;
}
