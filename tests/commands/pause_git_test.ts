import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { FileError } from "../../src/system/system.ts";
import type {
  PauseResult,
  ResumeReport,
  SavesListResult,
  SavesVerifyResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { posixTest } from "../helpers/posix.ts";
import { binary, mpm, mpmJson } from "../helpers/mpm.ts";

const SESSIONS = ".claude-mpm/sessions";
const NOON = () => new Date("2026-11-20T12:00:00Z");
const ID = "session-20261120-120000";

async function resumedSummary(env: TestEnv, cwd = env.project) {
  const { session } = await mpmJson<ResumeReport>(env, ["resume"], { cwd });
  return session.conversation.summary;
}

async function branchCommit(env: TestEnv) {
  const { branch_commit: commit } = await mpmJson<PauseResult>(
    env,
    ["pause", "--commit"],
  );
  return [commit?.made, commit?.reason];
}

const TAKEN_AWAY: [string, (env: TestEnv) => void][] = [
  ["a switch to another branch", (env) => {
    env.git("checkout", "-q", "main");
  }],
  ["a reset", (env) => {
    env.git("reset", "-q", "--hard", "HEAD~1");
  }],
  ["a sparse checkout", (env) => {
    env.write("src/a.ts", "a\n");
    env.commit("Add a folder");
    env.git("sparse-checkout", "set", "--no-cone", "/src/");
  }],
  ["stash and clean", (env) => {
    env.git("stash", "push", "-q", "-u");
    env.git("clean", "-qfd");
  }],
];

for (const [what, take] of TAKEN_AWAY) {
  Deno.test(`a save stays where it is through ${what}`, async () => {
    using env = TestEnv.repository();
    env.git("checkout", "-q", "-b", "feature");
    env.write("work.txt", "work\n");
    env.commit("Work");
    await mpmJson(env, ["pause", "On the feature"], { now: NOON });
    take(env);
    assertEquals(await resumedSummary(env), "On the feature");
    const { sessions } = await mpmJson<SavesListResult>(env, [
      "saves",
      "list",
    ]);
    assertEquals(sessions.map(({ location }) => location), ["sessions"]);
    const { intact } = await mpmJson<SavesVerifyResult>(env, [
      "sessions",
      "verify",
    ]);
    assert(intact);
    assertEquals(env.git("status", "--porcelain"), "");
    assertEquals(env.git("log", "--branches", "--grep=session: pause"), "");
  });
}

Deno.test("a save is intact after git gave it the line ends of Windows", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "Before the clone", "--commit"], { now: NOON });
  const clone = join(env.root, "clone");
  env.gitIn(
    env.root,
    "clone",
    "-q",
    "-c",
    "core.autocrlf=true",
    env.project,
    clone,
  );
  const json = Deno.readTextFileSync(join(clone, SESSIONS, `${ID}.json`));
  assertStringIncludes(json, "\r\n");
  assertEquals(await resumedSummary(env, clone), "Before the clone");
});

Deno.test("two branches with a pause each merge without a conflict", async () => {
  using env = TestEnv.repository();
  env.git("checkout", "-q", "-b", "one");
  await mpmJson(env, ["pause", "One", "--commit"], { now: NOON });
  env.git("checkout", "-q", "-b", "two", "main");
  await mpmJson(env, ["pause", "Two", "--commit"]);
  env.git("merge", "-q", "--no-edit", "one");
  assertEquals(env.git("status", "--porcelain"), "");
});

Deno.test("pause --commit does not commit once the folder is ignored", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "Committed", "--commit"]);
  await mpmJson(env, ["init", "--ignore"]);
  env.commit("Ignore saves");
  assertEquals(await branchCommit(env), [false, "git ignores .claude-mpm"]);
});

Deno.test("pause --commit does not commit while another git command runs", async () => {
  using env = TestEnv.repository();
  env.write(".git/index.lock", "");
  assertEquals(await branchCommit(env), [
    false,
    "Another git command is running",
  ]);
});

posixTest("a pause in a hook does not stop the user's commit", () => {
  using env = TestEnv.repository();
  const hook = join(env.project, ".git/hooks/pre-commit");
  Deno.writeTextFileSync(hook, `#!/bin/sh\nexec "${binary()}" pause Hook\n`);
  Deno.chmodSync(hook, 0o755);
  env.write("README.md", "# Edited\n");
  const { status, stderr } = env.run("git", [
    "commit",
    "-q",
    "-a",
    "-m",
    "Mine",
  ]);
  assertEquals(status, 0, stderr);
  assertEquals(env.git("log", "--format=%s"), "Mine\nStart the project");
});

Deno.test("every one of many pauses at once is committed", async () => {
  using env = TestEnv.repository();
  env.write("staged.txt", "mine\n");
  env.git("add", "staged.txt");
  const run = async (at: number) =>
    await new Deno.Command(binary(), {
      args: ["pause", "--commit", "--json", `Number ${at}`],
      cwd: env.project,
      env: env.env(),
      clearEnv: true,
      stdin: "null",
    }).output();
  const done = await Promise.all(Array.from({ length: 8 }, (_, at) => run(at)));
  for (const { stdout } of done) {
    const result = JSON.parse(new TextDecoder().decode(stdout));
    for (const { made, reason } of [result.commit, result.branch_commit]) {
      assertEquals([made, reason], [true, null]);
    }
  }
  assertEquals(env.git("rev-list", "--count", "HEAD"), "9");
  assertEquals(env.git("rev-list", "--count", "--glob=refs/mpm/saves"), "8");
  assertEquals(env.git("status", "--porcelain"), "A  staged.txt");
});

