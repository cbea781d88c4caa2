import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type {
  MigrateReport,
  SavesListResult,
  SavesVerifyResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { killOnce } from "../helpers/kills.ts";
import { binary, mpm, mpmJson, start } from "../helpers/mpm.ts";
import { PAUSE, putOld, sessionsListing } from "../helpers/old_stores.ts";
import { posixTest } from "../helpers/posix.ts";
import { say } from "../helpers/say.ts";
import { idAt, SESSIONS } from "../helpers/stores.ts";

const SAVES = 50;

function oldStore(): TestEnv {
  const env = TestEnv.repository();
  for (let at = 0; at < SAVES; at++) putOld(env, idAt(60 * at));
  return env;
}

/**
 * Checks that every old save and `extra` other ones are complete and exist
 * once.
 */
async function checkAll(env: TestEnv, extra: number): Promise<void> {
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  const ids = sessions.map(({ session_id: id }) => id);
  assertEquals([ids.length, new Set(ids).size], [SAVES + extra, SAVES + extra]);
  const { sessions: verified } = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  assertEquals(verified.filter(({ state }) => state !== "intact"), []);
  assertEquals(env.exists(PAUSE), false);
}

posixTest(
  "two migrations and ten pauses at once do not disturb one another",
  async () => {
    using env = oldStore();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const migrations = [1, 2].map(() => start(env, ["migrate", "--json"]));
    const pauses = Array.from(
      { length: 10 },
      (_, at) => start(env, ["pause", "--no-commit", `During ${at}`]),
    );
    const done = await Promise.all(
      [...migrations, ...pauses].map((child) => child.output()),
    );
    for (const { code, stderr } of done) assertEquals(code, 0, text(stderr));
    const moved = done.slice(0, 2).map(({ stdout }) =>
      (JSON.parse(text(stdout)) as MigrateReport).moved
    );
    assertEquals(moved.sort((a, b) => a - b), [0, 4 * SAVES]);
    await checkAll(env, 10);
  },
);

posixTest(
  "two first commands at once make the same folder",
  async () => {
    using env = TestEnv.repository();
    putOld(env, idAt(0));
    env.write(".claude-mpm/.gitignore", "sessions/\n");
    let others = 0;
    const done = await mpm(env, ["pause", "--no-commit", "One"], {
      // The other one runs while this one is about to put the file in place.
      wrap: (system) => ({
        ...system,
        files: {
          ...system.files,
          rename(from, to) {
            if (to.endsWith("/state/.gitignore") && others++ === 0) {
              const args = ["pause", "--no-commit", "Two"];
              const { status, stderr } = env.run(binary(), args);
              assertEquals([status, stderr], [0, ""]);
            }
            system.files.rename(from, to);
          },
        },
      }),
    });
    assertEquals([done.status, done.stderr, others], [0, "", 1]);
    const { sessions } = await mpmJson<SavesListResult>(env, [
      "saves",
      "list",
    ]);
    assertEquals(sessions.length, 3);
  },
);

/** Number of killed migrations, and of killed rollbacks. */
const ROUNDS = 5;

posixTest(
  "a migration killed at any moment is finished by the next one",
  async () => {
    let count = 0;
    for (let round = 0; round < ROUNDS; round++) {
      using env = oldStore();
      const child = start(env, ["migrate"]);
      const isBegun = () => env.exists(".claude-mpm/backups");
      if (await killOnce(child, isBegun, 6 * round)) count++;
      // A half-finished migration does not disturb a pause.
      assertEquals((await mpm(env, ["pause", "--no-commit", "Now"])).status, 0);
      assertEquals((await mpm(env, ["migrate"])).status, 0);
      await checkAll(env, 1);
      const hidden = [...Deno.readDirSync(join(env.project, SESSIONS))]
        .map(({ name }) => name).filter((name) => name.startsWith("."));
      assertEquals(hidden, [".gitignore"]);
    }
    assert(count > 0, "none was killed");
    say(`${count} of ${ROUNDS} migrations killed`);
  },
);

posixTest(
  "a rollback killed at any moment is finished by the next one",
  async () => {
    let count = 0;
    for (let round = 0; round < ROUNDS; round++) {
      using env = oldStore();
      const before = sessionsListing(env);
      assertEquals((await mpm(env, ["migrate"])).status, 0);
      const args = ["migrate", "--rollback"];
      const isBegun = () => env.exists(PAUSE);
      if (await killOnce(start(env, args), isBegun, 2 * round)) count++;
      const { sessions } = await mpmJson<SavesListResult>(env, [
        "saves",
        "list",
      ]);
      assertEquals(sessions.filter(({ problem }) => problem), []);
      assertEquals(sessions.length, SAVES);
      const { status, stderr } = await mpm(env, args);
      assertEquals(status, 0, stderr);
      assertEquals(sessionsListing(env), before);
    }
    assert(count > 0, "none was killed");
    say(`${count} of ${ROUNDS} rollbacks killed`);
  },
);
