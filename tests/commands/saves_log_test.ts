import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { PauseResult, SavesListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { fire } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { SESSIONS } from "../helpers/stores.ts";

const DAY = 86_400_000;
const START = Date.parse("2026-11-20T12:00:00Z");
const at = (days: number) => () => new Date(START + days * DAY);
const ID = "session-20261120-120000";
const NEXT = "session-20261121-120000";

async function pause(env: TestEnv, days: number, ...args: string[]) {
  return await mpmJson<PauseResult>(env, ["pause", ...args], {
    now: at(days),
  });
}

/** The subjects and ids in the log of saves, the newest first. */
function log(env: TestEnv): string[] {
  const format = "--format=%s %b%x00";
  return env.git("log", format, "--glob=refs/mpm/saves").split("\0")
    .filter((text) => text.trim() !== "")
    .map((text) => {
      const [, id] = /Session ID: (\S+)/.exec(text)!;
      return `${/: (\w+)/.exec(text.trim())![1]} ${id}`;
    });
}

/** The ids in a list, and those that it reports as missing on the disk. */
async function listed(env: TestEnv) {
  const { sessions, lost } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  return {
    there: sessions.map(({ session_id: id }) => id),
    lost: lost.map(({ session_id: id }) => id),
  };
}

function removeByHand(env: TestEnv, id: string): void {
  for (const end of [".json", ".json.sha256", ".yaml", ".md"]) {
    env.remove(`${SESSIONS}/${id}${end}`);
  }
}

Deno.test("each save is a separate commit on no branch, with only its JSON", async () => {
  using env = TestEnv.repository();
  const head = env.git("rev-parse", "HEAD");
  const { commit } = await pause(env, 0, "One");
  await pause(env, 1, "Two");
  assertEquals(log(env), [`pause ${NEXT}`, `pause ${ID}`]);
  assertEquals(env.git("rev-parse", "HEAD", "HEAD@{0}").split("\n"), [
    head,
    head,
  ]);
  assertEquals(
    env.git("ls-tree", "-r", "--name-only", commit.sha!),
    `${ID}.json`,
  );
  assertEquals(
    env.git("show", `${commit.sha}:${ID}.json`),
    env.read(`${SESSIONS}/${ID}.json`).trimEnd()
      .replaceAll(env.root, "$ROOT"),
  );
  assertEquals(
    env.git("log", "-1", "--format=%an <%ae>%n%B", commit.sha!),
    `mpm <mpm@localhost>
session: pause at 2026-11-20 12:00:00

Session ID: ${ID}
Context: One`,
  );
  assertEquals(env.git("fsck", "--strict"), "");
  assertEquals(env.git("status", "--porcelain"), "");
});

Deno.test("a missing save is listed as missing, and restored only on request", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "One");
  await pause(env, 1, "Two");
  const before = env.read(`${SESSIONS}/${ID}.json`);
  removeByHand(env, ID);
  await pause(env, 2, "Three");
  await mpmJson(env, ["saves", "verify", "--repair"]);
  assertEquals((await listed(env)).lost, [ID]);
  const { stdout } = await mpm(env, ["saves", "recover"]);
  assertStringIncludes(stdout, `${ID}  One`);
  const { stderr } = await mpm(env, ["resume", "--list"]);
  assertStringIncludes(stderr, "1 save is missing from the disk");
  await mpmJson(env, ["saves", "recover", ID]);
  assertEquals((await listed(env)).lost, []);
  assertEquals(env.read(`${SESSIONS}/${ID}.json`), before);
  assertEquals(
    (await mpm(env, ["saves", "verify", ID])).stdout.split("  ", 1),
    [
      "intact",
    ],
  );
  assertEquals((await mpm(env, ["saves", "recover", ID])).status, 4);
  assertEquals((await mpm(env, ["saves", "recover", "session-x"])).status, 3);
});

Deno.test("git clean -fdx removes all saves, and one command restores them", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "One");
  await pause(env, 1, "Two");
  env.git("clean", "-qfdx");
  assertEquals(await listed(env), { there: [], lost: [NEXT, ID] });
  assertEquals(
    (await mpm(env, ["resume"])).stderr.split("\n")[1],
    `Hint: 2 saves are missing from the disk, but git has a copy: ${NEXT}, ` +
      `${ID}. "mpm saves recover" restores saves`,
  );
  await mpmJson(env, ["saves", "recover", "--all"]);
  assertEquals(await listed(env), { there: [NEXT, ID], lost: [] });
  await mpmJson(env, ["undo"]);
  assertEquals((await listed(env)).lost, [NEXT, ID]);
});

