import { assert, assertEquals } from "@std/assert";
import type { VerifyResult } from "../../src/session/results.ts";
import type { TestEnv } from "./env.ts";
import { mpm, mpmJson, start } from "./mpm.ts";
import { sayKills } from "./say.ts";

/** Where the moments of the kills come from; a failure can be repeated. */
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

/** A command that is killed again and again in one world. */
export interface Victim {
  readonly name: string;
  prepare(): TestEnv | Promise<TestEnv>;
  /** The next command line, by what the world is like now. */
  next(env: TestEnv, round: number): string[];
  /** Rounds after which everything is looked at; 10 unless given. */
  readonly looks?: number;
  /** What must hold after a kill, besides that every save is whole. */
  check?(env: TestEnv, where: string): void | Promise<void>;
}

/** Rounds after which everything is looked at. */
const LOOK = 10;

/** Worlds in which kills go on side by side. */
const WORLDS = 2;

/**
 * Kills the real process `kills` times, at moments spread over the whole of its
 * run and a little beyond, and looks at what is left. Runs that were faster
 * than their kill do not count.
 */
export async function killAgain(victim: Victim, kills: number): Promise<void> {
  const shares = Array.from(
    { length: WORLDS },
    (_, at) => Math.floor((kills + at) / WORLDS),
  );
  const done = await Promise.all(
    shares.map((share, at) => killIn(victim, share, SEED + at)),
  );
  const rounds = done.reduce((sum, { rounds }) => sum + rounds, 0);
  const killed = done.reduce((sum, { killed }) => sum + killed, 0);
  assertEquals(killed, kills);
  sayKills(victim.name, { killed, of: rounds, seed: SEED });
}

async function killIn(victim: Victim, kills: number, seed: number) {
  using env = await victim.prepare();
  const random = randoms(seed);
  let [rounds, killed, longest] = [0, 0, 60];
  while (killed < kills) {
    const args = victim.next(env, rounds);
    const begun = performance.now();
    const child = start(env, args);
    // The first runs tell how long one takes; each takes part in that.
    const after = rounds < 2 ? 10_000 : random.next().value! * longest;
    const timer = setTimeout(() => kill(child), after);
    const { signal, code, stderr } = await child.output();
    clearTimeout(timer);
    const where = `${victim.name}, seed ${seed}, round ${rounds}, ` +
      `${args.join(" ")} after ${after.toFixed(1)} ms`;
    rounds++;
    if (signal === "SIGKILL") killed++;
    else {
      const took = performance.now() - begun;
      longest = rounds <= 2 ? took : 0.9 * longest + 0.1 * took;
      const text = new TextDecoder().decode(stderr);
      assert([0, 3, 4].includes(code), `${where}: ${text}`);
    }
    const isDue = rounds % (victim.looks ?? LOOK) === 0;
    if (isDue || killed === kills) await look(env, victim, where);
    assert(rounds < 20 * kills + 20, `${where}: too few were killed`);
  }
  return { rounds, killed };
}

async function look(
  env: TestEnv,
  victim: Victim,
  where: string,
): Promise<void> {
  const { status, stdout, stderr } = await mpm(env, [
    ...["sessions", "verify", "--json"],
  ]);
  assertEquals(status, 0, `${where}: ${stderr}${stdout}`);
  const { sessions } = JSON.parse(stdout) as VerifyResult;
  for (const { session_id: id, state } of sessions) {
    assert(state !== "damaged", `${where}: ${id}`);
  }
  await mpmJson(env, ["log"]);
  await victim.check?.(env, where);
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
