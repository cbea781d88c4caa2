import { join } from "@std/path";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FileError, MpmError } from "../../base/errors.ts";
import { SaveSchema } from "../schema.ts";
import { saveBytes } from "../serialize.ts";
import { loadSave } from "./load_save.ts";
import { findSave, listSaves, newestSaves } from "./read_saves.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import {
  copySample,
  idAt,
  manySaves,
  ownSave,
  putHome,
  putSave,
  SAMPLES,
  SESSIONS,
} from "../../../tests/helpers/stores.ts";

/** Links need a privilege there, and FIFOs do not exist. */
const WINDOWS = Deno.build.os === "windows";

const PAUSE = `${SESSIONS}/pause`;

async function ids(env: TestEnv): Promise<string[]> {
  const listed = (await listSaves(env.system(), env.project)).map(({ id }) =>
    id
  );
  const newest = (await Array.fromAsync(newestSaves(env.system(), env.project)))
    .map(({ id }) => id);
  assertEquals(newest, listed);
  return listed;
}

for (const { version, id, pause } of SAMPLES) {
  Deno.test(`listSaves() and loadSave() read the store of claude-mpm ${version}`, async () => {
    using env = new TestEnv();
    copySample(env, version);
    const entries = await listSaves(env.system(), env.project);
    assertEquals(entries.length, 1);
    const [entry] = entries;
    assertEquals(entry!.id, id);
    assertEquals(entry!.problem, undefined);
    assertEquals(entry!.location, pause ? "pause" : "sessions");
    assertEquals(entry!.format, "json");
    assertEquals(entry!.branch, "main");
    assertEquals(entry!.own, false);
    assertEquals(entry!.incremental, version.endsWith("incremental"));
    assert(entry!.summary !== "");
    const loaded = await loadSave(env.system(), entry!);
    SaveSchema.parse(loaded.save);
    assertEquals(loaded.checksum, "evidence");
    assertEquals(loaded.warnings, []);
    assertEquals(await findSave(env.system(), env.project, id), entry);
  });
}

for (const format of ["yaml", "md"] as const) {
  Deno.test(`listSaves() uses the ${format} as the save only if there is no JSON`, async () => {
    using env = new TestEnv();
    copySample(env, "v4.20.6");
    const { id } = SAMPLES[1];
    env.remove(`${PAUSE}/${id}.json`);
    if (format === "md") env.remove(`${PAUSE}/${id}.yaml`);
    const [entry, ...more] = await listSaves(env.system(), env.project);
    assertEquals(more, []);
    assertEquals(entry!.format, format);
    assertMatch(entry!.summary, /Überarbeitung/);
    const { save, checksum, warnings } = await loadSave(env.system(), entry!);
    SaveSchema.parse(save);
    assertEquals(checksum, "absent");
    assertEquals(warnings.length, 1);
    assertMatch(warnings[0]!, /JSON file is missing/);
  });
}

Deno.test("listSaves() orders by paused_at, then id", async () => {
  using env = new TestEnv();
  const [a, b, c] = [idAt(0), idAt(1), idAt(50_000)];
  putSave(env, ownSave(a, { pausedAt: "2026-01-01T14:00:00.000Z" }));
  putSave(env, ownSave(b, { pausedAt: "2026-01-01T14:00:00.000Z" }));
  putSave(env, ownSave(c, { pausedAt: "2026-01-01T00:00:02.000Z" }));
  assertEquals(await ids(env), [b, a, c]);
});

Deno.test("newestSaves() finds an automatic pause that ended long after its id", async () => {
  using env = new TestEnv();
  const [old, late] = [idAt(0), idAt(900_000)];
  putSave(env, ownSave(old, { pausedAt: "2026-02-01T00:00:00.000Z" }));
  env.write(`${SESSIONS}/${old}-incremental.jsonl`, "{}\n");
  putSave(env, ownSave(late));
  assertEquals(await ids(env), [old, late]);
});

Deno.test("listSaves() accepts names without a suffix only", async () => {
  using env = new TestEnv();
  putSave(env, ownSave(idAt(0)));
  for (
    const name of [
      "session-20260101-000001-2.json",
      "session-2026010-0000001.json",
      "session-resume-2026-01-01.md",
      ".session-20260101-000002.json",
      "session-20260101-000003.json.sha256",
      "session-20260101-000004.txt",
      "LATEST-SESSION.txt",
      "active_sessions.json",
    ]
  ) env.write(`${SESSIONS}/${name}`, "{}");
  assertEquals(await ids(env), [idAt(0)]);
});

