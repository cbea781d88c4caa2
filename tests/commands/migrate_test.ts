import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "@std/path";
import type {
  MigrateReport,
  ResumeReport,
  RollbackReport,
  SavesListResult,
  SavesVerifyResult,
} from "../../schemas/types.ts";
import { sha256 } from "../helpers/bytes.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import {
  listing,
  mixedStore,
  NEWER,
  OLDER,
  oldJson,
  PAUSE,
  PLAIN,
  put,
  putOld,
  putPointer,
  sessionsListing,
  TWICE,
} from "../helpers/old_stores.ts";
import { posixTest } from "../helpers/posix.ts";
import {
  copySample,
  ownSave,
  putHome,
  putMany,
  putSave,
  SESSIONS,
} from "../helpers/stores.ts";

const NOON = () => new Date("2026-11-20T12:00:00Z");
const LATER = () => new Date("2026-11-20T13:00:00Z");

function migrate(env: TestEnv, ...args: string[]): Promise<MigrateReport> {
  return mpmJson<MigrateReport>(env, ["migrate", ...args], { now: NOON });
}

function rollBack(env: TestEnv, ...args: string[]): Promise<RollbackReport> {
  const line = ["migrate", "--rollback", ...args];
  return mpmJson<RollbackReport>(env, line, { now: LATER });
}

function names(env: TestEnv, folder = SESSIONS): string[] {
  return [...Deno.readDirSync(join(env.project, folder))]
    .map(({ name }) => name).filter((name) => name !== ".gitignore").sort();
}

function info(env: TestEnv, path: string) {
  const { mode, mtime } = Deno.lstatSync(join(env.project, path));
  return { mode: mode! & 0o777, mtime: mtime!.getTime() };
}

async function states(env: TestEnv): Promise<Record<string, string>> {
  const { sessions } = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  return Object.fromEntries(
    sessions.map(({ session_id: id, state }) => [id, state]),
  );
}

Deno.test("migrate --dry-run names every file and changes nothing", async () => {
  using env = mixedStore();
  const before = listing(env.root);
  const { status, stdout } = await mpm(env, ["migrate", "--dry-run"]);
  assertEquals(status, 0);
  const plan = await migrate(env, "--dry-run");
  assertEquals(listing(env.root), before);
  const steps = plan.steps.filter(({ from }) => from.includes("/pause/"));
  assertEquals(
    steps.map(({ from }) => from.split("/pause/")[1]).sort(),
    names(env, PAUSE),
  );
  for (const { from } of plan.steps) {
    assertStringIncludes(stdout, from.replace(`${env.project}/`, ""));
  }
  const { dry_run: _, steps: done, ...counts } = await migrate(env);
  assertEquals(done, plan.steps);
  const { moved, rewritten, duplicates, conflicts, saves } = plan;
  assertEquals(
    { moved, rewritten, duplicates, conflicts, saves },
    {
      moved: counts.moved,
      rewritten: counts.rewritten,
      duplicates: counts.duplicates,
      conflicts: counts.conflicts,
      saves: counts.saves,
    },
  );
});

