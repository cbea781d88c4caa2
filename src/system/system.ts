/**
 * The reason why a method of {@link Files} failed: each of them throws only
 * these errors.
 */
export { FileError, type FileProblem } from "../base/errors.ts";

/**
 * Everything that mpm needs from the machine, as one small interface. Tests can
 * replace parts of it with a fault, a clock or another platform.
 */
export interface System {
  readonly files: Files;
  readonly scratch: Scratch;
  readonly terminal: Terminal;
  readonly platform: "linux" | "darwin" | "windows";
  /** Numeric user ID; `undefined` if the platform has none. */
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
  /** `signal` ends it early; that is not an error. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Random text of 8 characters from `a-z0-9`, for temporary names. */
  random(): string;
  run(program: string, options: RunOptions): Promise<RunResult>;
  /**
   * Runs someone else's program, whatever it does, by name or path and with its
   * arguments. It leads its own process group, which is ended after the time
   * limit. Only part of its output is kept, and nothing waits for its
   * background processes. This is the only way to start a program that is
   * neither git nor a fixed shell script of mpm.
   */
  runProgram(
    args: readonly string[],
    options: ProgramOptions,
  ): Promise<RunResult>;
  /** Handles Ctrl-C and similar until it is disposed of. */
  interruption(): Interruption;
  /** Opens another thread of this program, if that is possible. */
  thread?(): Thread | undefined;
}

/** Another thread of this program, which ends when it is disposed of. */
export interface Thread extends Disposable {
  /**
   * Runs a task there, after earlier tasks; both it and the answer are copied.
   * Rejects if the thread failed at anything: the caller then does the task
   * itself.
   */
  run(task: unknown): Promise<unknown>;
  /** Lets answers arrive while this thread is busy. */
  turn(): Promise<void>;
}

export interface FileInfo {
  readonly kind: "file" | "folder" | "link" | "other";
  /** Bytes. */
  readonly size: number;
  /** Permission bits, e.g. `0o600`; `undefined` if the platform has none. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
  /**
   * When the file or its entry last changed, in milliseconds since the epoch,
   * rounded to seconds; no program can set it. `undefined`: not available on
   * the platform.
   */
  readonly changed: number | undefined;
  /** The ID of its disk. */
  readonly disk: number;
  /** Its number on the disk; `undefined`: not available on the platform. */
  readonly inode: number | undefined;
  /** Number of hard links; 1 if the platform does not count them. */
  readonly names: number;
}

/** The free and total space of a disk. */
export interface Space {
  /** Bytes. */
  readonly size: number;
  /** Bytes available to this user. */
  readonly free: number;
  /**
   * Number of files that can still be created; `undefined`: limited only by the
   * space.
   */
  readonly entries: number | undefined;
}

/** One of several files to create together. */
export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
  /** Permission bits; null: 0600. */
  readonly mode: number | null;
}

/**
 * File operations, which are synchronous since that is several times faster for
 * many small files. All paths are absolute. Each throws a `FileError`. The
 * process may be killed at every method that changes something.
 */
export interface Files {
  /** Reads the whole file; follows a link. */
  read(path: string): Uint8Array;
  /**
   * Reads the whole file if it is a regular file of at most `limit` bytes; does
   * not follow a link or wait for a FIFO. Otherwise throws `link`,
   * `is-a-folder` or `other`.
   */
  readOwn(path: string, limit: number): Uint8Array;
  /** Does the same, and returns the facts about exactly that file. */
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
  /** Reads at most `length` bytes from `offset`. */
  readPart(path: string, offset: number, length: number): Uint8Array;
  /**
   * Returns the facts about `path` itself (a link is not followed), if it
   * exists.
   */
  lstat(path: string): FileInfo | undefined;
  /**
   * Does the same, but a broken link counts as missing. Much faster than
   * `lstat` if the path is usually missing.
   */
  peek(path: string): FileInfo | undefined;
  /**
   * Returns the facts about the target of `path` (links are followed), if it
   * exists.
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
   * `syncFiles` will sync many at once.
   */
  create(path: string, bytes: Uint8Array, options?: { synced?: boolean }): void;
  /**
   * Creates many files like `create`, reads each back, and throws `other` if
   * the content differs. Much faster than one by one, since the disk syncs many
   * together.
   */
  createAll(files: readonly NewFile[]): Promise<void>;
  /**
   * Appends to a plain file in one write; creates it with mode 0600. Not synced
   * unless requested. Throws `link` instead of following a link.
   */
  append(path: string, bytes: Uint8Array, options?: { synced?: boolean }): void;
  /** Syncs the contents of these files, much faster than one by one. */
  syncFiles(paths: readonly string[]): Promise<void>;
  /** Creates one folder with mode 0700; throws `exists`. */
  mkdir(path: string): void;
  chmod(path: string, mode: number): void;
  /** `time` in milliseconds since the epoch. */
  setMtime(path: string, time: number): void;
  rename(from: string, to: string): void;
  /**
   * Creates a second name for a file; throws `exists` instead of replacing one.
   */
  link(from: string, to: string): void;
  /** Creates a link at `path` to `target`; throws `exists`. */
  symlink(target: string, path: string): void;
  /** Removes one file, link or empty folder. */
  remove(path: string): void;
  /** Makes files created, renamed or removed in `folder` durable. */
  syncFolder(folder: string): void;
  /** The disk of `folder`; `undefined` if the system gives no answer. */
  space(folder: string): Promise<Space | undefined>;
  /**
   * Takes the exclusive lock on the file at `path` (created if needed), which
   * the kernel releases when the process ends in any way. Waits at most `wait`
   * milliseconds; `undefined` if another process holds it.
   */
  lock(path: string, wait: number): Promise<Disposable | undefined>;
}

