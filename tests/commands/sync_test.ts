import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  NotesResult,
  SavesListResult,
  SyncResult,
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
