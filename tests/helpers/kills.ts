import { assert, assertEquals } from "@std/assert";
import type { SavesVerifyResult } from "../../schemas/types.ts";
import type { TestEnv } from "./env.ts";
import { mpm, mpmJson, start } from "./mpm.ts";
import { sayKills } from "./say.ts";

/** Seed for the moments of the kills, so that a failure can be repeated. */
export const SEED = Number(Deno.env.get("SEED") ?? 20_261_120);

/** Kills of a command: as many as `deno task soak` does, or `usual` ones. */
export function killsOf(long: number, usual: number): number {
  return Deno.env.get("MPM_SOAK") === "1" ? long : usual;
}

/** A small generator with a fixed seed. */
export function* randoms(seed: number): Generator<number> {
  for (let state = seed >>> 0;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** A command that is killed again and again in one project. */
export interface Victim {
  readonly name: string;
  prepare(): TestEnv | Promise<TestEnv>;
  /** The next command line for the current state of the project. */
  next(env: TestEnv, round: number): string[];
  /** Exit statuses of a run that was not killed; 0, 3 and 4 by default. */
  readonly statuses?: readonly number[];
  /** Rounds after which everything is checked; 10 by default. */
  readonly looks?: number;
  /** Further conditions after a kill: every save must also be whole. */
  check?(env: TestEnv, where: string): void | Promise<void>;
}

/** Rounds after which everything is checked. */
const LOOK = 10;

/** Weight of the newest run in the estimate of a run's time. */
const NEWEST = 0.3;

/** Factor by which the moments exceed a run: some runs end before theirs. */
const BEYOND = 1.1;

/**
 * Kills the real process `kills` times, at moments spread over its run and a
 * little beyond, and checks the remaining files. Runs that were faster than
 * their kill do not count. Only one runs at a time: other tests use the rest of
 * the machine, and a run that shares its core takes longer to kill.
 */
export async function killAgain(victim: Victim, kills: number): Promise<void> {
  using env = await victim.prepare();
  env.settle();
  const random = randoms(SEED);
  let [rounds, killed] = [0, 0];
  /** Milliseconds that a whole run takes, by its first word. */
  const known = new Map<string, number>();
  while (killed < kills) {
    const args = victim.next(env, rounds);
    const begun = performance.now();
    const child = start(env, args);
    // The first run shows how long one takes; each run that ends updates it.
    const usual = known.get(args[0]!);
    const after = usual === undefined
      ? 10_000
      : random.next().value! * BEYOND * usual;
    const timer = setTimeout(() => kill(child), after);
    const { signal, code, stderr } = await child.output();
    clearTimeout(timer);
    const where = `${victim.name}, seed ${SEED}, round ${rounds}, ` +
      `${args.join(" ")} after ${after.toFixed(1)} ms`;
    rounds++;
    if (signal === "SIGKILL") killed++;
    else {
      const took = performance.now() - begun;
      const before = usual ?? took;
      known.set(args[0]!, before + NEWEST * (took - before));
      const text = new TextDecoder().decode(stderr);
      const { statuses = [0, 3, 4] } = victim;
      assert(statuses.includes(code), `${where}: ${text}`);
    }
    const isDue = rounds % (victim.looks ?? LOOK) === 0;
    if (isDue || killed === kills) await look(env, victim, where);
    assert(rounds < 20 * kills + 20, `${where}: too few were killed`);
  }
  sayKills(victim.name, { killed, of: rounds, seed: SEED });
}

async function look(
  env: TestEnv,
  victim: Victim,
  where: string,
): Promise<void> {
  const verify = () => mpm(env, ["saves", "verify", "--json"]);
  let { status, stdout, stderr } = await verify();
  // A git that the dead process had started may still write committed saves.
  for (let tries = 0; status !== 0 && tries < 50; tries++) {
    ({ status, stdout, stderr } = await verify());
  }
  assertEquals(status, 0, `${where}: ${stderr}${stdout}`);
  const { sessions } = JSON.parse(stdout) as SavesVerifyResult;
  for (const { session_id: id, state } of sessions) {
    assert(state !== "damaged", `${where}: ${id}`);
  }
  await mpmJson(env, ["log"]);
  await victim.check?.(env, where);
}

/**
 * Kills a process `after` milliseconds from the moment on that `isBegun`, unless
 * it is faster. Returns the signal it ended by.
 */
export async function killOnce(
  child: Deno.ChildProcess,
  isBegun: () => boolean,
  after: number,
): Promise<Deno.Signal | null> {
  let isOver = false;
  const ended = child.output().finally(() => isOver = true);
  const later = (ms: number) => new Promise((done) => setTimeout(done, ms));
  while (!isOver && !isBegun()) await later(1);
  if (after > 0) await later(after);
  kill(child);
  return (await ended).signal;
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
