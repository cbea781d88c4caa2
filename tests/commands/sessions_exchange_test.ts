import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  ImportResult,
  ResumeReport,
  SavesExportResult,
  SavesListResult,
  SavesShowResult,
  SavesVerifyResult,
} from "../../schemas/types.ts";
import { jsonBytes, sha256 } from "../helpers/bytes.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import {
  copySample,
  idAt,
  ownSave,
  putSave,
  SAMPLES,
  SESSIONS,
} from "../helpers/stores.ts";

const NOON = () => new Date("2026-11-20T12:00:00Z");

async function list(env: TestEnv): Promise<SavesListResult["sessions"]> {
  return (await mpmJson<SavesListResult>(env, ["saves", "list"]))
    .sessions;
}

async function ids(env: TestEnv): Promise<string[]> {
  return (await list(env)).map(({ session_id: id }) => id);
}

async function bring(
  env: TestEnv,
  source: string,
): Promise<ImportResult> {
  return await mpmJson<ImportResult>(env, [
    "saves",
    "import",
    source,
  ], {
    now: NOON,
  });
}

/** Refused files are reported, with exit status 5. */
async function bringSome(
  env: TestEnv,
  source: string,
): Promise<ImportResult> {
  const { status, stdout, stderr } = await mpm(
    env,
    ["saves", "import", source, "--json"],
  );
  assertEquals(status, 5, stderr);
  return JSON.parse(stdout.replaceAll("$ROOT", env.root));
}

Deno.test("sessions export writes one save byte for byte", async () => {
  using env = new TestEnv();
  putSave(env, ownSave(idAt(0)));
  putSave(env, ownSave(idAt(1)));
  const file = join(env.root, "one.json");
  assertEquals(
    await mpmJson<SavesExportResult>(env, [
      "saves",
      "export",
      "1",
      "-o",
      file,
    ]),
    { file, bundle: false, sessions: [idAt(0)], skipped: [] },
  );
  assertEquals(
    Deno.readFileSync(file),
    Deno.readFileSync(join(env.project, SESSIONS, `${idAt(0)}.json`)),
  );
  const folder = join(env.root, "home");
  await mpmJson(env, ["saves", "export", "-o", folder]);
  Deno.statSync(join(folder, `${idAt(1)}.json`));
});

Deno.test("sessions export bundles several with their checksums", async () => {
  using env = new TestEnv();
  for (const second of [0, 1, 2]) putSave(env, ownSave(idAt(second)));
  env.write(`${SESSIONS}/${idAt(3)}.json`, "{torn");
  const file = join(env.root, "bundle.json");
  const { sessions, bundle } = await mpmJson<SavesExportResult>(env, [
    ...["saves", "export", idAt(0), idAt(1), "-o", file],
  ]);
  assertEquals([sessions, bundle], [[idAt(0), idAt(1)], true]);
  const written = JSON.parse(Deno.readTextFileSync(file));
  assertEquals(written.mpm_bundle, 1);
  for (const save of written.saves) {
    const text = env.read(`${SESSIONS}/${save.session_id}.json`);
    assertEquals(save.json, text);
    assertEquals(save.sha256, sha256(text));
  }
  // It replaces an older export; a damaged save is named, but not fatal.
  const all = await mpm(env, [
    ...["saves", "export", "--all", "-o", file, "--json"],
  ]);
  assertEquals(all.status, 5);
  const result = JSON.parse(all.stdout) as SavesExportResult;
  assertEquals(result.sessions, [idAt(2), idAt(1), idAt(0)]);
  assertEquals(result.skipped.map(({ session_id: id }) => id), [idAt(3)]);
});

Deno.test("sessions export refuses the store, other files, and a damaged save", async () => {
  using env = new TestEnv();
  putSave(env, ownSave(idAt(0)));
  env.write("notes.json", "{}");
  const status = async (...args: string[]) =>
    (await mpm(env, ["saves", "export", ...args])).status;
  assertEquals(await status("-o", SESSIONS), 4);
  assertEquals(await status("-o", "notes.json"), 4);
  assertEquals(await status("-o", "no/such/folder.json"), 3);
  assertEquals(await status("--all", "0"), 2);
  env.write(`${SESSIONS}/${idAt(0)}.json.sha256`, "0".repeat(64));
  assertEquals(await status("0", "-o", "one.json"), 5);
  assertEquals(env.exists("one.json"), false);
});