Deno.test("migrate moves all kinds of files, keeping bytes, times and order", async () => {
  using env = new TestEnv();
  putOld(env, PLAIN, { summary: "Grüße aus .claude-mpm/sessions/pause/" });
  copySample(env, "v4.11.0");
  const short = "session-20261120-231653";
  put(env, `${PAUSE}/${PLAIN}-incremental.jsonl`, { text: "{}\n" });
  put(env, `${PAUSE}/session-resume-2025-11-09-160858.md`, { text: "free" });
  put(env, `${PAUSE}/session-20250101-000000.yaml`, { text: "a: 1\n" });
  put(env, `${PAUSE}/session-20250102-000000.md`, { text: "# only\n" });
  putPointer(env, PAUSE, PLAIN);
  const before = names(env, PAUSE);
  const bytes = env.read(`${PAUSE}/${short}.json`);
  const json = env.read(`${PAUSE}/${PLAIN}.json`);
  const time = info(env, `${PAUSE}/${PLAIN}.json`).mtime;
  const shortTime = info(env, `${PAUSE}/${short}.json`).mtime;

  const result = await migrate(env);
  assertEquals([result.moved, result.duplicates, result.saves], [
    before.length,
    0,
    4,
  ]);
  assertEquals([result.folder_gone, result.complete], [true, true]);
  assertEquals(env.exists(PAUSE), false);
  // It contains no path, so it stays identical.
  assertEquals(env.read(`${SESSIONS}/${short}.json`), bytes);
  assertEquals(info(env, `${SESSIONS}/${short}.json`).mtime, shortTime);
  // Only the paths of the session's own files; a person's text is a record.
  const expected = json.replaceAll(
    /cat \.claude-mpm\/sessions\/pause\//g,
    "cat .claude-mpm/sessions/",
  );
  assertEquals(env.read(`${SESSIONS}/${PLAIN}.json`), expected);
  assertStringIncludes(
    expected,
    "Gr\\u00fc\\u00dfe aus .claude-mpm/sessions/pause/",
  );
  for (const end of [".yaml", ".md"]) {
    const text = env.read(`${SESSIONS}/${PLAIN}${end}`);
    assertStringIncludes(text, `cat .claude-mpm/sessions/${PLAIN}.md`);
  }
  assertEquals(
    env.read(`${SESSIONS}/LATEST-SESSION.txt`).includes("pause/"),
    false,
  );
  for (const name of names(env)) {
    assertEquals(info(env, `${SESSIONS}/${name}`).mode, 0o600, name);
    if (!name.includes(PLAIN)) continue;
    assertEquals(info(env, `${SESSIONS}/${name}`).mtime, time, name);
  }
  // The misnamed checksums have their right names, and follow the JSON.
  for (const id of [PLAIN, short]) {
    assertEquals(
      env.read(`${SESSIONS}/${id}.json.sha256`),
      sha256(env.read(`${SESSIONS}/${id}.json`)),
    );
  }
  assertEquals(names(env).filter((name) => name.startsWith(".")), []);
  assertEquals((await states(env))[PLAIN], "intact");
  assertEquals((await mpm(env, ["resume", PLAIN])).status, 0);
});

Deno.test("migrate counts an equal file as a duplicate, once, and keeps it in the backup", async () => {
  using env = new TestEnv();
  putOld(env, TWICE);
  const ends = [".json", ".md", ".yaml"];
  for (const end of ends) {
    const text = env.read(`${PAUSE}/${TWICE}${end}`);
    // The script of claude-mpm does not rewrite them; another tool may have.
    const moved = end === ".md" ? text.replace("/pause/", "/") : text;
    put(env, `${SESSIONS}/${TWICE}${end}`, { text: moved });
  }
  const there = listing(join(env.project, SESSIONS));
  const { moved, duplicates, conflicts, backups, left } = await migrate(env);
  assertEquals([moved, duplicates, conflicts, left], [1, 3, [], []]);
  for (const end of ends) {
    const path = `${TWICE}${end}`;
    assertEquals(listing(join(env.project, SESSIONS))[path], there[path]);
    assert(Deno.statSync(join(backups[0]!, "pause", path)).isFile);
  }
  // The checksum came along, since the new folder had none.
  assertEquals((await states(env))[TWICE], "intact");
});

Deno.test("migrate keeps both of two sessions with one id, the older one under the next free second", async () => {
  using env = mixedStore();
  const taken = NEWER.replace(/0$/, "1");
  putSave(env, ownSave(taken));
  const { conflicts, complete } = await migrate(env);
  assert(complete);
  const [free, second] = [
    NEWER.replace(/0$/, "2"),
    OLDER.replace(/0$/, "1"),
  ];
  assertEquals(conflicts, [
    { session_id: NEWER, new_id: free },
    { session_id: OLDER, new_id: second },
  ]);
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  const summary = (id: string) =>
    sessions.find((row) => row.session_id === id)?.summary;
  assertEquals([NEWER, free, OLDER, second].map(summary), [
    "The new one",
    "The old one",
    "The newer one",
    "The older one",
  ]);
  // Each file names the id that it has now.
  assertEquals(
    JSON.parse(env.read(`${SESSIONS}/${free}.json`)).session_id,
    free,
  );
  assertEquals(env.read(`${SESSIONS}/${free}.md`).includes(NEWER), false);
  assertEquals((await states(env))[free], "intact");
  assertEquals(env.read(`${SESSIONS}/${second}.md`), `# ${second} older\n`);
});

