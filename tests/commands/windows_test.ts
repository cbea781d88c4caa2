import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  CheckpointRestoreResult,
  HooksRunResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { asWindows } from "../helpers/windows.ts";

/**
 * The parts of Windows that are visible in the `System`, on another operating
 * system.
 */
function on(env: TestEnv, shell = true) {
  return { wrap: asWindows(env, { shell }) };
}

posixTest(
  "on Windows a pause and a resume need no bits and no users",
  async () => {
    using env = TestEnv.repository();
    const folder = join(env.project, ".claude-mpm");
    // Open to all, as the mode bits of every Windows folder seem to say.
    Deno.mkdirSync(folder);
    Deno.chmodSync(folder, 0o777);
    env.write("README.md", "# Changed\n");
    const paused = await mpm(env, ["pause", "-s", "Halfway"], on(env));
    assertEquals([paused.status, paused.stderr], [0, ""]);
    assertEquals(Deno.statSync(folder).mode! & 0o777, 0o777);
    env.write("new.txt", "x");
    const { status, stdout, stderr } = await mpm(env, ["resume"], on(env));
    assertEquals([status, stderr], [0, ""]);
    assertStringIncludes(stdout, "Halfway");
    assertStringIncludes(stdout, "new.txt");
    assertEquals((await mpm(env, ["saves", "verify"], on(env))).status, 0);
  },
);

posixTest(
  "on Windows saves with line ends changed by git are intact",
  async () => {
    using env = TestEnv.repository();
    await mpmJson(env, ["pause", "-s", "Kept", "--commit"], on(env));
    const clone = join(env.root, "clone");
    const crlf = ["-c", "core.autocrlf=true"];
    env.git(...crlf, "clone", "-q", ".", clone);
    const sessions = join(clone, ".claude-mpm", "sessions");
    const json = [...Deno.readDirSync(sessions)]
      .find(({ name }) => name.endsWith(".json"))!.name;
    assert(Deno.readTextFileSync(join(sessions, json)).includes("\r\n"));
    const there = { ...on(env), cwd: clone };
    const verified = await mpm(env, ["saves", "verify"], there);
    assertEquals(verified.status, 0, verified.stdout + verified.stderr);
    const resumed = await mpm(env, ["resume"], there);
    assertEquals(resumed.status, 0, resumed.stderr);
    assertStringIncludes(resumed.stdout, "Kept");
  },
);

posixTest(
  "on Windows settings and state are where its programs have them",
  async () => {
    using env = new TestEnv();
    const args = ["config", "set", "commit", "false"];
    const done = await mpm(env, args, on(env));
    assertEquals(done.status, 0, done.stderr);
    const config = join(env.home, "AppData", "Roaming", "mpm", "config.toml");
    assertEquals(Deno.readTextFileSync(config), "commit = false\n");
    Deno.mkdirSync(join(env.root, "bin"));
    Deno.writeTextFileSync(join(env.root, "bin", "mpm.exe"), "");
    await mpm(env, ["hooks", "install"], on(env));
    const state = join(env.home, "AppData", "Local", "mpm");
    assert([...Deno.readDirSync(state)].length > 0);
    assertEquals([...Deno.readDirSync(env.home)].map((e) => e.name), [
      "AppData",
    ]);
  },
);

posixTest(
  "on Windows hooks start mpm.exe without an executable bit",
  async () => {
    using env = new TestEnv();
    const binary = join(env.root, "bin", "mpm.exe");
    Deno.mkdirSync(join(env.root, "bin"));
    Deno.writeTextFileSync(binary, "", { mode: 0o644 });
    for (const args of [[], ["--binary", binary, "--statusline"]]) {
      const done = await mpm(env, ["hooks", "install", ...args], on(env));
      assertEquals(done.status, 0, done.stderr);
      const { status, stdout } = await mpm(env, ["hooks", "status"], on(env));
      assertEquals(status, 0, stdout);
      assertStringIncludes(
        stdout,
        "$ROOT/bin/mpm.exe\nEverything is in order.\n",
      );
    }
  },
);

