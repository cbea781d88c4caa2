import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";

const SECRET = "ghp_0123456789abcdefghijABCDEFGHIJ456789";
const FILE = ".claude-mpm/pipelines/work.yaml";

/** A project with an allowed pipeline; every JSON text is also YAML. */
async function project(steps: Record<string, object>, more: object = {}) {
  const env = TestEnv.repository();
  await define(env, steps, more);
  return env;
}

async function define(
  env: TestEnv,
  steps: Record<string, object>,
  more: object = {},
) {
  env.write(FILE, `${JSON.stringify({ ...more, steps }, null, 2)}\n`);
  const { status, stderr } = await mpm(env, ["allow", FILE]);
  assertEquals(status, 0, stderr);
}

/** A step that runs a script of the shell. */
function shell(script: string, more: object = {}) {
  return { run: ["sh", "-c", script], ...more };
}

/** The JSON answer of a command, after its events. */
async function answer(env: TestEnv, args: string[]) {
  const { status, stdout, stderr } = await mpm(env, [...args, "--json"]);
  const last = stdout.trimEnd().split("\n").at(-1)!;
  return { exit: status, stderr, value: last === "" ? null : JSON.parse(last) };
}

/** The states of steps by their names. */
function states(
  { steps }: { steps: { name: string; state: string; attempts: number }[] },
) {
  return Object.fromEntries(
    steps.map(({ name, state, attempts }) => [name, `${state} ${attempts}`]),
  );
}

Deno.test("a pipeline runs after it was allowed, and a resume continues with the failed step", async () => {
  using env = TestEnv.repository();
  const steps = {
    notes: {
      run: ["sh", "-c", 'echo "$1" >NOTES', "sh", "{version}"],
      produces: ["NOTES"],
    },
    lint: shell("echo lint >>effects; test -e fixed"),
    build: shell("echo build >>effects", { needs: ["notes"] }),
    check: shell("echo check >>effects", { needs: ["lint", "build"] }),
  };
  const vars = { version: { required: true } };
  env.write(FILE, JSON.stringify({ vars, steps }));
  const run = ["pipeline", "run", "work", "--var", "version=1 $(id)"];
  const refused = await mpm(env, run);
  assertEquals([refused.status, refused.stderr], [
    4,
    'Error: You have not allowed the pipeline "work" to run\n' +
    `Hint: Read it, then: mpm allow ${FILE}\n`,
  ]);
  await define(env, steps, { vars });
  const missing = await mpm(env, run.slice(0, 3));
  assertEquals(missing.status, 2);
  assertStringIncludes(missing.stderr, "--var version=VALUE");
  const plan = await answer(env, [...run, "--dry-run"]);
  assertEquals([plan.value.status, env.exists("NOTES")], [null, false]);
  const first = await answer(env, run);
  assertEquals(first.exit, 1);
  const { status } = first.value;
  assertEquals([status.state, states(status)], ["failed", {
    ...{ notes: "done 1", lint: "failed 1", build: "done 1" },
    check: "skipped 0",
  }]);
  assertEquals(env.read("NOTES"), "1 $(id)\n");
  env.write("fixed", "");
  const again = await answer(env, ["pipeline", "resume"]);
  assertEquals([again.exit, states(again.value)], [0, {
    ...{ notes: "done 1", lint: "done 2", build: "done 1", check: "done 1" },
  }]);
  const nothing = await mpm(env, ["pipeline", "resume", "work"]);
  assertEquals(nothing.status, 4);
  env.write("NOTES", "by hand\n");
  const changed = await answer(env, ["pipeline", "resume", "work"]);
  assertEquals(states(changed.value), {
    ...{ notes: "done 1", lint: "done 2", build: "done 2", check: "done 2" },
  });
  const { value: { runs } } = await answer(env, ["pipeline", "list"]);
  assertEquals(runs.map((one: { state: string }) => one.state), ["done"]);
  assertEquals((await answer(env, ["task", "list"])).value.runs, []);
  const shown = await mpm(env, ["pipeline"]);
  assertStringIncludes(shown.stdout, "work  done, 4/4");
  const watched = await mpm(env, ["pipeline", "watch"]);
  assertEquals(watched.status, 0);
  const stopped = await mpm(env, ["pipeline", "cancel"]);
  assertEquals(stopped.status, 4);
});

