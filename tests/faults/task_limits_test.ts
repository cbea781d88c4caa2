import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import type { System } from "../../src/system/system.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mountTest, onFullDisk } from "../helpers/mounts.ts";
import { mpm, mpmJson, start } from "../helpers/mpm.ts";
import { posixTest, SOAKS, soakTest } from "../helpers/posix.ts";
import { say } from "../helpers/say.ts";
import {
  assertOnce,
  define,
  EFFECT,
  effects,
  isOver,
  results,
  runFile,
  runIds,
  shell,
  taskProject,
  until,
} from "../helpers/tasks.ts";

const RUN = ["task", "run", "work"];

/** The peak memory of a process until now, in KiB. */
function peak(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Runs a command and measures its peak memory, in MiB. */
async function memoryOf(env: TestEnv, args: string[]) {
  const child = start(env, args);
  let most = 0;
  const timer = setInterval(() => most = Math.max(most, peak(child.pid)), 5);
  const { code, stderr } = await child.output();
  clearInterval(timer);
  const said = new TextDecoder().decode(stderr);
  return { code, said, mebibytes: most / 1024 };
}

/** Bytes of all files of a run. */
function sizeOf(env: TestEnv, run: string): number {
  const folder = join(env.project, ".claude-mpm/runs", run);
  const { stdout } = env.run("du", ["-sb", folder]);
  return parseInt(stdout);
}

function alive(env: TestEnv, words: string): boolean {
  return env.run("ps", ["-eo", "stat=,args="]).stdout.split("\n")
    .some((line) => line.includes(words) && !line.startsWith("Z"));
}

const MEGABYTES = SOAKS ? 1000 : 20;

posixTest(
  `a program that prints ${MEGABYTES} MB, in many lines or one, needs no memory`,
  async () => {
    using env = await taskProject({
      items: { list: ["lines", "one", "result"] },
      run: shell(
        `case $1 in
lines) head -c ${MEGABYTES}000000 /dev/zero | tr '\\0' x | fold -w 99;;
one) head -c ${MEGABYTES}000000 /dev/zero | tr '\\0' '{';;
result) printf '{"result":"'; head -c ${MEGABYTES}000000 /dev/zero | tr '\\0' x
  printf '"}\\n';;
esac; echo the end`,
        "{item}",
      ),
    });
    await define(env, { items: { list: ["x"] }, run: ["true"] }, "small");
    const small = await memoryOf(env, ["task", "run", "small"]);
    const { code, said, mebibytes } = await memoryOf(env, RUN);
    assertEquals(code, 0, said);
    if (Deno.build.os === "linux") {
      const more = mebibytes - small.mebibytes;
      assert(more < 250, `${more} MiB more than ${small.mebibytes}`);
      say(
        `task: ${more.toFixed(0)} MiB more for 3 × ${MEGABYTES} MB of output`,
      );
    }
    const run = runIds(env).find((one) => one.startsWith("work"))!;
    assert(sizeOf(env, run) < 8_000_000, `${sizeOf(env, run)} bytes`);
    const { stdout } = await mpm(env, ["task", "logs", run]);
    assert(stdout.includes("the end"));
    for (const { output } of results(env, run).values()) {
      assert(output.length < 20_000);
    }
  },
);

posixTest(
  "a program that ignores its signal is ended at its time limit, with its children",
  async () => {
    using env = await taskProject({
      items: { list: ["a", "b"] },
      timeout: "1s",
      grace: "1s",
      run: shell(
        `trap "" TERM INT HUP; [ "$1" = a ] && { sleep 4711 & wait; sleep 4711; }
${EFFECT}`,
        "{item}",
      ),
    });
    const { status, stdout, stderr } = await mpm(env, RUN);
    assertEquals(status, 1, stderr);
    assertMatch(stdout + stderr, /a/);
    const [run] = runIds(env);
    const states = [...results(env, run!).values()];
    assertEquals(states.map(({ state }) => state), ["failed", "done"]);
    assertEquals(effects(env, run!), ["b"]);
    assert(!alive(env, "sleep 4711"));
  },
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  posixTest(
    `a task ends cleanly at ${signal}, and continues later`,
    async () => {
      const items = ["a", "b", "c"];
      using env = await taskProject({
        items: { list: items },
        run: shell(
          `trap 'exit 9' TERM; [ "$1" = b ] && [ ! -e go ] && : >waiting &&
while [ ! -e go ]; do sleep 0.02; done; ${EFFECT}`,
          "{item}",
        ),
      });
      const child = start(env, RUN);
      await until("the second item begins", () => env.exists("waiting"));
      child.kill(signal);
      const { code, stdout, stderr } = await child.output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      const said = text(stdout) + text(stderr);
      assertEquals(code, 130, said);
      const [run] = runIds(env);
      assertMatch(said, new RegExp(`mpm task resume ${run}`));
      const view = await mpmJson(env, ["task", "status", run!]);
      assertEquals([view.state, view.done], ["cancelled", 1], said);
      assertEquals(effects(env, run!), ["a"]);
      env.write("go", "");
      // The second item may have happened, so it only runs again on request.
      assertEquals(results(env, run!).get("b")?.state, "flagged");
      const resumed = await mpm(env, ["task", "resume", run!, "--again"]);
      assertEquals(resumed.status, 0, resumed.stderr);
      assertEquals(effects(env, run!), items);
    },
  );
}

posixTest(
  "a second SIGINT ends the program at once, and flags its item",
  async () => {
    using env = await taskProject({
      items: { list: ["a", "b"] },
      run: shell(
        `trap "" TERM INT; : >waiting; sleep 4712; ${EFFECT}`,
        "{item}",
      ),
    });
    const child = start(env, RUN);
    await until("the first item begins", () => env.exists("waiting"));
    const begun = performance.now();
    child.kill("SIGINT");
    const timer = setInterval(() => child.kill("SIGINT"), 300);
    const { code } = await child.output();
    clearInterval(timer);
    assert(performance.now() - begun < 5000);
    assertEquals(code, 130);
    assert(!alive(env, "sleep 4712"));
    const [run] = runIds(env);
    assertEquals(results(env, run!).get("a")?.state, "flagged");
  },
);

posixTest(
  "a run that is cancelled before a program starts flags nothing",
  async () => {
    using env = await taskProject({
      items: { list: ["a", "b"] },
      run: shell(EFFECT, "{item}"),
    });
    const control = new AbortController();
    const wrap = (system: System): System => ({
      ...system,
      interruption: () => ({
        signal: control.signal,
        again: new AbortController().signal,
        [Symbol.dispose]() {},
      }),
      files: {
        ...system.files,
        append(path, bytes, options) {
          system.files.append(path, bytes, options);
          const text = new TextDecoder().decode(bytes);
          if (/"start".*"chunk":1/.test(text)) control.abort();
        },
      },
    });
    const { status, stderr } = await mpm(env, RUN, { wrap });
    assertEquals(status, 130, stderr);
    const [run] = runIds(env);
    assertEquals(effects(env, run!), ["a"]);
    assertEquals([...results(env, run!).keys()], ["a"]);
    const resumed = await mpm(env, ["task", "resume", run!]);
    assertEquals(resumed.status, 0, resumed.stderr);
    assertEquals(effects(env, run!), ["a", "b"]);
  },
);

posixTest(
  "programs end with mpm, even if someone killed the guard before",
  async () => {
    using env = await taskProject({
      items: { list: ["a"] },
      run: shell(": >waiting; sleep 4715"),
    });
    const child = start(env, RUN);
    const output = child.output();
    await until("the item begins", () => env.exists("waiting"));
    const first = await guardOf(env, child.pid, []);
    // One that ends at once has no successor.
    const begun = performance.now();
    await until("a second is over", () => performance.now() - begun > 1100);
    Deno.kill(first, "SIGKILL");
    await guardOf(env, child.pid, [first]);
    child.kill("SIGKILL");
    await output;
    await until("the program ends", () => !alive(env, "sleep 4715"));
  },
);

/** Waits for the process that ends the programs of an mpm. */
async function guardOf(
  env: TestEnv,
  pid: number,
  known: readonly number[],
): Promise<number> {
  let guard = 0;
  await until("there is a guard", () => {
    const { stdout } = env.run("ps", ["-eo", "pid=,ppid=,args="]);
    for (const line of stdout.matchAll(/^ *(\d+) +(\d+) sh -c\s+groups=/gm)) {
      if (Number(line[2]) === pid) guard = Number(line[1]);
    }
    return guard !== 0 && !known.includes(guard);
  });
  return guard;
}

posixTest("task cancel ends a run from elsewhere", async () => {
  using env = await taskProject({
    items: { list: ["a", "b"] },
    run: shell(": >waiting; sleep 4713", "{item}"),
  });
  const child = start(env, RUN);
  await until("the first item begins", () => env.exists("waiting"));
  const [run] = runIds(env);
  const running = await mpmJson(env, ["task", "status", run!]);
  assertEquals(running.state, "running");
  const { status, stderr } = await mpm(env, ["task", "cancel", run!]);
  assertEquals(status, 0, stderr);
  assertEquals((await child.output()).code, 130);
  assert(!alive(env, "sleep 4713"));
  assertEquals(isOver(env, run!), true);
});

posixTest(
  "a folder that a program removes stops the task, and loses nothing",
  async () => {
    using env = await taskProject({
      items: { list: ["a", "b"] },
      run: shell('[ "$1" = a ] && rm -rf .claude-mpm; :', "{item}"),
    });
    const { status, stderr } = await mpm(env, RUN);
    assertEquals(status, 6, stderr);
  },
);

posixTest("a run whose folder is deleted ends with a message", async () => {
  using env = await taskProject({
    items: { list: ["a", "b"] },
    run: shell(": >waiting; sleep 4714", "{item}"),
  });
  const child = start(env, RUN);
  await until("the first item begins", () => env.exists("waiting"));
  const [run] = runIds(env);
  const begun = performance.now();
  env.remove(`.claude-mpm/runs/${run}`);
  const { code, stderr } = await child.output();
  const said = new TextDecoder().decode(stderr);
  assert(performance.now() - begun < 5000, said);
  assert(!alive(env, "sleep 4714"));
  assertEquals(code, 6, said);
  assertMatch(said, /its folder ".*" was removed/);
  assertMatch(said, /The results are lost.*mpm task run work/);
});

posixTest("a cwd that a program removes does not end mpm", async () => {
  using env = await taskProject({
    items: { list: ["a", "b"] },
    run: shell(`${EFFECT}; rm -rf sub`, "{item}"),
  });
  env.write("sub/x", "");
  const { status, stderr } = await mpm(env, RUN, {
    cwd: join(env.project, "sub"),
  });
  assertEquals(status, 0, stderr);
  assertEquals(effects(env, runIds(env)[0]!), ["a", "b"]);
});

const ITEMS = Array.from({ length: 40 }, (_, at) => `item ${at}`);

mountTest(
  posixTest,
  "on a full disk a task stops before its next program, and goes on later",
  async () => {
    for (
      const pages of SOAKS ? Array.from({ length: 40 }, (_, at) => at) : [14]
    ) {
      // The effect is on another disk.
      const script = 'printf "%s\\n" "$1" >>../effects; head -c 3000 /dev/zero';
      using env = await taskProject({
        items: { list: ITEMS },
        run: shell(script, "{item}"),
      });
      const outside = join(env.root, "effects");
      const { status, stderr } = onFullDisk(env, pages, RUN);
      const where = `${pages} pages: ${stderr}`;
      assert([0, 6].includes(status), where);
      const happened = () => {
        try {
          return Deno.readTextFileSync(outside).trimEnd().split("\n");
        } catch {
          return [];
        }
      };
      const [run] = runIds(env);
      if (status === 6) assertMatch(stderr, /no space|full/i, where);
      if (run === undefined) {
        assertEquals(happened(), [], where);
        continue;
      }
      if (status === 6) {
        const view = await mpmJson(env, ["task", "status", run]);
        assert(view.state !== "running" && view.state !== "done", where);
        await mpm(env, ["task", "resume", run]);
      }
      assertEquals(isOver(env, run), true, where);
      env.write(`effects-${run}`, happened().map((one) => `${one}\n`).join(""));
      const { flagged } = assertOnce(env, run, { items: ITEMS, where });
      assert(flagged <= 1, where);
    }
  },
);

soakTest("20,000 items need no more memory than 2,000", async () => {
  // With fewer, the memory is what V8 has not collected yet.
  using env = await taskProject({
    items: { lines: ["seq", "2000"] },
    run: ["true"],
  });
  await define(
    env,
    { items: { lines: ["seq", "20000"] }, run: ["true"] },
    "many",
  );
  const few = await memoryOf(env, RUN);
  const many = await memoryOf(env, ["task", "run", "many"]);
  assertEquals([few.code, many.code], [0, 0], many.said);
  const more = many.mebibytes - few.mebibytes;
  say(
    `task: ${few.mebibytes.toFixed(0)} MiB for 2,000 items, ` +
      `${more.toFixed(0)} MiB more for 20,000`,
  );
  assert(more < 25, `${more} MiB`);
  const run = runIds(env).find((one) => one.startsWith("many"))!;
  assertEquals(
    env.read(runFile(run, "results.jsonl")).split("\n").length,
    20_001,
  );
});
