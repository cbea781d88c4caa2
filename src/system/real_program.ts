import { dirname } from "@std/path";
import { endTied, groupLeader, isDetached, tieGroup } from "./real_guard.ts";
import { beforeDeadline, failed, feed, realRun, start } from "./real_run.ts";
import { joinBytes } from "../base/bytes.ts";
import { withGitsShell } from "./real_windows.ts";
import type {
  ProgramOptions,
  RunOptions,
  RunResult,
  System,
} from "./system.ts";

/** Milliseconds to wait for remaining output after the program has ended. */
const GRACE = 100;

/** The same if the background processes end as well. */
const TIED_GRACE = 2000;

/** Replaces the shell with the program given in the arguments. */
const EXEC = 'exec "$@"';

/**
 * Returns a script that replaces the shell with the program, whose arguments no
 * shell reads. If that fails, the shell prints a secret word: bash needs
 * `execfail` for that, which must not be a program in other shells.
 */
function execScript(word: string, redirections: string): string {
  return `PATH=/dev/null shopt -s execfail 2>/dev/null
trap 'echo "${word}" >&2' EXIT
exec "$@" ${redirections}`;
}

/** Waits until mpm writes a line, and exits if mpm ends before that. */
const WAIT = "read -r mpm_line || exit\n";

/** Runs a program without waiting for anything, not even its end. */
export async function realRunProgram(
  program: string,
  options: ProgramOptions & RunOptions & { word: string },
): Promise<RunResult> {
  const { limit, keep = "start", signal, tied = false, output } = options;
  if (!tied && await options.start === false) return failed("timeout");
  const child = start(
    program,
    tied ? { ...options, stdin: new Uint8Array() } : options,
    { detached: isDetached() },
  );
  if (!(child instanceof Deno.ChildProcess)) return child;
  const starts = !tied || await startTied(child, options.start);
  const fed = !tied && options.stdin && feed(child.stdin, options.stdin);
  const [stdout, stderr] = (["stdout", "stderr"] as const).map((name) => {
    const given = output && ((bytes: Uint8Array) => output(name, bytes));
    return new Output(child[name], { limit, keep, given, word: options.word });
  });
  using stop = new Abortion(signal);
  const status = await Promise.race([
    beforeDeadline(child.status, options.timeout),
    stop.happened,
  ]);
  if (!status) await endGroup(child, options);
  // The background processes end now.
  if (tied) await endTied(child.pid);
  // A background process may keep any of these open.
  const all = Promise.all([stdout!.ended, stderr!.ended, fed]);
  await beforeDeadline(all, tied ? TIED_GRACE : GRACE);
  const result = { stdout: stdout!.close(), stderr: stderr!.close() };
  if (!status || !starts) return { outcome: "timeout", status: -1, ...result };
  if (!stdout!.hasWord && !stderr!.hasWord) {
    return { outcome: "exited", status: status.code, ...result };
  }
  // POSIX: 127 if the program is not found, 126 if it cannot be executed.
  const outcome = status.code === 127 ? "missing" : "denied";
  return { outcome, status: -1, ...result };
}

/** Writes the line that starts the program; returns whether it starts. */
async function startTied(
  child: Deno.ChildProcess,
  start: ProgramOptions["start"],
): Promise<boolean> {
  await tieGroup(child.pid);
  const starts = await start ?? true;
  await feed(child.stdin, new Uint8Array(starts ? [10] : []));
  return starts;
}

/** Returns a function that runs a program, started by a shell. */
export function programRunner(
  run: typeof realRunProgram,
): System["runProgram"] {
  return async (args, options) => {
    // If the program did not have its own group, ending it would end mpm's group.
    const tied = Deno.build.os === "windows" ? false : options.tied ?? false;
    const word = `mpm: the program did not start (${crypto.randomUUID()})`;
    const script = execScript(
      word,
      (tied ? "</dev/null" : "") + (options.tied === true ? " 2>&1" : ""),
    );
    const shell = ["-c", tied ? WAIT + script : script, "sh", ...args];
    // The shell leads the group, so Ctrl-C does not reach it while it waits.
    const leader = groupLeader();
    return await run("sh", {
      ...{ ...options, tied, word },
      args: leader.length === 0
        ? shell
        : ["-c", EXEC, "sh", ...leader, "sh", ...shell],
    });
  };
}

/**
 * Starts a program in the background, and ends when the program no longer has
 * the output of this shell.
 */
const BACKGROUND = ': "$("$@" & )"';

/** Replaces the shell with a program that does not have its output. */
const EXEC_QUIET = 'exec "$@" >/dev/null';

/** Milliseconds within which a program begins to lead its group. */
const LEADS_WITHIN = 5000;

/** Starts a shell, and waits only until its program leads its own group. */
export async function realRunApart(
  program: string,
  options: RunOptions,
): Promise<RunResult> {
  const how = { detached: isDetached(), output: "null" } as const;
  const child = start(program, options, how);
  if (!(child instanceof Deno.ChildProcess)) return child;
  if (groupLeader().length > 0) {
    await beforeDeadline(child.status, options.timeout);
  }
  child.unref();
  return { ...failed("exited"), status: 0 };
}