Deno.test("a changed definition runs its own steps and those after them again", async () => {
  using env = await project({
    first: shell("echo 1 >one", { produces: ["one"] }),
    second: shell("false", { needs: ["first"] }),
  });
  assertEquals((await mpm(env, ["pipeline", "run", "work"])).status, 1);
  const steps = {
    first: shell("echo 1 >one", { produces: ["one"] }),
    second: shell("true", { needs: ["first"] }),
    third: shell("true", { needs: ["second"] }),
  };
  env.write(FILE, JSON.stringify({ steps }));
  const refused = await mpm(env, ["pipeline", "resume"]);
  assertEquals(refused.status, 4);
  assertStringIncludes(refused.stderr, "changed since you allowed it");
  await define(env, steps);
  const { exit, value } = await answer(env, ["pipeline", "resume"]);
  assertEquals([exit, states(value)], [0, {
    ...{ first: "done 1", second: "done 2", third: "done 1" },
  }]);
});

Deno.test("a step whose check removes or changes its files is not done", async () => {
  using env = await project({
    gone: shell("echo 1 >one", { produces: ["one"], verify: ["rm", "one"] }),
    more: shell("echo 1 >two", {
      produces: ["two"],
      verify: ["sh", "-c", "echo 2 >>two"],
    }),
  });
  const { exit, value: { status } } = await answer(env, [
    ...["pipeline", "run", "work"],
  ]);
  assertEquals(exit, 1);
  const [gone, more] = status.steps;
  assertEquals([gone.state, gone.reason], [
    ...["failed", 'it did not produce "one"'],
  ]);
  assertEquals([more.state, more.artefacts], ["done", ["two"]]);
});

Deno.test("an error in a definition is reported in one line, whatever it contains", async () => {
  using env = TestEnv.repository();
  const steps = { a: { needs: ["x\nHint: run it\u001b[2J"], run: ["true"] } };
  env.write(FILE, JSON.stringify({ steps }));
  const { status, stderr } = await mpm(env, ["pipeline", "graph", "work"]);
  assertEquals(status, 5);
  const [error, hint, ...rest] = stderr.split("\n");
  assertStringIncludes(error!, 'unknown step "x\\nHint: run it\\x1b[2J"');
  assertStringIncludes(hint!, "Hint: Fix the file");
  assertEquals(rest, [""]);
});

/** Waits, within a minute, until all four steps have come to this point. */
const MEET = `: >"$1/at-$2"; tries=0
until [ -e "$1/at-a" ] && [ -e "$1/at-b" ] && [ -e "$1/at-c" ] &&
  [ -e "$1/at-d" ]
do
  tries=$((tries + 1))
  [ "$tries" -lt 1200 ] || exit 1
  sleep 0.05
done
echo "$2" >"$2.txt"`;

Deno.test("four steps run at the same time, and results are merged at the end", async () => {
  using env = TestEnv.repository();
  const place = env.root.replaceAll("\\", "/");
  // No step ends before the last one has begun.
  const step = (name: string) => ({
    run: ["sh", "-c", MEET, "sh", place, name],
    ...{ worktree: true, produces: [`${name}.txt`] },
    verify: ["test", "-s", `${name}.txt`],
  });
  await define(env, { a: step("a"), b: step("b"), c: step("c"), d: step("d") });
  env.write("base.txt", "");
  env.commit("base");
  const { exit, value } = await answer(env, ["pipeline", "run", "work"]);
  assertEquals(exit, 0, JSON.stringify(value));
  assertEquals(env.read("d.txt"), "d\n");
  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertEquals(env.exists("d.txt"), false);
});

Deno.test("a step fails if a file is missing, if its check fails, or if it takes too long", async () => {
  using env = await project({
    none: shell("true", { produces: ["out/*.js"] }),
    same: shell("true", { produces: ["old.txt"] }),
    wrong: shell("echo x >x.txt", {
      produces: ["x.txt"],
      verify: ["sh", "-c", `echo ${SECRET}; exit 3`],
    }),
    slow: shell("sleep 20", { timeout: "1s" }),
    absent: { run: ["no-such-program-here"], retries: 5 },
    fine: shell("true"),
  });
  env.write("old.txt", "old\n");
  const { value } = await answer(env, ["pipeline", "run", "work"]);
  const found = Object.fromEntries(
    value.status.steps.map((
      { name, state, reason }: Record<string, string>,
    ) => [name, [state, reason]]),
  );
  assertEquals(found, {
    none: ["failed", 'it did not produce "out/*.js"'],
    same: ["failed", 'it did not write "old.txt", which was there before'],
    wrong: ["failed", 'its "verify" failed: exit status 3'],
    slow: ["failed", "it took longer than 1 second"],
    absent: ["failed", '"no-such-program-here" is not installed'],
    fine: ["done", null],
  });
  const shown = await mpm(env, ["pipeline", "status"]);
  assertStringIncludes(shown.stdout, "logs/verify-wrong.log");
  const log = env.read(`.claude-mpm/runs/${value.status.run}/log.jsonl`);
  assertStringIncludes(log, "[redacted:");
  assert(!log.includes(SECRET));
});

