import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";

const RUN = "smells-20261101-101500";
const AT = "2026-11-01T10:15:00.000Z";

/** A chunk that ended, as the log has it. */
function ended(chunk: number, state: string, counters: number[]) {
  const [done, failed, flagged] = counters;
  return {
    ...{ event: "end", chunk, at: "2026-11-01T10:16:05.000Z" },
    ...{ exit: state === "done" ? 0 : 1, reason: null, state, ms: 12 },
    ...{ done, failed, flagged },
  };
}

/** Plants a run as a clone could contain it: its record is not sealed. */
function plant(env: TestEnv, { over = true, id = RUN } = {}): void {
  const lines = (values: unknown[]) =>
    values.map((value) => `${JSON.stringify(value)}\n`).join("");
  const at = (file: string) => `.claude-mpm/runs/${id}/${file}`;
  env.write(
    at("run.json"),
    JSON.stringify({
      ...{ version: 1, id, task: "smells", at: AT, worktree: "/w" },
      ...{ file: "/w/.claude-mpm/tasks/smells.yaml", definition: "" },
      ...{ total: 4, chunk: 1, items: null, client: null },
    }),
  );
  env.write(
    at("items.jsonl"),
    lines(["a.ts", "b.ts", "-rf", "d\u001b[31m.ts"]),
  );
  const counters = { done: 2, failed: 1, flagged: 1 };
  env.write(
    at("log.jsonl"),
    lines([
      { event: "begin", at: AT, pid: 1 },
      ...[0, 1].map((chunk) => ended(chunk, "done", [chunk + 1, 0, 0])),
      ended(2, "failed", [2, 1, 0]),
      { event: "start", chunk: 3, attempt: 1, at: AT },
      ...over
        ? [
          ended(3, "flagged", [2, 1, 1]),
          {
            ...{ event: "over", at: "2026-11-01T10:16:05.000Z" },
            ...{ state: "failed", reason: null, ...counters },
          },
        ]
        : [],
    ]) + '{"event":"end","chu',
  );
  const result = (index: number, item: string, more: object) => ({
    ...{ index, chunk: index, item, state: "done", exit: 0, output: "" },
    ...{ attempts: 1, ms: 12, ...more },
  });
  env.write(
    at("results.jsonl"),
    lines([
      result(0, "a.ts", { output: "first" }),
      result(0, "a.ts", { result: { smells: 2 } }),
      result(1, "b.ts", {}),
      result(2, "-rf", {
        ...{ state: "failed", exit: 1, attempts: 3 },
        output: "```\ntoken=ghp_0123456789abcdefghijABCDEFGHIJ456789\n",
      }),
      result(3, "d\u001b[31m.ts", { state: "flagged", exit: null }),
    ]),
  );
  env.write(at("logs/0.log"), "out\u001b[2J\n");
  env.write(at("logs/2.log"), "token=ghp_0123456789abcdefghijABCDEFGHIJ456789");
}

Deno.test("a planted run is listed, and marked as someone else's", async () => {
  using env = TestEnv.repository();
  plant(env);
  const list = await mpm(env, ["task", "list", "--json"]);
  const { runs } = JSON.parse(list.stdout);
  assertEquals(runs.length, 1);
  const { run, state, own, done, failed, flagged, total, waiting } = runs[0];
  assertEquals([run, state, own], [RUN, "failed", false]);
  assertEquals([done, failed, flagged, total, waiting], [2, 1, 1, 4, 0]);
  const status = await mpm(env, ["task", "status", "smells"]);
  assertEquals(status.status, 0, status.stderr);
  assertStringIncludes(status.stdout, "made by someone else");
});

Deno.test("a run without an end and without a lock is interrupted", async () => {
  using env = TestEnv.repository();
  plant(env, { over: false });
  const { stdout } = await mpm(env, ["task", "status", "--json"]);
  const { state, at_work: at, pid, waiting, done } = JSON.parse(stdout);
  assertEquals([state, at, pid, waiting, done], [
    "interrupted",
    { first: 4, last: 4, item: null },
    null,
    1,
    2,
  ]);
});

