import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { StackResult, StatusReport } from "../../schemas/types.ts";
import { columns } from "../helpers/columns.ts";
import { TestEnv } from "../helpers/env.ts";
import { binary, mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { at, CURRENT, detour, putWork, WORK } from "../helpers/works.ts";

/** The record of a checkpoint with parked work, an old one. */
function park(env: TestEnv, name: string): void {
  env.write(
    `.claude-mpm/checkpoints/parked-${name}.json`,
    JSON.stringify({
      ...{ schema: 1, id: `parked-${name}`, name: `parked-${name}` },
      created_at: "2026-11-01T11:00:00.000Z",
    }),
  );
}

/** Three nested sessions, and one that is complete. */
async function nested(): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, ["start", "old", "Earlier work"], { now: at(0) });
  await mpmJson(env, ["complete"], { now: at(1) });
  await mpmJson(env, [
    ...["start", "feature", "--template", "feature-development"],
  ], { now: at(2) });
  await mpmJson(env, ["check", "1-4", "6"], { now: at(3) });
  detour(env, { name: "fix", task: "Fix critical login bug", minute: 4 });
  detour(env, { name: "review", task: "Review PR #123", minute: 5 });
  for (const name of ["fix", "review"]) park(env, name);
  return env;
}

Deno.test("stack draws the sessions as a tree and marks the current one", async () => {
  using env = await nested();
  const { stdout } = await mpm(env, ["stack"], { now: at(10) });
  assertEquals(
    stdout,
    `Main Session: feature: Feature Development (paused 6m ago, 5/16, parked in parked-fix)
└── Branch: fix: Fix critical login bug (paused 5m ago, parked in parked-review)
    └── Branch: review: Review PR #123 (active 5m ago) ◄ you are here

Main Session: old: Earlier work (complete 9m ago)
`,
  );
  env.extra.LC_ALL = "C";
  const { stdout: plain } = await mpm(env, ["stack"], { now: at(10) });
  assertStringIncludes(
    plain,
    "    `-- Branch: review: Review PR #123 (active 5m ago) <- you are here\n",
  );
  const { sessions, current } = await mpmJson<StackResult>(env, ["stack"]);
  assertEquals(
    sessions.map(({ session, depth }) => [session.name, depth]),
    [["feature", 0], ["fix", 1], ["review", 2], ["old", 0]],
  );
  assertEquals(current, sessions[2]!.session.id);
});

Deno.test("stack draws several branches of one session, the oldest first", async () => {
  using env = await nested();
  const place = `${WORK}/work-20261121-120500.json`;
  const record = JSON.parse(env.read(place));
  record.parent = "work-20261121-120200";
  putWork(env, record);
  const { stdout } = await mpm(env, ["stack"], { now: at(10) });
  assertEquals(stdout.split("\n").slice(0, 3), [
    "Main Session: feature: Feature Development (paused 6m ago, 5/16, parked in parked-review)",
    "├── Branch: fix: Fix critical login bug (paused 5m ago)",
    "└── Branch: review: Review PR #123 (active 5m ago) ◄ you are here",
  ]);
});

Deno.test("stack reports an active session that is not current in its worktree", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "first"], { now: at(0) });
  env.remove(`${CURRENT}/main.json`);
  await mpmJson(env, ["start", "second"], { now: at(1) });
  const { problems, current } = await mpmJson<StackResult>(env, ["stack"]);
  const id = "work-20261121-120000";
  assertEquals([current, problems], ["work-20261121-120100", [
    `first is active, but not the session of its worktree: mpm complete ${id} or ` +
    `mpm cancel ${id} ends it`,
  ]]);
  await mpmJson(env, ["cancel", id], { now: at(2) });
  const left = await mpmJson<StackResult>(env, ["stack"]);
  assertEquals([left.current, left.problems], ["work-20261121-120100", []]);
});

Deno.test("a detour that is not current in its worktree is restored, not ended", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["branch", "look"]);
  env.remove(`${CURRENT}/main.json`);
  const { problems } = await mpmJson<StackResult>(env, ["stack"]);
  assertEquals(problems, [
    "look is active, but not the session of its worktree: mpm doctor --fix restores it",
  ]);
  await mpm(env, ["doctor", "--fix"]);
  await mpmJson(env, ["return"]);
});

Deno.test("stack cuts long titles, so that state and mark are seen", async () => {
  using env = TestEnv.repository();
  const task = "Fix 漢字漢字 ".repeat(12).trim();
  await mpmJson(env, ["start", "long", task], { now: at(0) });
  const { stdout } = await mpm(env, ["stack"], { typed: [], now: at(1) });
  const [line, ...rest] = stdout.trimEnd().split("\n");
  assertEquals(rest, []);
  assertEquals(columns(line!) <= 80 && columns(line!) > 76, true, line);
  assertStringIncludes(line!, "… (active 1m ago) ◄ you are here");
});

