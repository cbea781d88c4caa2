import { assertEquals, assertStringIncludes } from "@std/assert";
import { basename, join } from "@std/path";
import type {
  ImportResult,
  MigrateReport,
  SavesListResult,
  SavesVerifyResult,
} from "../../schemas/types.ts";
import { sha256 } from "../helpers/bytes.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import {
  listing,
  oldJson,
  PAUSE,
  PLAIN,
  put,
  sessionsListing,
} from "../helpers/old_stores.ts";
import { putHome, SESSIONS } from "../helpers/stores.ts";

/** One id, and the content of each of the three folders for it. */
interface Meeting {
  readonly said: string;
  /** Seconds of `paused_at`, which show the older one. */
  readonly pause: number;
  readonly sessions: number;
  readonly home: number;
  /** The resulting ids, and the seconds in their saves. */
  readonly end: readonly (readonly [second: number, said: number])[];
}

const MEETINGS: readonly Meeting[] = [
  {
    said: "the home folder's is the newest",
    pause: 10,
    sessions: 20,
    home: 30,
    end: [[0, 30], [1, 20], [2, 10]],
  },
  {
    said: "the old folder's is the newest",
    pause: 30,
    sessions: 10,
    home: 20,
    end: [[0, 30], [1, 10], [2, 20]],
  },
  {
    said: "the new folder's is the newest",
    pause: 20,
    sessions: 30,
    home: 10,
    end: [[0, 30], [1, 20], [2, 10]],
  },
  {
    said: "two that come are the same",
    pause: 10,
    sessions: 20,
    home: 10,
    end: [[0, 20], [1, 10]],
  },
  {
    said: "the one that must give way comes once more",
    pause: 10,
    sessions: 10,
    home: 20,
    end: [[0, 20], [1, 10]],
  },
];

for (const { said, end, ...places } of MEETINGS) {
  Deno.test(`migrate --global keeps each save of one id in three folders once: ${said}`, async () => {
    using env = new TestEnv();
    const before = putAll(env, places);
    const home = listing(join(env.home, SESSIONS));
    const migrate = () =>
      mpmJson<MigrateReport>(env, ["migrate", "--global"], {
        now: () => new Date("2026-11-20T12:00:00Z"),
      });
    const { complete } = await migrate();
    assertEquals(complete, true);
    assertEquals(secondsSaid(env), end);
    const { intact, sessions } = await mpmJson<SavesVerifyResult>(env, [
      "saves",
      "verify",
    ]);
    assertEquals([intact, sessions.length], [true, end.length]);
    assertEquals((await migrate()).moved, 0);
    await mpmJson(env, ["migrate", "--rollback"]);
    assertEquals(sessionsListing(env), before);
    assertEquals(listing(join(env.home, SESSIONS)), home);
  });
}

type Places = Pick<Meeting, "pause" | "sessions" | "home">;

/** One save in each folder, with claude-mpm's checksum. */
function putAll(env: TestEnv, { pause, sessions, home }: Places) {
  const jsonOf = (second: number) =>
    oldJson(PLAIN, {
      pausedAt: `2025-11-01T10:00:${second}Z`,
      summary: `Said ${second}`,
      project: env.project,
    });
  for (const [folder, second] of [[PAUSE, pause], [SESSIONS, sessions]]) {
    const text = jsonOf(Number(second));
    put(env, `${folder}/${PLAIN}.json`, { text });
    put(env, `${folder}/.${PLAIN}_abcdefgh.tmp.sha256`, { text: digest(text) });
  }
  const text = jsonOf(home);
  putHome(env, `${SESSIONS}/${PLAIN}.json`, text);
  putHome(env, `${SESSIONS}/.${PLAIN}_hgfedcba.tmp.sha256`, digest(text));
  return sessionsListing(env);
}

function digest(text: string): string {
  return sha256(text);
}

/** By the second of the id, the second of `paused_at`. */
function secondsSaid(env: TestEnv): [number, number][] {
  return [...Deno.readDirSync(join(env.project, SESSIONS))]
    .filter(({ name }) => /^session-.*\.json$/.test(name))
    .map(({ name }): [number, number] => {
      const { session_id: id, paused_at: at } = JSON.parse(
        env.read(`${SESSIONS}/${name}`),
      );
      assertEquals(`${id}.json`, name);
      return [Number(id.slice(-2)), Number(at.slice(17, 19))];
    })
    .sort();
}

Deno.test("migrate does not put a checksum next to a save that it does not match", async () => {
  using env = new TestEnv();
  put(env, `${SESSIONS}/${PLAIN}.json`, { text: oldJson(PLAIN) });
  put(env, `${PAUSE}/${PLAIN}.json.sha256`, { text: "0".repeat(64) });
  const { status, stdout } = await mpm(env, ["migrate", "--json"]);
  const { left } = JSON.parse(stdout) as MigrateReport;
  assertEquals(
    [status, left.map(({ reason }) => reason)],
    [4, [
      "a different JSON file, which does not match it, is in the new folder",
    ]],
  );
  const { intact } = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  assertEquals(intact, true);
});

Deno.test("migrate --global moves no save that names its project by a relative path", async () => {
  using env = new TestEnv();
  Deno.mkdirSync(join(env.project, ".claude-mpm"));
  putHome(env, `${SESSIONS}/${PLAIN}.json`, oldJson(PLAIN, { project: "." }));
  const { moved } = await mpmJson<MigrateReport>(env, ["migrate", "--global"]);
  assertEquals(moved, 0);
});

Deno.test("a save in the last possible second moves to a free one before it", async () => {
  using env = new TestEnv();
  const last = "session-99991231-235959";
  const free = "session-99991231-235958";
  put(env, `${PAUSE}/${last}.json`, { text: oldJson(last) });
  put(env, `${SESSIONS}/${last}.json`, {
    text: oldJson(last, { summary: "Another" }),
  });
  env.write(`one/${last}.json`, oldJson(last, { summary: "A third" }));
  await mpmJson(env, ["migrate"]);
  const { imported } = await mpmJson<ImportResult>(env, [
    "saves",
    "import",
    "one",
  ]);
  assertEquals(imported.map(({ session_id: id }) => id), [
    "session-99991231-235957",
  ]);
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  assertEquals(sessions.map(({ session_id: id }) => id).sort(), [
    "session-99991231-235957",
    free,
    last,
  ]);
  await mpmJson(env, ["migrate", "--rollback"]);
});

Deno.test("a rollback out of order removes no save whose old file cannot be restored", async () => {
  using env = new TestEnv();
  const said = ["2025-11-01T10:00:20Z", "2025-11-01T10:00:10Z"];
  const folders: string[] = [];
  for (const [minute, pausedAt] of said.entries()) {
    put(env, `${PAUSE}/${PLAIN}.json`, { text: oldJson(PLAIN, { pausedAt }) });
    const { backups } = await mpmJson<MigrateReport>(env, ["migrate"], {
      now: () => new Date(Date.UTC(2026, 10, 20, 12, minute)),
    });
    folders.push(...backups);
  }
  assertEquals(secondsSaid(env), [[0, 20], [1, 10]]);
  const [first, second] = folders.map((path) => basename(path));
  await mpmJson(env, ["migrate", "--rollback", first!]);
  // The first one has now replaced the old file of the second one.
  const { status, stdout } = await mpm(env, [
    "migrate",
    "--rollback",
    second!,
  ]);
  assertEquals(status, 4);
  assertStringIncludes(stdout, "its source has changed since");
  assertEquals(secondsSaid(env), [[1, 10]]);
});