Deno.test("a save that came back after git clean knows its folder, even beside a new save", async () => {
  for (const isPausedFirst of [false, true]) {
    using env = TestEnv.repository();
    env.write("new.txt", "uncommitted\n");
    await pause(env, 0, "One");
    env.git("clean", "-qfdx");
    if (isPausedFirst) await pause(env, 1, "Two");
    await mpmJson(env, ["saves", "recover", "--all"]);
    const { stdout } = await mpm(env, ["resume", ID]);
    assertStringIncludes(stdout, `mpm restore ${ID}`);
    await mpmJson(env, ["restore", ID, "--yes"]);
    assertEquals(env.read("new.txt"), "uncommitted\n");
  }
});

Deno.test("kept files without one's own save are reported as someone else's", async () => {
  using env = TestEnv.repository();
  env.write("new.txt", "uncommitted\n");
  await pause(env, 0, "One");
  const ref = `refs/mpm/contents/${ID}`;
  env.git("update-ref", `refs/mpm/contents/${NEXT}`, ref);
  removeByHand(env, ID);
  const dry = ["--all", "--dry-run"];
  const own = await mpm(env, ["restore", ID, ...dry]);
  const foreign = await mpm(env, ["restore", NEXT, ...dry]);
  assertEquals(
    [own, foreign].map(({ stdout }) => stdout.includes("not verified")),
    [false, true],
  );
});

Deno.test("no object of the repository has a removed save once the trash has dropped it", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "Keep this");
  await pause(env, 1, "Zanzibar words");
  await pause(env, 2, "Keep that");
  await mpmJson(env, ["saves", "rm", NEXT], { now: at(2) });
  assertEquals(log(env)[0], `remove ${NEXT}`);
  assertEquals(await listed(env), {
    there: ["session-20261122-120000", ID],
    lost: [],
  });
  // An undo still has it, and the log follows.
  await mpmJson(env, ["undo"], { now: at(2) });
  assertEquals(log(env)[0], `pause ${NEXT}`);
  await mpmJson(env, ["saves", "rm", NEXT], { now: at(2) });
  for (let count = 0; count < 21; count++) {
    await mpmJson(env, ["var", "set", "count", String(count)], { now: at(3) });
  }
  assert(found(env, "Zanzibar"));
  await mpmJson(env, ["undo", "trash", "--prune", "--older-than", "1h"], {
    now: at(60),
  });
  assertEquals(log(env), ["pause session-20261122-120000", `pause ${ID}`]);
  env.git("gc", "-q", "--prune=now");
  assertEquals([found(env, "Zanzibar"), found(env, "Keep that")], [
    false,
    true,
  ]);
  assertEquals(env.git("for-each-ref", "refs/mpm/rebuilt"), "");
  await pause(env, 61, "Goes on");
  assertEquals(log(env).length, 3);
});

/** Returns whether any object of the repository has a text. */
function found(env: TestEnv, text: string): boolean {
  const ids = env.git(
    ...["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"],
  ).split("\n");
  return ids.some((id) => env.git("cat-file", "-p", id).includes(text));
}

Deno.test("a save that is only in git can be removed permanently", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "One");
  removeByHand(env, ID);
  await mpmJson(env, ["saves", "rm", ID]);
  assertEquals(await listed(env), { there: [], lost: [] });
  await mpmJson(env, ["undo"]);
  assertEquals((await listed(env)).there, [ID]);
});

Deno.test("the log triggers no hook of a repository and is in no reflog", async () => {
  using env = TestEnv.repository();
  env.write(".git/hooks/reference-transaction", "#!/bin/sh\ntouch ran\n");
  Deno.chmodSync(join(env.project, ".git/hooks/reference-transaction"), 0o755);
  env.git("config", "core.logAllRefUpdates", "always");
  env.write("new.txt", "uncommitted\n");
  await pause(env, 0, "One");
  await pause(env, 1, "Two");
  assertEquals(log(env).length, 2);
  assertEquals(env.exists("ran"), false);
  assertEquals(env.exists(".git/logs/refs/mpm"), false);
});

