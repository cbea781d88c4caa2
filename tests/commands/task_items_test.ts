import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import {
  define,
  EFFECT,
  effects,
  results,
  runIds,
  shell,
  taskProject,
} from "../helpers/tasks.ts";

/** The items of the newest run, in their order. */
function items(env: TestEnv): string[] {
  const [run] = runIds(env).reverse();
  return env.read(`.claude-mpm/runs/${run}/items.jsonl`).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
}

posixTest(
  "any text that a program can get as an argument can be an item",
  async () => {
    const list = [
      ...["-rf", "--", "--help", "a b", "a\nb", "$(touch hacked)", "`id`"],
      ...[
        "'",
        '"',
        "\\",
        "*",
        "{item}",
        "{items}",
        "{task}",
        "é😀",
        "\x1b[31m",
      ],
      "x".repeat(100_000),
    ];
    using env = await taskProject({
      items: { list },
      run: shell('printf "%s\\0" "$1" >>"effects"', "{item}"),
    });
    const { status, stdout, stderr } = await mpm(env, ["task", "run", "work"]);
    assertEquals(status, 0, stderr);
    assert(!(stdout + stderr).includes("\x1b"), stderr);
    assertEquals(env.read("effects").split("\0").slice(0, -1), list);
    const [run] = runIds(env);
    assertEquals([...results(env, run!).keys()], list);
    assertEquals(env.exists("hacked"), false);
  },
);

posixTest(
  "items in chunks come as several arguments, the last chunk with fewer",
  async () => {
    using env = await taskProject({
      items: { list: ["a", "-n", "c d", "e", "f"] },
      chunk: 2,
      run: shell('echo "$#" "$@" >>all', "{items}", "{task}"),
    });
    assertEquals((await mpm(env, ["task", "run", "work"])).status, 0);
    assertEquals(env.read("all"), "3 a -n work\n3 c d e work\n2 f work\n");
  },
);

posixTest(
  "only the item fails that no program can get, with the reason",
  async () => {
    using env = TestEnv.repository();
    // A text with NUL cannot come from YAML or from lines of a file system.
    env.write("list", `good\n${"x".repeat(200_000)}\n\n  padded  \ngood again`);
    await define(env, {
      items: { lines: ["cat", "list"] },
      run: shell('printf "%s\\n" "$1" >>all', "{item}"),
    });
    const { status, stderr } = await mpm(env, ["task", "run", "work"]);
    assertEquals(status, 1, stderr);
    const [run] = runIds(env);
    const found = [...results(env, run!).values()];
    const failed = found.filter(({ state }) => state === "failed");
    assertEquals(failed.map(({ item }) => item.length), [200_000]);
    assertEquals(env.read("all").split("\n")[0], "good");
    assertStringIncludes(env.read("all"), "good again\n");
    const { stdout } = await mpm(env, ["task", "report", run!]);
    assert(stdout.length < 20_000, "the report is bounded");
  },
);

posixTest("globs find the files that git sees", async () => {
  using env = TestEnv.repository();
  env.write(".gitignore", "ignored\n*.log\n");
  for (
    const path of [
      ...["src/b.ts", "src/a.ts", "src/deep/c.ts", "src/d.js", "src/-x.ts"],
      ...["ignored/e.ts", "src/f.ts.log", ".claude-mpm/own.ts", "other.ts"],
      "src/line\nbreak.ts",
    ]
  ) env.write(path, "");
  Deno.symlinkSync("/etc", join(env.project, "src/etc.ts"));
  Deno.symlinkSync("/etc/passwd", join(env.project, "src/passwd.ts"));
  await define(env, {
    items: { files: ["src/**/*.ts"] },
    run: ["test", "-f", "{item}"],
  });
  const { status, stderr } = await mpm(env, ["task", "run", "work"]);
  assertEquals([status, items(env)], [0, [
    ...["src/-x.ts", "src/a.ts", "src/b.ts", "src/deep/c.ts"],
    "src/line\nbreak.ts",
  ]], stderr);
});

posixTest(
  "a file name that is not text is left out, and reported",
  async () => {
    using env = TestEnv.repository();
    env.write("src/good.ts", "");
    const script = "printf x >\"$(printf 'src/bad\\377.ts')\"";
    assertEquals(env.run("sh", ["-c", script]).status, 0);
    await define(env, {
      items: { files: ["src/*.ts"] },
      run: ["test", "-f", "{item}"],
    });
    const { status, stderr } = await mpm(env, ["task", "run", "work"]);
    assertEquals([status, items(env)], [0, ["src/good.ts"]], stderr);
    assert(/not valid UTF-8|UTF-8/.test(stderr), stderr);
  },
);