Deno.test("stack leaves out finished sessions, unless --all is set or others depend on them", async () => {
  using env = await nested();
  await mpmJson(env, ["archive", "old"], { now: at(6) });
  const { stdout } = await mpm(env, ["stack"], { now: at(10) });
  assertEquals(
    stdout.trimEnd().split("\n").at(-1),
    "1 more archived or cancelled: --all",
  );
  const all = await mpmJson<StackResult>(env, ["stack", "--all"]);
  assertEquals([all.sessions.length, all.hidden], [4, 0]);
});

Deno.test("stack and status live with loops, missing parents and damaged records", async () => {
  using env = await nested();
  const [, feature, , review] = [0, 2, 4, 5].map((minute) =>
    `${WORK}/work-20261121-120${minute}00.json`
  );
  const edit = (path: string, change: Record<string, unknown>) =>
    putWork(env, { ...JSON.parse(env.read(path)), ...change });
  edit(feature!, { parent: "work-20261121-120500" });
  const loop = await mpmJson<StackResult>(env, ["stack"]);
  assertEquals(loop.sessions.length, 4);
  const looped = await mpmJson<StatusReport>(env, ["status"]);
  assertEquals(looped.problems, [
    "The parents of work-20261121-120500 form a loop",
  ]);
  env.write(feature!, "{torn");
  const torn = await mpmJson<StackResult>(env, ["stack"]);
  assertEquals([torn.sessions.length, torn.problems.length], [3, 1]);
  const status = await mpm(env, ["status"]);
  assertStringIncludes(status.stdout, "Detour of: fix\n");
  assertStringIncludes(status.stdout, "it is not JSON");
  env.write(review!, "[]");
  const current = await mpm(env, ["status"]);
  assertEquals(current.status, 0);
  assertStringIncludes(current.stdout, "the top level is not an object");
  assertEquals((await mpm(env, ["pause", "--no-commit"])).status, 0);
});

Deno.test("status shows session, parents, progress per phase, checkpoint and git", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "main-work"], { now: at(0) });
  const child = detour(env, { name: "fix", task: "Fix it", minute: 1 });
  park(env, "fix");
  const item = (phase: string, done: boolean) => ({
    ...{ phase, text: `Do ${phase}`, done },
    done_at: done ? "2026-11-21T12:01:00.000Z" : null,
  });
  putWork(env, {
    ...child,
    checklist: [
      ...[item("Setup Phase", true), item("Setup Phase", true)],
      ...[item("Setup Phase", false), item("Setup Phase", false)],
      item("Review Phase", false),
    ],
  });
  env.write(
    ".claude-mpm/checkpoints/cp.json",
    JSON.stringify({
      ...{ schema: 1, id: "x", name: "before-merge" },
      created_at: "2026-11-21T11:00:00.000Z",
    }),
  );
  env.write("README.md", "# Changed\n");
  env.write("new.txt", "");
  env.write("staged.txt", "");
  env.git("add", "staged.txt");
  const { stdout } = await mpm(env, ["status"], { now: at(61) });
  assertEquals(
    stdout,
    `Session: fix: Fix it (active), 1 hour ago
Detour of: main-work
Checkpoint: from someone else (not verified): before-merge (2 hours ago)
Git: main, 1 staged, 1 changed, 1 untracked

Setup Phase  2/4 ████░░░░
Review Phase 0/1 ░░░░░░░░
Next: 3 Do Setup Phase
`,
  );
  env.extra.TERM = "dumb";
  const plain = await mpm(env, ["status"]);
  assertStringIncludes(plain.stdout, "Setup Phase  2/4 ####....\n");
});

const PROMPT = `version=1
session=work-20261121-120000
name=login
task=Fix\\nit
state=active
depth=0
parent=
done=0
total=0
checkpoint=
branch=main
ahead=1
behind=0
staged=0
changed=1
untracked=1
conflicts=0
checkpoint_origin=
`;

/** A project with a current session, one commit ahead, two paths changed. */
async function prompted(): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.git("clone", "-q", "--bare", ".", "../remote.git");
  env.git("remote", "add", "origin", "../remote.git");
  env.git("fetch", "-q");
  env.git("branch", "-q", "-u", "origin/main");
  env.commit("Ahead");
  env.write("README.md", "# Changed\n");
  env.write("new/a", "");
  env.write("new/b", "");
  await mpmJson(env, ["start", "login", "Fix\nit"], { now: at(0) });
  return env;
}