Deno.test("migrate reports for a conflict which id the older session got", async () => {
  using env = mixedStore();
  const { status, stdout } = await mpm(env, ["migrate"], { now: NOON });
  assertEquals(status, 0);
  assertEquals(
    stdout.replaceAll("$ROOT/project/.claude-mpm/sessions", "$S"),
    `Moved 18 files of 5 saves to $S
  rewritten:  10 (they referred to the old folder)
  duplicates: 2 (the new folder has them)
  conflicts:  2
    two different saves had the ID ${NEWER}: the older one is now session-20251103-100001
    two different saves had the ID ${OLDER}: the older one is now session-20251104-100001
  left:       1
    $S/pause/README.md: not part of a save
Other files remain in the old folder: $S/pause
Backup: $ROOT/project/.claude-mpm/backups/pause_backup_20261120-120000
To undo this: mpm migrate --rollback pause_backup_20261120-120000
Time: 0.00 s
`,
  );
});

Deno.test("migrate hides no save that only the kept copies have", async () => {
  using env = new TestEnv();
  const { session_id: id } = await mpmJson<{ session_id: string }>(
    env,
    ["pause", "Mine"],
    { now: NOON },
  );
  for (const name of names(env)) env.remove(`${SESSIONS}/${name}`);
  putOld(env, id, { summary: "Theirs" });
  const { conflicts } = await migrate(env);
  assertEquals(conflicts.map(({ session_id }) => session_id), [id]);
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  assertEquals(sessions.map(({ summary }) => summary).sort(), [
    "Mine",
    "Theirs",
  ]);
});

posixTest(
  "migrate keeps files that do not belong to a session, and their folder",
  async () => {
    using env = new TestEnv();
    putOld(env, PLAIN);
    put(env, `${PAUSE}/README.md`, { text: "mine" });
    put(env, `${PAUSE}/notes/${PLAIN}.json`, { text: "{}" });
    put(env, `${PAUSE}/a\x1b[2J.txt`, { text: "" });
    Deno.symlinkSync("/etc/passwd", join(env.project, PAUSE, "link.json"));
    const { left, complete, folder_gone: gone } = await migrate(env);
    assertEquals([complete, gone], [true, false]);
    const path = join(env.project, PAUSE);
    assertEquals(
      left.map(({ path: file, reason, foreign }) => [
        file.slice(path.length + 1),
        reason,
        foreign,
      ]),
      [
        ["README.md", "not part of a save", true],
        ["a\x1b[2J.txt", "not part of a save", true],
        ["link.json", "a link", true],
        ["notes", "a folder", true],
      ],
    );
    assertEquals(names(env, PAUSE).length, 4);
    const again = await mpm(env, ["migrate"]);
    assertEquals(again.status, 0);
    assertStringIncludes(again.stdout, "README.md: not part of a save");
    assertEquals(again.stdout.includes("\x1b"), false);
  },
);

Deno.test("migrate exits with 4 where a session's file had to stay", async () => {
  using env = new TestEnv();
  putOld(env, PLAIN);
  putOld(env, TWICE);
  Deno.mkdirSync(join(env.project, SESSIONS, `${TWICE}.yaml`));
  const { status, stdout } = await mpm(env, ["migrate", "--json"]);
  const { complete, left, saves } = JSON.parse(stdout) as MigrateReport;
  assertEquals([status, complete, saves, left.length], [4, false, 1, 4]);
  assert(left.every(({ foreign }) => !foreign));
  // The session's files stay together.
  assertEquals(names(env, PAUSE).length, 4);
});