posixTest(
  "a task without items, or without matching ones, reports that",
  async () => {
    using env = await taskProject({
      items: { files: ["src/*.ts"] },
      run: ["true"],
    });
    const none = await mpm(env, ["task", "run", "work"]);
    assertEquals([none.status, runIds(env)], [4, []], none.stderr);
    assertStringIncludes(none.stdout + none.stderr, "src/*.ts");
    await define(env, { run: shell(EFFECT, "once") }, "single");
    assertEquals((await mpm(env, ["task", "run", "single"])).status, 0);
    const run = runIds(env).find((one) => one.startsWith("single"))!;
    assertEquals(effects(env, run), ["once"]);
  },
);

posixTest("no run begins if its list of items cannot be made", async () => {
  using env = TestEnv.repository();
  for (
    const lines of [
      ["mpm-no-such-program"],
      shell("echo half; exit 3"),
      shell("kill -9 $$"),
      ["sh", "-c", "exit 3", "two words", "it's"],
      ["A=b", "true"],
    ]
  ) {
    await define(env, { items: { lines }, run: ["true"] });
    const { status, stderr } = await mpm(env, ["task", "run", "work"]);
    assert(status !== 0 && status !== 70, stderr);
    assertStringIncludes(stderr, lines[0]!);
    // The hint can be pasted into a shell.
    if (lines.length > 4) {
      const quoted = String.raw`sh -c 'exit 3' 'two words' 'it'\''s'`;
      assertStringIncludes(stderr, quoted);
    }
    if (lines[0] === "A=b") assertStringIncludes(stderr, "'A=b' true");
    assertEquals(runIds(env), [], stderr);
  }
});

posixTest(
  "a program that cannot start stops the run, but no item fails",
  async () => {
    using env = TestEnv.repository();
    env.write("odd", "#!/no/such/program\n");
    Deno.chmodSync(join(env.project, "odd"), 0o755);
    env.write("text", "echo\n");
    const programs = new Map([
      ["mpm-no-such-program", "is not installed"],
      ["./absent", '"./absent" or the program in its first line does not'],
      ["./odd", '"./odd" or the program in its first line does not exist'],
      ["./text", '"./text" is not an executable file'],
    ]);
    for (const [program, words] of programs) {
      const name = `run-${[...programs.keys()].indexOf(program)}`;
      const items = { list: ["a", "b"] };
      await define(env, { items, run: [program, "{item}"] }, name);
      const { status, stdout, stderr } = await mpm(env, ["task", "run", name]);
      assertEquals(status, 1, stderr);
      assertStringIncludes(stdout + stderr, words);
      const run = runIds(env).find((one) => one.startsWith(name))!;
      const view = await mpmJson(env, ["task", "status", run]);
      assertEquals(view.state, "stopped", stdout);
      assertEquals(results(env, run).size, 0, stdout);
    }
  },
);

posixTest(
  "a program that ran and ends like one that is missing is not run again",
  async () => {
    const script =
      `${EFFECT}; echo "setsid: failed to execute sh" >&2; exit 127`;
    using env = await taskProject({
      items: { list: ["a"] },
      run: shell(script, "{item}"),
    });
    await mpm(env, ["task", "run", "work"]);
    const [run] = runIds(env);
    const view = await mpmJson(env, ["task", "status", run!]);
    assertEquals([
      view.state,
      [...results(env, run!).values()].map((one) => one.exit),
    ], ["failed", [127]]);
    assertEquals(effects(env, run!), ["a"]);
  },
);

posixTest("other text in braces reaches the program as it is", async () => {
  const texts = [
    "{print}",
    "{ print $1 }",
    "{}",
    "{state}",
    "${HOME}",
    "{item",
  ];
  using env = await taskProject({
    items: { list: ["a"] },
    run: shell(EFFECT, ...texts, "{item}"),
  });
  const { status, stderr } = await mpm(env, ["task", "run", "work"]);
  assertEquals(status, 0, stderr);
  assertEquals(effects(env, runIds(env)[0]!), [...texts, "a"]);
});

Deno.test("an item with a NUL character is refused by its number", async () => {
  using env = await taskProject({
    items: { list: ["a", "b\0c"] },
    run: ["true", "{item}"],
  });
  const { status, stderr } = await mpm(env, ["task", "run", "work"]);
  assertEquals(status, 4, stderr);
  assertStringIncludes(stderr, "Item 2 contains a NUL character");
  assertEquals(runIds(env), []);
});

Deno.test("the next start removes the leftovers of a killed start", async () => {
  using env = await taskProject({ items: { list: ["a"] }, run: ["true"] });
  env.write(".claude-mpm/runs/.new-12345678/items.jsonl", '"a"\n');
  const { status, stderr } = await mpm(env, ["task", "run", "work"]);
  assertEquals(status, 0, stderr);
  assertEquals(env.exists(".claude-mpm/runs/.new-12345678"), false);
});