Deno.test("a run is found by its id or its task", async () => {
  using env = TestEnv.repository();
  const none = await mpm(env, ["task", "status"]);
  assertEquals([none.status, none.stdout], [3, ""]);
  plant(env);
  plant(env, { id: "smells-20261102-101500", over: false });
  const newest = await mpm(env, ["task", "status", "smells", "--json"]);
  assertEquals(JSON.parse(newest.stdout).run, "smells-20261102-101500");
  const named = await mpm(env, ["task", "status", RUN, "--json"]);
  assertEquals(JSON.parse(named.stdout).run, RUN);
  const other = await mpm(env, ["task", "status", "smels"]);
  assertEquals(other.status, 3);
});

Deno.test("a report has the newest result of each item, as data", async () => {
  using env = TestEnv.repository();
  plant(env);
  const { stdout, status } = await mpm(env, ["task", "report", "smells"]);
  assertEquals(status, 0);
  assert(stdout.startsWith("# Task report: smells\n"), stdout);
  assertStringIncludes(stdout, '- `a.ts`: `{"smells":2}`\n');
  assertStringIncludes(stdout, "### `-rf`: failed, exit status 1, 3 attempts");
  assertStringIncludes(stdout, "### `d\\x1b[31m.ts`: flagged");
  assertStringIncludes(stdout, "````text\n```\ntoken=[redacted");
  assertStringIncludes(stdout, "1 item is done and printed nothing.");
  for (const gone of ["first", "\u001b", "ghp_0123"]) {
    assert(!stdout.includes(gone), gone);
  }
  const wrote = await mpm(env, ["task", "report", "-o", "out.md"]);
  assertStringIncludes(wrote.stdout, "out.md");
  assertEquals(env.read("out.md"), stdout);
  const again = await mpm(env, [
    "task",
    "report",
    "--limit",
    "1",
    "-o",
    "out.md",
  ]);
  assertEquals(again.status, 0, again.stderr);
  assertStringIncludes(env.read("out.md"), "And 1 more");
  env.write("mine.md", "mine\n");
  const refused = await mpm(env, ["task", "report", "-o", "mine.md"]);
  assertEquals([refused.status, env.read("mine.md")], [4, "mine\n"]);
});

Deno.test("logs are printed by item, redacted and escaped", async () => {
  using env = TestEnv.repository();
  plant(env);
  const all = await mpm(env, ["task", "logs"]);
  assertEquals(all.stdout.split("\n")[0], "== a.ts ==");
  assertStringIncludes(all.stdout, "out\\x1b[2J\n== -rf ==\ntoken=[redacted");
  const one = await mpm(env, ["task", "logs", "--item=-rf", "--json"]);
  const { logs } = JSON.parse(one.stdout);
  assertEquals(logs.map(({ items }: { items: string[] }) => items), [["-rf"]]);
  const none = await mpm(env, ["task", "logs", "--item", "b.ts"]);
  assertEquals(none.status, 3);
  assertStringIncludes(none.stderr, 'No log for the item "b.ts"');
  assertEquals((await mpm(env, ["task", "logs", "--item", "x"])).status, 3);
});