Deno.test("listSaves() lists an id in both folders once, that of sessions/", async () => {
  using env = new TestEnv();
  const id = idAt(0);
  putSave(env, ownSave(id, { summary: "new" }));
  const older = { pausedAt: "2026-03-01T00:00:00.000Z", summary: "old" };
  putSave(env, ownSave(id, older), { folder: PAUSE });
  const [entry, ...more] = await listSaves(env.system(), env.project);
  assertEquals([entry!.summary, entry!.location], ["new", "sessions"]);
  assertEquals(more, []);
});

Deno.test("listSaves() uses the readable copy", async () => {
  using env = new TestEnv();
  const id = idAt(0);
  env.write(`${SESSIONS}/${id}.json`, '{"torn": ');
  putSave(env, ownSave(id, { summary: "whole" }), { folder: PAUSE });
  const [entry, ...more] = await listSaves(env.system(), env.project);
  assertEquals([entry!.summary, entry!.problem], ["whole", undefined]);
  assertEquals(more, []);
});

Deno.test("listSaves() prefers JSON in pause/ to Markdown in sessions/", async () => {
  using env = new TestEnv();
  const id = idAt(0);
  env.write(`${SESSIONS}/${id}.md`, "# x\n**Summary**: from Markdown\n");
  putSave(env, ownSave(id, { summary: "from JSON" }), { folder: PAUSE });
  assertEquals(
    (await listSaves(env.system(), env.project)).map(({ summary }) => summary),
    ["from JSON"],
  );
});

function stray(env: TestEnv, id: string, project: string): void {
  const save = { ...ownSave(id), "project_path": project };
  const text = new TextDecoder().decode(saveBytes(save));
  putHome(env, `.claude-mpm/sessions/${id}.json`, text);
}

Deno.test({
  name: "listSaves() finds this project's strays in the home folder",
  ignore: WINDOWS,
  async fn() {
    using env = new TestEnv();
    Deno.symlinkSync(env.project, join(env.root, "link"));
    stray(env, idAt(0), env.project);
    stray(env, idAt(1), join(env.root, "link"));
    stray(env, idAt(2), env.home);
    stray(env, idAt(3), "");
    stray(env, idAt(4), join(env.root, "gone"));
    putHome(env, `.claude-mpm/sessions/${idAt(5)}.json`, "{torn");
    putSave(env, ownSave(idAt(6)));
    assertEquals(await ids(env), [idAt(6), idAt(1), idAt(0)]);
    const local = { global: false };
    assertEquals(
      (await listSaves(env.system(), env.project, local)).map(({ id }) => id),
      [idAt(6)],
    );
    assertEquals(
      (await Array.fromAsync(newestSaves(env.system(), env.project, local)))
        .map(({ id }) => id),
      [idAt(6)],
    );
  },
});

Deno.test("listSaves() lists a project in the home folder itself once", async () => {
  using env = new TestEnv();
  stray(env, idAt(0), env.home);
  const [entry, ...more] = await listSaves(env.system(), env.home);
  assertEquals([entry!.location, more.length], ["sessions", 0]);
});

for (
  const [what, content, expected] of [
    ["torn", '{"a": [1, 2', /line 1 column 12: Expected/],
    ["a bad token", '{\n  "a": abc\n}', /line 2 column 8: Unexpected token/],
    ["empty", "", /line 1 column 1: Unexpected end/],
    ["a list", "[1]", /top level is not an object but list/],
    ["null", "null", /top level is not an object but null/],
    ["no UTF-8", new Uint8Array([0x7b, 0x22, 0xff]), /byte 2 is not UTF-8/],
  ] as const
) {
  Deno.test(`listSaves() shows a save that is ${what} as a problem, along with the others`, async () => {
    using env = new TestEnv();
    putSave(env, ownSave(idAt(0)));
    env.write(`${SESSIONS}/${idAt(1)}.json`, content);
    const [bad, good] = await listSaves(env.system(), env.project);
    assertEquals(bad!.id, idAt(1));
    assertEquals(bad!.pausedAt, "2026-01-01T00:00:01.000Z");
    assertEquals(bad!.problem?.code, "UNREADABLE");
    assertMatch(bad!.problem!.message, expected);
    assertEquals(good!.problem, undefined);
    assertEquals(await ids(env), [idAt(1), idAt(0)]);
  });
}

