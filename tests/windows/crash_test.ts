import { assert, assertEquals } from "@std/assert";
import { say } from "../helpers/say.ts";
import { type WineEnv, wineTest } from "../helpers/wine.ts";

/** The status of a program that `start.c` ended. */
const ENDED = 9;

interface Deaths {
  /** Makes the state that each death begins with. */
  readonly prepare?: (env: WineEnv) => void | Promise<void>;
  /** Checks the state after a death. */
  readonly check: (where: string, finished: boolean) => Promise<void>;
  /** The command dies at one call out of this many; 1 means every call. */
  readonly step: number;
}

/** The moments at which a command is killed from outside. */
const MOMENTS = 6;

/**
 * Ends a command before its first call that changes files, then before a later
 * one, up to its last; then after some time. The state before is the same each
 * time.
 */
async function dieEverywhere(
  env: WineEnv,
  args: readonly string[],
  { prepare, check, step }: Deaths,
): Promise<void> {
  await prepare?.(env);
  env.keep();
  const whole = await env.mpm(args, { verb: ["crash", 0] });
  assertEquals(whole.status, 0, whole.stderr);
  const [, calls, flushes] = /calls (\d+) flushes (\d+)/.exec(whole.stderr)!;
  assert(Number(flushes) > 0, "nothing was flushed to the disk");
  env.restore();
  const begun = performance.now();
  await good(env, args, "whole");
  const time = performance.now() - begun;
  const ended = { crash: 0, kill: 0 };
  const end = async (verb: "crash" | "kill", at: number) => {
    env.restore();
    const { status, stderr } = await env.mpm(args, { verb: [verb, at] });
    const where = `${verb} ${at} of ${calls} calls`;
    assert([0, ENDED].includes(status), `${where}: ${status}: ${stderr}`);
    if (status === ENDED) ended[verb]++;
    await check(where, status === 0);
  };
  for (let at = 1; at <= Number(calls) + step; at += step) {
    await end("crash", at);
  }
  for (let at = 0; at < MOMENTS; at++) {
    await end("kill", Math.round((at + 0.5) / MOMENTS * time));
  }
  const words = args.slice(0, 2).join(" ");
  const { crash, kill } = ended;
  say(`deaths in Wine: ${words} ${crash}, ${kill} killed, ${flushes} flushes`);
  assert(crash > 5, `${crash} deaths`);
  assert(kill > 0, "no command was killed");
}

/** Runs mpm.exe, which must succeed; returns what it prints. */
async function good(
  env: WineEnv,
  args: readonly string[],
  where: string,
): Promise<string> {
  const { status, stdout, stderr } = await env.mpm(args);
  assertEquals(status, 0, `${where}: mpm ${args.join(" ")}: ${stderr}`);
  return stdout;
}

wineTest("a pause that dies anywhere loses no save", async (env) => {
  env.repository();
  await dieEverywhere(env, ["pause", "-s", "New"], {
    step: 3,
    prepare: async () => {
      await good(env, ["pause", "-s", "Old"], "before");
      env.write("README.md", "# Edited\n");
    },
    check: async (where, finished) => {
      const { session } = JSON.parse(
        await good(env, ["resume", "--json"], where),
      );
      const { summary } = session.conversation;
      assert((finished ? ["New"] : ["New", "Old"]).includes(summary), where);
      assertEquals(env.read("README.md"), "# Edited\n", where);
      await good(env, ["pause", "-s", "Again"], where);
      await good(env, ["saves", "verify"], where);
      env.git("fsck", "--no-dangling");
    },
  });
});

const KILLS = 12;

wineTest("a pause killed at any moment loses no save", async (env) => {
  env.repository();
  const acknowledged: string[] = [];
  const begun = performance.now();
  await good(env, ["pause", "-s", "Whole"], "before");
  const whole = performance.now() - begun;
  for (let at = 1; at <= KILLS; at++) {
    env.write("README.md", `# ${at}\n`);
    const { stdout } = await env.mpm(["pause", "-s", `Pause ${at}.`], {
      verb: ["kill", Math.round(at / KILLS * 3 * whole)],
    });
    if (stdout.includes("Paused Successfully")) acknowledged.push(`${at}.`);
  }
  const listed = await good(env, ["list", "--all", "--json"], "after");
  for (const name of acknowledged) assert(listed.includes(`Pause ${name}`));
  await good(env, ["saves", "verify"], "after");
  env.git("fsck", "--no-dangling");
  say(`kills in Wine: pause ${KILLS - acknowledged.length} of ${KILLS}`);
});

