import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

Deno.test("init makes the folder and changes nothing else", async () => {
  using env = TestEnv.repository();
  const { status, stdout } = await mpm(env, ["init"]);
  assertEquals([status, stdout], [
    0,
    "Created $ROOT/project/.claude-mpm\nGit ignores the saves in this " +
    "folder. To ignore the whole folder: mpm init --ignore\n",
  ]);
  assertEquals(env.git("status", "--porcelain"), "");
  const again = await mpm(env, ["init"]);
  assertStringIncludes(again.stdout, "Already there:");
});

Deno.test("init --ignore adds a rule and keeps every other byte", async () => {
  for (
    const [before, after] of [
      ["", "/.claude-mpm/\n"],
      ["/dist/\n", "/dist/\n/.claude-mpm/\n"],
      ["/dist/", "/dist/\n/.claude-mpm/\n"],
      ["/a\r\n/b\r\n", "/a\r\n/b\r\n/.claude-mpm/\r\n"],
      ["\ufeff/a\n", "\ufeff/a\n/.claude-mpm/\n"],
    ] as const
  ) {
    using env = TestEnv.repository();
    if (before !== "") env.write(".gitignore", before);
    await mpmJson(env, ["init", "--ignore"]);
    const bytes = Deno.readFileSync(`${env.project}/.gitignore`);
    assertEquals(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
      after,
    );
    const again = await mpmJson(env, ["init", "--ignore"]);
    assertEquals([again.ignored, again.ignore_file], [true, null]);
  }
});

Deno.test("init --dry-run writes nothing", async () => {
  using env = TestEnv.repository();
  const { stdout } = await mpm(env, ["init", "--ignore", "--dry-run"]);
  assertEquals(
    stdout,
    "Would create $ROOT/project/.claude-mpm\n" +
      "Would add it to $ROOT/project/.gitignore\n" +
      "Git ignores the folder.\n",
  );
  assertEquals([env.exists(".claude-mpm"), env.exists(".gitignore")], [
    false,
    false,
  ]);
});

Deno.test("init refuses both answers at once", async () => {
  using env = TestEnv.repository();
  const { status } = await mpm(env, ["init", "--ignore", "--no-ignore"]);
  assertEquals(status, 2);
});
