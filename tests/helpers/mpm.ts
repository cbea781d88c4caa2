import { main } from "../../src/app/main.ts";
import type { System, Takeover, Terminal } from "../../src/system/system.ts";
import type { Outcome, TestEnv } from "./env.ts";

export interface MpmOptions {
  readonly cwd?: string;
  readonly now?: () => Date;
  /** Typed lines; if present, all streams are terminals. */
  readonly typed?: readonly string[];
  /**
   * Input of a terminal key by key, which makes all streams terminals;
   * `resized` and `quiet` as {@link Takeover} has them.
   */
  readonly keys?: readonly (string | { event: "resized" | "quiet" })[];
  /** The editor's change to a file; returns its exit status. */
  readonly edit?: (path: string, editor: string) => number;
  /** The status of a program that gets the terminal. */
  readonly lend?: (args: readonly string[], cwd: string) => number;
  /** Text for standard input. */
  readonly stdin?: string;
  /** Puts faults into the machine. */
  readonly wrap?: (system: System) => System;
}

/** Runs a command line in this process, in the test's environment. */
export async function mpm(
  env: TestEnv,
  args: readonly string[],
  options: MpmOptions = {},
): Promise<Outcome> {
  const { terminal, stdout, stderr } = fakeTerminal(options);
  const system = { ...env.system(options), terminal };
  const status = await main(args, options.wrap?.(system) ?? system);
  const text = (parts: string[]) =>
    parts.join("").replaceAll(env.root, "$ROOT");
  if (status !== 0 && args.includes("--json")) {
    await checkError(args, stdout.join(""), stderr.join(""));
  }
  return { status, stdout: text(stdout), stderr: text(stderr) };
}

/**
 * Checks that an error as data fits the schema of errors, and is the only
 * output.
 */
async function checkError(
  args: readonly string[],
  stdout: string,
  stderr: string,
): Promise<void> {
  // A status can be an answer, like that of a doctor; after "--", `--json` is
  // just a word.
  if (stdout !== "" || args.indexOf("--") >= 0) return;
  const { misfits } = await import("./schemas.ts");
  const found = misfits("error", JSON.parse(stderr));
  if (found !== "") throw new Error(`mpm ${args.join(" ")}: ${found}`);
}

/** The same, parsed; throws with the output unless it succeeds. */
export async function mpmJson<T = Record<string, unknown>>(
  env: TestEnv,
  args: readonly string[],
  options: MpmOptions = {},
): Promise<T> {
  const { status, stdout, stderr } = await mpm(
    env,
    [...args, "--json"],
    options,
  );
  if (status !== 0) {
    throw new Error(`mpm ${args.join(" ")}: ${stderr}${stdout}`);
  }
  const value = JSON.parse(stdout.replaceAll("$ROOT", env.root));
  await checkResult(args, value);
  return value as T;
}

/** Checks that every answer fits the schema of its command. */
async function checkResult(
  args: readonly string[],
  value: unknown,
): Promise<void> {
  // Many tests request no data, so they do not load the code that checks it.
  const { commandNames, misfits } = await import("./schemas.ts");
  const name = [args.slice(0, 2).join(" "), args[0]!]
    .find((words) => commandNames().includes(words));
  if (name === undefined) return;
  const found = misfits(name.replaceAll(" ", "-"), value);
  if (found !== "") throw new Error(`mpm ${args.join(" ")} --json: ${found}`);
}

/** A terminal that only a test reads. */
export function fakeTerminal(
  { typed, keys, edit, lend, stdin = "" }: MpmOptions,
) {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const lines = [...typed ?? []];
  const isTerminal = typed !== undefined || keys !== undefined;
  const terminal: Terminal = {
    interactive: { stdin: isTerminal, stdout: isTerminal, stderr: isTerminal },
    columns: () => 80,
    rows: () => 24,
    takeOver: () => keys && takenOver(keys),
    lend: (args, cwd) => Promise.resolve(lend?.(args, cwd)),
    edit: (editor, path) => Promise.resolve(edit?.(path, editor)),
    out: (text) => stdout.push(text) > 0,
    err: (text) => stderr.push(text) > 0,
    readLine: () => lines.shift(),
    readInput: () => new TextEncoder().encode(stdin),
    readInputSoon: ({ limit }) => {
      const bytes = new TextEncoder().encode(stdin);
      const state = bytes.length > limit ? "large" : "ended";
      return Promise.resolve({ bytes: bytes.subarray(0, limit + 1), state });
    },
  };
  return { terminal, stdout, stderr };
}

function takenOver(keys: NonNullable<MpmOptions["keys"]>): Takeover {
  const left = [...keys];
  return {
    next() {
      const next = left.shift();
      return Promise.resolve(
        typeof next === "string" ? new TextEncoder().encode(next) : next?.event,
      );
    },
    suspend: () => Promise.resolve(),
    [Symbol.dispose]() {},
  };
}

/** The compiled binary, which `scripts/test.ts` builds first. */
export function binary(): string {
  const path = Deno.env.get("MPM_BIN");
  if (!path) throw new Error("MPM_BIN is not set: run deno task test");
  return path;
}

/**
 * Copies the binary. Another process does it. Programs that a parallel test
 * starts at that moment would hold the copy open, and a file open for writing
 * cannot run.
 */
export function copyBinary(to: string): void {
  const args = [binary(), to];
  const { success } = new Deno.Command("cp", { args }).outputSync();
  if (!success) throw new Error(`the copy ${to} failed`);
}

/** Starts the real binary in the test's environment. */
export function start(env: TestEnv, args: string[]): Deno.ChildProcess {
  return new Deno.Command(binary(), {
    args,
    cwd: env.project,
    env: env.env(),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}
