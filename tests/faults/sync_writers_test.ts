import { assertEquals } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { bareRepository, GitDaemon, serverGit } from "../helpers/git_server.ts";
import { killOnce, randoms, SEED } from "../helpers/kills.ts";
import { start } from "../helpers/mpm.ts";
import { posixTest, SOAKS } from "../helpers/posix.ts";
import { say, sayKills } from "../helpers/say.ts";
import { person, savesOf } from "../helpers/people.ts";

/** People with a clone each, and the saves of each: 1,000 in a long run. */
const WRITERS = SOAKS ? 50 : 3;
const EACH = SOAKS ? 20 : 2;

/**
 * Milliseconds within which a sync is killed; many simultaneous ones take long.
 */
const SOON = SOAKS ? 2000 : 300;

/** The exit status of a command that did not get the lock. */
const LOCKED = 4;

/** Commands that run at the same time, limited by the machine's memory. */
const AT_ONCE = 12;

const waiting: (() => void)[] = [];
let running = 0;

/** Waits until fewer commands than that run, and runs one more. */
async function inTurn<T>(command: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  running++;
  try {
    return await command();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

/** Runs a command to its end; it may have to wait for a killed one's lock. */
async function run(env: TestEnv, args: string[]): Promise<void> {
  const once = () => inTurn(() => start(env, args).output());
  let { code, stderr } = await once();
  while (code === LOCKED) ({ code, stderr } = await once());
  const text = new TextDecoder().decode(stderr);
  assertEquals(code, 0, `mpm ${args.join(" ")}: ${text}`);
}

/** Pauses and syncs again and again; each second sync is killed. */
async function write(
  env: TestEnv,
  writer: number,
): Promise<{ killed: number; of: number }> {
  const random = randoms(SEED * (writer + 1));
  const kills = { killed: 0, of: 0 };
  for (let at = 0; at < EACH; at++) {
    await run(env, ["pause", `save ${at} of ${writer}`]);
    if ((writer + at) % 2 === 0) await run(env, ["sync", "origin"]);
    else {
      const after = random.next().value! * SOON;
      const signal = await inTurn(() =>
        killOnce(start(env, ["sync", "origin"]), () => true, after)
      );
      kills.of++;
      if (signal === "SIGKILL") kills.killed++;
    }
  }
  return kills;
}

posixTest(
  "people who sync at once, and are killed, lose nothing and see the same saves",
  async () => {
    using place = new TestEnv();
    const path = bareRepository(place.root);
    await using server = new GitDaemon(place.root);
    using stack = new DisposableStack();
    const people = Array.from({ length: WRITERS }, (_, at) => {
      const url = `${server.url}/shared.git`;
      return stack.use(person(`Writer ${at}`, url));
    });
    const kills = await Promise.all(people.map(write));
    const sum = (of: "killed" | "of") =>
      kills.reduce((all, one) => all + one[of], 0);
    sayKills("sync", { killed: sum("killed"), of: sum("of"), seed: SEED });
    // All send the entries that the kills left, and then all read those of the
    // others.
    for (const _ of ["send", "read"]) {
      await Promise.all(people.map((env) => run(env, ["sync", "origin"])));
    }
    const expected = Array.from({ length: WRITERS * EACH }, (_, at) => {
      return `save ${at % EACH} of ${Math.floor(at / EACH)}`;
    });
    const lists = await Promise.all(people.map(savesOf));
    assertEquals(lists[0]!.toSorted(), expected.toSorted());
    // Saves from the same millisecond have no order.
    for (const list of lists) {
      assertEquals(list.toSorted(), lists[0]!.toSorted());
    }
    serverGit("-C", path, "fsck", "--strict");
    say(`${WRITERS} people with ${EACH} saves each see the same list`);
  },
);
