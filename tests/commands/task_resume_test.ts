import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson, start } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import {
  assertOnce,
  define,
  EFFECT,
  effects,
  isOver,
  logOf,
  results,
  runFile,
  runIds,
  shell,
  taskProject,
  until,
} from "../helpers/tasks.ts";

const ITEMS = ["a", "b", "c", "d"];

/** The third item, after its effect, waits until the file `go` exists. */
const WAITS = `
${EFFECT}
[ "$1" = c ] || exit 0
: >waiting
while [ ! -e go ]; do sleep 0.02; done
`;

interface Options {
  readonly fields?: Record<string, unknown>;
  readonly script?: string;
}

/** Returns whether a program of a task runs in this project. */
function works(env: TestEnv): boolean {
  return [...Deno.readDirSync("/proc")].some(({ name }) => {
    try {
      const variables = Deno.readTextFileSync(`/proc/${name}/environ`);
      return variables.includes(`MPM_TASK_STATE=${env.root}/`);
    } catch {
      return false;
    }
  });
}

/** A run whose runner was killed in its third item, after the item's effect. */
async function interrupted(
  { fields = {}, script = WAITS }: Options = {},
): Promise<{ env: TestEnv; run: string }> {
  const env = await taskProject({
    items: { list: ITEMS },
    run: shell(script, "{item}"),
    ...fields,
  });
  const child = start(env, ["task", "run", "work"]);
  await until("the third item begins", () => env.exists("waiting"));
  const [run] = runIds(env);
  // The runner may read output of a program after the program has continued.
  const state = runFile(run!, "state/2.json");
  if (script.includes('{"state"')) {
    await until("its state is kept", () => env.exists(state));
  }
  child.kill("SIGKILL");
  await child.output();
  await until("its program ends", () => !works(env));
  env.write("go", "");
  return { env, run: run! };
}

posixTest(
  "an item that was running when mpm died is flagged, and not run again",
  async () => {
    const { env, run } = await interrupted();
    using _ = env;
    const before = await mpmJson(env, ["task", "status", run]);
    assertEquals([before.state, before.done], ["interrupted", 2]);
    const { status, stderr } = await mpm(env, ["task", "resume"]);
    assertEquals(status, 1, stderr);
    const { stdout } = await mpm(env, ["task", "report", run]);
    assertStringIncludes(stdout, "may or may not have finished");
    assertEquals(effects(env, run), ITEMS);
    const states = [...results(env, run)].map(([item, { state }]) =>
      `${item} ${state}`
    );
    assertEquals(states.sort(), ["a done", "b done", "c flagged", "d done"]);
    assertOnce(env, run, { items: ITEMS, where: "resumed" });
  },
);

for (
  const [name, options, args] of [
    ["--again", {}, ["--again"]],
    ["repeatable: true", { fields: { repeatable: true } }, []],
    ["a state that the program printed", {
      script: `echo '{"state":{"at":1}}'\n${WAITS}\ncat "$MPM_TASK_STATE" ` +
        ">>states 2>/dev/null || :",
    }, []],
  ] as [string, Options, string[]][]
) {
  posixTest(`with ${name} such an item runs again`, async () => {
    const { env, run } = await interrupted(options);
    using _ = env;
    const { status, stderr } = await mpm(env, ["task", "resume", ...args]);
    assertEquals(status, 0, stderr);
    assertEquals(effects(env, run), ["a", "b", "c", "c", "d"]);
    if (options.script) assertEquals(env.read("states").trim(), '{"at":1}');
  });
}

posixTest(
  "a resume continues with the original definition and items",
  async () => {
    const { env, run } = await interrupted();
    using _ = env;
    await define(env, { items: { list: ["a", "x", "y"] }, run: ["false"] });
    const { stdout, stderr } = await mpm(env, ["task", "resume", run]);
    const said = stdout + stderr;
    assertStringIncludes(said, "the file of the task changed");
    assertOnce(env, run, { items: ITEMS, where: said });
  },
);

posixTest("a resume reports how its list of items changed", async () => {
  const { env, run } = await interrupted({
    fields: { items: { lines: ["sh", "-c", "cat list || seq 4"] } },
    script: WAITS.replace("= c", "= 3"),
  });
  using _ = env;
  env.write("list", "1\nx\ny\n");
  const { stdout, stderr } = await mpm(env, ["task", "resume", run]);
  const said = stdout + stderr;
  assertStringIncludes(said, "2 new");
  assertStringIncludes(said, "3 gone");
  const items = ["1", "2", "3", "4"];
  assertOnce(env, run, { items, where: said });
});

posixTest(
  "changing or removing a definition does not affect a running task",
  async () => {
    using env = await taskProject({
      items: { list: ITEMS },
      run: shell(WAITS, "{item}"),
    });
    const child = start(env, ["task", "run", "work"]);
    await until("the third item begins", () => env.exists("waiting"));
    env.remove(".claude-mpm/tasks/work.yaml");
    env.write("go", "");
    const { code } = await child.output();
    const [run] = runIds(env);
    assertEquals([code, effects(env, run!)], [0, ITEMS]);
  },
);

posixTest(
  "one of two resumes does the work, and the other reports that",
  async () => {
    const { env, run } = await interrupted({ fields: { repeatable: true } });
    using _ = env;
    env.remove("go");
    env.remove("waiting");
    const both = [0, 1].map(() => start(env, ["task", "resume", run]).output());
    await until("one of them works", () => env.exists("waiting"));
    const lost = await Promise.race(both);
    assertEquals(lost.code, 4);
    const said = new TextDecoder().decode(lost.stderr);
    assert(/process \d+|pid \d+/.test(said), said);
    env.write("go", "");
    const codes = (await Promise.all(both)).map(({ code }) => code);
    assertEquals(codes.sort(), [0, 4]);
    assertEquals(effects(env, run), ["a", "b", "c", "c", "d"]);
  },
);

