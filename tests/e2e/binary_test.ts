import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { posixTest, SOAKS } from "../helpers/posix.ts";
import { binary, mpm } from "../helpers/mpm.ts";
import { commandNames } from "../helpers/schemas.ts";
import { ROOT } from "../helpers/tree.ts";

function run(env: TestEnv, ...args: string[]) {
  return env.run(binary(), args);
}

function shell(env: TestEnv, script: string) {
  return env.run("sh", ["-c", script, "sh", binary()]);
}

Deno.test("the binary prints its version, commit and date", () => {
  using env = new TestEnv();
  const { status, stdout } = run(env, "--version");
  assertEquals(status, 0);
  assertMatch(
    stdout,
    /^mpm \d+\.\d+\.\d+ \([0-9a-f]{12}(-dirty)? \d{4}-\d\d-\d\d\)\n$/,
  );
  const { version } = JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`));
  assertStringIncludes(stdout, version);
  const { stdout: json } = run(env, "--version", "--json");
  assertEquals(Object.keys(JSON.parse(json)), ["version", "build"]);
});

Deno.test("the binary pauses and resumes", () => {
  using env = TestEnv.repository();
  env.write("README.md", "# Edited\n");
  const paused = run(env, "pause", "-s", "Edit the title", "-n", "Publish");
  assertEquals([paused.status, paused.stderr], [0, ""]);
  assertStringIncludes(paused.stdout, "Session Paused Successfully");
  env.git("commit", "-q", "-a", "-m", "Edit the title");
  const resumed = run(env, "resume");
  assertEquals([resumed.status, resumed.stderr], [0, ""]);
  assertStringIncludes(resumed.stdout, "Summary: Edit the title");
  assertStringIncludes(resumed.stdout, "New Commits (1):");
  assertStringIncludes(run(env, "saves", "list").stdout, "Edit the title");
  assertStringIncludes(run(env, "saves", "show").stdout, "1. Publish");
  assertEquals(run(env, "saves", "verify").status, 0);
  assertEquals(run(env, "init", "--no-ignore").status, 0);
});

const SPELLINGS: string[][] = [
  ["session", "pause", "-m", "By session"],
  ["session", "pause", ".", "-m", "By path", "--no-prune-worktrees"],
  ["mpm-init", "pause", "-s", "By init", "-a", "Did", "-n", "Next"],
  ["mpm-init", "pause", "--no-commit"],
  ["init", "pause", "-m", "By short init"],
  ["mpm-init", "resume"],
  ["mpm-init", "resume", "."],
  ["mpm-init", "resume", "--list"],
  ["mpm-init", "resume", "--last"],
  ["init", "resume", "--list"],
  ["session", "resume"],
  ["session", "resume", "--select", "1"],
  ["session", "resume", "--project-path", "."],
];

Deno.test("the binary accepts the spellings of the documents", () => {
  using env = TestEnv.repository();
  for (const words of SPELLINGS) {
    const { status, stderr } = run(env, ...words);
    assertEquals([status, stderr], [0, ""], words.join(" "));
  }
  const { stdout } = run(env, "saves", "list", "--json");
  const { sessions } = JSON.parse(stdout);
  const { session_id: id } = sessions.at(-1);
  const chosen = run(env, "mpm-init", "resume", "--session-id", id);
  assertStringIncludes(chosen.stdout, "Summary: By session");
  // --select counts from 1, so the last of five is 5.
  const last = run(env, "session", "resume", "--select", "5");
  assertStringIncludes(last.stdout, "Summary: By session");
  assertEquals(run(env, "session", "resume", "--select", "99").status, 3);
  assertEquals(run(env, "session", "resume", "--select", "0").status, 3);
});

Deno.test("the binary has help for every command", async () => {
  using env = new TestEnv();
  const overview = run(env, "help", "--all");
  assertEquals(overview.status, 0);
  for (const [nth, name] of commandNames().entries()) {
    const words = name.split(" ");
    const [first, second = ""] = words;
    const row = new RegExp(`^  ${first} [^]*?\\b${second}\\b`, "m");
    assertMatch(overview.stdout, row);
    const help = await mpm(env, [...words, "--help"]);
    assertEquals(help.status, 0);
    assertStringIncludes(help.stdout, `Usage: mpm ${name}`);
    assertEquals(await mpm(env, ["help", ...words]), help);
    // Only the binary shows that a command works in it, but each start takes
    // time.
    if (!SOAKS && nth % 3 > 0) continue;
    assertEquals(run(env, ...words, "--help"), help);
  }
  assertEquals(run(env), run(env, "help"));
});

posixTest("the binary ends quietly when its reader goes away", () => {
  using env = TestEnv.repository();
  const paused = shell(
    env,
    '("$1" pause Half; echo "status $?" >&2) | head -1',
  );
  assertEquals(paused.stdout, "Session Paused Successfully: Half\n");
  assertEquals(paused.stderr, "status 0\n");
  const closed = shell(env, '("$1" resume; echo "status $?" >&2) | true');
  assertEquals(closed.stderr, "status 0\n");
});

posixTest("the binary asks nothing without a terminal", () => {
  using env = TestEnv.repository();
  run(env, "pause", "One");
  const { status, stdout } = shell(env, '"$1" resume --list < /dev/null');
  assertEquals(status, 0);
  assertStringIncludes(stdout, "[0] session-");
  assert(!stdout.includes("Select session"));
});

Deno.test("the binary uses colours only where they are wanted", () => {
  using env = TestEnv.repository();
  run(env, "pause", "One");
  const list = ["saves", "list"];
  assert(!run(env, ...list).stdout.includes("\x1b"));
  env.extra.CLICOLOR_FORCE = "1";
  assert(!run(env, ...list).stdout.includes("\x1b"), "NO_COLOR wins");
  env.extra.NO_COLOR = "";
  assert(run(env, ...list).stdout.includes("\x1b[38;5;31m0\x1b[39m"));
  assert(!run(env, ...list, "--no-color").stdout.includes("\x1b"));
});

const FAILURES: [string[], number, string][] = [
  [["nope"], 2, "USAGE"],
  [["pause", "--nope"], 2, "USAGE"],
  [["resume", "nothing"], 3, "NOT_FOUND"],
  [["-C", "no/such", "pause"], 3, "NOT_FOUND"],
];

Deno.test("the binary fails with one JSON value on stderr under --json", () => {
  using env = TestEnv.repository();
  for (const [args, wanted, code] of FAILURES) {
    const { status, stdout, stderr } = run(env, ...args, "--json");
    assertEquals([status, stdout], [wanted, ""], args.join(" "));
    const { error } = JSON.parse(stderr);
    assertEquals(error.code, code);
    assert(error.message && stderr.trim().split("\n").length === 1);
  }
});

Deno.test("the binary works inside a git hook", () => {
  using env = TestEnv.repository();
  env.write("other.txt", "other\n");
  env.git("add", "other.txt");
  env.extra.GIT_DIR = join(env.project, ".git");
  env.extra.GIT_INDEX_FILE = join(env.root, "tmp", "index");
  const { status, stdout } = run(env, "pause", "--no-commit", "--json");
  delete env.extra.GIT_DIR;
  delete env.extra.GIT_INDEX_FILE;
  assertEquals(status, 0);
  const { session_id: id } = JSON.parse(stdout);
  const save = JSON.parse(env.read(`.claude-mpm/sessions/${id}.json`));
  assertEquals(save.git_context.status.staged, ["other.txt"]);
});

Deno.test("outside the project, the binary only writes data that identifies the user's own files", () => {
  using env = TestEnv.repository();
  run(env, "pause", "One");
  run(env, "resume");
  const shared = below(join(env.root, "tmp"))
    .filter((path) => !/^mpm-\d+\/git-[0-9a-f]{32}\//.test(path));
  assertEquals(shared, []);
  const kept = below(env.home).map((path) => path.replace(/\d/g, "0")).sort();
  assertEquals(kept, [
    ".local/state/mpm/journal-key",
    ".local/state/mpm/own/0000-00",
    ".local/state/mpm/writer",
  ]);
});

/** The files in a folder and those below it, by their paths in it. */
function below(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? below(join(folder, name)).map((path) => `${name}/${path}`)
      : [name]
  );
}

posixTest(
  "a dangling link counts as missing, also for the binary's scan",
  () => {
    using env = TestEnv.repository();
    Deno.symlinkSync("not-there", join(env.project, "dangling"));
    const { status, stderr } = run(env, "scan", "dangling");
    assertEquals([status, stderr.split("\n")[0]], [
      3,
      'Error: File or folder "dangling" not found',
    ]);
  },
);

/** The start guard is part of the executables for Linux. */
function linuxTest(name: string, test: () => void): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn: test });
}

linuxTest("text that is not UTF-8 is a usage error", () => {
  using env = TestEnv.repository();
  // Latin-1, a surrogate, an overlong form, above U+10FFFF, and cut short.
  const texts = [
    "\\344x",
    "\\355\\240\\200",
    "\\300\\257",
    "\\364\\220\\200\\200",
    "\\342\\202",
  ];
  for (const text of texts) {
    const { status, stderr } = shell(
      env,
      `exec "$1" pause -s "$(printf '${text}')"`,
    );
    assertEquals(status, 2, stderr);
    assertMatch(stderr, /^Error: An argument is not valid UTF-8\nHint: .*\n$/);
  }
  const json = shell(env, `exec "$1" show "$(printf '\\377')" --json`);
  assertEquals(JSON.parse(json.stderr).error.code, "USAGE");
  const hook = shell(env, `exec "$1" hook Stop "$(printf '\\377')"`);
  assertEquals([hook.status, hook.stdout, hook.stderr], [0, "", ""]);
  const colour = shell(env, `NO_COLOR="$(printf '/\\377')" exec "$1" status`);
  assertEquals(colour.status, 2, colour.stderr);
  assertStringIncludes(colour.stderr, "variable NO_COLOR is not valid UTF-8");
  const good = shell(
    env,
    `exec "$1" pause -s "$(printf '\\360\\237\\230\\200 \\303\\244 \\356\\200\\200')"`,
  );
  assertEquals([good.status, good.stderr], [0, ""]);
});

linuxTest(
  "a deleted working folder is reported, and does not affect a hook",
  () => {
    using env = TestEnv.repository();
    const gone = 'mkdir gone && cd gone && rmdir ../gone && exec "$1"';
    const { status, stderr } = shell(env, `${gone} status`);
    assertEquals(status, 6, stderr);
    assertMatch(
      stderr,
      /^Error: The current folder no longer exists\nHint: .*\n$/,
    );
    const json = shell(env, `${gone} status --json`);
    assertEquals(JSON.parse(json.stderr).error.code, "FILE_FAILED");
    assertEquals(shell(env, `${gone} --version`).status, 0);
    const event = JSON.stringify({
      hook_event_name: "Stop",
      cwd: `${env.project}/gone`,
    });
    const hook = shell(env, `${gone} hook Stop <<'END'\n${event}\nEND`);
    assertEquals([hook.status, hook.stdout, hook.stderr], [0, "", ""]);
  },
);