Deno.test("status --porcelain has one form, and nothing outside a project", async () => {
  using env = await prompted();
  assertEquals(await mpm(env, ["status", "--porcelain"]), {
    status: 0,
    stdout: PROMPT,
    stderr: "",
  });
  using none = TestEnv.repository();
  const nothing = { status: 0, stdout: "", stderr: "" };
  assertEquals(await mpm(none, ["status", "--porcelain"]), nothing);
  using bare = new TestEnv();
  assertEquals(await mpm(bare, ["status", "--porcelain"]), nothing);
});

Deno.test("status --porcelain prints its lines whatever is in the store", async () => {
  using env = await prompted();
  for (const text of ["", "{", "[1]", '{"session":"../x"}']) {
    env.write(".claude-mpm/state/current/main.json", text);
    const { status, stdout } = await mpm(env, ["status", "--porcelain"]);
    assertEquals([status, stdout.split("\n")[1]], [0, "session="], text);
  }
});

posixTest(
  "status calls git once, from any folder",
  async () => {
    using env = await prompted();
    env.git("worktree", "add", "-q", "../linked");
    env.write("sub/dir/file", "");
    const tools = join(env.root, "tools");
    const log = join(env.root, "log");
    Deno.mkdirSync(tools);
    Deno.writeTextFileSync(
      join(tools, "git"),
      `#!/bin/sh\necho "$*" >> "${log}"\nexec ${
        env.run("sh", ["-c", "command -v git"]).stdout.trim()
      } "$@"\n`,
    );
    Deno.chmodSync(join(tools, "git"), 0o755);
    env.extra.PATH = `${tools}:${Deno.env.get("PATH")}`;
    const folders = ["project", "project/sub/dir", "linked"];
    for (const folder of folders) {
      for (const args of [["status", "--porcelain"], ["status"]]) {
        Deno.writeTextFileSync(log, "");
        const { status, stderr } = env.run(binary(), args, {
          cwd: join(env.root, folder),
        });
        assertEquals([status, stderr], [0, ""], folder);
        const runs = Deno.readTextFileSync(log).trim().split("\n");
        // A prompt calls git once; for people, mpm also compares the changes
        // since the save.
        const most = args.length === 1 ? 5 : 1;
        assertEquals(runs.length <= most, true, runs.join("\n"));
        const states = runs.filter((run) =>
          run.includes(" status --porcelain=v2 ")
        );
        assertEquals(states.length, 1, folder);
      }
    }
  },
);

Deno.test("status does not compare with a missing upstream", async () => {
  using env = await prompted();
  env.git("update-ref", "-d", "refs/remotes/origin/main");
  const gone = await mpm(env, ["status"]);
  assertStringIncludes(gone.stdout, "Git: main origin/main (gone), 1 changed");
  const prompt = async () =>
    (await mpm(env, ["status", "--porcelain"])).stdout.split("\n")
      .filter((line) => /^(?:ahead|behind)=/.test(line));
  assertEquals(await prompt(), ["ahead=", "behind="]);
  env.git("branch", "--unset-upstream");
  assertEquals(await prompt(), ["ahead=", "behind="]);
});

Deno.test("status offers no resume if no save is left", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "login"], { now: at(0) });
  await mpmJson(env, ["pause", "--no-commit"], { now: at(1) });
  const resume = "Continue with: mpm resume\n";
  assertStringIncludes((await mpm(env, ["status"])).stdout, resume);
  await mpmJson(env, ["saves", "rm", "latest"], { now: at(2) });
  const { stdout } = await mpm(env, ["status"]);
  assertStringIncludes(
    stdout,
    'no saves: "mpm complete" or "mpm cancel" ends it',
  );
  assertEquals(stdout.includes(resume), false);
  assertEquals((await mpm(env, ["cancel"])).status, 0);
});

Deno.test("no list repeats a session's name in a line", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["branch", "hotfix", "Fix login"]);
  await mpmJson(env, ["pause"]);
  await mpmJson(env, ["pause", "-n", "Then", "--name", "hotfix"]);
  const terminal = { typed: ["0"] };
  const lists = [
    await mpm(env, ["saves", "list"]),
    await mpm(env, ["saves", "list"], terminal),
    await mpm(env, ["resume", "--list"]),
    await mpm(env, ["resume", "--list", "--peek"], terminal),
    await mpm(env, ["__complete", "zsh", "resume", "hot"]),
  ];
  for (const { status, stdout, stderr } of lists) {
    assertEquals(status, 0, stderr);
    const twice = `${stdout}${stderr}`.split("\n")
      .filter((line) => line.split("hotfix").length > 2);
    assertEquals(twice, []);
    assertStringIncludes(`${stdout}${stderr}`, "hotfix");
  }
});
