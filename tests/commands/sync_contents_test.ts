import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  ExportResult,
  PauseResult,
  RestoreResult,
  SavesListResult,
  SyncResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { ownSave } from "../helpers/stores.ts";
import { Team } from "../helpers/team.ts";
import {
  CraftedRemote,
  CraftedWriter,
  craftEntry,
} from "../helpers/team_entries.ts";
import { putTranscript, workTranscript } from "../helpers/transcripts.ts";

/** A key of `ssh-keygen`. */
const KEYS = new URL("../formats/age/", import.meta.url);
const keyText = (name: string) => Deno.readTextFileSync(new URL(name, KEYS));
const SSH = keyText("plain.pub").trim();

function giveKey(env: TestEnv): void {
  const folder = join(env.home, ".ssh");
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(join(folder, "id_ed25519"), keyText("plain"));
}

const kinds = ({ sent }: SyncResult) => sent.map(({ kind }) => kind);

/** The bytes of every object of a repository. */
function objects(cwd: string): string {
  const { stdout } = new Deno.Command("git", {
    args: ["cat-file", "--batch", "--batch-all-objects", "--unordered"],
    cwd,
  }).outputSync();
  return new TextDecoder("latin1").decode(stdout);
}

async function newest(env: TestEnv): Promise<string> {
  const { sessions } = await mpmJson<SavesListResult>(env, ["list"]);
  return sessions[0]!.session_id;
}

posixTest(
  "uncommitted files of a save reach a colleague, encrypted",
  async () => {
    using team = new Team();
    const [ann, bob] = [team.clone("Ann"), team.clone("Bob")];
    ann.write(".gitignore", "*.log\n");
    ann.write("auth.ts", "first\n");
    ann.commit("Begin auth");
    ann.git("push", "-q", "origin", "main");
    bob.git("pull", "-q");
    ann.write("auth.ts", "PLANTED second\n");
    ann.write("staged.ts", "staged\n");
    ann.git("add", "staged.ts");
    ann.write("debug.log", "ignored\n");
    Deno.symlinkSync("auth.ts", join(ann.project, "near"));
    Deno.symlinkSync("../../etc/passwd", join(ann.project, "far"));
    const { session_id: id } = await mpmJson<PauseResult>(ann, [
      ...["pause", "halfway", "--no-commit"],
    ]);
    const options = ["--with-contents"];
    for (const args of [["sync", "origin"], ["export", "--to", "b.json"]]) {
      const refused = await mpm(ann, [...args, ...options]);
      assertEquals(refused.status, 4);
      assertStringIncludes(refused.stderr, "mpm team add");
    }
    assertEquals([team.logs(), ann.exists("b.json")], [[], false]);
    await mpmJson(ann, ["team", "add", "bob", ...SSH.split(" ")]);
    const plain = await mpmJson<SyncResult>(ann, ["sync", "origin"]);
    assertEquals(kinds(plain), ["save"]);
    const sent = await mpmJson<SyncResult>(ann, ["sync", ...options]);
    assertEquals(kinds(sent), ["contents"]);
    const again = await mpmJson<SyncResult>(ann, ["sync", ...options]);
    assertEquals(kinds(again), []);
    assert(!objects(team.server).includes("PLANTED"));

    giveKey(bob);
    const lacking = await mpm(bob, ["resume"]);
    assertEquals(lacking.status, 3);
    await mpmJson(bob, ["sync", "origin"]);
    const theirs = await newest(bob);
    assert(theirs.startsWith(`${id}@`));
    const hinted = await mpm(bob, ["resume"]);
    assertEquals(hinted.status, 3);
    assertStringIncludes(
      hinted.stderr,
      `from Ann (not verified), paused on main: mpm resume ${theirs}`,
    );
    const { stdout } = await mpm(bob, ["resume", theirs]);
    assertStringIncludes(stdout, `mpm restore ${theirs} --dry-run`);
    const restore = (...args: string[]) =>
      mpmJson<RestoreResult>(bob, ["restore", theirs, ...args]);
    const dry = await restore("--dry-run");
    assertEquals(dry.written, ["auth.ts", "near", "staged.ts"]);
    assertEquals(dry.not_kept.map(({ path }) => path), ["far"]);
    assertStringIncludes(dry.notes.join(), "from Ann (not verified)");
    assertStringIncludes(dry.notes.join(), "mpm trust ");
    const asked = await mpm(bob, ["restore", theirs]);
    assert(asked.status !== 0);
    assertEquals([bob.read("auth.ts"), bob.exists("near")], ["first\n", false]);
    await mpmJson(bob, ["trust", "Ann"]);
    const done = await restore("--yes");
    assertEquals([done.written, done.notes], [dry.written, []]);
    assertEquals(bob.read("auth.ts"), "PLANTED second\n");
    assertEquals(bob.git("diff", "--cached", "--name-only"), "staged.ts");
    await mpmJson(bob, ["undo"]);
    assertEquals([bob.read("auth.ts"), bob.exists("near")], ["first\n", false]);
    // A plain restore never takes someone else's files.
    assertEquals((await mpm(bob, ["restore", "--yes", "--all"])).status, 3);

    await mpmJson(ann, ["saves", "rm", id]);
    const removed = await mpmJson<SyncResult>(ann, ["sync"]);
    assertEquals(kinds(removed).sort(), ["removal", "removal"]);
    await mpmJson(bob, ["sync"]);
    assertEquals((await mpm(bob, ["restore", theirs, "--yes"])).status, 3);
    const left = Deno.readDirSync(join(bob.project, ".claude-mpm/team"));
    for (const { name, isDirectory } of left) {
      if (!isDirectory) continue;
      const contents = join(bob.project, ".claude-mpm/team", name, "contents");
      assertEquals([...Deno.readDirSync(contents)], []);
    }
  },
);