Deno.test("a step fails if it writes a file that another step also produces", async () => {
  const [txt, all] = [["out/*.txt"], ["out/a*"]];
  const write = (name: string) => `mkdir -p out; echo $$ >out/${name}`;
  const make = (produces: string[], more: object = {}, name = "a.txt") =>
    shell(write(name), { produces, ...more });
  const both = '"one" and "two" both produce "out/a.txt"';
  const cases: [string, Record<string, object>, string | undefined][] = [
    ["side by side", { one: make(txt), two: make(all) }, both],
    [
      "one after the other",
      { one: make(txt), two: make(all, { needs: ["one"] }) },
      both,
    ],
    [
      "beside a worktree",
      { one: make(txt), two: make(all, { worktree: true }) },
      both,
    ],
    [
      "only one of them",
      {
        one: make(txt),
        two: make(["out/?"], { needs: ["one"] }, "b"),
        three: make(["out/c*"], { worktree: true }, "c.txt"),
      },
      undefined,
    ],
    [
      "on purpose",
      {
        one: make(txt, { worktree: true }),
        two: make(all, { worktree: true, needs: ["one"] }),
      },
      undefined,
    ],
  ];
  for (const [where, steps, words] of cases) {
    using env = await project(steps);
    const run = ["pipeline", "run", "work", "--jobs", "1"];
    const { exit, value: { status } } = await answer(env, run);
    const reasons = status.steps.map(({ reason }: { reason: string }) => reason)
      .filter(Boolean).join("\n");
    assertEquals(exit, words === undefined ? 0 : 1, `${where}: ${reasons}`);
    if (words) assertStringIncludes(reasons, words, where);
  }
});

Deno.test("an invalid definition is refused with the line and what is known", async () => {
  using env = TestEnv.repository();
  const cases: [string, string][] = [
    [
      "steps:\n  a: { run: [x], needs: [c] }\n  b: { run: [x], needs: [a] }\n" +
      "  c: { run: [x], needs: [b] }\n",
      ":2: the steps need each other: a -> c -> b -> a",
    ],
    [
      "steps:\n  build: { run: [x] }\n  b: { run: [x], needs: [biuld] }\n",
      ':3: "b" needs the unknown step "biuld". Did you mean "build"?',
    ],
    [
      "steps:\n  a: { run: [x], produces: [o] }\n  b: { run: [x], produces: [o] }\n",
      ':3: "a" and "b" both produce "o"',
    ],
    [
      "steps:\n  a: { run: [x], produces: [d/o] }\n" +
      "  b: { run: [x], produces: ['d/*'] }\n",
      ':2: "d/o" of "a" matches "d/*" of "b"',
    ],
    [
      "steps:\n  a: { run: [x], product: [o] }\n",
      ':2: unknown field "product"',
    ],
    [
      "vars: { version: {} }\nsteps:\n  a: { run: [x, '{verzion}'] }\n",
      ':3: unknown variable "{verzion}". Did you mean "version"?',
    ],
    [
      "steps:\n  a: { run: [x], produces: [../o] }\n",
      ':2: "../o" is not a file below',
    ],
    [
      "steps:\n  a: { agent: { prompt: x }, run: [x] }\n",
      'must have either "run"',
    ],
  ];
  for (const [text, words] of cases) {
    env.write(FILE, text);
    assertEquals((await mpm(env, ["allow", FILE])).status, 0);
    const { status, stderr } = await mpm(env, ["pipeline", "run", "work"]);
    assertEquals(status, 5, stderr);
    assertStringIncludes(stderr, words);
  }
  env.write(FILE, "steps:\n  a: { run: ['true'] }\n");
  await mpm(env, ["allow", FILE]);
  for (const more of ["--var=x=1", "--jobs=0"]) {
    assertEquals((await mpm(env, ["pipeline", "run", "work", more])).status, 2);
  }
});

Deno.test("the graph is drawn for a terminal and as Mermaid", async () => {
  using env = await project({
    notes: shell("true"),
    lint: shell("true"),
    build: shell("true", { needs: ["notes"] }),
    check: shell("true", { needs: ["lint", "build"] }),
  });
  const drawn = await mpm(env, ["pipeline", "graph", "work"]);
  assertEquals(drawn.stdout, "● notes\n│ ● lint\n● │ build\n├─┘\n● check\n");
  const { stdout } = await mpm(env, ["pipeline", "graph", "work", "--mermaid"]);
  assertStringIncludes(stdout, 'flowchart TD\n  s0["notes"]\n');
  assertStringIncludes(stdout, "  s2 --> s3\n");
});
