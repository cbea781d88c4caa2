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
 * The interface between mpm and the program that an agent runs in. Everything
 * that is particular to one client is in its folder, beginning with `client.ts`;
 * `all.ts` lists the clients. The parts of a client are loaded one by one: an event needs its adapter
 * alone, and a client that is not used costs nothing.
 */

/** A value, or a promise where the client has to be asked. */
export type Soon<T> = T | Promise<T>;

export interface Client {
  /** Its name, and that of its program on PATH. */
  readonly name: ClientName;
  /** The name in saves, e.g. `claude-code`. */
  readonly agent: string;
  /** E.g. `Claude Code`. */
  readonly title: string;
  /** Its package on npm. */
  readonly package: string;
  /** The variable with the key of its API. */
  readonly key: string;
  /** True if its model may need another key. */
  readonly otherKeys?: true;
  /**
   * Matches a line of its transcripts, with the flag `m`, and of no other
   * client's; `undefined` for Claude Code, which is the last resort.
   */
  readonly line?: RegExp;
  /** The folder of its files, by its variable or in the home folder. */
  home(system: System): string | undefined;
  /** The session that this process was started in, by its environment. */
  current(system: System): string | undefined;
  /** Arguments, the program first, that continue one of its sessions. */
  resume(id: string): readonly string[];
  /**
   * Arguments, the program first, that start a session with a first prompt.
   * `undefined`: it takes none.
   */
  start(prompt: string): readonly string[] | undefined;
  /**
   * Arguments, the program first, that answer one prompt without a person and
   * end. A prompt that begins with a dash stays a prompt.
   */
  headless(prompt: string, options: HeadlessOptions): readonly string[];
  /** True if an argument limits the turns of a headless run. */
  readonly limitsTurns?: true;
  /** The variables that `current` reads. */
  readonly variables: readonly string[];
  /** The file of instructions that it reads in a repository. */
  readonly instructions: string;
  /** True if it reads the skills in `~/.agents/skills`. */
  readonly sharedSkills?: true;
  /** Reads the lines that it prints when it runs with `lines`. */
  readonly news: NewsReader;
  /** Translates events and answers of hooks. */
  adapter(): Promise<HookAdapter>;
  /** Finds sessions and reads how full their context is. */
  store(): Promise<SessionStore>;
  /** Reads conversations. */
  reader(): Promise<SessionReader>;
  /** Writes a conversation as a session of the client. */
  carry(): Promise<Carrying>;
  /** Writes entries into its settings; `undefined`: `hooks/` has its own way. */
  setup: (() => Promise<ClientSetup>) | undefined;
}

/** The form of a run without a person. */
export interface HeadlessOptions {
  /** The most answers of the model, for clients with `limitsTurns`. */
  readonly turns?: number | undefined;
  /** True: it prints lines of JSON, which `HeadlessOutput` reads. */
  readonly lines?: boolean;
}

/**
 * Translates between a client's hooks and those of mpm. Events, fields and
 * tools of mpm have the names that Claude Code gives them. A tool that runs a
 * command is `Bash` with a `command`; one that edits is `MultiEdit` with
 * `paths`. `PostToolBatch` has `tool_calls`, a list of `tool_name`,
 * `tool_input`, `tool_use_id` and `tool_response`.
 */
export interface HookAdapter {
  /**
   * Returns the fields of an event as mpm knows them. All have `session_id`,
   * `cwd` and `transcript_path`. A sub-agent has an `agent_id`; some clients
   * tell the `project_dir`. `undefined`: nothing follows from the event. Called with what standard input had, so all of it may be wrong.
   */
  fields(given: Fields, event: string, system: System): Fields | undefined;
  /** Returns what is printed for the client; empty without an answer. */
  answer(event: string, answer: HookAnswer): string;
  /** True if the client takes no answer at a compaction, and not after it. */
  readonly compactsAlone?: boolean;
  /** Called when a session begins in a project that uses mpm. */
  begun?(system: System, session: Begun): void;
}

/** A session that begins. */
export interface Begun {
  readonly sessionId: string;
  readonly transcriptPath: string | undefined;
}

/**
 * The answer of a hook. No answer: the event continues as if there were no
 * hook.
 */
export interface HookAnswer {
  /** Why the prompt is not sent, or what was done in its place. */
  readonly block?: string;
  /** True if the prompt that is not sent need not be shown again. */
  readonly answered?: boolean;
  /** Why the tool is not run. */
  readonly deny?: string;
  /** For the agent, as facts; at a PreCompact for who sums up. */
  readonly context?: string;
  /** For the person. */
  readonly message?: string;
}