Deno.test("migrate keeps a damaged save recognisable as damaged", async () => {
  using env = new TestEnv();
  const text = oldJson(PLAIN);
  put(env, `${PAUSE}/${PLAIN}.json`, { text });
  put(env, `${PAUSE}/${PLAIN}.json.sha256`, { text: "0".repeat(64) });
  put(env, `${PAUSE}/${TWICE}.json`, { text: "{torn" });
  assert((await migrate(env)).complete);
  assertEquals(env.read(`${SESSIONS}/${PLAIN}.json`), text);
  const verified = await mpm(env, ["saves", "verify"]);
  assertEquals(verified.status, 5);
  assertEquals(env.read(`${SESSIONS}/${TWICE}.json`), "{torn");
});

Deno.test("migrate leaves a checksum of other content under its own name", async () => {
  using env = new TestEnv();
  putOld(env, PLAIN);
  const stale = `.${PLAIN}_stale_00.tmp.sha256`;
  put(env, `${PAUSE}/${stale}`, { text: "0".repeat(64) });
  assert((await migrate(env)).complete);
  assertEquals(env.read(`${SESSIONS}/${stale}`), "0".repeat(64));
  assertEquals((await states(env))[PLAIN], "intact");
});

Deno.test("migrate keeps the pointer to the newer save", async () => {
  using env = new TestEnv();
  putOld(env, PLAIN);
  putPointer(env, PAUSE, PLAIN);
  putPointer(env, SESSIONS, NEWER);
  const { duplicates } = await migrate(env);
  assertEquals(duplicates, 1);
  assertStringIncludes(env.read(`${SESSIONS}/LATEST-SESSION.txt`), NEWER);
  putPointer(env, PAUSE, OLDER);
  await migrate(env);
  assertStringIncludes(env.read(`${SESSIONS}/LATEST-SESSION.txt`), OLDER);
  assertEquals(env.exists(PAUSE), false);
});

Deno.test("migrate --global moves only the strays of this project", async () => {
  using env = new TestEnv();
  Deno.mkdirSync(join(env.project, ".claude-mpm"));
  const stray = (id: string, project: string) => {
    const json = oldJson(id, { project }).replaceAll(
      ".claude-mpm/sessions/pause/",
      `${env.home}/.claude-mpm/sessions/`,
    );
    const folder = `${SESSIONS}/`;
    putHome(env, `${folder}${id}.json`, json);
    putHome(env, `${folder}${id}.md`, `cat ${env.home}/${folder}${id}.md\n`);
    const digest = sha256(json);
    putHome(env, `${folder}.${id}_abcdefgh.tmp.sha256`, digest);
  };
  stray(PLAIN, env.project);
  stray(TWICE, join(env.root, "other"));
  const home = join(env.home, SESSIONS);
  const before = listing(home);
  assertEquals((await migrate(env)).moved, 0);
  assertEquals(listing(home), before);

  const { moved, saves, complete } = await migrate(env, "--global");
  assertEquals([moved, saves, complete], [3, 1, true]);
  assertEquals(
    [...Deno.readDirSync(home)].every(({ name }) => name.includes(TWICE)),
    true,
  );
  assertEquals(
    env.read(`${SESSIONS}/${PLAIN}.md`),
    `cat ${env.project}/${SESSIONS}/${PLAIN}.md\n`,
  );
  assertEquals(await states(env), { [PLAIN]: "intact" });
  await rollBack(env);
  assertEquals(listing(home), before);
  assertEquals(names(env), []);
});

Deno.test("migrate run twice finds nothing, and makes no second backup", async () => {
  using env = mixedStore();
  await migrate(env);
  const after = listing(env.root);
  const again = await migrate(env);
  assertEquals([again.moved, again.duplicates, again.backups], [0, 0, []]);
  assertEquals(again.left.length, 1);
  assertEquals(listing(env.root), after);
});

Deno.test("migrate without an old layout writes nothing at all", async () => {
  using env = TestEnv.repository();
  const { status, stdout } = await mpm(env, ["migrate"]);
  assertEquals(status, 0);
  assertStringIncludes(stdout, "Nothing to migrate");
  assertEquals(env.exists(".claude-mpm"), false);
});