Deno.test("removed runs can be restored completely, and removed again", async () => {
  using env = TestEnv.repository();
  plant(env);
  plant(env, { id: "smells-20261102-101500" });
  await mpm(env, ["pause", "words"]);
  const dry = await mpm(env, ["task", "rm", RUN, "--dry-run"]);
  assertStringIncludes(dry.stdout, RUN);
  assert(env.exists(`.claude-mpm/runs/${RUN}/run.json`));
  const before = env.read(`.claude-mpm/runs/${RUN}/results.jsonl`);
  const removed = await mpm(env, ["task", "rm", RUN, "smells"]);
  assertEquals(removed.status, 0, removed.stderr);
  assert(!env.exists(`.claude-mpm/runs/${RUN}`));
  const list = await mpm(env, ["task", "list", "--json"]);
  assertEquals(JSON.parse(list.stdout).runs, []);
  const undone = await mpm(env, ["undo"]);
  assertEquals(undone.status, 0, undone.stderr);
  assertStringIncludes(undone.stdout, `restored ${RUN}`);
  assertEquals(env.read(`.claude-mpm/runs/${RUN}/results.jsonl`), before);
  const log = JSON.parse((await mpm(env, ["undo", "list", "--json"])).stdout);
  const [{ number }] = log.operations;
  assertEquals((await mpm(env, ["undo", String(number)])).status, 0);
  assert(!env.exists(`.claude-mpm/runs/${RUN}`));
  // A run with the same ID is not replaced.
  plant(env);
  const again = await mpm(env, ["undo", String(number + 1)]);
  assertEquals(again.status, 4, again.stdout);
});

Deno.test("watching a finished run shows its state", async () => {
  using env = TestEnv.repository();
  plant(env);
  const { status, stdout } = await mpm(env, ["task", "watch", RUN, "--json"]);
  assertEquals([status, JSON.parse(stdout).state], [1, "failed"]);
});

const TASK = ".claude-mpm/tasks/work.yaml";

/** A project with an allowed task of three items, of which "b" fails. */
async function project(more = ""): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.write(
    TASK,
    `description: Say them
items: { list: [a, b, c] }
run: [sh, -c, 'test "$1" != b', sh, "{item}"]
${more}`,
  );
  assertEquals((await mpm(env, ["allow", TASK])).status, 0);
  return env;
}

Deno.test("mpm task lists the tasks, with the reasons why they cannot run", async () => {
  using env = await project();
  env.write(".claude-mpm/tasks/odd.yaml", "runs: [a]\n");
  env.write(".claude-mpm/tasks/-x.yaml", "run: [a]\n");
  await mpm(env, ["task", "run", "work"]);
  env.write(TASK, "run: [sh]\n");
  const { status, stdout } = await mpm(env, ["task", "--json"]);
  const { tasks } = JSON.parse(stdout);
  assertEquals(status, 0);
  assertEquals(tasks.map(({ name }: { name: string }) => name), [
    "odd",
    "work",
  ]);
  assertEquals(tasks.map(({ allowed }: { allowed: boolean }) => allowed), [
    false,
    false,
  ]);
  assertStringIncludes(tasks[0].problem, '"runs"');
  assertEquals([tasks[1].problem, tasks[1].run.state], [null, "failed"]);
  const text = await mpm(env, ["task"]);
  assertStringIncludes(text.stdout, `Not allowed yet: mpm allow ${TASK}`);
});

Deno.test("a run reports its progress in events, and in a log line every ten seconds", async () => {
  using env = await project();
  const { stdout } = await mpm(env, ["task", "run", "work", "--json"]);
  const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.slice(0, -1).map(({ event }) => event), [
    "begin",
    ...["start", "end", "start", "end", "start", "end"],
    "over",
  ]);
  const ends = lines.filter(({ event }) => event === "end");
  assertEquals(ends.map(({ state, done }) => [state, done]), [
    ["done", 1],
    ["failed", 1],
    ["done", 2],
  ]);
  assertEquals(lines.at(-1).state, "failed");
  let time = Date.UTC(2026, 10, 23);
  // Each reading of the clock takes a second.
  const slow = await mpm(env, ["task", "run", "work"], {
    now: () => new Date(time += 1000),
  });
  assertMatch(slow.stderr, /^work: \d of 3 items \(\d+%\), .*s left\n/);
});

Deno.test("a notification gets the state, and may fail", async () => {
  using env = await project(
    `notify: [sh, -c, 'echo "$1" > told; echo oops >&2; exit 3', sh, "{task}: {state}"]\n`,
  );
  const { status, stderr } = await mpm(env, ["task", "run", "work"]);
  assertEquals([status, env.read("told")], [1, "work: failed\n"]);
  assertStringIncludes(stderr, 'the program of "notify" failed: oops');
});

