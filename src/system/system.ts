/** Why a method of {@link Files} failed: each of them throws these alone. */
export { FileError, type FileProblem } from "../base/errors.ts";

/**
 * Everything mpm needs of the machine, as one small interface, so that tests
 * can put a fault, a clock or another platform in its place.
 */
export interface System {
  readonly files: Files;
  readonly scratch: Scratch;
  readonly terminal: Terminal;
  readonly platform: "linux" | "darwin" | "windows";
  /** Numeric user id; `undefined` where the platform has none. */
  readonly uid: number | undefined;
  /** The file of the running program, absolute; `undefined` from source. */
  program(): string | undefined;
  /** The absolute working directory. Throws FILE_FAILED if it is gone. */
  cwd(): string;
  env(name: string): string | undefined;
  /** The names of all environment variables. */
  envNames(): string[];
  now(): Date;
  /** The user's home folder, if it is known. */
  home(): string | undefined;
  /** `signal` ends it before its time; that is not an error. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Random text of 8 characters out of `a-z0-9`, for temporary names. */
  random(): string;
  run(program: string, options: RunOptions): Promise<RunResult>;
  /**
   * Runs someone else's program, whatever it does, by its name or path and its
   * arguments. It leads its own process group, which is ended after the time
   * limit. Only a part of its output is kept, and nothing waits for its
   * background processes. The one way to start a program that is neither git
   * nor a fixed shell script of mpm.
   */
  runProgram(
    args: readonly string[],
    options: ProgramOptions,
  ): Promise<RunResult>;
  /** Takes Ctrl-C and similar until it is disposed of. */
  interruption(): Interruption;
  /** Opens another thread of this program, where there can be one. */
  thread?(): Thread | undefined;
}

/** Another thread of this program, which ends when it is disposed of. */
export interface Thread extends Disposable {
  /**
   * Does a task there, after those before it; both it and the answer are
   * copied. Rejects if the thread failed at anything: the caller then does the
   * task itself.
   */
  run(task: unknown): Promise<unknown>;
  /** Lets answers arrive while this thread is busy. */
  turn(): Promise<void>;
}

export interface FileInfo {
  readonly kind: "file" | "folder" | "link" | "other";
  /** Bytes. */
  readonly size: number;
  /** Permission bits, e.g. `0o600`; `undefined` where the platform has none. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
  /**
   * When the file or its entry last changed, milliseconds since the epoch, in
   * whole seconds; no program can set it. `undefined`: the platform has none.
   */
  readonly changed: number | undefined;
  /** The disk it is on. */
  readonly disk: number;
  /** Its number on the disk; `undefined`: the platform has none. */
  readonly inode: number | undefined;
  /** Number of hard links; 1 if the platform does not count. */
  readonly names: number;
}

/** The free and total space of a disk. */
export interface Space {
  /** Bytes. */
  readonly size: number;
  /** Bytes that this user may still fill. */
  readonly free: number;
  /** Files that may still be made; `undefined`: as many as there is space. */
  readonly entries: number | undefined;
}

/** A file of many that are made together. */
export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
  /** Permission bits; null: 0600. */
  readonly mode: number | null;
}

/**
 * File operations, synchronous since that is several times faster for many
 * small files. All paths are absolute. Each throws a `FileError`. Every method
 * that changes something is a point where the process may die.
 */