/** A session in a client's store. */
export interface FoundSession {
  /** Its id at the client. */
  readonly id: string;
  /** Its transcript, or the file that has all sessions; absolute. */
  readonly path: string;
  /** When it was last added to, milliseconds since the epoch. */
  readonly time: number;
}

/** The sessions that a client keeps. No function throws or writes. */
export interface SessionStore {
  /** The file of a session; `undefined` if it is missing. */
  find(
    system: System,
    session: { sessionId: string; cwd: string },
  ): Soon<string | undefined>;
  /** Sessions of agents that worked in a folder; of sub-agents none. */
  sessionsIn(system: System, folder: string): Soon<readonly FoundSession[]>;
  /** All sessions, those that were written last first; bounded. */
  all(system: System): Soon<readonly FoundSession[]>;
  /**
   * Reads how full the context was at the last answer, from the end of the
   * file; `undefined` if it does not tell. A `window` is taken as it is.
   */
  gauge(
    system: System,
    session: SessionFile,
  ): Soon<TranscriptReading | undefined>;
}

/** A session with its file. */
export interface SessionFile {
  /** Its id; `undefined`: the only one in the file. */
  readonly id: string | undefined;
  readonly path: string;
}

/** The part of a conversation to read. */
export interface PartOf {
  /** The first events at once, without what was withdrawn later. */
  readonly beginning?: boolean | undefined;
  /** Bytes of the end that are read; 2 GiB by default. */
  readonly most?: number | undefined;
}

/** Reads a client's conversations. */
export interface SessionReader {
  /**
   * Opens a conversation with those of its sub-agents. Throws NOT_FOUND for a
   * missing file, UNREADABLE for another file. Parts that are torn, too long or
   * of an unknown form are counted and left out.
   */
  open(system: System, session: SessionFile, part?: PartOf): Soon<OpenEvents>;
  /**
   * Reads the facts for a save. A client without it has them made of its
   * events.
   */
  conversation?(system: System, request: ConversationRequest): Conversation;
  /** The same for the times and the context of a session. */
  course?(system: System, path: string): AgentCourse | undefined;
}

export interface ConversationRequest {
  readonly sessionId: string;
  /** The folder that the agent works in. */
  readonly cwd: string;
  /** The project's top folder, if it is known. */
  readonly root: string | undefined;
  /** As a hook was told. */
  readonly transcriptPath?: string | undefined;
  /** Notes of hooks; read from the agent's files by default. */
  readonly notes?: Notes | undefined;
  /**
   * Bytes of the end of the transcript; 4 MiB if it is not given, and 1 MiB
   * where hooks noted what was said before.
   */
  readonly most?: number | undefined;
  /** The sources to read; all by default. */
  readonly sources?: ReadonlySet<ConversationSource> | undefined;
}

/** The options of an installation into a client's settings. */
export interface WantedEntries {
  /** The binary that the entries start, absolute. */
  readonly binary: string;
  /** True if mpm must check edits against claims. */
  readonly claims: boolean;
}

/** An entry of mpm that a file has. */
export interface InstalledEntry {
  /** mpm's name of the event; empty for other files. */
  readonly event: string;
  /** The binary that it starts. */
  readonly binary: string;
  /** The version that wrote it. */
  readonly version: string;
}

/** A file of a client that mpm writes entries into. Pure, but for its path. */
export interface EntryFile {
  /** Absolute. */
  readonly path: string;
  /** Permission bits of a new file. */
  readonly mode: number;
  /**
   * Returns the text with mpm's entries. Everything else keeps its bytes.
   * Throws UNREADABLE or CONFLICT where they cannot be put in.
   */
  install(before: string | undefined, wanted: WantedEntries): string;
  /**
   * Returns the text without mpm's entries; `undefined`: nothing is left.
   * `original`: the text before the installation, if it is known.
   */
  remove(before: string, original: string | undefined): string | undefined;
  /** Lists the entries of mpm. Throws UNREADABLE. */
  entries(text: string): readonly InstalledEntry[];
}

export interface ClientSetup {
  /** The files of the user that get entries. Empty without a home folder. */
  files(system: System): readonly EntryFile[];
  /** Reasons why installed entries do not run, such as missing trust. */
  problems?(system: System): readonly SetupProblem[];
}

export interface SetupProblem {
  readonly path: string;
  /** A sentence without its full stop. */
  readonly detail: string;
  /** The way to correct it. */
  readonly fix: string;
}
