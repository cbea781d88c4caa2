/** The errors of {@link Files}, which throws no others. */
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
  /** Path of the running program; `undefined` when run from source. */
  program(): string | undefined;
  /** The working directory. Throws FILE_FAILED if it no longer exists. */
  cwd(): string;
  env(name: string): string | undefined;
  /** The names of all environment variables. */
  envNames(): string[];
  now(): Date;
  /** The user's home folder, if it is known. */
  home(): string | undefined;
  /** Waits; `signal` ends the wait early, which is not an error. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Random text of 8 characters from `a-z0-9`, for temporary names. */
  random(): string;
  run(program: string, options: RunOptions): Promise<RunResult>;
  /**
   * Starts a program that goes on when mpm or its process group ends, and has
   * no input or output. Returns false if no shell can start it.
   */
  startApart(
    args: readonly string[],
    options: ApartOptions,
  ): Promise<boolean>;
  /**
   * Runs a program by name or path, other than git and mpm shell scripts. It
   * leads a process group, which ends after the time limit. Part of its output
   * is kept. Its background processes are not waited for.
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
   * Runs a task after earlier ones. It and its answer are copied. Rejects if
   * the thread failed: the caller then does the task itself.
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
   * When the file or its entry last changed, in whole seconds as milliseconds.
   * No program can set it. `undefined`: not available.
   */
  readonly changed: number | undefined;
  /** The ID of the disk that contains the file. */
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
  /** Number of files that can be created; `undefined`: only space counts. */
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
 * File operations. They are synchronous, which is several times faster for many
 * small files. All paths are absolute. Each operation throws a `FileError`. The
 * process may be killed during any operation that changes something.
 */
export interface Files {
  /** Reads the whole file; follows a link. */
  read(path: string): Uint8Array;
  /**
   * Reads a regular file of at most `limit` bytes without following a link or
   * waiting for a FIFO. Throws `link`, `is-a-folder`, `other`.
   */
  readOwn(path: string, limit: number): Uint8Array;
  /** Does the same, and also returns the facts about exactly that file. */
  readWithInfo(
    path: string,
    limit: number,
  ): { bytes: Uint8Array; info: FileInfo };
  /** Reads a file just shown as `seen`; `undefined`: it was changed since. */
  readSeen(path: string, seen: FileInfo): Uint8Array | undefined;
  /** Reads a file or pipe, also behind a link. Throws beyond `limit` bytes. */
  readUpTo(path: string, limit: number): Uint8Array;
  /** Reads at most `length` bytes from `offset`. */
  readPart(path: string, offset: number, length: number): Uint8Array;
  /** Returns the facts about `path` itself, not a link's target, if any. */
  lstat(path: string): FileInfo | undefined;
  /** Does the same, fast for missing paths; a broken link is missing. */
  peek(path: string): FileInfo | undefined;
  /** Returns the facts about the target of `path`, behind links, if any. */
  stat(path: string): FileInfo | undefined;
  list(
    folder: string,
  ): { name: string; kind: FileInfo["kind"] }[];
  /** The absolute path without links. */
  realPath(path: string): string;
  readLink(path: string): string;

  /**
   * Creates `path` exclusively with mode 0600 and writes it. Also syncs it,
   * unless `syncFiles` will sync many files at once.
   */
  create(path: string, bytes: Uint8Array, options?: { synced?: boolean }): void;
  /**
   * Creates many files like `create`, much faster, since the disk syncs them
   * together. Throws `other` if one reads back differently.
   */
  createAll(files: readonly NewFile[]): Promise<void>;
  /**
   * Appends to a plain file in one write; creates it with mode 0600. Syncs it
   * only on request. Throws `link` instead of following a link.
   */
  append(path: string, bytes: Uint8Array, options?: { synced?: boolean }): void;
  /** Syncs the contents of these files together, which is much faster. */
  syncFiles(paths: readonly string[]): Promise<void>;
  /** Creates one folder with mode 0700; throws `exists`. */
  mkdir(path: string): void;
  chmod(path: string, mode: number): void;
  /** Sets the modification time; `time` is in milliseconds since the epoch. */
  setMtime(path: string, time: number): void;
  rename(from: string, to: string): void;
  /** Creates a second name for a file; throws `exists`. */
  link(from: string, to: string): void;
  /** Creates a link at `path` to `target`; throws `exists`. */
  symlink(target: string, path: string): void;
  /** Removes one file, link or empty folder. */
  remove(path: string): void;
  /** Makes the creation, renaming and removal of files in `folder` durable. */
  syncFolder(folder: string): void;
  /** The space on the disk of `folder`, if the system reports it. */
  space(folder: string): Promise<Space | undefined>;
  /** Returns whether `folder` is certainly on a disk of this machine. */
  isLocal(folder: string): boolean;
  /**
   * Takes the exclusive lock on the file at `path` (created if needed), which
   * the kernel releases when the process ends. `undefined`: another has it.
   */
  tryLock(path: string): Disposable | undefined;
  /** Does the same, and waits at most `wait` milliseconds. */
  lock(path: string, wait: number): Promise<Disposable | undefined>;
}

