import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type {
  PauseResult,
  RestoreResult,
  ResumeReport,
} from "../../schemas/types.ts";
import { LOCAL, PROJECT, USER } from "../helpers/config_faults.ts";
import { TestEnv } from "../helpers/env.ts";
import { fire } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { putHome } from "../helpers/stores.ts";
import { stateOf } from "../helpers/worktree_state.ts";

/** A repository with every kind of uncommitted change. */
function working(): TestEnv {
  const env = TestEnv.repository();
  env.write("kept.txt", "one\n");
  env.write("staged.txt", "one\n");
  env.write("gone.txt", "one\n");
  env.git("add", ".");
  env.git("commit", "-q", "-m", "Start");
  env.write("kept.txt", "two\n");
  env.write("staged.txt", "staged\n");
  env.git("add", "staged.txt");
  env.write("staged.txt", "edited after\n");
  env.remove("gone.txt");
  env.write("new/tool.sh", "echo\n");
  Deno.chmodSync(`${env.project}/new/tool.sh`, 0o755);
  Deno.symlinkSync("kept.txt", `${env.project}/link`);
  return env;
}

const AT_NOON = { now: () => new Date("2026-11-20T12:00:00Z") };

async function paused(env: TestEnv): Promise<PauseResult> {
  return await mpmJson<PauseResult>(env, ["pause", "Working"]);
}

function lose(env: TestEnv): void {
  env.git("reset", "-q", "--hard");
  env.git("clean", "-qfd");
}

posixTest(
  "the contents of a save are restored: staged files, links and modes",
  async () => {
    using env = working();
    const { session_id: id, contents } = await paused(env);
    assertEquals([contents?.kept, contents?.files], [true, 4]);
    assertEquals(
      env.git("rev-parse", `refs/mpm/contents/${id}`),
      contents!.commit,
    );
    assertEquals(env.git("rev-list", "--count", contents!.commit!), "1");
    const before = stateOf(env);
    lose(env);

    const { changes } = await mpmJson<ResumeReport>(env, ["resume", "--peek"]);
    assertEquals(changes!.contents, {
      commit: contents!.commit!,
      lost: [
        { path: "kept.txt", change: "reverted" },
        { path: "staged.txt", change: "reverted" },
        { path: "link", change: "deleted" },
        { path: "new/tool.sh", change: "deleted" },
      ],
      restore: `mpm restore ${id}`,
      verified: true,
      not_kept: [],
    });
    const text = await mpm(env, ["resume", "--peek"]);
    assertStringIncludes(text.stdout, `To restore it: mpm restore ${id}`);
    const given = await mpm(env, ["resume", "--peek", "--format", "context"]);
    assertStringIncludes(given.stdout, `mpm restore ${id}`);

    const unsure = await mpm(env, ["restore"]);
    assertEquals(unsure.status, 4);
    assertStringIncludes(unsure.stderr, "cannot ask you to confirm");
    const lost = stateOf(env);
    const preview = await mpmJson<RestoreResult>(env, ["restore", "--dry-run"]);
    assertEquals(preview.written.length, 4);
    assertEquals(stateOf(env), lost);

    const done = await mpmJson<RestoreResult>(env, [
      "restore",
      "--all",
      "--yes",
    ]);
    assertEquals(done.removed, ["gone.txt"]);
    assertEquals(done.index_restored, true);
    const { files, index } = stateOf(env);
    assertEquals({ files, index }, {
      files: before.files,
      index: before.index,
    });

    assertEquals((await mpm(env, ["undo"])).status, 0);
    const back = stateOf(env);
    assertEquals(
      { files: back.files, index: back.index },
      { files: lost.files, index: lost.index },
    );
  },
);