Deno.test("migrate --no-backup leaves nothing behind", async () => {
  using env = mixedStore();
  const { backups, complete } = await migrate(env, "--no-backup");
  assertEquals([backups, complete], [[], true]);
  assertEquals(names(env, ".claude-mpm/backups"), []);
  const { status, stderr } = await mpm(env, ["migrate", "--rollback"]);
  assertEquals(status, 3);
  assertStringIncludes(stderr, "No migration to undo");
});

Deno.test("migrate --rollback restores exactly, keeps later saves, and can be undone", async () => {
  using env = mixedStore();
  Deno.chmodSync(join(env.project, PAUSE), 0o755);
  const folder = () => info(env, PAUSE);
  const before = [sessionsListing(env), folder()];
  await migrate(env);
  const migrated = sessionsListing(env);

  const { restored, backups, complete } = await rollBack(env);
  assertEquals([sessionsListing(env), folder()], before);
  assert(complete && restored > 0);
  assertEquals((await rollBack(env)).restored, 0);

  await mpmJson(env, ["migrate", "--rollback", backups[0]!]);
  assertEquals(sessionsListing(env), migrated);

  const { session_id: id } = await mpmJson<{ session_id: string }>(
    env,
    ["pause", "Since"],
    { now: LATER },
  );
  const since = sessionsListing(env);
  await rollBack(env);
  const expected = before[0] as Record<string, string>;
  for (const [name, state] of Object.entries(since)) {
    if (name.includes(id)) expected[name] = state;
  }
  // It points to the save made since then.
  expected["LATEST-SESSION.txt"] = since["LATEST-SESSION.txt"]!;
  assertEquals(sessionsListing(env), expected);
});

Deno.test("undo of a migration leaves no pointer to a save that was moved back", async () => {
  using env = TestEnv.repository();
  putOld(env, PLAIN);
  await migrate(env);
  const pointer = () =>
    Deno.readTextFileSync(join(env.project, SESSIONS, "LATEST-SESSION.txt"));
  const { session_id: id } = await mpmJson<{ session_id: string }>(
    env,
    ["pause", "Since"],
    { now: LATER },
  );
  const undo = async (number: string) => {
    const { status, stdout, stderr } = await mpm(env, ["undo", number]);
    assertEquals([status, stdout.includes("Left alone")], [0, false], stderr);
  };
  // The pause moved the pointer to its save, and it is still there.
  await undo("1");
  assertStringIncludes(pointer(), id);
  // After that undo, the newest save is the migrated one.
  await undo("3");
  await undo("2");
  assertStringIncludes(pointer(), PLAIN);
  await undo("1");
  assertThrows(pointer, Deno.errors.NotFound);
});

Deno.test("migrate --rollback keeps a save that was edited since", async () => {
  using env = new TestEnv();
  putOld(env, PLAIN);
  const before = listing(join(env.project, PAUSE));
  await migrate(env);
  const path = `${SESSIONS}/${PLAIN}.json`;
  const edited = env.read(path).replace("Work", "Edited work");
  env.write(path, edited);
  const { left, complete } = await rollBack(env);
  assertEquals(left.map(({ path }) => path), [join(env.project, path)]);
  assert(complete);
  assertEquals(env.read(path), edited);
  assertEquals(listing(join(env.project, PAUSE)), before);
});

Deno.test("migrate --rollback refuses a damaged backup before it changes anything", async () => {
  using env = new TestEnv();
  putOld(env, PLAIN);
  const { backups } = await migrate(env);
  const after = sessionsListing(env);
  Deno.writeTextFileSync(join(backups[0]!, "pause", `${PLAIN}.json`), "other");
  const { status, stderr } = await mpm(env, ["migrate", "--rollback"]);
  assertEquals(status, 5);
  assertStringIncludes(stderr, "differs from the file in the backup");
  assertEquals(sessionsListing(env), after);
});

Deno.test("migrate --rollback refuses a record that names other files", async () => {
  using env = new TestEnv();
  putOld(env, PLAIN);
  const { backups } = await migrate(env);
  const path = join(backups[0]!, "manifest.json");
  const record = Deno.readTextFileSync(path)
    .replaceAll(`"${PLAIN}.md"`, '"../../../.bashrc"');
  Deno.writeTextFileSync(path, record);
  const { status, stderr } = await mpm(env, ["migrate", "--rollback"]);
  assertEquals(status, 5);
  assertStringIncludes(stderr, "not the file name of a save");
});

