import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { MigrateReport, SavesListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { PAUSE, PLAIN, put, putOld } from "../helpers/old_stores.ts";
import {
  copySample,
  formatText,
  SAMPLES,
  SESSIONS,
} from "../helpers/stores.ts";

const LONE = ["session-resume-2026-11-20-101500.md", "ACTIVE-PAUSE.jsonl"];

const RECORD = formatText(
  "claude-mpm/v6.5.83-incremental/.claude-mpm/sessions/" +
    "session-20261120-230847-incremental.jsonl",
).trimEnd().split("\n").slice(0, -1).join("\n");

function texts(env: TestEnv, folder: string): (string | null)[] {
  return LONE.map((name) => {
    const path = `${folder}/${name}`;
    return env.exists(path) ? env.read(path) : null;
  });
}

/** The old folder with a resume document and an automatic pause. */
function store(): TestEnv {
  const env = new TestEnv();
  putOld(env, PLAIN);
  put(env, `${PAUSE}/${LONE[0]}`, {
    text: "# Resume\n\nsee .claude-mpm/sessions/pause/x.md\n",
  });
  put(env, `${PAUSE}/${LONE[1]}`, { text: RECORD });
  return env;
}

Deno.test("migrate moves a resume document and an automatic pause, which then can be read", async () => {
  using env = store();
  const { complete, left } = await mpmJson<MigrateReport>(env, ["migrate"]);
  assert(complete);
  assertEquals(left, []);
  assertEquals(texts(env, SESSIONS), [
    "# Resume\n\nsee .claude-mpm/sessions/x.md\n",
    RECORD,
  ]);
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  assert(sessions.some(({ session_id: id }) => id === LONE[0]!.slice(0, -3)));
  const { stdout } = await mpm(env, ["saves", "recover"]);
  assert(stdout.startsWith("An unfinished automatic pause"), stdout);
});

Deno.test("migrate treats equal files in both folders as duplicates", async () => {
  using env = store();
  for (const name of LONE) {
    put(env, `${SESSIONS}/${name}`, { text: env.read(`${PAUSE}/${name}`) });
  }
  const { duplicates, folder_gone: gone } = await mpmJson<MigrateReport>(
    env,
    ["migrate"],
  );
  assertEquals([duplicates, gone], [2, true]);
  await mpmJson(env, ["migrate", "--rollback"]);
  assert(texts(env, PAUSE).every((text) => text !== null));
});

Deno.test("migrate keeps both of two different files, names them and exits with 4", async () => {
  using env = store();
  for (const name of LONE) put(env, `${SESSIONS}/${name}`, { text: "other\n" });
  const before = texts(env, PAUSE);
  const { status, stdout } = await mpm(env, ["migrate", "--json"]);
  const { left, complete } = JSON.parse(stdout) as MigrateReport;
  assertEquals([status, complete], [4, false]);
  assertEquals(
    left.map(({ path, foreign }) => [path.split("/").at(-1), foreign]),
    [
      [LONE[1], false],
      [LONE[0], false],
    ],
  );
  assertEquals(texts(env, PAUSE), before);
  assertEquals(texts(env, SESSIONS), ["other\n", "other\n"]);
});

for (const { version, id, pause } of SAMPLES) {
  if (!pause) continue;
  Deno.test(`the store of claude-mpm ${version} migrates, and every command reads it then`, async () => {
    using env = new TestEnv();
    copySample(env, version);
    const shown = async () =>
      (await mpm(env, ["saves", "show", id, "--format", "json"])).stdout
        .replaceAll("sessions/pause/", "sessions/");
    const before = await shown();
    await mpmJson(env, ["migrate"]);
    assertEquals(await shown(), before);
    for (const args of [["resume", id], ["saves", "verify", id]]) {
      assertEquals((await mpm(env, args)).status, 0, args.join(" "));
    }
    // Files in the new folder are kept like mpm's saves.
    const [there, kept] = [SESSIONS, ".claude-mpm/kept"]
      .map((folder) => env.read(`${folder}/${id}.json`));
    assertEquals(kept, there);
    const time = (path: string) =>
      Deno.statSync(join(env.project, path)).mtime!.getTime();
    assertEquals(
      time(`.claude-mpm/kept/${id}.json`),
      time(`${SESSIONS}/${id}.json`),
    );
    env.write(`${SESSIONS}/${id}.json`, "torn");
    env.remove(`${SESSIONS}/${id}.json`);
    const { repaired } = (await mpmJson<{ sessions: { repaired: string[] }[] }>(
      env,
      ["saves", "verify", "--repair"],
    )).sessions[0]!;
    assertEquals(repaired, [`${id}.json, from its copy in kept/`]);
    assertEquals(env.read(`${SESSIONS}/${id}.json`), there);
  });
}
