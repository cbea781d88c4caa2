import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { define, runIds } from "../helpers/tasks.ts";

const PATH = ".claude-mpm/tasks/work.yaml";
const RUN = ["task", "run", "work"];

/** Allows a file with any text and runs it; it must not run anything. */
async function refused(
  env: TestEnv,
  text: string | Uint8Array,
): Promise<{ status: number; stderr: string }> {
  env.write(PATH, text);
  await mpm(env, ["allow", PATH]);
  const begun = performance.now();
  const { status, stdout, stderr } = await mpm(env, RUN);
  assert(performance.now() - begun < 10_000, "it takes too long");
  assertEquals([stdout, runIds(env)], ["", []], stderr);
  assert(stderr.split("\n").length <= 4, stderr);
  assert(stderr.length < 2000, stderr);
  return { status, stderr };
}

Deno.test("task run names the line and the fault of a definition", async () => {
  using env = TestEnv.repository();
  const list = "items: { list: [a, b] }\n";
  const cases: [string, string][] = [
    [
      `${list}chunks: 3\nrun: ["true"]\n`,
      'work.yaml:2: unknown field "chunks"',
    ],
    [`${list}chunks: 3\nrun: ["true"]\n`, 'Did you mean "chunk"'],
    ["items: { fils: [a] }\nrun: [x]\n", 'unknown field "fils" in "items"'],
    ["items: { list: [a], files: [b] }\nrun: [x]\n", "files, lines, list"],
    [`${list}agent: { prompt: x, turn: 3 }\n`, 'Did you mean "turns"'],
    [`${list}agent: { prompt: x, turns: many }\n`, '"turns" must be a whole'],
    [`${list}agent: { prompt: x, client: emacs }\n`, '"emacs"'],
    [list, '"run"'],
    [`${list}run: [x]\nagent: { prompt: y }\n`, '"agent"'],
    [`${list}run: rm -rf x\n`, '"run" must be a list'],
    [`${list}run: []\n`, '"run" is empty'],
    [`${list}run: [x]\nretries: -1\n`, '"retries" must be'],
    [`${list}run: [x]\nretries: 1e9\n`, '"retries" must be'],
    [`${list}run: [x]\ntimeout: soon\n`, '"timeout" must be'],
    [`${list}run: [x]\non_error: explode\n`, "continue or stop"],
    [`${list}run: [x]\nchunk: 0\n`, '"chunk" must be'],
    [`${list}run: [x, "{item}"]\nchunk: 2\n`, 'Use "{items}"'],
    [
      `${list}run: ["{item}"]\n`,
      "the name of the program cannot contain an item",
    ],
    ['run: [x, "{item}"]\n', '"{item}" needs "items"'],
    [`${list}run: [x, "{itm}"]\n`, 'work.yaml:2: unknown placeholder "{itm}"'],
    [`${list}run: [x, "a{tsk}"]\n`, 'Did you mean "{task}"'],
    [`${list}run: [x]\nnotify: [x, "{stat}"]\n`, 'Did you mean "{state}"'],
    [`${list}agent: { prompt: "Read {itme}" }\n`, 'Did you mean "{item}"'],
    [`${list}run: ["a\\0b"]\n`, "NUL"],
    ["- a\n- b\n", "must have fields"],
    ["", "must have fields"],
    ["}{ not YAML at all", "work.yaml:1"],
    [`${list}run: [x]\nrun: [y]\n`, "run"],
  ];
  for (const [text, expected] of cases) {
    const { status, stderr } = await refused(env, text);
    assertEquals(status, 5, `${text}: ${stderr}`);
    assertStringIncludes(stderr, expected, text);
  }
});

Deno.test("task run refuses a definition that is large, binary or a bomb", async () => {
  using env = TestEnv.repository();
  const levels = Array.from({ length: 30 }, (_, at) => {
    const before = at === 0 ? "lol" : `*a${at - 1}`;
    return `a${at}: &a${at} [${Array(10).fill(before).join(", ")}]`;
  });
  for (
    const text of [
      `${levels.join("\n")}\nrun: ["true"]\n`,
      `items: { list: [${"x, ".repeat(5_000_000)}x] }\nrun: ["true"]\n`,
      new Uint8Array([0xff, 0xfe, 0, 0, 0x80]),
      `${"[".repeat(200_000)}`,
      `run: ${"{ a: ".repeat(50_000)}`,
      "&a [*a]\n",
      "run: &a [x, *a]\n",
      "__proto__: { run: [x] }\n",
    ]
  ) {
    const { status, stderr } = await refused(env, text);
    assert(status >= 3 && status <= 6, `${status}: ${stderr}`);
  }
});

posixTest(
  "task run refuses a definition that is a link or someone else's",
  async () => {
    using env = TestEnv.repository();
    await define(env, { run: ["true"] });
    const real = join(env.project, "elsewhere.yaml");
    Deno.renameSync(join(env.project, PATH), real);
    Deno.symlinkSync(real, join(env.project, PATH));
    const linked = await mpm(env, RUN);
    assertEquals([linked.status, runIds(env)], [4, []], linked.stderr);
    env.remove(PATH);
    Deno.renameSync(real, join(env.project, PATH));
    if (Deno.uid() === 0) {
      Deno.chownSync(join(env.project, PATH), 65_534, null);
      const other = await mpm(env, RUN);
      assertEquals([other.status, runIds(env)], [4, []], other.stderr);
      Deno.chownSync(join(env.project, PATH), 0, null);
    }
    assertEquals((await mpm(env, RUN)).status, 0);
  },
);

Deno.test("task run asks again when the definition changes", async () => {
  using env = TestEnv.repository();
  const text = 'run: ["true"]\n';
  env.write(PATH, text);
  const asks = async () => {
    const { status, stderr } = await mpm(env, RUN);
    assertEquals([status, runIds(env)], [4, []], stderr);
    assertStringIncludes(stderr, `mpm allow ${PATH}`);
  };
  await asks();
  await mpm(env, ["allow", PATH]);
  env.write(PATH, `${text}# another byte\n`);
  await asks();
  env.write(PATH, text);
  assertEquals((await mpm(env, RUN)).status, 0);
});

Deno.test("task run refuses names that no task can have", async () => {
  using env = TestEnv.repository();
  await define(env, { run: ["true"] });
  env.write("outside.yaml", "run: [x]\n");
  for (
    const name of ["../../outside", "a/b", ".", "..", "wor", "", "work.yaml\n"]
  ) {
    const { status, stderr } = await mpm(env, ["task", "run", "--", name]);
    assert([2, 3].includes(status), `${name}: ${status}: ${stderr}`);
    assertEquals(runIds(env), [], name);
  }
});
