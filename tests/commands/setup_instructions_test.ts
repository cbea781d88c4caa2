import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

interface Result {
  readonly dry_run: boolean;
  readonly changes: readonly {
    readonly file: string;
    readonly action: string;
  }[];
}

async function changed(env: TestEnv, ...args: string[]): Promise<unknown> {
  const { changes } = await mpmJson<Result>(
    env,
    ["setup", "instructions", ...args],
  );
  return changes.map(({ file, action }) => [file, action]);
}

/** Earlier texts, with every kind of line end at the end of the file. */
const TEXTS = [
  "# Rules\n\nBe kind.\n",
  "# Rules\r\n\r\nBe kind.\r\n",
  "# Rules\n\nBe kind.",
  "\n\n",
  "",
];

Deno.test("instructions are added and removed, and the rest of the file is unchanged", async () => {
  for (const text of TEXTS) {
    using env = TestEnv.repository();
    env.write("AGENTS.md", text);
    assertEquals(await changed(env), [["AGENTS.md", "updated"]]);
    const written = env.read("AGENTS.md");
    assertStringIncludes(written, "mpm resume --format context");
    assertEquals(written.startsWith(text), true);
    assertEquals(await changed(env), [["AGENTS.md", "unchanged"]]);
    assertEquals(env.read("AGENTS.md"), written);
    assertEquals(
      await changed(env, "--remove"),
      [["AGENTS.md", "removed"]]
        .map(([file]) => [file, text === "" ? "removed" : "updated"]),
    );
    if (text !== "") assertEquals(env.read("AGENTS.md"), text);
    assertEquals(await changed(env, "--remove"), []);
  }
});

Deno.test("instructions are in one file only, and undo restores the file before", async () => {
  using env = TestEnv.repository();
  env.write("CLAUDE.md", "Be brief.\n");
  const dry = await mpm(env, ["setup", "instructions", "--dry-run"]);
  assertEquals(dry.stdout, "Would be created: $ROOT/project/AGENTS.md\n");
  assertEquals(env.exists("AGENTS.md"), false);
  assertEquals(await changed(env), [["AGENTS.md", "created"]]);
  assertEquals(await changed(env, "claude.md"), [
    ["CLAUDE.md", "updated"],
    ["AGENTS.md", "removed"],
  ]);
  assertEquals(env.exists("AGENTS.md"), false);
  await mpmJson(env, ["undo"]);
  assertEquals(env.read("CLAUDE.md"), "Be brief.\n");
  assertStringIncludes(env.read("AGENTS.md"), "mpm pause");
  const removed = await mpmJson<{ removed: unknown[] }>(
    env,
    ["setup", "--remove", "--yes"],
  );
  assertEquals(removed.removed, [{
    part: "instructions",
    path: join(env.project, "AGENTS.md"),
    action: "removed",
  }]);
  assertEquals(env.exists("AGENTS.md"), false);
  await mpmJson(env, ["undo"]);
  assertStringIncludes(env.read("AGENTS.md"), "mpm pause");
});

posixTest(
  "instructions: a link, another file and damaged marks are refused",
  async () => {
    using env = TestEnv.repository();
    env.write("CLAUDE.md", "Be brief.\n");
    Deno.symlinkSync("CLAUDE.md", join(env.project, "AGENTS.md"));
    const link = await mpm(env, ["setup", "instructions"]);
    assertEquals(link.status, 4);
    assertStringIncludes(link.stderr, "is a symbolic link");
    assertEquals(env.read("CLAUDE.md"), "Be brief.\n");
    assertEquals(await changed(env, "CLAUDE.md"), [["CLAUDE.md", "updated"]]);
    const torn = env.read("CLAUDE.md").replace("<!-- /mpm -->", "");
    env.write("CLAUDE.md", torn);
    const damaged = await mpm(env, ["setup", "instructions", "--remove"]);
    assertEquals(damaged.status, 4);
    assertStringIncludes(damaged.stderr, "Cannot find mpm's part of");
    assertEquals(env.read("CLAUDE.md"), torn);
    for (const args of [["README.md"], ["AGENTS.md", "--remove"]]) {
      const { status } = await mpm(env, ["setup", "instructions", ...args]);
      assertEquals(status, 2);
    }
  },
);