posixTest("files of a bundle come back on the other side", async () => {
  using team = new Team();
  const [ann, bob] = [team.clone("Ann"), team.clone("Bob")];
  ann.write("new.txt", "mine\n");
  await mpmJson(ann, ["pause", "halfway", "--no-commit"]);
  const file = join(ann.root, "bundle.age");
  const made = await mpmJson<ExportResult>(ann, [
    ...["export", "--to", file, "--with-contents", "--recipient", SSH],
  ]);
  assertEquals(made.entries.map(({ kind }) => kind), ["save", "contents"]);
  giveKey(bob);
  await mpmJson(bob, ["import", file]);
  await mpmJson(bob, ["restore", await newest(bob), "--yes"]);
  assertEquals(bob.read("new.txt"), "mine\n");
});

const AGENT = "0a8d9d4e-1f2b-4c3d-8e4f-5a6b7c8d9e0f";

/** Words that a person typed, an agent said, and a tool printed. */
const SAID = ["PLANTEDPROMPT", "PLANTEDNEXT", "PLANTEDSAID", "PLANTEDOUTPUT"];

/** A conversation with those words. */
function plantedTranscript(): string {
  const [first, next, said, output] = SAID;
  return workTranscript()
    .replaceAll("Make the greeting polite.", `Make the ${first} polite.`)
    .replaceAll("Now add a note.", `Now add a ${next}.`)
    .replaceAll("The greeting is polite now.", `We decided on ${said}.`)
    .replaceAll("\\nbroken", `\\n${output} broken`);
}

posixTest("a conversation is not sent unless requested", async () => {
  using team = new Team();
  const [ann, bob] = [team.clone("Ann"), team.clone("Bob")];
  putTranscript(ann, `${AGENT}.jsonl`, plantedTranscript());
  const { session_id: id } = await mpmJson<PauseResult>(ann, [
    ...["pause", "--agent-session", AGENT, "--no-commit"],
    ...["--decision", "Keep it short"],
  ]);
  const folder = join(ann.project, ".claude-mpm", "sessions");
  const saved = Deno.readTextFileSync(join(folder, `${id}.json`));
  assertEquals(SAID.filter((word) => saved.includes(word)), SAID);
  await mpmJson<SyncResult>(ann, ["sync", "origin"]);
  const sent = objects(team.server);
  assertStringIncludes(sent, "Keep it short");
  const hidden = [...SAID, ann.root, AGENT];
  assertEquals(hidden.filter((word) => sent.includes(word)), []);

  giveKey(bob);
  await mpmJson(ann, ["team", "add", "bob", ...SSH.split(" ")]);
  await mpmJson(ann, ["sync", "--with-conversation"]);
  await mpmJson(bob, ["sync", "origin"]);
  const { stdout } = await mpm(bob, ["show", await newest(bob), "--json"]);
  assertEquals(SAID.filter((word) => stdout.includes(word)), SAID);
});

