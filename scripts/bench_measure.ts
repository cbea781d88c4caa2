import type { Project } from "./bench_repository.ts";

/** One command line to measure. */
export interface Case {
  readonly name: string;
  readonly command: readonly string[];
  readonly project: Project;
  /** Its limit, e.g. `2 F + 3 G` or `2 F + 3 G + 100 ms`. */
  readonly limit?: string;
  /** Called before each run; not measured. */
  prepare?(): void;
}

/**
 * Milliseconds of the whole process, and its peak memory in KiB (0: unknown).
 */
export interface Measured {
  readonly name: string;
  readonly median: number;
  readonly p95: number;
  readonly peak: number;
  readonly limit?: string;
}

/**
 * Runs every case once per round, after one round that does not count. A case
 * begins when the background work of the case before it has ended.
 * @throws an error if that takes over a minute
 */
export async function measureAll(
  cases: readonly Case[],
  rounds: number,
  binary: string,
): Promise<Measured[]> {
  const times = cases.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [at, one] of cases.entries()) {
      const time = run(one, binary);
      if (round > 0) times[at]!.push(time);
    }
  }
  const measured: Measured[] = [];
  for (const [at, { name, limit, ...rest }] of cases.entries()) {
    const sorted = times[at]!.sort((a, b) => a - b);
    measured.push({
      name,
      median: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      peak: await peakMemory({ name, ...rest }),
      ...limit ? { limit } : {},
    });
  }
  return measured;
}

/** Milliseconds for background work, and between two looks at it. */
const PATIENCE = 60_000;
const LOOK = 10;

/** Waits until no process of a program is left. Only Linux shows them. */
function awaitEnd(binary: string): void {
  if (Deno.build.os !== "linux") return;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const path = Deno.realPathSync(binary);
  for (let waited = 0; isRunning(path); waited += LOOK) {
    if (waited >= PATIENCE) throw new Error(`${path} still runs`);
    Atomics.wait(clock, 0, 0, LOOK);
  }
}

function isRunning(path: string): boolean {
  return [...Deno.readDirSync("/proc")].some(({ name }) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return Deno.readLinkSync(`/proc/${name}/exe`) === path;
    } catch {
      return false; // it ended in the meantime, or is another user's
    }
  });
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

function commandOf({ command, project }: Case): Deno.Command {
  return new Deno.Command(command[0]!, {
    args: command.slice(1),
    cwd: project.folder,
    env: project.env,
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
}

function run(one: Case, binary: string): number {
  one.prepare?.();
  awaitEnd(binary);
  const start = performance.now();
  const { code } = commandOf(one).outputSync();
  const time = performance.now() - start;
  if (code !== 0) throw new Error(`${one.name}: exit status ${code}`);
  return time;
}

/**
 * The high-water mark of the process's memory, read while it runs, so its last
 * moments may be missed. Only Linux reports it.
 */
async function peakMemory(one: Case): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  const child = commandOf(one).spawn();
  let peak = 0;
  let running = true;
  const ended = child.status.then(() => running = false);
  while (running) {
    try {
      const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      break; // it ended in the meantime
    }
  }
  await ended;
  return peak;
}