Deno.test("without paths only lost files are restored", async () => {
  using env = working();
  const { session_id: id } = await paused(env);
  env.git("checkout", "-q", "--", "kept.txt");
  env.write("staged.txt", "edited further\n");
  const { written, others } = await mpmJson<RestoreResult>(env, [
    ...["restore", "--yes"],
  ]);
  assertEquals([written, others], [["kept.txt"], ["staged.txt"]]);
  assertEquals(env.read("kept.txt"), "two\n");
  assertEquals(env.read("staged.txt"), "edited further\n");

  const nothing = await mpm(env, ["restore", id, "--yes"]);
  assertEquals(nothing.status, 0);
  assertEquals(
    nothing.stdout,
    `Changed since ${id}, left alone: 1 path
  staged.txt
To restore the saved version: mpm restore ${id} <path>, or --all
`,
  );
  const named = await mpmJson<RestoreResult>(env, [
    ...["restore", "latest", "staged.txt", "--yes"],
  ]);
  assertEquals(named.written, ["staged.txt"]);
  assertEquals(env.read("staged.txt"), "edited after\n");
  assertEquals(env.git("show", ":staged.txt"), "staged");
  await mpmJson(env, ["undo"]);
  assertEquals(env.read("staged.txt"), "edited further\n");
  env.git("checkout", "-q", "--", "kept.txt");
  const both = await mpm(env, ["restore", "--yes"]);
  assertStringIncludes(both.stdout, "Written: 1 path\n  kept.txt\n");
  assertStringIncludes(both.stdout, "left alone: 1 path\n  staged.txt\n");
});

Deno.test("work committed or stashed later is not lost", async () => {
  using env = working();
  await paused(env);
  env.git("checkout", "-q", "-b", "other");
  env.git("add", "kept.txt");
  env.git("commit", "-q", "-m", "Keep", "--", "kept.txt");
  env.git("stash", "-q", "-u");
  env.git("checkout", "-q", "main");
  const { changes } = await mpmJson<ResumeReport>(env, ["resume", "--peek"]);
  assertEquals(changes!.contents, null);
});

Deno.test("a restore does not undo a later commit", async () => {
  using env = working();
  await paused(env);
  lose(env);
  env.write("kept.txt", "committed since\n");
  env.write("other.txt", "new\n");
  env.git("add", ".");
  env.git("commit", "-q", "-m", "Later");
  const done = await mpmJson<RestoreResult>(env, [
    ...["restore", "staged.txt", "--yes"],
  ]);
  assertEquals(done.written, ["staged.txt"]);
  assertEquals(env.read("kept.txt"), "committed since\n");
  assertEquals(env.git("show", ":kept.txt"), "committed since");
  assertEquals(env.git("status", "--short"), "MM staged.txt");
});

Deno.test("secrets by their names, and what is too large, stay out", async () => {
  using env = TestEnv.repository();
  const secret = [".env.local", "deep/id_rsa", "a.pem", "Credentials.json"];
  for (const path of secret) env.write(path, "PASSWORD=hunter2\n");
  env.write("ignored.log", "x\n");
  env.write(".gitignore", "*.log\n");
  env.write("big", "x".repeat(2 * 1024 * 1024));
  env.write("small", "x\n");
  env.write(".config/mpm/config.toml", "");
  env.extra.MPM_CONFIG_PAUSE_CONTENTS_MAX_MB = "1";
  const { contents } = await paused(env);
  assertEquals(contents!.left_out.map(({ path }) => path), [
    ...[".env.local", "Credentials.json", "a.pem", "big", "deep/id_rsa"],
  ]);
  const names = env.git(
    ...["ls-tree", "-r", "--name-only", contents!.commit!],
  ).split("\n");
  assertEquals(names.filter((name) => name !== "record.json"), [
    ...["worktree/.config/mpm/config.toml", "worktree/.gitignore"],
    "worktree/small",
  ]);
  const text = await mpm(env, ["pause", "again"]);
  assertStringIncludes(text.stdout, ".env.local (excluded by its name)");
  env.write("built.log/a.txt", "x\n");
  const named = await mpm(env, ["pause", "named", "--verbose"]);
  assertMatch(
    named.stdout,
    /Ignored by git, so not kept:\n(?: {2}.*\n)* {2}built\.log\/\n {2}ignored\.log\n/,
  );
  const asked = await mpm(env, ["restore", "a.pem", "--yes"]);
  assertEquals(asked.status, 3);
});

Deno.test("equal contents are one commit, and off is off", async () => {
  using env = working();
  const one = await paused(env);
  const two = await paused(env);
  assertEquals(two.contents!.commit, one.contents!.commit);
  env.extra.MPM_CONFIG_PAUSE_CONTENTS = "false";
  assertEquals((await paused(env)).contents, null);
  delete env.extra.MPM_CONFIG_PAUSE_CONTENTS;
  putHome(env, USER, "[pause]\ncontents = maybe\n");
  assertEquals((await paused(env)).contents, null);
  const refs = env.git("for-each-ref", "refs/mpm/contents").split("\n");
  assertEquals(refs.length, 2);
});

