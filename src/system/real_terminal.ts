import { FileError, MpmError } from "../base/errors.ts";
import { shellWords } from "../base/shell.ts";
import { guard, problemOf } from "./real_errors.ts";
import { realRun } from "./real_run.ts";
import { joinBytes } from "../base/bytes.ts";
import { readStream, writeAll } from "./real_stream.ts";
import type { InputBounds, InputSoon, Takeover, Terminal } from "./system.ts";

/** The three standard streams. */
export const realTerminal: Terminal = {
  interactive: {
    stdin: Deno.stdin.isTerminal(),
    stdout: Deno.stdout.isTerminal(),
    stderr: Deno.stderr.isTerminal(),
  },
  columns: () => size()?.columns || 80,
  rows: () => size()?.rows || 24,
  takeOver,
  edit,
  lend,
  out: (text) => print(Deno.stdout, text),
  err: (text) => print(Deno.stderr, text),
  readLine,
  readInput,
  readInputSoon,
};

function size(): ReturnType<typeof Deno.consoleSize> | undefined {
  try {
    return Deno.consoleSize();
  } catch {
    return undefined; // No stream is a terminal.
  }
}

function print(stream: { writeSync(bytes: Uint8Array): number }, text: string) {
  try {
    writeAll(stream, new TextEncoder().encode(text));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw new FileError(problemOf(error), "write to", "the output", error);
  }
}

async function lend(
  args: readonly string[],
  cwd: string,
): Promise<number | undefined> {
  const stays = () => {};
  Deno.addSignalListener("SIGINT", stays);
  try {
    return await statusOf(args, { cwd });
  } finally {
    Deno.removeSignalListener("SIGINT", stays);
  }
}

/** Runs a program that has the terminal; `undefined`: it did not run. */
async function statusOf(
  [program = "", ...args]: readonly string[],
  options: { cwd?: string } = {},
): Promise<number | undefined> {
  const [stdin, stdout, stderr] = ["inherit", "inherit", "inherit"] as const;
  try {
    const streams = { stdin, stdout, stderr };
    const command = new Deno.Command(program, { ...options, ...streams, args });
    return (await command.spawn().status).code;
  } catch {
    return undefined;
  }
}

async function edit(
  editor: string,
  path: string,
): Promise<number | undefined> {
  // As in git: the editor may be a command line with options.
  return await statusOf(
    Deno.build.os === "windows"
      ? [...shellWords(editor.replaceAll("\\", "/")) ?? [editor], path]
      : ["sh", "-c", `${editor} "$@"`, editor, path],
  );
}

function readLine(): string | undefined {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  const next = () =>
    guard("read", "standard input", () => Deno.stdin.readSync(one));
  let ended = false;
  while (!(ended = next() === null) && one[0] !== 10) bytes.push(one[0]!);
  if (ended && bytes.length === 0) return undefined;
  return new TextDecoder().decode(new Uint8Array(bytes)).replace(/\r$/, "");
}

function readInput(limit: number): Uint8Array {
  return guard(
    "read",
    "standard input",
    () =>
      readStream(Deno.stdin, limit, () => {
        throw new MpmError("USAGE", `Standard input is over ${limit} bytes`);
      }),
  );
}

async function readInputSoon(
  { limit, wait }: InputBounds,
): Promise<InputSoon> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let timer: number | undefined;
  const deadline = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), wait);
  });
  let state: InputSoon["state"] = "ended";
  while (size <= limit) {
    const chunk = new Uint8Array(65_536);
    // A stream that cannot be read counts as ended.
    const read = await Promise.race([
      Deno.stdin.read(chunk).catch(() => null),
      deadline,
    ]);
    if (read === "late") state = "late";
    if (read === "late" || read === null) break;
    size += read;
    chunks.push(chunk.subarray(0, read));
  }
  clearTimeout(timer);
  const bytes = joinBytes(chunks);
  return size > limit ? { bytes, state: "large" } : { bytes, state };
}

/** Signals that end a program; the terminal must be restored first. */
const ENDING = ["SIGTERM", "SIGHUP", "SIGINT"] as const;

/** Puts the terminal into raw mode; returns `undefined` without a terminal. */
function takeOver(): Takeover | undefined {
  try {
    Deno.stdin.setRaw(true);
  } catch {
    return undefined;
  }
  return new Keys();
}

type Event = Uint8Array | "resized" | "stopped" | undefined;

/** Milliseconds within which a shell stops the process after the signal. */
const STOPPED_WITHIN = 5000;

class Keys implements Takeover {
  readonly #waiting: Event[] = [];
  #wake: (() => void) | undefined;
  #reading = false;
  readonly #resized = () => this.#tell("resized");
  readonly #ended = () => this.#tell(undefined);
  readonly #stopped = () => this.#tell("stopped");
  /** The shell may have changed the terminal while this process was stopped. */
  readonly #continued = () => {
    Deno.stdin.setRaw(true);
    this.#tell("resized");
  };

  constructor() {
    listen("SIGWINCH", this.#resized);
    for (const signal of ENDING) listen(signal, this.#ended);
    this.#listenToJobs();
  }

  #listenToJobs(): void {
    listen("SIGTSTP", this.#stopped);
    listen("SIGCONT", this.#continued);
  }

  #forgetJobs(): void {
    forget("SIGTSTP", this.#stopped);
    forget("SIGCONT", this.#continued);
  }

  async suspend(): Promise<void> {
    if (Deno.build.os === "windows") return;
    // Without a handler, the signal stops this process and everything else in
    // the shell's job. Nothing happens if no shell can continue this process.
    this.#forgetJobs();
    Deno.stdin.setRaw(false);
    await realRun("sh", {
      args: ["-c", "kill -TSTP 0"],
      cwd: "/",
      timeout: STOPPED_WITHIN,
    });
    Deno.stdin.setRaw(true);
    this.#listenToJobs();
  }

  async next(wait?: number): Promise<Event | "quiet"> {
    if (this.#waiting.length === 0) this.#read();
    let timer: number | undefined;
    let late = false;
    if (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (wait === undefined) return;
        timer = setTimeout(() => {
          late = true;
          resolve();
        }, wait);
      });
    }
    clearTimeout(timer);
    return late && this.#waiting.length === 0 ? "quiet" : this.#waiting.shift();
  }

  /** Performs one read at a time, which may outlast the wait for it. */
  #read(): void {
    if (this.#reading) return;
    this.#reading = true;
    const bytes = new Uint8Array(4096);
    Deno.stdin.read(bytes).catch(() => null).then((read) => {
      this.#reading = false;
      this.#tell(read === null ? undefined : bytes.subarray(0, read));
    });
  }

  #tell(event: Event): void {
    this.#waiting.push(event);
    this.#wake?.();
  }

  [Symbol.dispose](): void {
    this.#forgetJobs();
    Deno.stdin.setRaw(false);
    forget("SIGWINCH", this.#resized);
    for (const signal of ENDING) forget(signal, this.#ended);
  }
}

/** Listens for a signal. Some systems do not have all of these signals. */
function listen(signal: Deno.Signal, handler: () => void): void {
  try {
    Deno.addSignalListener(signal, handler);
  } catch {
    return;
  }
}

function forget(signal: Deno.Signal, handler: () => void): void {
  try {
    Deno.removeSignalListener(signal, handler);
  } catch {
    return;
  }
}