Deno.test("a bundle comes into another project, marked as someone else's", async () => {
  using env = TestEnv.repository();
  using other = TestEnv.repository();
  await mpmJson(env, ["pause", "Theirs", "-n", "Go on", "--no-commit"], {
    now: NOON,
  });
  const id = "session-20261120-120000";
  const file = join(other.root, "bundle.json");
  await mpmJson(env, ["saves", "export", "--all", "-o", file]);
  const { imported } = await bring(other, file);
  assertEquals(
    imported.map(({ session_id, original_id }) => [session_id, original_id]),
    [[id, id]],
  );
  const [row] = await list(other);
  assertEquals([row!.session_id, row!.imported], [id, true]);
  const shown = await mpm(other, ["saves", "show", id]);
  assertEquals(
    shown.stderr,
    "Warning: From Ada Lovelace (not verified). To use it as your own: " +
      `mpm saves trust ${id}\n` +
      "Warning: It was imported from $ROOT/bundle.json and is not verified\n",
  );
  const { session } = await mpmJson<SavesShowResult>(other, [
    "saves",
    "show",
    id,
  ]);
  const mark = session.mpm!.imported!;
  assertEquals([mark.from, mark.at, mark.session_id], [
    file,
    "2026-11-20T12:00:00.000Z",
    id,
  ]);
  const { stdout } = await mpm(other, ["resume"]);
  assertStringIncludes(stdout, "Theirs");
  assertStringIncludes(stdout, "and is not verified");
  const verified = await mpmJson<SavesVerifyResult>(other, [
    "saves",
    "verify",
  ]);
  assertEquals(verified.sessions[0]!.state, "intact");
  assertEquals(verified.sessions[0]!.notes.length, 1);
  // The same save already exists, in any form.
  const again = await bring(other, file);
  assertEquals([again.imported, again.present], [[], [id]]);
  const folder = await bring(other, env.project);
  assertEquals([folder.imported, folder.present], [[], [id]]);
  const home = await bring(env, file);
  assertEquals([home.imported, home.present], [[], [id]]);
});

Deno.test("sessions import replaces nothing: a taken id moves to the next free second", async () => {
  using env = new TestEnv();
  using other = new TestEnv();
  putSave(env, ownSave(idAt(0), { summary: "mine" }));
  putSave(env, ownSave(idAt(1), { summary: "mine too" }));
  putSave(other, ownSave(idAt(0), { summary: "theirs" }));
  const before = env.read(`${SESSIONS}/${idAt(0)}.json`);
  const plan = await mpmJson<ImportResult>(env, [
    ...["saves", "import", other.project, "--dry-run"],
  ], { now: NOON });
  assertEquals(await ids(env), [idAt(1), idAt(0)]);
  const done = await bring(env, other.project);
  assertEquals({ ...done, dry_run: true }, plan);
  assertEquals(
    done.imported.map(({ session_id, original_id }) => [
      session_id,
      original_id,
    ]),
    [[idAt(2), idAt(0)]],
  );
  assertEquals(env.read(`${SESSIONS}/${idAt(0)}.json`), before);
  assertEquals((await bring(env, other.project)).present, [idAt(2)]);
  assertEquals((await ids(env)).length, 3);
});

for (const { version, id } of SAMPLES) {
  Deno.test(`the store of claude-mpm ${version} is imported from its project`, async () => {
    using env = TestEnv.repository();
    using other = new TestEnv();
    copySample(other, version);
    const { imported } = await bring(env, other.project);
    assertEquals(imported.map(({ session_id }) => session_id), [id]);
    const { session } = await mpmJson<SavesShowResult>(env, [
      ...["saves", "show", id],
    ]);
    // mpm's fields would claim that mpm had looked at the repository.
    assertEquals(session.mpm, undefined);
    assertEquals(session.imported!.session_id, id);
    const theirs = await mpmJson<SavesShowResult>(other, [
      "saves",
      "show",
      id,
    ]);
    const { imported: _, ...rest } = session;
    assertEquals(rest, theirs.session);
    const resumed = await mpmJson<ResumeReport>(env, ["resume", id]);
    assertEquals(resumed.session.session_id, id);
  });
}