/** Temporary folders. Nothing in them must last. */
export interface Scratch {
  /**
   * Creates an empty folder that only this user can enter, and returns its path
   * without links. `near`: where to create it if the temporary folder is not
   * writable. Throws a `FileError`.
   */
  make(near: string): string;
  /**
   * Creates a folder with these contents. Processes share such a folder if
   * possible, so no one may write into it.
   */
  share(contents: ScratchContents, near: string): string;
  /**
   * Removes only the folders of this process. Shared folders, and those of a
   * killed process, are removed a week after their last use, when a new one is
   * created.
   */
  clear(): void;
}

/** The contents of a temporary folder, by relative path. */
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
  /** Width in columns; 80 if it is unknown. */
  columns(): number;
  /** Height in rows; 24 if it is unknown. */
  rows(): number;
  /**
   * Takes over the terminal until it is disposed of: typed keys arrive at once
   * and are not shown. `undefined` if that is impossible.
   */
  takeOver(): Takeover | undefined;
  /**
   * Opens a file in an editor, a command line in the format of `VISUAL`, which
   * has the terminal until it ends. Returns its exit status; `undefined`: it
   * did not run.
   */
  edit(editor: string, path: string): Promise<number | undefined>;
  /**
   * Runs a program that has the terminal, including the keys and Ctrl-C, until
   * it ends. Returns its exit status; `undefined`: it did not run.
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
  /**
   * Does the same for input that must not block: returns whatever came in time,
   * never throws.
   */
  readInputSoon(bounds: InputBounds): Promise<InputSoon>;
}

/** A terminal whose keys arrive one by one. */
export interface Takeover extends Disposable {
  /**
   * Returns the next keys. `resized`: the size of the terminal changed.
   * `stopped`: another program asks mpm to stop. `quiet`: nothing came within
   * `wait` milliseconds; `undefined`: the input has ended.
   */
  next(
    wait?: number,
  ): Promise<Uint8Array | "resized" | "stopped" | "quiet" | undefined>;
  /**
   * Stops this process like Ctrl-Z, with the terminal restored. Returns when
   * the shell continues it.
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
  /** `late`: it had not ended in time; `large`: it exceeds the limit. */
  readonly state: "ended" | "late" | "large";
}

/**
 * The input of a program; with a promise, the program starts before the input
 * is known. Such a promise always resolves, and its time counts for the
 * program's limit. If there are several parts, each is requested when the one
 * before is written.
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
  /** Milliseconds after which the program is killed. */
  readonly timeout: number;
}

export interface ProgramOptions extends Omit<RunOptions, "args"> {
  /** The most bytes of each stream to keep. */
  readonly limit: number;
  /** The part of the output to keep; its start by default. */
  readonly keep?: "start" | "end";
  /** Receives the output as it comes; the result then has none of it. */
  output?(stream: "stdout" | "stderr", bytes: Uint8Array): void;
  /** Ends it early; the outcome is then `timeout`. */
  readonly signal?: AbortSignal;
  /** Milliseconds that it has to exit after a request; 300 by default. */
  readonly grace?: number;
  /** Kills it at once after a request to end. */
  readonly kill?: AbortSignal;
  /**
   * No process of its group outlives mpm, even if mpm is killed; Windows has no
   * groups. It has no input. Its errors are part of `stdout`, unless `apart`.
   */
  readonly tied?: boolean | "apart";
  /**
   * The program starts when this resolves; false: it does not start, and the
   * outcome is `timeout`. A tied program is prepared in the meantime, so that
   * it starts faster.
   */
  readonly start?: Promise<boolean>;
}

/** A signal from a person or the system to end mpm. */
export interface Interruption extends Disposable {
  /** Aborted when it happens; mpm continues, to clean up. */
  readonly signal: AbortSignal;
  /** Aborted when it happens again. */
  readonly again: AbortSignal;
}

export interface RunResult {
  /**
   * `"missing"`: the program does not exist; `"denied"`: it cannot be executed;
   * `"timeout"`: it took too long and was killed.
   */
  readonly outcome: "exited" | "missing" | "timeout" | "denied";
  /** The exit status; -1 unless it exited. */
  readonly status: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}