const ID = "session-20261120-120000";

interface CraftedFile {
  readonly path: string;
  readonly mode?: string;
  readonly text?: string;
}

function craftContents(files: readonly CraftedFile[], more: object = {}) {
  const record = JSON.stringify({
    ...{ schema: 1, kind: "contents", worktree: "/", deleted: [] },
    ...{ unstaged: [], intents: [], permissions: [], left_out: [], omitted: 0 },
    ...more,
  });
  return JSON.stringify({
    ...{ schema: 1, record },
    files: files.map(({ path, mode = "100644", text = "theirs\n" }) => ({
      ...{ part: "worktree", path, mode, bytes: btoa(text) },
    })),
  });
}

/** Syncs crafted contents of a stranger, and restores all of them. */
async function restored(content: string) {
  using env = TestEnv.repository();
  const remote = new CraftedRemote(join(env.root, "remote.git"));
  env.git("init", "-q", "--bare", remote.folder);
  env.git("remote", "add", "origin", remote.folder);
  const writer = new CraftedWriter();
  const save = JSON.stringify(ownSave(ID, { summary: "theirs" }));
  remote.put(writer.log, [
    craftEntry(writer, { number: 1, kind: "save", id: ID, content: save }),
    craftEntry(writer, { number: 2, kind: "contents", id: ID, content }),
  ]);
  await mpmJson(env, ["sync", "origin"]);
  env.write("kept.txt", "mine\n");
  Deno.mkdirSync(join(env.root, "outside"));
  Deno.symlinkSync(join(env.root, "outside"), join(env.project, "door"));
  const config = env.read(".git/config");
  const id = await newest(env);
  const done = await mpm(env, ["restore", id, "--yes", "--json"]);
  assertEquals(env.read(".git/config"), config);
  assertEquals(env.read("kept.txt"), "mine\n");
  assertEquals([...Deno.readDirSync(join(env.root, "outside"))], []);
  for (const name of ["escaped", "project/.git/hooks/post-checkout"]) {
    const path = join(env.root, name);
    assertEquals(await Deno.lstat(path).then(() => true, () => false), false);
  }
  return { done };
}

posixTest(
  "hostile contents of a colleague stay within the worktree",
  async () => {
    const bad = [
      ...["../escaped", "/escaped", "a/../../escaped", "", "."],
      ...[".git/config", ".GIT/hooks/post-checkout", "sub/.git/config"],
      ...[".claude-mpm/config.toml", "a//b", "nul\0"],
    ];
    const links = [
      ...["/etc/passwd", "../outside", "sub/../../outside", ".git/config"],
      ...["", "good.txt"],
    ].map((text, at) => ({ path: `link${at}`, mode: "120000", text }));
    const { done } = await restored(craftContents([
      ...bad.map((path) => ({ path })),
      ...links,
      { path: "door/in", text: "through a link\n" },
      { path: "__proto__", text: "a name\n" },
      { path: "good.txt" },
    ], {
      deleted: ["../kept.txt", "", ".git/config"],
      permissions: [["good.txt", 0o4777]],
    }));
    assertEquals([done.status, done.stderr], [4, ""]);
    const result: RestoreResult = JSON.parse(done.stdout);
    assertEquals(
      result.written.filter((path) => !path.startsWith("door")),
      ["__proto__", "good.txt", "link5"],
    );
  },
);

for (
  const [name, content] of [
    ["a file below a file", craftContents([{ path: "a" }, { path: "a/b" }])],
    ["two files of one path", craftContents([{ path: "a" }, { path: "a" }])],
    ["a mode of a submodule", craftContents([{ path: "a", mode: "160000" }])],
    ["setuid bits", craftContents([{ path: "a", mode: "104755" }])],
    ["no JSON", "{"],
    ["another form", '{"schema":1,"record":"{}","files":[]}'],
  ] as const
) {
  posixTest(`contents with ${name} are refused`, async () => {
    const { done } = await restored(content);
    assertEquals(done.status !== 0 && done.stderr !== "", true);
    assertStringIncludes(done.stderr + done.stdout, "Cannot read the files of");
  });
}