posixTest(
  "a dead program does not count as running if another process has its number",
  async () => {
    const { env, run } = await interrupted();
    using _ = env;
    const path = runFile(run, "runner.json");
    const forge = (change: Record<string, unknown>) =>
      env.write(
        path,
        JSON.stringify({ ...JSON.parse(env.read(path)), ...change }),
      );
    await using bystander = new Bystander();
    for (
      const change of [
        { pid: bystander.pid },
        { pid: bystander.pid, boot: "another", boot_id: "another" },
        { pid: 1 },
        { pid: -1 },
        { pid: 0 },
      ]
    ) {
      forge(change);
      const where = JSON.stringify(change);
      const view = await mpmJson(env, ["task", "status", run]);
      assertEquals(view.state, "interrupted", where);
      const { status, stderr } = await mpm(env, ["task", "cancel", run]);
      assert(status !== 70, stderr);
      assert(bystander.isAlive(), where);
    }
    env.write(path, "not JSON");
    assertEquals(
      (await mpmJson(env, ["task", "status", run])).state !== "running",
      true,
    );
  },
);

posixTest(
  "a process that the log names but that is not the program is not ended",
  async () => {
    const { env, run } = await interrupted();
    using _ = env;
    await using bystander = new Bystander();
    const log = runFile(run, "log.jsonl");
    const last = logOf(env, run).at(-1)!;
    const line = { ...last, event: "program", pid: bystander.pid, start: "1" };
    env.write(log, `${env.read(log)}${JSON.stringify(line)}\n`);
    await mpm(env, ["task", "resume", run]);
    assert(bystander.isAlive());
  },
);

/** A process that has nothing to do with the task. */
class Bystander implements AsyncDisposable {
  readonly #child = new Deno.Command("sleep", { args: ["600"] }).spawn();
  #ended = false;

  constructor() {
    this.#child.status.then(() => this.#ended = true);
  }

  get pid(): number {
    return this.#child.pid;
  }

  isAlive(): boolean {
    return !this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

posixTest(
  "a run that is not the user's is listed and not changed",
  async () => {
    const { env, run } = await interrupted();
    using _ = env;
    const record = runFile(run, "run.json");
    const real = env.read(record);
    const home = env.home;
    const cases: [string, () => void][] = [
      ["changed", () => env.write(record, real.replace("waiting", "planted"))],
      ["another user", () => {
        env.write(record, real);
        env.extra.HOME = join(env.root, "other");
        Deno.mkdirSync(env.extra.HOME, { recursive: true });
      }],
    ];
    const files = () =>
      ["run.json", "log.jsonl", "results.jsonl", "items.jsonl"]
        .map((name) => env.read(runFile(run, name)));
    for (const [where, prepare] of cases) {
      prepare();
      const before = files();
      const { stdout } = await mpm(env, ["task", "list"]);
      assertStringIncludes(stdout, run, where);
      const { status, stderr } = await mpm(env, ["task", "resume", run]);
      assertEquals(status, 4, `${where}: ${stderr}`);
      await mpm(env, ["task", "cancel", run]);
      assertEquals(files(), before, where);
      assertEquals(env.exists(runFile(run, "cancel")), false, where);
      assertEquals(effects(env, run).length, 3, where);
    }
    env.extra.HOME = home;
    // The same run in a copy of the project does not belong to the copy.
    const copy = join(env.root, "copy");
    env.run("cp", ["-a", env.project, copy]);
    const { status, stderr } = await mpm(env, ["task", "resume", run], {
      cwd: copy,
    });
    assertEquals(status, 4, stderr);
    assertEquals(isOver(env, run), false);
  },
);

posixTest("a list of items that was changed by hand is not run", async () => {
  const { env, run } = await interrupted();
  using _ = env;
  env.write(runFile(run, "items.jsonl"), '"x"\n"y"\n"z"\n"w"\n');
  const { status, stderr } = await mpm(env, ["task", "resume", run]);
  assertEquals(status, 5, stderr);
  assertEquals(effects(env, run), ["a", "b", "c"]);
});

posixTest(
  "a damaged or planted line of the log does not affect others",
  async () => {
    const { env, run } = await interrupted();
    using _ = env;
    const log = runFile(run, "log.jsonl");
    env.write(log, `${env.read(log)}{"event":"end","chunk":3,"sta`);
    const view = await mpmJson(env, ["task", "status", run]);
    assertEquals([view.state, view.done], ["interrupted", 2]);
    await mpm(env, ["task", "resume", run]);
    assertOnce(env, run, { items: ITEMS, where: "torn" });
  },
);

posixTest("resume reports what it can resume and what it cannot", async () => {
  using env = await taskProject({ run: ["true"] });
  const none = await mpm(env, ["task", "resume"]);
  assertEquals(none.status, 3, none.stderr);
  await mpm(env, ["task", "run", "work"]);
  const [run] = runIds(env);
  const log = env.read(runFile(run!, "log.jsonl"));
  const over = await mpm(env, ["task", "resume", run!]);
  assert(over.status !== 70, over.stderr);
  assertEquals(env.read(runFile(run!, "log.jsonl")), log);
});