Deno.test("two installations on one clone have separate refs, and list the same", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "One");
  env.extra.XDG_STATE_HOME = join(env.root, "other-state");
  await pause(env, 1, "Two");
  const refs = env.git("for-each-ref", "--format=%(refname)", "refs/mpm/saves");
  assertEquals(refs.split("\n").length, 2);
  removeByHand(env, ID);
  removeByHand(env, NEXT);
  assertEquals((await listed(env)).lost, [NEXT, ID]);
});

Deno.test("a copy that git could not make is made by the next pause", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "One");
  const ref = env.git("for-each-ref", "--format=%(refname)", "refs/mpm/saves");
  env.write(`.git/${ref}.lock`, "");
  const { commit } = await pause(env, 1, "Two");
  assertEquals(commit.made, false);
  assertStringIncludes(commit.reason!, ".lock");
  assertEquals(
    [...Deno.readDirSync(join(env.project, ".git"))]
      .filter(({ name }) => name.startsWith("fast_import_crash")),
    [],
  );
  env.remove(`.git/${ref}.lock`);
  await pause(env, 2, "Three");
  assertEquals(log(env).length, 3);
});

Deno.test("--no-commit and commit = false leave the log out", async () => {
  using env = TestEnv.repository();
  const { commit } = await pause(env, 0, "--no-commit");
  assertEquals([commit.made, commit.reason], [false, "--no-commit"]);
  env.write(".claude-mpm/config.toml", "commit = false\n");
  const set = await pause(env, 1);
  assertStringIncludes(set.commit.reason!, "commit = false");
  assertEquals(env.git("for-each-ref", "refs/mpm/saves"), "");
  const both = await mpm(env, ["pause", "--commit", "--no-commit"]);
  assertEquals(both.status, 2);
});

Deno.test("the new meaning of commit = true is reported once", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "commit = true\n");
  const first = await mpm(env, ["pause", "One"]);
  assertStringIncludes(first.stderr, "pause.branch_commit");
  assertEquals((await mpm(env, ["pause", "Two"])).stderr, "");
  assertEquals(env.git("log", "--format=%s"), "Start the project");
});

Deno.test("pause.branch_commit counts only in the user's own file, and not for a detour", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "[pause]\nbranch_commit = true\n");
  await mpm(env, ["pause", "One"]);
  env.remove(".claude-mpm/config.toml");
  assertEquals(env.git("log", "--format=%s"), "Start the project");
  const file = "../home/.config/mpm/config.toml";
  env.write(file, "[pause]\nbranch_commit = true\n");
  await mpmJson(env, ["branch", "side", "A detour"]);
  await fire(env, "UserPromptSubmit", { prompt: "Write a file" });
  await fire(env, "SessionEnd", { reason: "other" });
  assertEquals((await listed(env)).there.length, 3);
  assertEquals(env.git("log", "--format=%s"), "Start the project");
  await mpmJson(env, ["pause", "Two"]);
  assertStringIncludes(env.git("log", "-1", "--format=%s"), "session: pause");
});

Deno.test("a removal by someone else does not remove an existing save from git", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "Keep this");
  env.extra.GIT_COMMITTER_DATE = new Date(START + 9 * DAY).toISOString();
  const tree = env.git("mktree").trim();
  const message = `session: remove\n\nSession ID: ${ID}\n`;
  const forged = env.git("commit-tree", tree, "-m", message).trim();
  env.git("update-ref", "refs/mpm/saves/stranger", forged);
  await mpmJson(env, ["undo", "trash", "--prune", "--older-than", "1h"], {
    now: at(60),
  });
  const own = env.git("for-each-ref", "--format=%(refname)", "refs/mpm/saves")
    .split("\n").filter((ref) => ref !== "" && !ref.endsWith("/stranger"));
  assertEquals(own.length, 1);
  assertStringIncludes(env.git("log", "--format=%B", own[0]!), ID);
  // Nor does it hide one that is missing from the disk.
  env.git("clean", "-fdxq");
  assertEquals((await listed(env)).lost, [ID]);
  await mpmJson(env, ["pause", "Another"], { now: at(61) });
  await mpmJson(env, ["undo", "trash", "--prune", "--older-than", "1h"], {
    now: at(120),
  });
  await mpmJson(env, ["saves", "recover", ID]);
  assertEquals((await listed(env)).there.includes(ID), true);
});
