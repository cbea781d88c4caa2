import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "./env.ts";
import { mpm } from "./mpm.ts";

const RUNS = ".claude-mpm/runs";

/** A line of a run's results. */
export interface Result {
  readonly item: string;
  readonly state: "done" | "failed" | "flagged";
  readonly exit: number | null;
  readonly output: string;
  readonly attempts: number;
  readonly chunk: number;
  /** The value that its program printed. */
  readonly result?: unknown;
}

/** Writes a definition and allows it. */
export async function define(
  env: TestEnv,
  definition: Record<string, unknown>,
  name = "work",
  kind: "task" | "pipeline" = "task",
): Promise<void> {
  // Every JSON text is also YAML.
  const path = `.claude-mpm/${kind}s/${name}.yaml`;
  env.write(path, `${JSON.stringify(definition, null, 2)}\n`);
  const { status, stderr } = await mpm(env, ["allow", path]);
  assertEquals(status, 0, stderr);
}

/** A project with an allowed definition. */
export async function taskProject(
  definition: Record<string, unknown>,
  name?: string,
): Promise<TestEnv> {
  const env = TestEnv.repository();
  await define(env, definition, name);
  return env;
}

/** A project with an allowed pipeline. */
export async function pipelineProject(
  definition: Record<string, unknown>,
): Promise<TestEnv> {
  const env = TestEnv.repository();
  await define(env, definition, "work", "pipeline");
  return env;
}

/** The arguments of a program that runs `script` with `words`. */
export function shell(script: string, ...words: string[]): string[] {
  return ["sh", "-c", script, "sh", ...words];
}

/** A script whose effect is a line for each item, in a file of its run. */
export const EFFECT = 'printf "%s\\n" "$@" >>"effects-$MPM_TASK_RUN"';

/** The effects of a run, in the order in which they happened. */
export function effects(env: TestEnv, run: string): string[] {
  const name = `effects-${run}`;
  return env.exists(name) ? linesOf(env.read(name)) : [];
}

/** The runs of a project, the oldest first. */
export function runIds(env: TestEnv): string[] {
  if (!env.exists(RUNS)) return [];
  return [...Deno.readDirSync(join(env.project, RUNS))]
    .filter(({ isDirectory, name }) => isDirectory && !name.startsWith("."))
    .map(({ name }) => name).sort();
}

/** The path of a file of a run, in the project. */
export function runFile(run: string, name: string): string {
  return `${RUNS}/${run}/${name}`;
}

/** The lines of a run's log, without an incomplete one. */
export function logOf(env: TestEnv, run: string): Record<string, unknown>[] {
  return objects(env, runFile(run, "log.jsonl"));
}

/** The newest result of each item; a run keeps it in its own order. */
export function results(env: TestEnv, run: string): Map<string, Result> {
  const lines = objects(env, runFile(run, "results.jsonl"));
  return new Map(lines.map((one) => [String(one.item), one as never]));
}

function objects(env: TestEnv, path: string): Record<string, unknown>[] {
  return !env.exists(path) ? [] : linesOf(env.read(path)).flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

function linesOf(text: string): string[] {
  return text.split("\n").filter(Boolean);
}

/** Returns whether a run has ended: no part of it is left. */
export function isOver(env: TestEnv, run: string): boolean {
  return JSON.stringify(logOf(env, run).at(-1) ?? {}).includes('"over"');
}

/** The run that a command would continue. */
export function openRun(env: TestEnv): string | undefined {
  return runIds(env).find((run) => !isOver(env, run));
}

/**
 * Checks that every item exists once. A finished item had its effect once, and
 * a flagged one at most once. No other item was begun.
 */
export function assertOnce(
  env: TestEnv,
  run: string,
  { items, where }: { items: readonly string[]; where: string },
): { flagged: number } {
  const known = results(env, run);
  const counts = new Map<string, number>();
  for (const one of effects(env, run)) {
    counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  assertEquals([...known.keys()].sort(), [...items].sort(), where);
  let flagged = 0;
  for (const [item, { state }] of known) {
    const count = counts.get(item) ?? 0;
    const isWell = state === "flagged" ? count <= 1 : count === 1;
    assert(isWell, `${where}: "${item}" is ${state}, and happened ${count}×`);
    if (state === "flagged") flagged++;
  }
  return { flagged };
}

/** Lets other work happen until a condition holds, for at most a minute. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  const start = performance.now();
  while (!await isSo()) {
    assert(performance.now() - start < 60_000, what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