for (const end of ["yaml", "md"]) {
  Deno.test(`a single ${end} file is imported`, async () => {
    using env = new TestEnv();
    using other = new TestEnv();
    copySample(other, "v4.20.6");
    const id = SAMPLES[1].id;
    const file = join(other.project, SESSIONS, "pause", `${id}.${end}`);
    const { imported } = await bring(env, file);
    assertEquals(imported[0]!.session_id, id);
    assert(imported[0]!.summary.includes("Überarbeitung"));
  });
}

Deno.test("sessions import refuses ids that are paths, changed texts and invalid entries, and takes the rest", async () => {
  using env = new TestEnv();
  const entry = (id: string, bytes: Uint8Array) => ({
    session_id: id,
    sha256: sha256(bytes),
    json: new TextDecoder().decode(bytes),
  });
  const good = jsonBytes(ownSave(idAt(0)));
  const torn = new TextEncoder().encode("{torn");
  const saves = [
    entry("../../../session-20260101-000000", good),
    entry("session-20260101-000000/../../x", good),
    { ...entry(idAt(1), good), sha256: "0".repeat(64) },
    entry(idAt(2), torn),
    null,
    { session_id: idAt(3) },
    entry(idAt(0), good),
  ];
  const bundle = { mpm_bundle: 1, created_at: "", saves };
  env.write("bundle.json", JSON.stringify(bundle));
  const { imported, refused } = await bringSome(env, "bundle.json");
  assertEquals(imported.map(({ session_id: id }) => id), [idAt(0)]);
  assertEquals(refused.length, 6);
  assertEquals(await ids(env), [idAt(0)]);
  env.write("newer.json", JSON.stringify({ ...bundle, mpm_bundle: 3 }));
  const newer = await mpm(env, ["saves", "import", "newer.json"]);
  assertEquals(newer.status, 5);
  assertStringIncludes(newer.stderr, "bundle of version 3");
});

Deno.test("sessions import refuses invalid saves, and its own project", async () => {
  using env = new TestEnv();
  putSave(env, ownSave(idAt(0)));
  env.write("notes.json", "{}");
  env.write("empty/x", "");
  const status = async (source: string) =>
    (await mpm(env, ["saves", "import", source])).status;
  assertEquals(await status("notes.json"), 5);
  assertEquals(await status("nothing"), 3);
  assertEquals(await status("empty"), 3);
  assertEquals(await status("."), 4);
  env.write(`${idAt(5)}.json`, jsonBytes(ownSave(idAt(5))));
  env.write(`${idAt(5)}.json.sha256`, "0".repeat(64));
  assertEquals(await status(`${idAt(5)}.json`), 5);
  assertEquals(await ids(env), [idAt(0)]);
});

posixTest(
  "sessions import follows no link and reads nothing beyond its size",
  async () => {
    using env = new TestEnv();
    using other = new TestEnv();
    putSave(other, ownSave(idAt(0)));
    const store = join(other.project, SESSIONS);
    const secret = join(other.root, "secret.json");
    Deno.writeFileSync(secret, jsonBytes(ownSave(idAt(1))));
    Deno.symlinkSync(secret, join(store, `${idAt(1)}.json`));
    const large = join(store, `${idAt(2)}.json`);
    Deno.writeTextFileSync(large, "{");
    Deno.truncateSync(large, 65 * 1024 * 1024);
    const { imported, refused } = await bringSome(env, other.project);
    assertEquals(imported.map(({ session_id: id }) => id), [idAt(0)]);
    assertEquals(refused.length, 2);
    assert(refused.some(({ reason }) => reason.includes("symbolic link")));
    assert(refused.some(({ reason }) => reason.includes("it is over")));
    for (const place of ["project", "store", "file"]) {
      const link = join(env.root, place);
      const target = place === "file" ? join(store, `${idAt(0)}.json`) : store;
      if (place !== "project") Deno.symlinkSync(target, link);
      else continue;
      const { status, stderr } = await mpm(env, ["saves", "import", link]);
      assertEquals(status, 6, stderr);
    }
    const inside = join(env.root, "clone");
    Deno.mkdirSync(inside);
    Deno.symlinkSync(
      join(other.project, ".claude-mpm"),
      join(inside, ".claude-mpm"),
    );
    assertEquals((await mpm(env, ["saves", "import", inside])).status, 6);
  },
);