Deno.test({
  name: "listSaves() reads only plain files",
  ignore: WINDOWS,
  async fn() {
    using env = new TestEnv();
    putSave(env, ownSave(idAt(0)));
    const path = (second: number) =>
      join(env.project, SESSIONS, `${idAt(second)}.json`);
    Deno.symlinkSync(path(0), path(1));
    Deno.mkdirSync(path(2));
    env.run("mkfifo", [path(3)]);
    const entries = await listSaves(env.system(), env.project);
    assertEquals(entries.map(({ problem }) => problem?.code), [
      "FILE_FAILED",
      "FILE_FAILED",
      "FILE_FAILED",
      undefined,
    ]);
  },
});

Deno.test("listSaves() reads invalid fields of any type", async () => {
  using env = new TestEnv();
  env.write(
    `${SESSIONS}/${idAt(0)}.json`,
    JSON.stringify({
      conversation: null,
      paused_at: 5,
      git_context: [],
      project_path: {},
      mpm: "x",
    }),
  );
  env.write(`${SESSIONS}/session-99999999-999999.json`, "{}");
  assertEquals((await listSaves(env.system(), env.project)).length, 2);
  assertEquals((await ids(env)).length, 2);
});

Deno.test("listSaves() cuts the summary at its first line and 500 units", async () => {
  using env = new TestEnv();
  putSave(env, ownSave(idAt(0), { summary: "\n one \r\ntwo" }));
  putSave(env, ownSave(idAt(1), { summary: "a" + "😀".repeat(400) }));
  const [long, short] = await listSaves(env.system(), env.project);
  assertEquals(short!.summary, "one");
  assertEquals(long!.summary, `a${"😀".repeat(249)}…`);
});

Deno.test("listSaves() is empty without any folder", async () => {
  using env = new TestEnv();
  assertEquals(await ids(env), []);
  const error = await assertRejects(
    () => findSave(env.system(), env.project, "latest"),
    MpmError,
  );
  assertEquals(error.code, "NOT_FOUND");
});

Deno.test({
  name: "listSaves() throws, or warns, if the folder is a link or a file",
  ignore: WINDOWS,
  async fn() {
    using env = new TestEnv();
    env.write("elsewhere/x", "");
    env.write(".claude-mpm/x", "");
    Deno.symlinkSync(
      join(env.project, "elsewhere"),
      join(env.project, SESSIONS),
    );
    const warned: string[] = [];
    const warn = ({ message }: MpmError) => void warned.push(message);
    assertEquals(await listSaves(env.system(), env.project, { warn }), []);
    assertEquals(warned.length, 1);
    await assertRejects(() => listSaves(env.system(), env.project), FileError);
    await assertRejects(
      () => Array.fromAsync(newestSaves(env.system(), env.project)),
      FileError,
    );
  },
});

Deno.test("findSave() finds by index, name, part and full id", async () => {
  using env = new TestEnv();
  for (const second of [0, 1, 2]) {
    putSave(env, ownSave(idAt(second), { name: `name-${second}` }));
  }
  const found = async (selector: string) =>
    (await findSave(env.system(), env.project, selector)).id;
  assertEquals(await found("latest"), idAt(2));
  assertEquals(await found("0"), idAt(2));
  assertEquals(await found("2"), idAt(0));
  assertEquals(await found("name-1"), idAt(1));
  assertEquals(await found("000001"), idAt(1));
  assertEquals(await found(idAt(1)), idAt(1));
});

Deno.test("newestSaves() reads of 10,000 saves only those within a day of the newest", async () => {
  using env = new TestEnv();
  const { system, done } = manySaves(env.system(), {
    count: 10_000,
    apart: 3600,
  });
  const given: string[] = [];
  for await (const { id } of newestSaves(system, "/p")) {
    if (given.push(id) === 2) break;
  }
  const [first, second] = given;
  assertEquals(first, idAt(3600 * 9999));
  assertEquals(second, idAt(3600 * 9998));
  // The rows of an index, and those of a day in addition.
  assert(done.read <= 50 + 26, `${done.read} files read`);
});

Deno.test("newestSaves() gives 10,000 saves of one day in order, reading each once", async () => {
  using env = new TestEnv();
  const { system, done } = manySaves(env.system(), { count: 10_000, apart: 1 });
  const given = (await Array.fromAsync(newestSaves(system, "/p"))).map((
    { id },
  ) => id);
  assertEquals(given, (await listSaves(system, "/p")).map(({ id }) => id));
  assertEquals(done, { listed: 2, read: 20_000 });
});
