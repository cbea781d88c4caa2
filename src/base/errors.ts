/** Every failure that mpm can report, with its exit status; both are stable. */
export const ERRORS = {
  USAGE: { exit: 2, meaning: "the command line or an input is invalid" },
  NOT_FOUND: { exit: 3, meaning: "the requested item does not exist" },
  AMBIGUOUS: { exit: 4, meaning: "the request is ambiguous" },
  CONFLICT: {
    exit: 4,
    meaning: "the current state does not allow the operation",
  },
  FOREIGN: { exit: 4, meaning: "you do not trust the author of the data" },
  LOCKED: { exit: 4, meaning: "another mpm process is writing" },
  CORRUPT: { exit: 5, meaning: "a stored file does not match its checksum" },
  UNREADABLE: { exit: 5, meaning: "a stored file does not match its format" },
  GIT_FAILED: { exit: 6, meaning: "git refused or did not answer" },
  FILE_FAILED: { exit: 6, meaning: "the system refused to read or write" },
  CANCELLED: {
    exit: 130,
    meaning: "interrupted, or a question was not answered",
  },
} as const satisfies Record<string, { exit: number; meaning: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** The exit status for a task that ended before all of its items were done. */
export const EXIT_INCOMPLETE = 1;

/** The exit status for a scan that found a secret, which is not an error. */
export const EXIT_FOUND = 5;

/** The exit status for a bug in mpm: an error other than {@link MpmError}. */
export const EXIT_BUG = 70;

/** Returns every exit status with its possible meanings, in order. */
export function exitMeanings(): { status: number; meanings: string[] }[] {
  const meanings = new Map<number, string[]>([[0, ["success"]]]);
  for (const { exit, meaning } of Object.values(ERRORS)) {
    meanings.set(exit, [...meanings.get(exit) ?? [], meaning]);
  }
  meanings.get(EXIT_FOUND)!.push(
    "mpm scan found a secret; mpm handoff check found an error",
  );
  meanings.set(EXIT_INCOMPLETE, [
    "a task or a pipeline did not finish everything; mpm evidence found a check that does not hold",
  ]);
  meanings.set(EXIT_BUG, ["a bug in mpm"]);
  return [...meanings].sort(([a], [b]) => a - b)
    .map(([status, texts]) => ({ status, meanings: texts }));
}

/** A failure that the user can act on; any other error is a bug. */
export class MpmError extends Error {
  override name = "MpmError";
  readonly code: ErrorCode;
  /** The next step, as one sentence or command. */
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.hint = options.hint;
  }

  /** The message with the hint in brackets, for use within a sentence. */
  get withHint(): string {
    return this.hint === undefined
      ? this.message
      : `${this.message} (${this.hint})`;
  }
}

interface Problem {
  readonly state: string;
  readonly hint?: string;
}

const PROBLEMS = {
  "missing": { state: "no such file or folder" },
  "exists": { state: "it already exists" },
  "denied": {
    state: "permission denied",
    hint: "Check the owner and the mode of the folder",
  },
  "read-only": {
    state: "the file system is read-only",
    hint: "Nothing was changed; use a writable file system",
  },
  "full": {
    state: "no space left on the device",
    hint: "Free some space and run the command again; nothing was lost",
  },
  "not-a-folder": { state: "part of the path is not a folder" },
  "is-a-folder": { state: "it is a folder" },
  "link": {
    state: "it is a symbolic link",
    hint: "mpm does not follow links among its own files; replace it",
  },
  "busy": { state: "it is in use" },
  "too-long": { state: "the path is too long" },
  "other": { state: "the system reported an error" },
} satisfies Record<string, Problem>;

/** Why the operating system refused a file operation. */
export type FileProblem = keyof typeof PROBLEMS;

/** A refused file operation; the message always names the path. */
export class FileError extends MpmError {
  override name = "FileError";
  readonly problem: FileProblem;
  readonly path: string;

  constructor(
    problem: FileProblem,
    action: string,
    path: string,
    cause?: unknown,
  ) {
    const { state, hint }: Problem = PROBLEMS[problem];
    const detail = problem === "other" && cause instanceof Error
      ? cause.message
      : state;
    super("FILE_FAILED", `Cannot ${action} "${path}": ${detail}`, {
      ...(hint === undefined ? {} : { hint }),
      cause,
    });
    this.problem = problem;
    this.path = path;
  }
}

/** Returns whether `error` says that the file or folder does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof FileError &&
    (error.problem === "missing" || error.problem === "not-a-folder");
}

/**
 * Returns the result of `work`. If it throws an MpmError, returns the result of
 * `otherwise`, or `undefined` for data that may safely be missing or damaged.
 */
export function attempt<T>(work: () => Promise<T>): Promise<T | undefined>;
export function attempt<T>(work: () => T): T | undefined;
export function attempt<T, E>(
  work: () => Promise<T>,
  otherwise: (error: MpmError) => E,
): Promise<T | E>;
export function attempt<T, E>(
  work: () => T,
  otherwise: (error: MpmError) => E,
): T | E;
export function attempt<T, E>(
  work: () => T | Promise<T>,
  otherwise?: (error: MpmError) => E,
): T | E | undefined | Promise<T | E | undefined> {
  const caught = (error: unknown) => {
    if (!(error instanceof MpmError)) throw error;
    return otherwise?.(error);
  };
  try {
    const done = work();
    return done instanceof Promise ? done.catch(caught) : done;
  } catch (error) {
    return caught(error);
  }
}
