import { join } from "../../base/join.ts";
import { FileError, MpmError } from "../../base/errors.ts";
import { sizeText } from "../../base/words.ts";
import { durationText } from "../../base/times.ts";
import { ensureFolder, writeAtomic } from "../../ops/mod.ts";
import type { RunResult, System } from "../../system/system.ts";
import type { Definition } from "../definition.ts";
import { endOf } from "../items.ts";
import { Excerpt, type Message, Messages } from "../protocol.ts";
import type { runPaths } from "../store.ts";
import type { Stops } from "./stops.ts";

/** The maximum number of bytes of output in a result. */
const OUTPUT = 4096;

/** The maximum number of bytes of a program's results for one chunk. */
const MOST_RESULTS = 8 * 1024 * 1024;

/** The number of bytes of output to collect before writing them to a log. */
const PENDING = 64 * 1024;

/** A program that is ready to start. */
export interface ChunkOrder {
  /** The number of a chunk, or a step; the files are named after it. */
  readonly chunk: number | string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | null>>;
  readonly cwd: string;
  readonly definition: Pick<Definition, "timeout" | "grace">;
  readonly paths: ReturnType<typeof runPaths>;
  readonly stops: Pick<Stops, "cancel" | "kill" | "eachLook">;
  /**
   * The maximum size of a log in bytes; with `onlyFailure`, a successful chunk
   * has no log.
   */
  readonly log: { limit: number; onlyFailure: boolean };
  /**
   * The program starts when this promise resolves to true; with false, it never
   * starts.
   */
  readonly start: Promise<boolean>;
  progress(message: Extract<Message, { kind: "progress" }>): void;
  /**
   * Converts the program's output to its log; no line of the output is then a
   * message.
   */
  readonly filter?: {
    output(stream: "stdout" | "stderr", bytes: Uint8Array): Uint8Array;
    /** Returns the last bytes of the log. */
    end(end: Pick<ChunkEnd, "exit" | "reason">): Uint8Array;
  };
}

/** The end of one program. */
export interface ChunkEnd {
  /**
   * `never`: the program did not start, and no other would. `unclear`: a person
   * ended the program early.
   */
  readonly outcome: "done" | "failed" | "never" | "unclear";
  /** The program's exit status; null: it did not exit by itself. */
  readonly exit: number | null;
  /** Why the program has no exit status, in words. */
  readonly reason: string | null;
  readonly ms: number;
  /** The beginning and end of the program's output. */
  readonly output: string;
  readonly results: readonly unknown[];
  /** Number of bytes in the log. */
  readonly logged: number;
  /** Why the log or the state could not be stored. */
  readonly failure: FileError | undefined;
}

/**
 * Runs the program of one chunk to its end. Throws if the program's folder is
 * gone.
 */
export async function runChunk(
  system: System,
  order: ChunkOrder,
): Promise<ChunkEnd> {
  const { args, env, cwd, definition, stops } = order;
  const kept = new KeptOutput(system, order);
  const running = system.runProgram(args, {
    ...{ env, cwd, limit: 0, tied: "apart", start: order.start },
    ...{ timeout: definition.timeout, grace: definition.grace },
    ...{ signal: stops.cancel, kill: stops.kill },
    output: (stream, bytes) => kept.add(stream, bytes),
  });
  // The promise may reject before it is awaited.
  running.catch(() => {});
  await order.start;
  const start = system.now().getTime();
  let result: Pick<RunResult, "outcome" | "status"> & { reason?: string };
  const look = () => kept.flush();
  stops.eachLook.add(look);
  try {
    result = await running;
  } catch (error) {
    // Arguments that are too long concern only this chunk.
    if (!(error instanceof MpmError) || error.code !== "GIT_FAILED") {
      throw error;
    }
    const reason = "its arguments are too long";
    result = { outcome: "exited", status: -1, reason };
  } finally {
    stops.eachLook.delete(look);
  }
  const ms = Math.max(0, Math.round(system.now().getTime() - start));
  const end = { ...endingOf(result, order), ms };
  kept.end(end);
  return { ...end, ...kept.close(end.outcome !== "done") };
}

const CANCELLED = {
  outcome: "unclear",
  exit: null,
  reason: "it was cancelled",
} as const;