Deno.test("neither export nor import includes <private> text", async () => {
  using env = new TestEnv();
  using other = new TestEnv();
  putSave(other, ownSave(idAt(0), { summary: "a <private>b</private> c" }));
  const file = join(env.root, "x.json");
  await mpmJson(other, ["saves", "export", "-o", file]);
  assert(!Deno.readTextFileSync(file).includes("<private>"));
  await bring(env, other.project);
  assert(!env.read(`${SESSIONS}/${idAt(0)}.json`).includes("<private>"));
});

Deno.test("sessions import refuses a save that says it is another than its entry", async () => {
  using env = new TestEnv();
  const entry = (id: string, said: string) => {
    const json = JSON.stringify(ownSave(said));
    const digest = sha256(json);
    return { session_id: id, sha256: digest, json };
  };
  const [one, other, third] = [idAt(0), idAt(60), idAt(120)];
  env.write(
    "b.json",
    JSON.stringify({
      mpm_bundle: 1,
      created_at: "",
      saves: [entry(one, other), entry(third, third)],
    }),
  );
  const { status, stdout } = await mpm(env, [
    "saves",
    "import",
    "b.json",
    "--json",
  ]);
  const { imported, refused } = JSON.parse(stdout) as ImportResult;
  assertEquals(status, 5);
  assertEquals(imported.map(({ session_id: id }) => id), [third]);
  assertEquals(refused.map(({ reason }) => reason), [
    `its text has the ID "${other}"`,
  ]);
});

Deno.test("a save copied to another name is in a bundle under that name", async () => {
  using env = new TestEnv();
  using other = new TestEnv();
  env.write(`${SESSIONS}/${idAt(60)}.json`, JSON.stringify(ownSave(idAt(0))));
  const bundle = join(other.project, "b.json");
  await mpmJson(env, ["saves", "export", "--all", "-o", bundle]);
  const { imported } = await mpmJson<ImportResult>(other, [
    "saves",
    "import",
    "b.json",
  ]);
  assertEquals(imported.map(({ session_id: id }) => id), [idAt(60)]);
});

Deno.test("sessions import reports an empty bundle", async () => {
  using env = new TestEnv();
  env.write("empty.json", JSON.stringify({ mpm_bundle: 1, saves: [] }));
  const { status, stdout } = await mpm(env, [
    "saves",
    "import",
    "empty.json",
  ]);
  assertEquals([status, stdout], [0, "It contains no saves.\n"]);
});

Deno.test("an imported save contains only the data of its file", async () => {
  using env = TestEnv.repository();
  const id = "session-20260101-101010";
  const given = {
    session_id: id,
    paused_at: "2026-01-01T10:10:10+00:00",
    conversation: { primary_task: "Fix it", summary: "Half done" },
    git_context: { is_git_repo: true, branch: "main" },
  };
  const file = join(env.root, "given.json");
  Deno.writeTextFileSync(file, JSON.stringify(given));
  await mpmJson(env, ["saves", "import", file]);
  const path = join(env.project, ".claude-mpm", "sessions", id);
  const { imported, ...said } = JSON.parse(
    Deno.readTextFileSync(`${path}.json`),
  );
  assertEquals(said, given);
  assertEquals(imported.session_id, id);
  for (const ending of ["yaml", "md"]) {
    const text = Deno.readTextFileSync(`${path}.${ending}`);
    assertEquals(/ahead|behind|Working Directory/i.test(text), false, text);
  }
  const { status, stdout } = await mpm(env, ["saves", "verify"]);
  assertEquals([status, stdout.split(" ")[0]], [0, "intact"], stdout);
  const again = await mpm(env, ["saves", "import", file]);
  assertEquals(again.stdout, `Already here: ${id}\n`);
});
