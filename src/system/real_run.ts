import { MpmError } from "../base/errors.ts";
import { guard } from "./real_errors.ts";
import type { Input, RunOptions, RunResult } from "./system.ts";
import { changedEnv, patiently, waitHere } from "./real_windows.ts";

/** Milliseconds within which a program disappears after its end. */
const REAPED_WITHIN = 1000;

/** Runs a program to its end and keeps its output. */
export async function realRun(
  program: string,
  options: RunOptions,
): Promise<RunResult> {
  const child = start(program, options);
  if (!(child instanceof Deno.ChildProcess)) return child;
  const finished = Promise.all([
    child.output(),
    options.stdin && feed(child.stdin, options.stdin),
  ]);
  // Covers the output as well, which a child process may keep open.
  const output = await beforeDeadline(finished, options.timeout);
  if (!output) {
    end(child);
    await beforeDeadline(child.status, REAPED_WITHIN);
    return failed("timeout");
  }
  const { code, stdout, stderr } = output[0];
  return { outcome: "exited", status: code, stdout, stderr };
}

/** Returns the result of a program that did not exit by itself. */
export function failed(outcome: RunResult["outcome"]): RunResult {
  const [stdout, stderr] = [new Uint8Array(), new Uint8Array()];
  return { outcome, status: -1, stdout, stderr };
}

/** ETXTBSY on Linux. Deno gives only the number of this error. */
const BUSY = /\(os error 26\)/;

/** Starts a program; returns the failure if there is one. */
export function start(
  program: string,
  options: Omit<RunOptions, "timeout">,
  { detached = false, output = "piped" }: {
    detached?: boolean;
    output?: "piped" | "null";
  } = {},
): Deno.ChildProcess | RunResult {
  const command = new Deno.Command(program, {
    args: [...options.args],
    cwd: options.cwd,
    ...childEnv(options.env),
    stdin: options.stdin ? "piped" : "null",
    stdout: output,
    stderr: output,
    detached,
  });
  try {
    // While a program is installed, its file may be open for writing.
    const isHeld = (error: unknown) => BUSY.test(String(error));
    return patiently(() => command.spawn(), { isHeld, wait: waitHere });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      // A missing folder is reported like a missing program.
      guard("work in", options.cwd, () => Deno.statSync(options.cwd));
      return failed("missing");
    }
    if (error instanceof Deno.errors.PermissionDenied) return failed("denied");
    if (error instanceof Deno.errors.NotCapable) return failed("denied");
    if (BUSY.test(String(error))) return failed("denied");
    if ((error as { code?: string }).code === "E2BIG") throw tooLong(program);
    throw error;
  }
}

/** Returns the error for too many arguments and variables. */
function tooLong(program: string): MpmError {
  return new MpmError(
    "GIT_FAILED",
    `Cannot run "${program}": its arguments and variables are too long`,
    { hint: "Unset large environment variables and try again" },
  );
}

/** Returns the result of `work`, or `undefined` after `limit` milliseconds. */
export async function beforeDeadline<T>(
  work: Promise<T>,
  limit: number,
): Promise<T | undefined> {
  let timer: number | undefined;
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limit);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a program, unless it has just ended by itself. */
function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/**
 * Variables of the loader. With them, Deno starts a program only if it may
 * start any program, since they could replace the allowed program.
 */
const LOADER = /^(LD|DYLD)_/;

/** Changes to the environment of most programs. */
const environments = new WeakMap<object, Record<string, string>>();

const NO_CHANGES = {};

function childEnv(
  changes: RunOptions["env"] = NO_CHANGES,
): { env: Record<string, string>; clearEnv: true } {
  let env = environments.get(changes);
  if (!env) environments.set(changes, env = changedOurs(changes));
  return { env, clearEnv: true };
}

function changedOurs(
  changes: NonNullable<RunOptions["env"]>,
): Record<string, string> {
  const env = Deno.env.toObject();
  if (Deno.build.os === "windows") return changedEnv(env, changes);
  const set = Object.entries({ ...env, ...changes })
    .filter((entry): entry is [string, string] =>
      entry[1] !== null && !LOADER.test(entry[0])
    );
  return Object.fromEntries(set);
}

/** Writes the input of a program, which may stop reading early. */
export async function feed(
  stdin: WritableStream<Uint8Array>,
  input: Input,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    if (Symbol.asyncIterator in input) {
      for await (const part of input) await writer.write(part);
    } else {
      await writer.write(await input);
    }
    await writer.close();
  } catch (error) {
    const closed = error instanceof Deno.errors.BrokenPipe ||
      error instanceof TypeError;
    if (!closed) throw error;
  }
}
