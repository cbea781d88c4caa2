import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  ClaimsResult,
  HandoffListResult,
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

Deno.test("a sync without a remote prints how to name one", async () => {
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
  assertStringIncludes(refused.stderr, "belongs to Ann");
  const none = await mpm(bob, ["resume"]);
  assertEquals(none.status, 3);
  assertStringIncludes(
    none.stderr,
    "from Ann (not verified), paused on feature/auth: mpm resume session-",
  );
});

Deno.test("one's own save keeps its id next to one of a colleague", async () => {
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

Deno.test("a copy of a clone gets its own log, and no save is lost", async () => {
  using team = new Team();
  const [ann, bob] = [team.clone("Ann"), team.clone("Bob")];
  await mpmJson(ann, ["pause", "before the copy"]);
  await sync(ann, "origin");
  const copy = `${ann.root}/copy`;
  ann.run("cp", ["-r", ann.project, copy]);
  await mpmJson(ann, ["pause", "in the clone"]);
  await mpmJson(ann, ["pause", "in the copy"], { cwd: copy });
  await sync(ann);
  const forked = await mpmJson<SyncResult>(ann, ["sync"], { cwd: copy });
  assertEquals([forked.pushed, forked.problems], [true, []]);
  assertEquals(team.logs().length, 2);
  await sync(bob, "origin");
  const found = (await saves(bob)).map(({ summary }) => summary).sort();
  assertEquals(found, ["before the copy", "in the clone", "in the copy"]);
  const again = await mpmJson<SyncResult>(ann, ["sync"], { cwd: copy });
  assertEquals([again.sent, again.pushed], [[], false]);
});

Deno.test("a removal reaches others, and a pruned log replaces the old one", async () => {
  using team = new Team();
  const [ann, bob, eve] = ["Ann", "Bob", "Eve"].map((name) => team.clone(name));
  const at = (day: number) => () => new Date(Date.UTC(2026, 9, day));
  await mpmJson(ann!, ["pause", "old"], { now: at(1) });
  const options = { now: at(2) };
  await mpmJson(ann!, ["sync", "origin"], { now: at(1) });
  await mpmJson(ann!, ["pause", "wrong"], options);
  await mpmJson(ann!, ["pause", "new"], options);
  await mpmJson(ann!, ["sync"], { now: at(20) });
  await sync(bob!, "origin");
  const summaries = async (env: TestEnv) =>
    (await saves(env)).map(({ summary }) => summary).sort();
  assertEquals(await summaries(bob!), ["new", "old", "wrong"]);
  const list = await saves(ann!);
  const wrong = list.find(({ summary }) => summary === "wrong")!;
  await mpmJson(ann!, ["saves", "rm", wrong.session_id]);
  const removal = await sync(ann!);
  assertEquals(removal.sent.map(({ kind }) => kind), ["removal"]);
  await sync(bob!);
  assertEquals(await summaries(bob!), ["new", "old"]);

  await mpmJson(ann!, ["config", "set", "sync.max_age", "10d"]);
  const pruned = await mpmJson<SyncResult>(ann!, ["sync", "--prune"], {
    now: at(22),
  });
  assertEquals([pruned.dropped, pruned.problems], [1, []]);
  assertEquals(team.logs().length, 1);
  assert(team.logs()[0]!.includes("-2 "));
  const again = await mpmJson<SyncResult>(ann!, ["sync"], { now: at(22) });
  assertEquals([again.sent, again.pushed], [[], false]);
  await sync(bob!);
  assertEquals(await summaries(bob!), ["new", "old"]);
  await sync(eve!, "origin");
  assertEquals(await summaries(eve!), ["new"]);
});

Deno.test("conversations are refused without a team, and are not sent", async () => {
  using team = new Team();
  const ann = team.clone("Ann");
  await mpmJson(ann, ["pause", "one"]);
  const refused = await mpm(ann, ["sync", "origin", "--with-conversation"]);
  assertEquals(refused.status, 4);
  assertStringIncludes(refused.stderr, "mpm team add");
  assertEquals(team.logs(), []);
});

Deno.test("hand-offs, answers and claims travel, untrusted ones reach no agent", async () => {
  using team = new Team();
  const [ann, bob] = [team.clone("Ann"), team.clone("Bob")];
  await mpmJson(ann, [
    ...["handoff", "new", "--to", "backend", "--from", "frontend"],
    ...["--completed", "the form", "--need", "a token endpoint"],
  ]);
  await mpmJson(ann, ["claim", "src/api", "--task", "tokens"]);
  await sync(ann, "origin");
  await sync(bob, "origin");
  const list = async (env: TestEnv) =>
    (await mpmJson<HandoffListResult>(env, ["handoff", "list", "--all"]))
      .handoffs;
  const [got] = await list(bob);
  assertEquals([got?.title, got?.sender], [
    "the form",
    { name: "Ann", verified: false },
  ]);
  const { stdout } = await mpm(bob, ["handoff", "list"]);
  assertStringIncludes(stdout, "from Ann (not verified)");
  const claims = await mpmJson<ClaimsResult>(bob, ["claims"]);
  assertEquals(
    claims.team.map(({ path, sender, task }) => [path, sender, task]),
    [["src/api", "Ann", "tokens"]],
  );
  await mpmJson(bob, ["handoff", "accept", got!.id, "--agent", "backend"]);
  await mpmJson(ann, ["release", "--all"]);
  await sync(ann);
  await sync(bob);
  const none = await mpmJson<ClaimsResult>(bob, ["claims"]);
  assertEquals(none.team, []);
  await sync(ann);
  assertEquals((await list(ann))[0]?.state, "accepted");
  assertEquals((await list(ann))[0]?.sender, null);
});

Deno.test("a pause syncs only if the user configured it, and keeps its status", async () => {
  using team = new Team();
  const ann = team.clone("Ann");
  await mpmJson(ann, ["pause", "one"]);
  await sync(ann, "origin");
  const [before] = team.logs();
  await mpmJson(ann, ["pause", "two"]);
  assertEquals(team.logs(), [before]);
  const folder = `${ann.home}/.config/mpm`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/config.toml`, '[sync]\nauto = "pause"\n');
  ann.extra["MPM_AGENT"] = "backend";
  await mpmJson(ann, ["pause", "by an agent"]);
  assertEquals(team.logs(), [before]);
  delete ann.extra["MPM_AGENT"];
  await mpmJson(ann, ["pause", "three"]);
  const [after] = team.logs();
  assert(after !== before);
  ann.git("remote", "set-url", "origin", `${ann.root}/gone.git`);
  const { status, stderr } = await mpm(ann, ["pause", "four"]);
  assertEquals(status, 0);
  assertStringIncludes(stderr, "not synced");
});