Deno.test("a project's file does not turn contents off, not by a fault either", async () => {
  using env = TestEnv.repository();
  for (const text of ["[pause]\ncontents = false\n", "a b\n", "x = 1\n"]) {
    for (const path of [PROJECT, LOCAL]) {
      env.write("a.txt", `${path} ${text}`);
      env.write(path, text);
      const { contents, warnings } = await paused(env);
      assertEquals([contents?.kept, warnings.length], [true, 1], text);
      env.remove(path);
    }
  }
});

Deno.test("a pause without changes, or outside git, keeps nothing", async () => {
  using env = TestEnv.repository();
  const { contents } = await paused(env);
  assertEquals([contents?.kept, contents?.files], [false, 0]);
  const none = await mpm(env, ["restore"]);
  assertEquals(none.status, 3);
  using plain = new TestEnv();
  assertEquals((await paused(plain)).contents, null);
  assert((await mpm(plain, ["restore"])).stderr.includes("Outside git"));
});

Deno.test("all saves together have a size limit, and the oldest goes first", async () => {
  using env = TestEnv.repository();
  env.extra.MPM_CONFIG_PAUSE_CONTENTS_TOTAL_MB = "1";
  const ids: string[] = [];
  for (const letter of ["a", "b", "c"]) {
    env.write("data", letter.repeat(450_000));
    const { session_id: id, contents } = await paused(env);
    ids.push(id);
    assertEquals(contents!.removed, letter === "c" ? [ids[0]] : []);
  }
  const refs = env.git(
    "for-each-ref",
    "--format=%(refname)",
    "refs/mpm/contents",
  )
    .split("\n");
  assertEquals(refs, ids.slice(1).map((id) => `refs/mpm/contents/${id}`));
});

Deno.test("contents of automatic saves are removed before older ones of a pause", async () => {
  using env = TestEnv.repository();
  env.extra.MPM_CONFIG_PAUSE_CONTENTS_TOTAL_MB = "1";
  const large = (letter: string) => env.write("data", letter.repeat(450_000));
  large("a");
  const first = await paused(env);
  large("b");
  await fire(env, "UserPromptSubmit", { prompt: "Write data" }, AT_NOON);
  await fire(env, "SessionEnd", { reason: "other" }, AT_NOON);
  const automatic = "session-20261120-120000";
  await mpmJson(env, ["saves", "keep", automatic]);
  large("c");
  const { session_id: last, contents } = await paused(env);
  assertEquals(contents!.removed, [automatic]);
  const refs = env.git("for-each-ref", "refs/mpm/contents").split("\n")
    .map((line) => line.split("/").at(-1));
  assertEquals(refs, [first.session_id, last]);
});

const DAY = 24 * 60 * 60 * 1000;
const START = Date.UTC(2026, 10, 20, 12);

Deno.test("no contents of a removed save are left once the trash has expired", async () => {
  using env = TestEnv.repository();
  const first = () => new Date(START);
  env.write("notes.txt", "xylophone in the contents\n");
  await mpmJson(env, ["pause", "--no-commit", "x"], { now: first });
  env.write("notes.txt", "quite another text\n");
  await mpmJson(env, ["saves", "rm", "0"], { now: first });
  await mpmJson(env, ["undo", "trash", "--prune"], { now: first });
  assert(env.git("for-each-ref", "refs/mpm/contents") !== "");
  await mpmJson(env, ["undo"], { now: first });
  const preview = ["restore", "notes.txt", "--dry-run"];
  const { written } = await mpmJson<RestoreResult>(env, preview);
  assertEquals(written, ["notes.txt"]);

  await mpmJson(env, ["saves", "rm", "0"], { now: first });
  for (let count = 0; count < 25; count++) {
    await mpmJson(env, ["template", "new", `t${count}`], { now: first });
  }
  for (const { name } of Deno.readDirSync(`${env.project}/.claude-mpm/trash`)) {
    const path = `${env.project}/.claude-mpm/trash/${name}`;
    Deno.utimeSync(path, START / 1000, START / 1000);
  }
  const later = () => new Date(START + 31 * DAY);
  await mpmJson(env, ["undo", "trash", "--prune"], { now: later });
  assertEquals(env.git("for-each-ref", "refs/mpm/contents"), "");
  env.git("gc", "-q", "--prune=now");
  const all = env.git("cat-file", "--batch-all-objects", "--batch");
  assertEquals(all.includes("xylophone"), false);
});