export interface Files {
  /** The whole file; a link is followed. */
  read(path: string): Uint8Array;
  /**
   * The whole file if it is a regular file of at most `limit` bytes; a link is
   * not followed and a FIFO not waited on. Throws `link`, `is-a-folder` or
   * `other` otherwise.
   */
  readOwn(path: string, limit: number): Uint8Array;
  /** The same, with the facts about the very file that was read. */
  readWithInfo(
    path: string,
    limit: number,
  ): { bytes: Uint8Array; info: FileInfo };
  /**
   * The whole plain file that `lstat` has just shown as `seen`, which it is not
   * looked at for again; `undefined`: it was changed since.
   */
  readSeen(path: string, seen: FileInfo): Uint8Array | undefined;
  /**
   * Everything up to the end, of a file or a pipe; a link is followed. Throws
   * beyond `limit` bytes.
   */
  readUpTo(path: string, limit: number): Uint8Array;
  /** At most `length` bytes from `offset`. */
  readPart(path: string, offset: number, length: number): Uint8Array;
  /**
   * Returns what is at `path` itself (a link is not followed), if anything is.
   */
  lstat(path: string): FileInfo | undefined;
  /**
   * The same, but a link that leads nowhere counts as missing. Much faster than
   * `lstat` where there is mostly nothing.
   */
  peek(path: string): FileInfo | undefined;
  /**
   * Returns what `path` leads to (links are followed), if anything is there.
   */
  stat(path: string): FileInfo | undefined;
  list(
    folder: string,
  ): { name: string; kind: FileInfo["kind"] }[];
  /** The absolute path without links. */
  realPath(path: string): string;
  readLink(path: string): string;

  /**
   * Creates `path` exclusively with mode 0600, writes it, and syncs it unless
   * `syncFiles` will do so for many at once.
   */
  create(path: string, bytes: Uint8Array, options?: { synced?: boolean }): void;
  /**
   * Creates many files as `create` does, reads each back, and throws `other`
   * where one is not what was written. Much faster than one by one, since the
   * disk syncs many in one go.
   */
  createAll(files: readonly NewFile[]): Promise<void>;
  /**
   * Adds to the end of a plain file, in one piece; creates it with mode 0600.
   * Not synced, unless asked for. Throws `link` rather than follow one.
   */
  append(path: string, bytes: Uint8Array, options?: { synced?: boolean }): void;
  /** Makes the contents of these files durable, much faster than one by one. */
  syncFiles(paths: readonly string[]): Promise<void>;
  /** Creates one folder with mode 0700; throws `exists`. */
  mkdir(path: string): void;
  chmod(path: string, mode: number): void;
  /** `time` in milliseconds since the epoch. */
  setMtime(path: string, time: number): void;
  rename(from: string, to: string): void;
  /** A second name for a file; throws `exists` rather than replace one. */
  link(from: string, to: string): void;
  /** A link at `path` that leads to `target`; throws `exists`. */
  symlink(target: string, path: string): void;
  /** Removes one file, link or empty folder. */
  remove(path: string): void;
  /** Makes what was created, renamed or removed in `folder` durable. */
  syncFolder(folder: string): void;
  /** The disk that `folder` is on; `undefined` where the system does not say. */
  space(folder: string): Promise<Space | undefined>;
  /**
   * Takes the exclusive lock on the file at `path` (created if needed), which
   * the kernel drops when the process ends in whatever way. Waits `wait`
   * milliseconds at most; `undefined` if someone else holds it.
   */
  lock(path: string, wait: number): Promise<Disposable | undefined>;
}

/** Temporary folders. Nothing in them has to last. */
export interface Scratch {
  /**
   * Makes an empty folder that only this user can enter, and returns its path
   * without links. `near`: where to make it if the temporary folder cannot be
   * written. Throws a `FileError`.
   */
  make(near: string): string;
  /**
   * The same with these contents. Processes share such a folder where they can,
   * so no one may write into it.
   */
  share(contents: ScratchContents, near: string): string;
  /**
   * Removes the folders of this process alone. A shared one, and what a killed
   * process left, goes a week after its last use, when a new one is made.
   */
  clear(): void;
}

/** The contents of a temporary folder, by paths below it. */
export interface ScratchContents {
  readonly folders: readonly string[];
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The target of each link: a folder if its path ends with a slash. */
  readonly links: Readonly<Record<string, string>>;
}

