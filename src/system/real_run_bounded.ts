import { dirname } from "@std/path";
import { beforeDeadline, feed, realRun, start } from "./real_run.ts";
import type { RunOptions, RunResult } from "./system.ts";
import { withGitsShell } from "./windows.ts";

/** Milliseconds for output that is on its way when the program ends. */
const GRACE = 100;

/** Runs a program of which nothing is expected, not even that it ends. */
export async function realRunBounded(
  program: string,
  options: RunOptions & { readonly limit: number },
): Promise<RunResult> {
  // Windows has no groups of processes; a console of its own would show.
  const detached = Deno.build.os !== "windows";
  const child = start(program, options, { detached });
  if (!(child instanceof Deno.ChildProcess)) return child;
  const [stdout, stderr] = [child.stdout, child.stderr]
    .map((stream) => new Output(stream, options.limit));
  const fed = options.stdin && feed(child.stdin, options.stdin);
  const status = await beforeDeadline(child.status, options.timeout);
  if (!status) await endGroup(child);
  // A program of its own in the background may keep all of this open.
  const all = Promise.all([stdout!.ended, stderr!.ended, fed]);
  await beforeDeadline(all, GRACE);
  const result = { stdout: stdout!.close(), stderr: stderr!.close() };
  return status
    ? { outcome: "exited", status: status.code, ...result }
    : { outcome: "timeout", status: -1, ...result };
}

/** Milliseconds for ending a program and all that it started. */
const KILL_LIMIT = 5000;

/** The start of what a stream gives; the rest is read and dropped. */
class Output {
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #kept: Uint8Array;
  #size = 0;

  constructor(stream: ReadableStream<Uint8Array>, limit: number) {
    this.#reader = stream.getReader();
    this.#kept = new Uint8Array(limit);
    this.ended = this.#read();
  }

  async #read(): Promise<void> {
    for (;;) {
      const { value } = await this.#reader.read();
      if (!value) return;
      const part = value.subarray(0, this.#kept.length - this.#size);
      this.#kept.set(part, this.#size);
      this.#size += part.length;
    }
  }

  close(): Uint8Array {
    this.#reader.cancel().catch(() => {});
    return this.#kept.slice(0, this.#size);
  }
}

/** Asks a group of processes to end, and ends after 0.3 s what is left of it. */
const END = `
kill -15 "-$1"
for pause in 0.05 0.05 0.1 0.1; do
  kill -0 "-$1" && sleep "$pause"
done
kill -0 "-$1" && kill -9 "-$1"
`;

/**
 * Ends a process with all that it started and that did not leave its group.
 * First politely, or git would leave its lock files behind. Signals to other
 * processes are not among mpm's permissions, a shell is.
 */
async function endGroup(child: Deno.ChildProcess): Promise<void> {
  const windows = Deno.build.os === "windows";
  // The shell of Windows makes one slash of two, and a path of one.
  const script = windows ? 'exec taskkill //F //T //PID "$1"' : END;
  const run = windows ? withGitsShell(realRun) : realRun;
  await run("sh", {
    args: ["-c", script, "sh", String(child.pid)],
    // The program may have removed the folder it was started in.
    cwd: dirname(Deno.execPath()),
    timeout: KILL_LIMIT,
  });
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  await child.status;
}