Deno.test("a new run moves old ones to the trash", async () => {
  using env = await project();
  const id = (minute: number) => ({
    now: () => new Date(Date.UTC(2026, 10, 23, 10, minute)),
  });
  env.extra.MPM_CONFIG_TASKS_KEEP = "2";
  for (const minute of [1, 2, 3]) {
    await mpm(env, ["task", "run", "work"], id(minute));
  }
  const { runs } = JSON.parse(
    (await mpm(env, ["task", "list", "--json"])).stdout,
  );
  assertEquals(runs.map(({ run }: { run: string }) => run), [
    "work-20261123-100300",
    "work-20261123-100200",
  ]);
  const undo = await mpm(env, ["undo", "list"]);
  assertStringIncludes(undo.stdout, "task rm work-20261123-100100");
});

Deno.test("a new run moves runs of another age to the trash, but not the newest", async () => {
  using env = await project();
  const day = (number: number) => ({
    now: () => new Date(Date.UTC(2026, 10, number, 10)),
  });
  env.extra.MPM_CONFIG_TASKS_MAX_AGE = "2d";
  for (const number of [1, 5, 6]) {
    await mpm(env, ["task", "run", "work"], day(number));
  }
  const { runs } = JSON.parse(
    (await mpm(env, ["task", "list", "--json"])).stdout,
  );
  assertEquals(runs.map(({ run }: { run: string }) => run), [
    "work-20261106-100000",
    "work-20261105-100000",
  ]);
});

Deno.test("logs of more than 16 MiB are left out of an answer, and counted", async () => {
  using env = TestEnv.repository();
  plant(env);
  const text = "x".repeat(1023).concat("\n").repeat(4095);
  for (const chunk of [0, 1, 2, 3, 4]) {
    env.write(`.claude-mpm/runs/${RUN}/logs/${chunk}.log`, text);
  }
  const { stdout, stderr } = await mpm(env, ["task", "logs", "--json"]);
  const { logs, left_out: left } = JSON.parse(stdout);
  assertEquals([logs.length, left], [4, 1], stderr);
});

Deno.test("doctor names a damaged run and how to remove it", async () => {
  using env = await project();
  await mpm(env, ["task", "run", "work"]);
  const listed = await mpm(env, ["task", "list", "--json"]);
  const [{ run }] = JSON.parse(listed.stdout).runs;
  env.write(`.claude-mpm/runs/${run}/run.json`, "{");
  const { stdout } = await mpm(env, ["doctor"]);
  assertStringIncludes(stdout, `The run "${run}" is damaged`);
  assertStringIncludes(stdout, "mpm task rm");
  assertEquals((await mpm(env, ["task", "rm", run])).status, 0);
  assertEquals((await mpm(env, ["doctor"])).stdout.includes(run), false);
});

Deno.test("an interrupted run is in status and doctor, an ended one is not", async () => {
  using env = await project();
  await mpm(env, ["task", "run", "work"]);
  const before = await mpm(env, ["status", "--json"]);
  assertEquals(JSON.parse(before.stdout).run, null);
  const { runs } = JSON.parse(
    (await mpm(env, ["task", "list", "--json"])).stdout,
  );
  const [{ run }] = runs;
  // As if the machine had crashed before the end was written.
  const log = `.claude-mpm/runs/${run}/log.jsonl`;
  env.write(log, env.read(log).split("\n").slice(0, -3).join("\n"));
  const status = await mpm(env, ["status"]);
  assertStringIncludes(
    status.stdout,
    "Task: work was interrupted, 1 of 3 items done (mpm task resume)",
  );
  const shown = await mpm(env, ["task", "status"]);
  assertStringIncludes(
    shown.stdout,
    '"c" was in progress when the run stopped',
  );
  const doctor = await mpm(env, ["doctor"]);
  assertStringIncludes(doctor.stdout, `"${run}" was interrupted`);
  assertStringIncludes(doctor.stdout, `mpm task resume ${run}`);
});
