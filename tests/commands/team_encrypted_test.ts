import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { SavesListResult, SyncResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { CraftedRemote } from "../helpers/team_entries.ts";

/** Keys of `ssh-keygen` and `age-keygen`. */
const KEYS = new URL("../formats/age/", import.meta.url);
const keyText = (name: string) => Deno.readTextFileSync(new URL(name, KEYS));
const SSH = keyText("plain.pub").trim();
const NATIVE = /age1\w+/.exec(keyText("native"))![0];

function giveKey(env: TestEnv, key: string): void {
  const folder = join(env.home, ".ssh");
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(join(folder, "id_ed25519"), keyText(key));
}

/** Two people with clones of one remote. */
class Two implements Disposable {
  readonly ada = TestEnv.repository();
  readonly ben = TestEnv.repository();
  readonly remote = new CraftedRemote(join(this.ada.root, "remote.git"));

  constructor() {
    this.ada.git("init", "-q", "--bare", this.remote.folder);
    for (const env of [this.ada, this.ben]) {
      env.git("remote", "add", "origin", this.remote.folder);
    }
  }

  [Symbol.dispose](): void {
    this.ada[Symbol.dispose]();
    this.ben[Symbol.dispose]();
  }
}

async function sync(env: TestEnv): Promise<SyncResult> {
  return await mpmJson<SyncResult>(env, ["sync", "origin"]);
}

async function summaries(env: TestEnv): Promise<string[]> {
  const { sessions } = await mpmJson<SavesListResult>(env, ["list"]);
  return sessions.map(({ summary }) => summary).sort();
}

let second = 0;
async function pause(env: TestEnv, text: string): Promise<void> {
  const at = new Date(Date.UTC(2026, 10, 20, 12, 0, second++));
  const args = ["pause", text, "-n", `Go on with ${text}`, "--no-commit"];
  await mpmJson(env, args, { now: () => at });
}

/** The bytes of every object of a repository, including those without a ref. */
function objects(remote: CraftedRemote): string {
  const list = remote.git([
    ...["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"],
  ]);
  const { stdout } = new Deno.Command("sh", {
    args: ["-c", "git cat-file --batch --batch-all-objects --unordered"],
    cwd: remote.folder,
  }).outputSync();
  assert(list.length > 0);
  return new TextDecoder("latin1").decode(stdout);
}

/** Texts of a file's values that have at least 32 characters. */
function windows(value: unknown): string[] {
  if (typeof value === "string") return value.length < 32 ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(windows);
}

Deno.test("with a team, the remote has no 32 bytes of plain text", async () => {
  using two = new Two();
  const { ada, ben, remote } = two;
  giveKey(ben, "plain");
  await mpmJson(ada, ["team", "add", "ben", ...SSH.split(" ")]);
  ada.write("some-file-with-a-long-name-of-its-own.txt", "x");
  await pause(ada, "Parse dates of all the time zones there are");
  await mpmJson(ada, [
    "note",
    "Every time is in UTC, whatever the server says",
  ]);
  const need = "an API that returns the zones of all the users";
  await mpmJson(ada, ["handoff", "new", "--to", "backend", "--need", need]);
  assertEquals((await sync(ada)).encrypted, true);
  const there = objects(remote);
  const folder = join(ada.project, ".claude-mpm", "sessions");
  const [save] = [...Deno.readDirSync(folder)]
    .filter(({ name }) => /^session-.*\.json$/.test(name));
  const text = Deno.readTextFileSync(join(folder, save!.name));
  const plain = [
    ...[JSON.parse(text), "Every time is in UTC, whatever the server says"],
    ...[need, "some-file-with-a-long-name-of-its-own.txt", ada.project],
  ].flatMap(windows);
  assert(plain.length >= 8, String(plain.length));
  for (const one of plain) {
    for (let at = 0; at + 32 <= one.length; at++) {
      assert(!there.includes(one.slice(at, at + 32)), one);
    }
  }
  for (const word of ["Ada", "ada@", save!.name.slice(0, -5), "backend"]) {
    assert(!there.includes(word), word);
  }
  await sync(ben);
  assertEquals(await summaries(ben), [
    "Parse dates of all the time zones there are",
  ]);
});

Deno.test("a removed member cannot read new entries, an added one can read all", async () => {
  using two = new Two();
  const { ada, ben, remote } = two;
  giveKey(ben, "plain");
  await mpmJson(ada, ["team", "add", "ben", ...SSH.split(" ")]);
  await pause(ada, "first");
  await sync(ada);
  await sync(ben);
  await mpmJson(ada, ["team", "remove", "ben"]);
  await mpmJson(ada, ["team", "add", "cy", NATIVE]);
  await pause(ada, "second");
  await sync(ada);
  const { writers } = await sync(ben);
  assertEquals(writers.map(({ locked }) => locked), [3]);
  assertEquals(await summaries(ben), ["first"]);
  const said = await mpm(ben, ["sync"]);
  assertStringIncludes(said.stdout, "Received: nothing new");
  using cy = TestEnv.repository();
  cy.git("remote", "add", "origin", remote.folder);
  giveKey(cy, "native");
  await sync(cy);
  assertEquals(await summaries(cy), ["first", "second"]);
  assertEquals(remote.git(["for-each-ref", "refs/mpm/"]).split("\n").length, 1);
});

Deno.test("entries can be opened once the right key is available", async () => {
  using two = new Two();
  const { ada, ben } = two;
  await mpmJson(ada, ["team", "add", "ben", ...SSH.split(" ")]);
  await pause(ada, "first");
  await sync(ada);
  giveKey(ben, "native");
  const { stdout } = await mpm(ben, ["sync", "origin"]);
  assertStringIncludes(stdout, "2 not encrypted to you");
  assertEquals(await summaries(ben), []);
  giveKey(ben, "plain");
  await sync(ben);
  assertEquals(await summaries(ben), ["first"]);
});

Deno.test("unencrypted entries are not sent to a team, and are removed from the remote", async () => {
  using two = new Two();
  const { ada, ben, remote } = two;
  giveKey(ben, "plain");
  await pause(ada, "plain and public");
  // The remote is away: the log waits here.
  Deno.renameSync(remote.folder, `${remote.folder}.away`);
  assertEquals((await mpm(ada, ["sync", "origin"])).status, 6);
  Deno.renameSync(`${remote.folder}.away`, remote.folder);
  await mpmJson(ada, ["team", "add", "ben", ...SSH.split(" ")]);
  await sync(ada);
  assert(!objects(remote).includes("plain and public"));
  await sync(ben);
  assertEquals(await summaries(ben), ["plain and public"]);
  await mpmJson(ada, ["team", "remove", "ben"]);
  await pause(ada, "for all");
  await sync(ada);
  assertEquals((await sync(ben)).encrypted, false);
  assertEquals(await summaries(ben), ["for all", "plain and public"]);
});

Deno.test("a lost team stops a sync, so nothing is sent unencrypted", async () => {
  using two = new Two();
  const { ada, remote } = two;
  await mpmJson(ada, ["team", "add", "ben", ...SSH.split(" ")]);
  await pause(ada, "first");
  await sync(ada);
  await pause(ada, "second secret");
  Deno.removeSync(join(ada.home, ".local/state/mpm/teams"), {
    recursive: true,
  });
  const { status, stderr } = await mpm(ada, ["sync"]);
  assertEquals(status, 4, stderr);
  assertStringIncludes(stderr, "mpm team add");
  assert(!objects(remote).includes("second secret"));
  await mpmJson(ada, ["team", "add", "ben", ...SSH.split(" ")]);
  await sync(ada);
  assert(!objects(remote).includes("second secret"));
});
