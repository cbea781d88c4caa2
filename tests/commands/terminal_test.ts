import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { columns } from "../helpers/columns.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

const LONG = "Find out why the login loops 漢字 ".repeat(8).trim();

function widest(text: string): number {
  return Math.max(...text.split("\n").map(columns));
}

Deno.test("a terminal gets long lines broken between words, a pipe gets them whole", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "login", LONG]);
  const shown = await mpm(env, ["status"], { typed: [] });
  assert(widest(shown.stdout) <= 80, shown.stdout);
  assertEquals(
    shown.stdout.replaceAll(/\n */g, " ").includes(LONG),
    true,
    shown.stdout,
  );
  const piped = await mpm(env, ["status"]);
  assertStringIncludes(piped.stdout, LONG);
  for (const args of [["help"], ["pause", "--help"], ["help", "resume"]]) {
    const { stdout } = await mpm(env, args, { typed: [] });
    assert(widest(stdout) <= 80, stdout);
  }
});

Deno.test("a terminal gets a document as it is", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", LONG, "--no-commit"]);
  for (
    const args of [["saves", "show"], ["resume", "--format", "md"]]
  ) {
    const { stdout } = await mpm(env, args, { typed: [] });
    assertStringIncludes(stdout, LONG, args.join(" "));
  }
});

Deno.test("lists that are piped cut nothing", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["checkpoint", "save", "one", "-m", LONG]);
  const piped = await mpm(env, ["checkpoint", "list"]);
  assertStringIncludes(piped.stdout, LONG);
  const shown = await mpm(env, ["checkpoint", "list"], { typed: [] });
  assert(widest(shown.stdout) <= 80, shown.stdout);
});

Deno.test("an error is highlighted on a terminal, and plain elsewhere", async () => {
  using env = new TestEnv();
  env.extra.NO_COLOR = "";
  env.extra.TERM = "xterm";
  const shown = await mpm(env, ["saves", "show", "x"], { typed: [] });
  assert(
    shown.stderr.startsWith("\x1b[38;5;167mError:\x1b[39m "),
    shown.stderr,
  );
  assertStringIncludes(shown.stderr, "\x1b[38;5;31mHint:\x1b[39m ");
  const plain = await mpm(env, ["saves", "show", "x"]);
  assert(plain.stderr.startsWith("Error: "), plain.stderr);
});

Deno.test("a misspelt command gets a suggestion", async () => {
  using env = new TestEnv();
  const cases: [string[], string][] = [
    [["puase"], 'Did you mean "mpm pause"?'],
    [["sesions", "list"], 'Did you mean "mpm saves list"?'],
    [["sessions", "lst"], 'Did you mean "mpm saves list"?'],
    [["help", "chekpoint", "save"], 'Did you mean "mpm checkpoint save"?'],
    [["frobnicate", "all"], '"mpm help" lists the commands'],
  ];
  for (const [args, hint] of cases) {
    const { status, stderr } = await mpm(env, args);
    assertEquals(status, 2);
    assertStringIncludes(stderr, `Hint: ${hint}`);
  }
});
