import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  PauseResult,
  RestoreResult,
  ResumeReport,
  SavesListResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

const NOT_VERIFIED = "from someone else (not verified)";

/** Pauses with one uncommitted file, and deletes it. Returns the save's id. */
async function pausedAndLost(env: TestEnv): Promise<string> {
  env.write("new.txt", "mine\n");
  const { session_id: id } = await mpmJson<PauseResult>(env, ["pause", "x"]);
  env.remove("new.txt");
  return id;
}

/** Contents by a stranger, fetched under the id of a save. */
async function fetchForeign(env: TestEnv, id: string): Promise<void> {
  using stranger = TestEnv.repository();
  stranger.write("new.txt", "theirs\n");
  stranger.write("more.txt", "theirs\n");
  const { contents } = await mpmJson<PauseResult>(stranger, ["pause", "y"]);
  env.git(
    ...["fetch", "-q", stranger.project],
    `+refs/mpm/contents/*:refs/mpm/theirs/*`,
  );
  env.git("update-ref", `refs/mpm/contents/${id}`, contents!.commit!);
}

Deno.test("fetched contents are never restored without being named", async () => {
  using env = TestEnv.repository();
  const id = await pausedAndLost(env);
  await fetchForeign(env, id);
  const { changes } = await mpmJson<ResumeReport>(env, ["resume", "--peek"]);
  assertEquals(changes!.contents!.verified, false);
  const peeked = await mpm(env, ["resume", "--peek"]);
  assertStringIncludes(
    peeked.stdout,
    `mpm restore ${id}. These files are from`,
  );
  assertStringIncludes(peeked.stdout, NOT_VERIFIED);
  for (const args of [["--all"], ["new.txt"], []]) {
    const { status, stderr } = await mpm(env, ["restore", ...args, "--yes"]);
    assertEquals(status, 3, args.join(" "));
    assertStringIncludes(stderr, `or from someone else: mpm restore ${id}`);
  }
  assertEquals(env.exists("new.txt"), false);
  const shown = await mpm(env, ["restore", id, "--dry-run"]);
  assertStringIncludes(
    shown.stdout,
    `Note: The files kept with ${id} are ${NOT_VERIFIED}. ` +
      `To use them as your own: mpm saves trust ${id}`,
  );
  const named = await mpmJson<RestoreResult>(env, ["restore", id, "--yes"]);
  assertEquals(named.written, ["new.txt"]);
  assertStringIncludes(named.notes[0]!, NOT_VERIFIED);
  assertEquals(env.read("new.txt"), "theirs\n");

  const { stdout } = await mpm(env, ["saves", "trust", id]);
  assertStringIncludes(stdout, `Already yours: ${id}`);
  assertStringIncludes(stdout, `Trusted: contents/${id}`);
  const all = await mpmJson<RestoreResult>(env, ["restore", "--all", "--yes"]);
  assertEquals(all.written, ["more.txt"]);
  assertEquals(all.notes.join().includes(NOT_VERIFIED), false);
});

Deno.test("an older save's own contents are used instead of someone else's", async () => {
  using env = TestEnv.repository();
  const id = await pausedAndLost(env);
  env.write("other.txt", "2\n");
  const args = ["pause", "Later"];
  const { session_id: later } = await mpmJson<PauseResult>(env, args);
  await fetchForeign(env, later);
  const done = await mpmJson<RestoreResult>(env, ["restore", "--all", "--yes"]);
  assertEquals([done.session_id, done.written], [id, ["new.txt"]]);
  assertEquals(env.read("new.txt"), "mine\n");
});

Deno.test("a planted note does not make a stranger's contents count as one's own", async () => {
  using env = TestEnv.repository();
  const id = await pausedAndLost(env);
  await fetchForeign(env, id);
  const state = join(env.project, ".claude-mpm/state");
  const [note] = [...Deno.readDirSync(state)].map(({ name }) => name)
    .filter((name) => /^contents-[0-9a-f]+\.json$/.test(name));
  const path = `.claude-mpm/state/${note}`;
  const commit = env.git("rev-parse", `refs/mpm/contents/${id}`);
  const planted = { ...JSON.parse(env.read(path)), commit };
  env.write(path, JSON.stringify(planted));
  env.write("new.txt", "mine\n");
  const again = await mpmJson<PauseResult>(env, ["pause", "Again"]);
  assertEquals(again.contents!.commit === commit, false);
  const file = `${again.contents!.commit}:worktree/new.txt`;
  assertEquals(env.git("show", file), "mine");
});

Deno.test("fetched saves are listed as someone else's", async () => {
  using env = TestEnv.repository();
  using stranger = TestEnv.repository();
  const { session_id: theirs } = await mpmJson<PauseResult>(stranger, [
    ...["pause", "Theirs"],
  ], { now: () => new Date("2026-11-20T12:00:00Z") });
  const { session_id: mine } = await mpmJson<PauseResult>(env, [
    ...["pause", "Mine"],
  ], { now: () => new Date("2026-11-21T12:00:00Z") });
  env.git("fetch", "-q", stranger.project, "refs/mpm/saves/*:refs/mpm/saves/*");
  env.git("clean", "-qfdx");
  const { lost } = await mpmJson<SavesListResult>(env, ["saves", "list"]);
  assertEquals(lost, [
    { session_id: mine, origin: "own", summary: "Mine" },
    { session_id: theirs, origin: "foreign", summary: "Theirs" },
  ]);
  const { stderr } = await mpm(env, ["saves", "list"]);
  assertStringIncludes(stderr, `1 save is only in git, ${NOT_VERIFIED}`);
  assertStringIncludes(stderr, `1 save is missing from the disk`);
  const { stdout } = await mpm(env, ["saves", "recover"]);
  assertStringIncludes(stdout, `${theirs}  Theirs  ${NOT_VERIFIED}\n`);
  assertStringIncludes(stdout, `${mine}  Mine\n`);
  const doctor = await mpm(env, ["doctor"]);
  assertStringIncludes(doctor.stdout, "1 save is missing from the disk");
});