/** Temporary folders, for data that does not need to last. */
export interface Scratch {
  /**
   * Creates an empty private folder and returns its path without links. `near`:
   * its place if the temporary folder is not writable.
   */
  make(near: string): string;
  /** Creates a folder that processes share: no process may write to it. */
  share(contents: ScratchContents, near: string): string;
  /**
   * Removes the folders of this process. Others are removed a week after their
   * last use, when a new one is created.
   */
  clear(): void;
}

/** The contents of a temporary folder, by relative path. */
export interface ScratchContents {
  readonly folders: readonly string[];
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The target of each link; a path with a slash at its end is a folder. */
  readonly links: Readonly<Record<string, string>>;
}

export interface Terminal {
  /** True for each stream that is a terminal. */
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
   * Takes over the terminal until the takeover is disposed of: typed keys
   * arrive at once and are not shown. `undefined` if that is impossible.
   */
  takeOver(): Takeover | undefined;
  /**
   * Opens a file in an editor, a command line as in `VISUAL`, which has the
   * terminal. Returns the exit status; `undefined`: it did not run.
   */
  edit(editor: string, path: string): Promise<number | undefined>;
  /**
   * Runs a program that has the terminal, including the keys and Ctrl-C, until
   * it ends. Returns its exit status; `undefined`: the program did not run.
   */
  lend(
    args: readonly string[],
    cwd: string,
  ): Promise<number | undefined>;
  /** Writes all of `text`. Returns false for a closed pipe, not an error. */
  out(text: string): boolean;
  err(text: string): boolean;
  /** Reads one line without its end; `undefined`: the input has ended. */
  readLine(): string | undefined;
  /** Reads all of standard input. Throws USAGE beyond `limit` bytes. */
  readInput(limit: number): Uint8Array;
  /** Does the same without waiting for late input; never throws. */
  readInputSoon(bounds: InputBounds): Promise<InputSoon>;
}

/** A terminal whose keys arrive one at a time. */
export interface Takeover extends Disposable {
  /**
   * Returns the next keys. `resized`: the size of the terminal changed.
   * `stopped`: another program asks mpm to stop. `quiet`: no input arrived
   * within `wait` milliseconds. `undefined`: the input has ended.
   */
  next(
    wait?: number,
  ): Promise<Uint8Array | "resized" | "stopped" | "quiet" | undefined>;
  /** Stops this process as Ctrl-Z does, until the shell continues it. */
  suspend(): Promise<void>;
}

export interface InputBounds {
  /** Bytes. */
  readonly limit: number;
  /** Milliseconds for the whole input. */
  readonly wait: number;
}

export interface InputSoon {
  readonly bytes: Uint8Array;
  /** `late`: the input did not end in time; `large`: it exceeds the limit. */
  readonly state: "ended" | "late" | "large";
}

/**
 * The input of a program, which starts before a promise resolves. The promise
 * must resolve, and the wait counts towards the time limit. Each of several
 * parts is requested after the previous one.
 */
export type Input =
  | Uint8Array
  | Promise<Uint8Array>
  | AsyncIterable<Uint8Array>;

export interface RunOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Variables to add to the inherited ones, or to remove with `null`. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Its standard input. */
  readonly stdin?: Input;
  /** Milliseconds after which the program is killed. */
  readonly timeout: number;
}

export type ApartOptions = Pick<RunOptions, "cwd" | "env">;

export interface ProgramOptions extends Omit<RunOptions, "args"> {
  /** The maximum number of bytes to keep of each stream. */
  readonly limit: number;
  /** The part of the output to keep; the start by default. */
  readonly keep?: "start" | "end";
  /** Receives the output as it arrives; the result then contains no output. */
  output?(stream: "stdout" | "stderr", bytes: Uint8Array): void;
  /** Ends the program early; the outcome is then `timeout`. */
  readonly signal?: AbortSignal;
  /** Milliseconds to exit after a request to end; 300 by default. */
  readonly grace?: number;
  /** Kills the program at once after a request to end. */
  readonly kill?: AbortSignal;
  /**
   * No process of its group outlives mpm, even if mpm is killed; Windows has no
   * groups. It has no input. Its errors are part of `stdout`, unless `apart`.
   */
  readonly tied?: boolean | "apart";
  /**
   * The program starts when this resolves to true; with false, the outcome is
   * `timeout`. A tied program is prepared while it waits.
   */
  readonly start?: Promise<boolean>;
}

/** A signal from a person or the system to end mpm. */
export interface Interruption extends Disposable {
  /** Aborted at the first such signal; mpm continues, to clean up. */
  readonly signal: AbortSignal;
  /** Aborted at the second such signal. */
  readonly again: AbortSignal;
}

export interface RunResult {
  /**
   * `"missing"`: the program does not exist; `"denied"`: it cannot be executed;
   * `"timeout"`: it took too long and was killed.
   */
  readonly outcome: "exited" | "missing" | "timeout" | "denied";
  /** The exit status; -1 if the script did not exit. */
  readonly status: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}
