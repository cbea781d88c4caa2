import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { namesIn, wineTest } from "../helpers/wine.ts";

wineTest("prints its version, and help for each command", async (env) => {
  const { status, stdout } = await env.mpm(["--version"]);
  assertEquals(status, 0);
  assertMatch(stdout, /^mpm \d+\.\d+\.\d+ \(/);
  assertStringIncludes((await env.mpm(["help"])).stdout, "mpm <command>");
});

wineTest("ends with the statuses of the table", async (env) => {
  const rows: [string[], number][] = [
    [["status"], 0],
    [["pause", "--no-such"], 2],
    [["resume"], 3],
    [["checkpoint", "restore", "none"], 3],
    [["hook", "NoSuchEvent"], 0],
  ];
  for (const [args, expected] of rows) {
    assertEquals([args, (await env.mpm(args)).status], [args, expected]);
  }
});

wineTest("pauses and resumes without git", async (env) => {
  const paused = await env.mpm(["pause", "-s", "Größe prüfen", "-n", "Weiter"]);
  assertEquals([paused.status, paused.stderr], [0, ""]);
  const { stdout, status } = await env.mpm(["resume", "--json"]);
  assertEquals(status, 0);
  assertEquals(
    JSON.parse(stdout).session.conversation.summary,
    "Größe prüfen",
  );
  assertEquals((await env.mpm(["saves", "verify"])).status, 0);
  assertEquals(
    namesIn(join(env.project, ".claude-mpm", "sessions"))
      .map((name) => name.replace(/\d{8}-\d{6}/, "N")),
    [".gitignore", "LATEST-SESSION.txt"].concat(
      ["json", "json.sha256", "md", "yaml"].map((end) => `session-N.${end}`),
    ),
  );
});

wineTest(
  "accepts folders with blanks and other letters",
  async (env) => {
    for (
      const name of ["mit Blank", "Prüfung 日本 ~", "a'b & (c) %PATH%"]
    ) {
      const cwd = join(env.project, name);
      Deno.mkdirSync(cwd, { recursive: true });
      const paused = await env.mpm(["pause", "-s", name.slice(0, 20)], { cwd });
      assertEquals([name, paused.status, paused.stderr], [name, 0, ""]);
      const resumed = await env.mpm(["resume"], { cwd });
      assertEquals([name, resumed.status], [name, 0]);
      assertStringIncludes(resumed.stdout, `Summary: ${name.slice(0, 20)}`);
    }
  },
);

wineTest("accepts a project in every spelling", async (env) => {
  const drive = env.windows(env.project);
  const spellings = [
    drive,
    drive.replaceAll("\\", "/"),
    drive.replace("project", "PROJECT"),
    drive.replace("Z:", "z:"),
    "..\\project",
    "\\\\?\\" + drive,
  ];
  for (const folder of spellings) {
    const paused = await env.mpm(["-C", folder, "pause", "-s", "Said"]);
    assertEquals([folder, paused.status, paused.stderr], [folder, 0, ""]);
  }
  const listed = JSON.parse((await env.mpm(["list", "--json"])).stdout);
  assertEquals(listed.sessions.length, spellings.length);
});

wineTest("never uses a name that Windows reserves", async (env) => {
  for (const name of ["con", "aux", "nul", "com1", "lpt1.txt", "a:b"]) {
    const { status, stderr } = await env.mpm(["template", "new", name]);
    assertEquals([name, status], [name, 2], stderr);
  }
});

wineTest("keeps its state in the user's own folders", async (env) => {
  assertEquals((await env.mpm(["pause", "-s", "State"])).status, 0);
  const local = join(env.home, "AppData", "Local");
  assertEquals(namesIn(local), ["mpm"]);
  assertEquals(
    (await env.mpm(["config", "set", "context.pause_at", "60"])).status,
    0,
  );
});

wineTest("writes to NUL and reads from it", async (env) => {
  const cmd = "C:\\windows\\system32\\cmd.exe";
  const mpm = env.windows(Deno.env.get("MPM_EXE")!);
  for (const line of ["pause -s Quiet > NUL", "hook SessionStart < NUL"]) {
    const words = ["/c", ...`${mpm} ${line}`.split(" ")];
    const { status, stdout } = await env.run(cmd, words);
    assertEquals([line, status, stdout], [line, 0, ""]);
  }
});