posixTest("on Windows a session's hooks work without any shell", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "-s", "Halfway"], on(env, false));
  const event = {
    session_id: "00000000-0000-4000-8000-000000000001",
    cwd: env.project,
    hook_event_name: "SessionStart",
    source: "startup",
  };
  const done = await mpm(env, ["hook", "SessionStart"], {
    ...on(env, false),
    stdin: JSON.stringify(event),
  });
  assertEquals([done.status, done.stderr], [0, ""]);
  assertStringIncludes(done.stdout, "Halfway");
});

posixTest(
  "on Windows a shell hook is distinguished from a program without a shell",
  async () => {
    using env = TestEnv.repository();
    const ejected = await mpm(env, ["hooks", "eject", "pre-session"], on(env));
    assertEquals(ejected.status, 0, ejected.stderr);
    const run = ["hooks", "run", "pre-session"];
    assertEquals(
      (await mpmJson<HooksRunResult>(env, run, on(env))).outcome,
      "exited",
    );
    const none = await mpm(env, [...run, "--json"], on(env, false));
    assertEquals(none.status, 6);
    assertEquals(JSON.parse(none.stdout).outcome, "missing");
    const { stdout } = await mpm(env, run, on(env, false));
    assertStringIncludes(stdout, "sh");
  },
);

posixTest(
  "on Windows a restore writes the possible files, and names the rest",
  async () => {
    using env = TestEnv.repository();
    const wanted = ["src/aux.c", "a:b", "..\\..\\evil", "end.", "fine.txt"];
    for (const path of wanted) env.write(path, `${path}\n`);
    await mpmJson(env, ["checkpoint", "save", "all"]);
    for (const path of wanted) env.remove(path);
    const restore = async (
      ...args: string[]
    ): Promise<CheckpointRestoreResult> => {
      const command = ["checkpoint", "restore", "all", "--json", ...args];
      const { status, stdout } = await mpm(env, command, on(env));
      // Into another folder: its list is the only output.
      assertEquals(status, args.includes("--to") ? 0 : 4);
      return JSON.parse(stdout);
    };
    const restored = await restore("--yes");
    assertEquals(restored.written, ["fine.txt"]);
    assertEquals(restored.skipped, [
      { path: "..\\..\\evil", reason: "its path is not allowed" },
      { path: "a:b", reason: "its path is not allowed" },
      { path: "end.", reason: "Windows cannot use this name" },
      { path: "src/aux.c", reason: "Windows cannot use this name" },
    ]);
    const to = await restore("--to", "../copy");
    assertEquals(to.written.includes("a:b"), false);
    assertEquals(to.skipped, restored.skipped);
    assert(Deno.statSync(join(env.root, "copy", "fine.txt")).isFile);
  },
);

posixTest("on Windows a save reports names that it cannot keep", async () => {
  using env = TestEnv.repository();
  const unusable = ["a:b", "aux.c", "end."];
  for (const path of [...unusable, "fine.txt"]) env.write(path, `${path}\n`);
  const paused = await mpm(env, ["pause", "Names"], on(env));
  assertStringIncludes(paused.stdout, "contents of 1 kept");
  for (const path of unusable) {
    assertStringIncludes(paused.stdout, `"${path}": `);
  }
  const saved = await mpm(env, ["checkpoint", "save", "names"], on(env));
  assertStringIncludes(saved.stdout, "aux.c (Windows cannot use this name)");
  const resumed = await mpm(env, ["resume"], on(env));
  assertStringIncludes(resumed.stdout, "could not be read: a:b, aux.c");
});

Deno.test("no template gets a name that Windows has for a device", async () => {
  using env = new TestEnv();
  for (const name of ["con", "NUL", "aux.x", "com1"]) {
    const { status, stderr } = await mpm(env, ["template", "new", name]);
    assertEquals(status, 2, name);
    assertStringIncludes(stderr, `"${name}" cannot name a template`);
  }
});
