import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  NotesResult,
  SavesListResult,
  SavesShowResult,
  SyncResult,
  TrustResult,
} from "../../schemas/types.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { Team } from "../helpers/team.ts";

async function sync(env: TestEnv, ...args: string[]): Promise<SyncResult> {
  return await mpmJson<SyncResult>(env, ["sync", ...args]);
}

async function saves(env: TestEnv): Promise<SavesListResult["sessions"]> {
  const list = await mpmJson<SavesListResult>(env, ["saves", "list"]);
  return list.sessions;
}

Deno.test("a save and a note reach another clone, and branches stay", async () => {
  using team = new Team();
  const [ann, bob] = [team.clone("Ann"), team.clone("Bob")];
  ann.git("switch", "-q", "-c", "feature/auth");
  await mpmJson(ann, ["pause", "halfway through auth"]);
  await mpmJson(ann, ["note", "the API is frozen"]);
  const planned = await sync(ann, "origin", "--dry-run");
  assertEquals(planned.sent.map(({ kind }) => kind), ["save", "note"]);
  assertEquals(team.logs(), []);
  const sent = await sync(ann, "origin");
  assertEquals([sent.sent, sent.pushed], [planned.sent, true]);
  assertEquals(team.logs().length, 1);
  const again = await sync(ann);
  assertEquals([again.sent, again.pushed, again.received], [[], false, 0]);

  const got = await sync(bob, "origin");
  assertEquals(got.writers.map(({ name }) => name), ["Ann"]);
  const [row] = await saves(bob);
  assertEquals(
    [row?.summary, row?.branch, row?.origin, row?.author, row?.location],
    ["halfway through auth", "feature/auth", "foreign", "Ann", "team"],
  );
  const { stdout } = await mpm(bob, ["show", row!.session_id]);
  assertStringIncludes(stdout, "halfway through auth");
  const { notes } = await mpmJson<NotesResult>(bob, ["notes"]);
  assertEquals(notes.map(({ text }) => text), ["the API is frozen"]);
  assertEquals(bob.git("branch", "-a").includes("mpm"), false);
});

Deno.test("a sync without a remote says how to name one", async () => {
  using team = new Team();
  const ann = team.clone("Ann");
  const none = await mpm(ann, ["sync"]);
  assertEquals(none.status, 2);
  assertStringIncludes(none.stderr, "mpm sync origin");
  const wrong = await mpm(ann, ["sync", "upstream"]);
  assertEquals(wrong.status, 3);
  ann.git("remote", "add", "odd", "ext::sh -c true");
  const odd = await mpm(ann, ["sync", "odd"]);
  assertEquals(odd.status, 2);
  assert(!odd.stderr.includes("sh -c"));
});

Deno.test("a trusted key verifies saves, also later ones, until it is revoked", async () => {
  using team = new Team();
  const [ann, bob] = [team.clone("Ann"), team.clone("Bob")];
  await mpmJson(ann, ["pause", "one"]);
  await sync(ann, "origin");
  await sync(bob, "origin");
  const listed = await mpmJson<TrustResult>(bob, ["trust"]);
  assertEquals(listed.keys.map(({ name, trusted }) => [name, trusted]), [
    ["Ann", false],
  ]);
  const unknown = await mpm(bob, ["trust", "Eve"]);
  assertEquals(unknown.status, 3);
  await mpmJson(bob, ["trust", "Ann", "--dry-run"]);
  assertEquals((await saves(bob))[0]?.origin, "foreign");
  await mpmJson(bob, ["trust", "ann"]);
  assertEquals((await saves(bob))[0]?.origin, "trusted");
  await mpmJson(ann, ["pause", "two"]);
  await sync(ann);
  await sync(bob);
  assertEquals((await saves(bob)).map(({ origin }) => origin), [
    "trusted",
    "trusted",
  ]);
  await mpmJson(bob, ["undo"]);
  assertEquals((await saves(bob))[0]?.origin, "foreign");
  await mpmJson(bob, ["trust", listed.keys[0]!.writer.slice(0, 8)]);
  await mpmJson(bob, ["trust", "Ann", "--revoke"]);
  assertEquals((await saves(bob))[0]?.origin, "foreign");
});

Deno.test("a colleague's save is resumed on another path and branch", async () => {
  using team = new Team();
  const [ann, bob] = [team.clone("Ann"), team.clone("Bob")];
  ann.git("switch", "-q", "-c", "feature/auth");
  ann.write("auth.ts", "export {};\n");
  ann.commit("Begin auth");
  ann.git("push", "-q", "origin", "feature/auth");
  ann.write("auth.ts", "export const a = 1;\n");
  await mpmJson(ann, ["pause", "halfway", "--next-step", "check tokens"]);
  await sync(ann, "origin");
  bob.git("fetch", "-q");
  await sync(bob, "origin");
  const { stdout } = await mpm(bob, ["resume", "0"]);
  assertStringIncludes(
    stdout,
    "Ann paused on feature/auth: git switch feature/auth",
  );
  assertStringIncludes(stdout, "check tokens");
  assert(!stdout.includes(ann.root) && !stdout.includes("reverted"));
  bob.git("switch", "-q", "feature/auth");
  const there = await mpm(bob, ["resume", "0"]);
  assert(!there.stdout.includes("git switch"));
  assertStringIncludes(there.stdout, "uncommitted changes were not compared");
  const refused = await mpm(bob, ["saves", "rm", "0"]);
  assertEquals(refused.status, 4);
  assertStringIncludes(refused.stderr, "save of Ann");
  const none = await mpm(bob, ["resume"]);
  assertEquals(none.status, 3);
});

Deno.test("a save of one's own keeps its id beside one of a colleague", async () => {
  using team = new Team();
  const [ann, bob] = [team.clone("Ann"), team.clone("Bob")];
  const now = () => new Date("2026-11-20T12:00:00Z");
  await mpmJson(ann, ["pause", "of Ann"], { now });
  await mpmJson(bob, ["pause", "of Bob"], { now });
  await sync(ann, "origin");
  await sync(bob, "origin");
  const id = "session-20261120-120000";
  const rows = await saves(bob);
  assertEquals(rows.map(({ summary }) => summary).sort(), ["of Ann", "of Bob"]);
  const own = await mpmJson<SavesShowResult>(bob, ["show", id]);
  assertEquals(own.session.conversation.summary, "of Bob");
  const latest = await mpmJson<SavesShowResult>(bob, ["show", "latest"]);
  assertEquals(latest.session.conversation.summary, "of Bob");
  const { session_id } = rows.find(({ summary }) => summary === "of Ann")!;
  assert(session_id.startsWith(`${id}@`));
  const hers = await mpmJson<SavesShowResult>(bob, ["show", session_id]);
  assertEquals(hers.session.conversation.summary, "of Ann");
});
