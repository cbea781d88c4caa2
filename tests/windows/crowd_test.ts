import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { type WineEnv, wineTest } from "../helpers/wine.ts";

/** The summaries of all saves. */
async function summaries(env: WineEnv): Promise<string[]> {
  const { stdout } = await env.mpm(["list", "--all", "--json"]);
  return JSON.parse(stdout).sessions
    .map(({ summary }: { summary: string }) => summary);
}

/** Runs commands at the same time; each must succeed. */
async function together(
  env: WineEnv,
  lines: readonly (readonly string[])[],
): Promise<void> {
  const ended = await Promise.all(lines.map((line) => env.mpm(line)));
  assertEquals(
    ended.map(({ status, stderr }) => [status, stderr]),
    ended.map(() => [0, ""]),
  );
}

const numbers = Array.from({ length: 6 }, (_, at) => at);

wineTest("pauses at the same time are all kept", async (env) => {
  env.repository();
  env.write("README.md", "# Edited\n");
  const names = numbers.map((at) => `Pause ${at}`);
  await together(env, names.map((name) => ["pause", name]));
  assertEquals((await summaries(env)).sort(), names);
  assertEquals((await env.mpm(["saves", "verify"])).status, 0);
  env.git("fsck", "--no-dangling");
});

wineTest("writers of all kinds wait for each other", async (env) => {
  env.repository();
  env.write("README.md", "# Edited\n");
  await together(env, [
    ...numbers.map((at) => ["next", `Step ${at}`]),
    ["pause", "Meanwhile"],
    ["checkpoint", "save", "meanwhile"],
    ["note", "Text"],
  ]);
  const { stdout } = await env.mpm(["next"]);
  for (const at of numbers) assertStringIncludes(stdout, `Step ${at}`);
  assertEquals(await summaries(env), ["Meanwhile"]);
  const undone = await env.mpm(["undo", "list", "--json"]);
  assert(JSON.parse(undone.stdout).operations.length >= 9, undone.stdout);
});

wineTest("a pause waits for a program that has its lock open", async (env) => {
  await env.mpm(["pause", "First"]);
  const lock = join(env.project, ".claude-mpm", "state", "lock");
  const held = await env.hold(lock);
  const pause = env.mpm(["pause", "Second"]);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  await held.release();
  const { status, stderr } = await pause;
  assertEquals([status, stderr], [0, ""]);
  assertEquals((await summaries(env)).sort(), ["First", "Second"]);
});
