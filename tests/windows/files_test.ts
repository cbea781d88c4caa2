import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { namesIn, type WineEnv, wineTest } from "../helpers/wine.ts";

/**
 * Runs `act` while another program has a file of the project open exclusively.
 */
async function whileHeld<T>(
  env: WineEnv,
  path: string,
  act: () => Promise<T>,
): Promise<T> {
  const held = await env.hold(path);
  try {
    return await act();
  } finally {
    await held.release();
  }
}

/** The paths of all files below a folder. */
function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(join(folder, name)) : [join(folder, name)]
  );
}

wineTest("a save survives if its files are open elsewhere", async (env) => {
  assertEquals((await env.mpm(["pause", "-s", "First"])).status, 0);
  const sessions = join(env.project, ".claude-mpm", "sessions");
  const pointer = join(sessions, "LATEST-SESSION.txt");
  const second = await whileHeld(
    env,
    pointer,
    () => env.mpm(["pause", "-s", "Second"]),
  );
  assertEquals(second.status, 0, second.stderr);
  const { stdout } = await env.mpm(["resume"]);
  assertStringIncludes(stdout, "Summary: Second");
  // The next command that reads writes the locked file.
  const { session } = JSON.parse((await env.mpm(["resume", "--json"])).stdout);
  assertStringIncludes(
    Deno.readTextFileSync(pointer),
    `Latest Session: ${session.session_id}`,
  );
});

wineTest(
  "a save that is open elsewhere is removed completely or not at all",
  async (env) => {
    await env.mpm(["pause", "-s", "Only"]);
    const sessions = join(env.project, ".claude-mpm", "sessions");
    const name = namesIn(sessions).find((name) => name.endsWith(".json"))!;
    const removed = await whileHeld(
      env,
      join(sessions, name),
      () => env.mpm(["saves", "rm", "latest"]),
    );
    assertEquals(removed.status, 6, removed.stdout);
    assertEquals((await env.mpm(["saves", "verify"])).status, 0);
    assertStringIncludes((await env.mpm(["resume"])).stdout, "Summary: Only");
    const now = await env.mpm(["saves", "rm", "latest"]);
    assertEquals(now.status, 0, now.stderr);
  },
);

wineTest("read-only files are saved, restored and removed", async (env) => {
  env.repository();
  const path = env.write("notes.txt", "first\n");
  Deno.chmodSync(path, 0o444);
  assertEquals((await env.mpm(["checkpoint", "save", "one"])).status, 0);
  Deno.chmodSync(path, 0o644);
  env.write("notes.txt", "second\n");
  Deno.chmodSync(path, 0o444);
  const restored = await env.mpm(["checkpoint", "restore", "one", "--yes"]);
  assertEquals(restored.status, 0, restored.stderr);
  assertEquals(env.read("notes.txt"), "first\n");
});

wineTest(
  "a restore does not change a file that is open elsewhere",
  async (env) => {
    env.repository();
    const path = env.write("a.txt", "one\n");
    env.write("b.txt", "one\n");
    await env.mpm(["checkpoint", "save", "one"]);
    env.write("a.txt", "two\n");
    env.write("b.txt", "two\n");
    const { status, stdout, stderr } = await whileHeld(
      env,
      path,
      () => env.mpm(["checkpoint", "restore", "one", "--yes"]),
    );
    // mpm reports that it left the file alone.
    assertEquals([status, stderr], [4, ""]);
    assertStringIncludes(stdout, "a.txt");
    assertEquals([env.read("a.txt"), env.read("b.txt")], ["two\n", "one\n"]);
    const again = await env.mpm(["checkpoint", "restore", "one", "--yes"]);
    assertEquals(again.status, 0, again.stderr);
    assertEquals([env.read("a.txt"), env.read("b.txt")], ["one\n", "one\n"]);
  },
);

wineTest("names that differ only by case lose nothing", async (env) => {
  env.repository();
  env.write("Read.txt", "upper\n");
  env.write("read.txt", "lower\n");
  const saved = await env.mpm(["checkpoint", "save", "both"]);
  assertEquals(saved.status, 0, saved.stderr);
  for (const name of ["Read.txt", "read.txt"]) {
    Deno.removeSync(join(env.project, name));
  }
  const { status, stdout } = await env.mpm([
    ...["checkpoint", "restore", "both", "--yes"],
  ]);
  assertEquals(status, 0, stdout);
  // One file cannot be both: the other is in the trash, and mpm reports that.
  const texts = filesBelow(env.project)
    .filter((path) => /read\.txt$/i.test(path))
    .map((path) => Deno.readTextFileSync(path));
  assertEquals(texts.sort(), ["lower\n", "upper\n"]);
});

wineTest(
  "line ends that git converts do not count as a change",
  async (env) => {
    env.repository();
    env.git("config", "core.autocrlf", "true");
    env.write("text.txt", "one\r\ntwo\r\n");
    env.git("add", "-A");
    env.git("commit", "-q", "-m", "Text");
    await env.mpm(["pause", "-s", "Lines"]);
    const { stdout } = await env.mpm(["resume"]);
    assertEquals(/text\.txt/.test(stdout), false, stdout);
    env.write("text.txt", "one\r\nthree\r\n");
    await env.mpm(["checkpoint", "save", "edited"]);
    env.git("checkout", "-q", "--", "text.txt");
    const restored = await env.mpm([
      "checkpoint",
      "restore",
      "edited",
      "--yes",
    ]);
    assertEquals(restored.status, 0, restored.stderr);
    assertEquals(env.read("text.txt"), "one\r\nthree\r\n");
  },
);