const NAMES = Array.from({ length: 6 }, (_, at) => `f${at}.txt`);

function fill(env: WineEnv, text: string): void {
  for (const name of NAMES) env.write(name, text);
}

wineTest(
  "a restore that dies anywhere is finished or undone",
  async (env) => {
    env.repository();
    await dieEverywhere(env, ["checkpoint", "restore", "one", "--yes"], {
      step: 6,
      prepare: async () => {
        fill(env, "one\n");
        await good(env, ["checkpoint", "save", "one"], "before");
        fill(env, "two\n");
      },
      check: async (where, finished) => {
        await good(env, ["checkpoint", "list"], where);
        const texts = [...new Set(NAMES.map((name) => env.read(name)))];
        assertEquals(texts.length, 1, `${where}: ${texts.join()}`);
        if (finished) assertEquals(texts, ["one\n"]);
        if (texts[0] === "two\n") return;
        await good(env, ["undo"], where);
        assertEquals(env.read("f0.txt"), "two\n", where);
      },
    });
  },
);

wineTest(
  "an undo that dies anywhere is finished or undone",
  async (env) => {
    env.repository();
    const restored = async (where: string) => {
      fill(env, "one\n");
      await good(env, ["checkpoint", "save", "one"], where);
      fill(env, "two\n");
      await good(env, ["checkpoint", "restore", "one", "--yes"], where);
    };
    await dieEverywhere(env, ["undo"], {
      step: 6,
      prepare: () => restored("before"),
      check: async (where, finished) => {
        await good(env, ["checkpoint", "list"], where);
        const texts = [...new Set(NAMES.map((name) => env.read(name)))];
        assertEquals(texts.length, 1, `${where}: ${texts.join()}`);
        if (finished) assertEquals(texts, ["two\n"]);
        if (texts[0] === "one\n") await good(env, ["undo"], where);
        assertEquals(env.read("f0.txt"), "two\n", where);
      },
    });
  },
);

wineTest(
  "a checkpoint that dies anywhere is complete or absent",
  async (env) => {
    env.repository();
    await dieEverywhere(env, ["checkpoint", "save", "one"], {
      step: 4,
      prepare: () => fill(env, "one\n"),
      check: async (where, finished) => {
        const listed = await good(env, ["checkpoint", "list", "--json"], where);
        const { checkpoints } = JSON.parse(listed);
        assertEquals(
          NAMES.map((name) => env.read(name)),
          NAMES.map(() => "one\n"),
        );
        if (finished) assertEquals(checkpoints.length, 1, where);
        if (checkpoints.length === 0) {
          await good(env, ["checkpoint", "save", "one"], where);
        }
        fill(env, "two\n");
        await good(env, ["checkpoint", "restore", "one", "--yes"], where);
        assertEquals(
          NAMES.map((name) => env.read(name)),
          NAMES.map(() => "one\n"),
        );
        env.git("fsck", "--no-dangling");
      },
    });
  },
);

wineTest("a detour that dies anywhere keeps the work", async (env) => {
  env.repository();
  await dieEverywhere(env, ["branch", "hotfix", "--stash"], {
    step: 8,
    prepare: () => fill(env, "mine\n"),
    check: (where) => home(env, where),
  });
});

wineTest("a return that dies anywhere keeps the work", async (env) => {
  env.repository();
  await dieEverywhere(env, ["return"], {
    step: 8,
    prepare: async () => {
      fill(env, "mine\n");
      await good(env, ["branch", "hotfix", "--stash"], "before");
    },
    check: (where) => home(env, where),
  });
});

/** Ends the detour, if there is one: the work must be unchanged. */
async function home(env: WineEnv, where: string): Promise<void> {
  if ((await good(env, ["status"], where)).includes("Detour of: main")) {
    await good(env, ["return"], where);
  }
  for (const name of NAMES) assertEquals(env.read(name), "mine\n", where);
  env.git("fsck", "--no-dangling");
}