/**
 * Returns a function that starts a program in a group of its own. A client may
 * end the group of a hook as soon as the hook ends, so mpm waits until the
 * program has left it. A copy of this process in a new group would take longer.
 */
export function apartStarter(run: typeof realRunApart): System["startApart"] {
  return async (args, options) => {
    const leader = groupLeader();
    const inner = ["sh", "-c", EXEC_QUIET, "sh", ...args];
    const { outcome } = await run("sh", {
      ...{ ...options, timeout: LEADS_WITHIN },
      args: leader.length === 0
        ? ["-c", EXEC, "sh", ...args]
        : ["-c", BACKGROUND, "sh", ...leader, ...inner],
    });
    return outcome === "exited";
  };
}

/** Waits for a signal. The signal may outlive many programs. */
class Abortion implements Disposable {
  readonly happened: Promise<undefined>;
  readonly #over = new AbortController();

  constructor(signal: AbortSignal | undefined) {
    this.happened = new Promise((resolve) => {
      if (signal?.aborted) resolve(undefined);
      const { signal: over } = this.#over;
      signal?.addEventListener("abort", () => resolve(undefined), {
        signal: over,
      });
    });
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}

/** Milliseconds for ending a program and everything that it started. */
const KILL_LIMIT = 5000;

/** Keeps the start or the end of a stream; the rest is read and dropped. */
class Output {
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #limit: number;
  readonly #fromEnd: boolean;
  readonly #given: ((bytes: Uint8Array) => void) | undefined;
  readonly #word: string;
  /** The last bytes that were read, enough to recognize the word. */
  #last = new Uint8Array();
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(
    stream: ReadableStream<Uint8Array>,
    { limit, keep, given, word }: {
      limit: number;
      keep: "start" | "end";
      given: ((bytes: Uint8Array) => void) | undefined;
      word: string;
    },
  ) {
    this.#word = `${word}\n`;
    this.#reader = stream.getReader();
    this.#limit = limit;
    this.#fromEnd = keep === "end";
    this.#given = given;
    this.ended = this.#read();
  }

  async #read(): Promise<void> {
    for (;;) {
      const { value } = await this.#reader.read();
      if (!value) return;
      const { length } = this.#word;
      const last = joinBytes([this.#last, value.slice(-length)]);
      this.#last = last.slice(-length);
      if (this.#given) {
        this.#given(value);
        continue;
      }
      if (!this.#fromEnd && this.#size >= this.#limit) continue;
      this.#parts.push(value);
      this.#size += value.length;
      // At most twice as much is kept in memory.
      if (this.#fromEnd && this.#size > 2 * this.#limit) this.#cut();
    }
  }

  #cut(): Uint8Array {
    const all = joinBytes(this.#parts);
    const kept = this.#fromEnd
      ? all.slice(Math.max(0, all.length - this.#limit))
      : all.slice(0, this.#limit);
    this.#parts = [kept];
    this.#size = kept.length;
    return kept;
  }

  /** True if the word is the last line. */
  get hasWord(): boolean {
    return new TextDecoder().decode(this.#last) === this.#word;
  }

  close(): Uint8Array {
    this.#reader.cancel().catch(() => {});
    return this.#cut();
  }
}

/** The default time for a group of processes to end, in milliseconds. */
const END_WITHIN = 300;

/** Asks a group to end, and kills the rest after `$2` times 50 ms. */
const END = `
kill -15 "-$1"
left=$2
while [ "$left" -gt 0 ] && kill -0 "-$1"; do
  sleep 0.05
  left=$((left - 1))
done
kill -0 "-$1" && kill -9 "-$1"
`;

/** Kills a group without asking its processes to end. */
const END_NOW = 'kill -9 "-$1"';

/**
 * Ends a process and its group. First asks them to end, since otherwise git
 * would leave lock files. mpm may not send signals, but may run a shell.
 */
async function endGroup(
  child: Deno.ChildProcess,
  { grace = END_WITHIN, kill }: Pick<ProgramOptions, "grace" | "kill">,
): Promise<void> {
  const windows = Deno.build.os === "windows";
  const run = windows ? withGitsShell(realRun) : realRun;
  const end = (script: string) =>
    run("sh", {
      args: [
        ...["-c", script, "sh", String(child.pid)],
        String(Math.ceil(grace / 50)),
      ],
      // The program may have removed the folder in which it was started.
      cwd: dirname(Deno.execPath()),
      timeout: grace + KILL_LIMIT,
    });
  // The shell on Windows turns two slashes into one, and one into a path.
  const asked = end(windows ? 'exec taskkill //F //T //PID "$1"' : END);
  using now = new Abortion(kill);
  await Promise.race([asked, now.happened]);
  if (kill?.aborted && !windows) await end(END_NOW);
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  await child.status;
}