Deno.test("migrate --rollback names the existing backups", async () => {
  using env = mixedStore();
  await migrate(env);
  const unknown = await mpm(env, ["migrate", "--rollback", "../else"]);
  assertEquals(unknown.status, 3);
  assertStringIncludes(unknown.stderr, "pause_backup_20261120-120000");
  const bare = await mpm(env, ["migrate", "pause_backup_20261120-120000"]);
  assertEquals(bare.status, 2);
  assertStringIncludes(bare.stderr, "--rollback pause_backup");
  assertEquals(
    (await mpm(env, ["migrate", "--rollback", "--global"])).status,
    2,
  );
  const foreseen = await mpm(env, ["migrate", "--rollback", "--dry-run"]);
  assertStringIncludes(foreseen.stdout, "Would restore");
  assertEquals(env.exists(`${PAUSE}/${PLAIN}.json`), false);
});

posixTest("migrate does not follow a link named like a session", async () => {
  using env = new TestEnv();
  const outside = join(env.root, "outside");
  Deno.writeTextFileSync(outside, oldJson(TWICE));
  Deno.mkdirSync(join(env.project, PAUSE), { recursive: true });
  Deno.symlinkSync(outside, join(env.project, PAUSE, `${TWICE}.json`));
  const { status, stdout } = await mpm(env, ["migrate"]);
  assertEquals(status, 4);
  assertStringIncludes(stdout, `${TWICE}.json: a link`);
  assertEquals(env.exists(`${SESSIONS}/${TWICE}.json`), false);
});

posixTest("migrate refuses a link instead of a folder", async () => {
  using env = new TestEnv();
  const outside = join(env.root, "outside");
  Deno.mkdirSync(outside);
  Deno.writeTextFileSync(join(outside, `${PLAIN}.json`), "{}");
  Deno.mkdirSync(join(env.project, SESSIONS), { recursive: true });
  Deno.symlinkSync(outside, join(env.project, PAUSE));
  const { status, stderr } = await mpm(env, ["migrate"]);
  assertEquals(status, 4);
  assertStringIncludes(stderr, "is not a folder: link");
  assertEquals([...Deno.readDirSync(outside)].length, 1);
});

Deno.test("migrate shows its backups to no git command", async () => {
  using env = TestEnv.repository();
  putOld(env, PLAIN);
  env.write(".claude-mpm/.gitignore", "logs/\n");
  env.commit("Save as claude-mpm did");
  const { backups } = await migrate(env);
  env.git("clean", "-q", "-fd");
  assert(Deno.statSync(backups[0]!).isDirectory);
  assertEquals(env.git("status", "--porcelain").includes("backups"), false);
});

Deno.test("migrate lets no index hide the moved files", async () => {
  using env = new TestEnv();
  putMany(env, 300);
  const newest = async () =>
    (await mpmJson<ResumeReport>(env, ["resume"])).session.session_id;
  putOld(env, "session-20270101-000000");
  assertEquals(await newest(), "session-20270101-000000");
  assertEquals(await newest(), "session-20270101-000000");
  await migrate(env);
  assertEquals(await newest(), "session-20270101-000000");
  await rollBack(env);
  assertEquals(await newest(), "session-20270101-000000");
});

Deno.test("migrate shows on a terminal how far it is, and nowhere else", async () => {
  let clock = 0;
  const slow = () => new Date(NOON().getTime() + 200 * clock++);
  using env = mixedStore();
  const quiet = await mpm(env, ["migrate", "--dry-run"], { now: slow });
  assertEquals(quiet.stderr, "");
  const shown = await mpm(env, ["migrate"], { now: slow, typed: [] });
  assertStringIncludes(shown.stderr, "\r\x1b[KBacking up: ");
  assertEquals(shown.stderr.endsWith("\r\x1b[K"), true);
  await rollBack(env);
  const fast = await mpm(env, ["migrate"], { now: NOON, typed: [] });
  assertEquals(fast.stderr, "");
});
