import { assertEquals, assertStringIncludes } from "@std/assert";
import type { SavesListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

async function ids(env: TestEnv): Promise<string[]> {
  const { sessions } = await mpmJson<SavesListResult>(env, ["saves", "list"]);
  return sessions.map(({ session_id: id }) => id);
}

/** Three saves, the newest first "Three". */
async function saved(): Promise<TestEnv> {
  const env = TestEnv.repository();
  for (const [at, summary] of ["One", "Two", "Three"].entries()) {
    const now = () => new Date(Date.UTC(2026, 10, 20, 12, at));
    await mpmJson(env, ["pause", "--no-commit", "-s", summary], { now });
  }
  return env;
}

Deno.test("a missing name is chosen by the number that the lists show", async () => {
  using env = await saved();
  const before = await ids(env);
  const { status, stderr } = await mpm(env, ["saves", "rm"], {
    keys: ["1", "\r"],
  });
  assertEquals(status, 0, stderr);
  assertEquals(await ids(env), [before[0], before[2]]);
  const named = await mpm(env, ["saves", "rm"], { keys: ["thre", "\r"] });
  assertEquals(named.status, 0);
  assertEquals(await ids(env), [before[2]]);
});

Deno.test("choosing can be cancelled, and mpm asks only if someone can answer", async () => {
  using env = await saved();
  const left = await mpm(env, ["saves", "rm"], { keys: ["\x03"] });
  assertEquals([left.status, (await ids(env)).length], [130, 3]);
  for (const more of [["--json"], ["--no-input"], ["-q"]]) {
    const { status } = await mpm(env, ["saves", "rm", ...more], { keys: [] });
    assertEquals(status, 2, more[0]);
  }
  assertEquals((await mpm(env, ["saves", "rm"])).status, 2);
  env.extra.CI = "1";
  assertEquals((await mpm(env, ["saves", "rm"], { keys: [] })).status, 2);
});

Deno.test("a plain terminal shows a question as a numbered list", async () => {
  using env = TestEnv.repository();
  env.extra.TERM = "dumb";
  for (const name of ["first", "second"]) {
    env.write("a", name);
    await mpmJson(env, ["checkpoint", "save", name]);
  }
  const shown = await mpm(env, ["checkpoint", "show"], { typed: ["1"] });
  assertEquals(shown.status, 0, shown.stderr);
  assertStringIncludes(shown.stderr, "0  second");
  assertStringIncludes(shown.stdout, "first");
  const list = await mpm(env, ["checkpoint", "list"]);
  assertStringIncludes(list.stdout, "second");
  const wrong = await mpm(env, ["checkpoint", "show"], { typed: ["9"] });
  assertEquals(wrong.status, 130);
});
