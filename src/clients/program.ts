import { isAbsolute, relative } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { SESSION_VARIABLES } from "./all.ts";
import type { Client, HeadlessOptions } from "./client.ts";

/** Returns each program with a name on PATH once, as absolute paths. */
export function programsOnPath(system: System, program: string): string[] {
  const windows = system.platform === "windows";
  const names = windows
    ? ["exe", "cmd", "bat"].map((ending) => `${program}.${ending}`)
    : [program];
  const found = new Map<string, string>();
  for (const folder of (system.env("PATH") ?? "").split(windows ? ";" : ":")) {
    if (!isAbsolute(folder)) continue;
    for (const name of names) {
      const path = join(folder, name);
      if (!isProgram(system, path)) continue;
      const real = attempt(() => system.files.realPath(path)) ?? path;
      if (!found.has(real)) found.set(real, path);
    }
  }
  return [...found.values()];
}

function isProgram({ files }: System, path: string): boolean {
  const found = attempt(() => files.stat(path));
  return found?.kind === "file" &&
    (found.mode === undefined || (found.mode & 0o111) !== 0);
}

function isBelow(root: string, path: string): boolean {
  return !/^\.\.(?:[\\/]|$)/.test(relative(root, path));
}

/** The maximum number of bytes in an answer. */
const LIMIT = 200;

/**
 * Returns the first line of a program's version output. Running the program is
 * safe, since typing its name would start it anyway. A program inside the
 * project is not run, since it may have come with the project.
 */
export async function versionLine(
  system: System,
  path: string,
  { root, timeout }: { root: string; timeout: number },
): Promise<string | undefined> {
  if (isBelow(root, path) || system.platform === "windows") return undefined;
  const answer = await system.runProgram([path, "--version"], {
    ...{ cwd: "/", timeout, limit: LIMIT },
  });
  const [line] = new TextDecoder().decode(answer.stdout).split("\n");
  return answer.status === 0 && line ? line : undefined;
}

/**
 * Returns the absolute path of a client's program on PATH; `undefined`: not
 * installed. A program inside the project does not count, since it may have
 * come with the project.
 */
export function clientProgram(
  system: System,
  { name }: Client,
  root: string,
): string | undefined {
  return programsOnPath(system, name).find((path) => !isBelow(root, path));
}

/** The milliseconds that a client has to print its version. */
const PATIENCE = 20_000;

/** Returns the version of a client's program, e.g. `1.18.33`. */
export async function clientVersion(
  system: System,
  path: string,
  root: string,
): Promise<string | undefined> {
  const line = await versionLine(system, path, { root, timeout: PATIENCE });
  return /\d+\.\d+\.\d+[\w.+-]*/.exec(line ?? "")?.[0].replace(/\.$/, "");
}

/** A client that answers prompts without a person. */
export interface AgentProgram {
  /** E.g. `Claude Code`. */
  readonly title: string;
  /** The limit that the client cannot keep, without a final period. */
  readonly warning: string | undefined;
  /** The environment without the session in which mpm itself was started. */
  readonly env: Readonly<Record<string, null>>;
  /** Returns the absolute path of the program, and its arguments. */
  args(prompt: string): readonly string[];
}

/** Finds a client's program outside the project. Throws NOT_FOUND. */
export function agentProgram(
  system: System,
  { client, ...options }: HeadlessOptions & { client: Client },
  root: string,
): AgentProgram {
  const { title, limitsTurns } = client;
  const program = clientProgram(system, client, root);
  if (program === undefined) {
    throw new MpmError(
      "NOT_FOUND",
      `Cannot find ${title}: "${client.name}" is not on PATH`,
    );
  }
  return {
    title,
    warning: options.turns === undefined || limitsTurns
      ? undefined
      : `${title} has no option that limits turns, so mpm ignores "turns"`,
    env: Object.fromEntries(SESSION_VARIABLES.map((name) => [name, null])),
    args: (prompt) => [program, ...client.headless(prompt, options).slice(1)],
  };
}