function endingOf(
  { outcome, status, reason }: {
    outcome: RunResult["outcome"];
    status: number;
    reason?: string;
  },
  { args, definition, stops }: ChunkOrder,
): Pick<ChunkEnd, "outcome" | "exit" | "reason"> {
  if (reason !== undefined) return { outcome: "failed", exit: null, reason };
  if (outcome === "exited") {
    if (status !== 0 && stops.cancel.aborted) return CANCELLED;
    return {
      outcome: status === 0 ? "done" : "failed",
      exit: status,
      reason: null,
    };
  }
  if (outcome === "timeout") {
    return stops.cancel.aborted ? CANCELLED : {
      outcome: "failed",
      exit: null,
      reason: `it took longer than ${durationText(definition.timeout)}`,
    };
  }
  const why = endOf(args[0]!, { outcome, status });
  return { outcome: "never", exit: null, reason: why };
}

type OutputOrder = Pick<
  ChunkOrder,
  "chunk" | "paths" | "log" | "progress" | "filter"
>;

/**
 * The output of a program: messages, a log, and an excerpt for the program's
 * result.
 */
export class KeptOutput {
  readonly #system: System;
  readonly #order: OutputOrder;
  readonly #excerpt = new Excerpt(OUTPUT);
  readonly #log: Excerpt;
  readonly #messages: Messages;
  /** Number of bytes received so far, and written to the log. */
  #came = 0;
  #written = 0;
  #results: unknown[] = [];
  #resultSize = 0;
  /** The last state that the program printed and that is not written yet. */
  #state: { value: unknown } | undefined;
  #failure: FileError | undefined;

  constructor(system: System, order: OutputOrder) {
    this.#system = system;
    this.#order = order;
    this.#log = new Excerpt(order.log.limit);
    this.#messages = new Messages({
      take: (message) => this.#take(message),
      output: (bytes) => this.#keep(bytes),
    });
  }

  add(stream: "stdout" | "stderr", bytes: Uint8Array): void {
    const { filter } = this.#order;
    if (filter) this.#keep(filter.output(stream, bytes));
    else if (stream === "stderr") this.#keep(bytes);
    else this.#messages.add(bytes);
    this.#writeState();
    if (this.#came - this.#written > PENDING) this.flush();
  }

  /** Writes the received output to the log, for people who are reading it. */
  flush(): void {
    if (this.#order.log.onlyFailure) return;
    this.#write(this.#log.startAfter(this.#written));
  }

  end(end: Pick<ChunkEnd, "exit" | "reason">): void {
    const { filter } = this.#order;
    if (filter) this.#keep(filter.end(end));
  }

  #take(message: Message): void {
    if (message.kind === "progress") this.#order.progress(message);
    else if (message.kind === "state") this.#state = message;
    else {
      this.#resultSize += JSON.stringify(message.value).length;
      if (this.#resultSize <= MOST_RESULTS) this.#results.push(message.value);
    }
  }

  #keep(bytes: Uint8Array): void {
    this.#excerpt.add(bytes);
    this.#log.add(bytes);
    this.#came += bytes.length;
  }

  /** Writes the state before the program can do much more. */
  #writeState(): void {
    if (!this.#state) return;
    const { paths, chunk } = this.#order;
    const text = JSON.stringify(this.#state.value);
    this.#state = undefined;
    this.#try(() => {
      ensureFolder(this.#system, paths.states, paths.folder);
      const path = statePath(paths, chunk);
      writeAtomic(this.#system, path, { text, synced: false });
    });
  }

  #write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#written += bytes.length;
    const { paths, chunk } = this.#order;
    this.#try(() => {
      ensureFolder(this.#system, paths.logs, paths.folder);
      this.#system.files.append(join(paths.logs, `${chunk}.log`), bytes);
    });
  }

  /**
   * Records a failure to write. The program continues, and the run ends after
   * it.
   */
  #try(write: () => void): void {
    try {
      if (!this.#failure) write();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#failure = error;
    }
  }

  close(
    hasFailed: boolean,
  ): Pick<ChunkEnd, "output" | "results" | "logged" | "failure"> {
    this.#messages.close();
    this.#writeState();
    if (hasFailed || !this.#order.log.onlyFailure) {
      this.#write(this.#log.bytes().subarray(this.#written));
    }
    if (this.#resultSize > MOST_RESULTS) {
      const note =
        `\n(mpm kept only the first ${sizeText(MOST_RESULTS)} of the ` +
        "results)\n";
      this.#excerpt.add(new TextEncoder().encode(note));
    }
    return {
      output: this.#excerpt.text(),
      results: this.#results,
      logged: this.#written,
      failure: this.#failure,
    };
  }
}

/** Returns the file with the last state of a chunk's program. */
export function statePath(
  { states }: ReturnType<typeof runPaths>,
  chunk: number | string,
): string {
  return join(states, `${chunk}.json`);
}