export interface Terminal {
  /** The streams that are terminals. */
  readonly interactive: {
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly stderr: boolean;
  };
  /** Width in columns; 80 where it is not known. */
  columns(): number;
  /** Height in rows; 24 where it is not known. */
  rows(): number;
  /**
   * Takes the terminal over, until it is disposed of: what is typed comes at
   * once and is not shown. `undefined` where that cannot be.
   */
  takeOver(): Takeover | undefined;
  /**
   * Opens a file in an editor, a command line as `VISUAL` has it, which has the
   * terminal until it ends. Returns its exit status; `undefined`: it did not run.
   */
  edit(editor: string, path: string): Promise<number | undefined>;
  /**
   * Runs a program that has the terminal until it ends: the keys, and Ctrl-C
   * too. Returns its exit status; `undefined`: it did not run.
   */
  lend(
    args: readonly string[],
    cwd: string,
  ): Promise<number | undefined>;
  /** Writes all of `text`; a closed pipe is not an error and returns false. */
  out(text: string): boolean;
  err(text: string): boolean;
  /** One line from standard input without its end; `undefined` at its end. */
  readLine(): string | undefined;
  /** All of standard input. Throws USAGE beyond `limit` bytes. */
  readInput(limit: number): Uint8Array;
  /** The same for what must not wait: whatever came in time, never throws. */
  readInputSoon(bounds: InputBounds): Promise<InputSoon>;
}

/** A terminal whose keys come one by one. */
export interface Takeover extends Disposable {
  /**
   * Returns the next keys. `resized`: the terminal has another size. `stopped`: another program asks mpm to stop. `quiet`: nothing came within
   * `wait` milliseconds; `undefined`: nothing more comes.
   */
  next(
    wait?: number,
  ): Promise<Uint8Array | "resized" | "stopped" | "quiet" | undefined>;
  /**
   * Stops this process as Ctrl-Z does, with the terminal as it was. Returns
   * when the shell continues it.
   */
  suspend(): Promise<void>;
}

export interface InputBounds {
  /** Bytes. */
  readonly limit: number;
  /** Milliseconds for all of it. */
  readonly wait: number;
}

export interface InputSoon {
  readonly bytes: Uint8Array;
  /**
   * `late`: it had not ended in time; `large`: it continues beyond the limit.
   */
  readonly state: "ended" | "late" | "large";
}

/**
 * The input of a program; with a promise, the program starts before the input
 * is known. Such a promise is always kept, and counts towards the time the
 * program may take. Of several parts each is requested when the one before is
 * written.
 */
export type Input =
  | Uint8Array
  | Promise<Uint8Array>
  | AsyncIterable<Uint8Array>;

export interface RunOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to (or with `null` removed from) the inherited environment. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Its standard input. */
  readonly stdin?: Input;
  /** Milliseconds after which the program is ended. */
  readonly timeout: number;
}

export interface ProgramOptions extends Omit<RunOptions, "args"> {
  /** Bytes that are kept of each stream. */
  readonly limit: number;
  /** The part of the output to keep; its start by default. */
  readonly keep?: "start" | "end";
  /** Gets the output as it comes; the result has none of it. */
  output?(stream: "stdout" | "stderr", bytes: Uint8Array): void;
  /** Ends it before its time; the outcome is `timeout` then. */
  readonly signal?: AbortSignal;
  /** Milliseconds that it has to end when it is asked to; 300 by default. */
  readonly grace?: number;
  /** Ends it at once when it was asked to end. */
  readonly kill?: AbortSignal;
  /**
   * No process of its group outlives mpm, even if mpm is killed; Windows has no
   * groups. It reads nothing. Its errors are part of `stdout`, unless `apart`.
   */
  readonly tied?: boolean | "apart";
  /**
   * The program starts when this is kept; false: it does not, and the outcome is
   * `timeout`. A tied program is prepared in the meantime, so that it starts faster.
   */
  readonly start?: Promise<boolean>;
}

/** A signal from a person or the system to end mpm. */
export interface Interruption extends Disposable {
  /** Aborted when it happens; mpm continues to clean up. */
  readonly signal: AbortSignal;
  /** Aborted when it happens again. */
  readonly again: AbortSignal;
}

export interface RunResult {
  /**
   * `"missing"`: the program does not exist; `"denied"`: it cannot be executed;
   * `"timeout"`: it took too long and was ended.
   */
  readonly outcome: "exited" | "missing" | "timeout" | "denied";
  /** The exit status; -1 unless it exited. */
  readonly status: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}