posixTest("pause works on a branch whose name is not UTF-8", () => {
  using env = TestEnv.repository();
  const script =
    `git checkout -q -b "$(printf 'caf\\351')" && "$1" pause x --commit &&
    git status --porcelain && git log -1 --format=%s`;
  const { status, stdout, stderr } = env.run("sh", [
    ...["-c", script, "sh", binary()],
  ]);
  assertEquals([status, stderr], [0, ""]);
  assertStringIncludes(stdout, "committed as ");
  assertStringIncludes(stdout, "\nsession: pause at ");
  assert(!stdout.includes("?? .claude-mpm"), stdout);
});

Deno.test("the commit message contains no control characters", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "a\x1b]0;title\x07\u202eb"], { now: NOON });
  assertStringIncludes(
    env.git("log", "-1", "--format=%B", "--glob=refs/mpm/saves"),
    "Context: a\\x1b]0;title\\x07\\u{202e}b",
  );
  const markdown = env.read(`${SESSIONS}/${ID}.md`);
  // deno-lint-ignore no-control-regex -- finds terminal sequences
  assert(!/[\x1b\x07\u202e]/.test(markdown));
});

Deno.test("pause and resume agree on the project with and without git", async () => {
  using env = TestEnv.repository();
  Deno.mkdirSync(join(env.root, ".claude-mpm"));
  const below = join(env.project, "src/deep");
  Deno.mkdirSync(below, { recursive: true });
  const { PATH } = env.env();
  env.extra.PATH = join(env.root, "tmp");
  const { folder } = await mpmJson<PauseResult>(env, ["pause", "No git"], {
    cwd: below,
  });
  assertEquals(folder, join(env.project, SESSIONS));
  env.extra.PATH = PATH!;
  assertEquals(await resumedSummary(env), "No git");
});

Deno.test("pause prints where the files are, wherever it runs", async () => {
  using env = TestEnv.repository();
  const below = join(env.project, "src");
  Deno.mkdirSync(below);
  const { stdout } = await mpm(env, ["pause", "--no-commit"], {
    cwd: below,
    now: NOON,
  });
  assertStringIncludes(stdout, `Saved: $ROOT/project/${SESSIONS}/${ID}.json\n`);
});

Deno.test("pause refuses to export into the store", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "--no-commit", "One"], { now: NOON });
  const old = env.read(`${SESSIONS}/${ID}.json`);
  for (
    const target of [`${SESSIONS}/${ID}.json`, SESSIONS, ".claude-mpm/x.json"]
  ) {
    const { status } = await mpm(env, ["pause", "Two", "--export", target]);
    assertEquals(status, 4, target);
  }
  assertEquals(env.read(`${SESSIONS}/${ID}.json`), old);
});

Deno.test("a failed export keeps the save and its copy, and is reported", async () => {
  using env = TestEnv.repository();
  const target = join(env.root, "out");
  Deno.mkdirSync(target);
  const { status, stderr } = await mpm(
    env,
    ["pause", "x", "--export", target],
    {
      now: NOON,
      wrap: (system) => ({
        ...system,
        files: {
          ...system.files,
          create: (path, bytes) => {
            if (path.startsWith(target)) {
              throw new FileError(
                "full",
                "write",
                path,
              );
            }
            system.files.create(path, bytes);
          },
        },
      }),
    },
  );
  assertEquals(status, 6);
  assertStringIncludes(stderr, `the session is saved as ${ID}`);
  assertStringIncludes(
    env.git("log", "-1", "--format=%s", "--glob=refs/mpm/saves"),
    "session: pause at",
  );
});

const IGNORING: [string, string, string][] = [
  ["the folder", ".gitignore", "/.claude-mpm/\n"],
  ["the folder's name", ".gitignore", ".claude-mpm\n"],
  ["its sessions", ".gitignore", ".claude-mpm/sessions\n"],
  ["saves by their names", ".gitignore", "session-*.json\n"],
  ["it for this clone", ".git/info/exclude", ".claude-mpm/\n"],
];

for (const [what, path, rule] of IGNORING) {
  Deno.test(`pause --commit does not commit if a rule ignores ${what}`, async () => {
    using env = TestEnv.repository();
    env.write(path, rule);
    for (const _ of ["first", "second"]) {
      assertEquals(await branchCommit(env), [
        false,
        "git ignores .claude-mpm",
      ]);
    }
  });
}

Deno.test("pause --commit commits again after the rule is gone", async () => {
  using env = TestEnv.repository();
  env.write(".gitignore", "/.claude-mpm/\n");
  await mpmJson(env, ["pause", "Ignored"]);
  env.remove(".gitignore");
  assertEquals(await branchCommit(env), [true, null]);
});
