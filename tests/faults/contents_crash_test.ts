import { assert, assertEquals } from "@std/assert";
import type { ResumeReport, SavesListResult } from "../../schemas/types.ts";
import { dieEverywhere } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { fire } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { sayPoints } from "../helpers/say.ts";
import { SESSIONS } from "../helpers/stores.ts";

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 20, 12);
const at = (days: number) => () => new Date(START + days * DAY);
const ID = "session-20261120-120000";
const NEXT = "session-20261121-120000";
const TEXT = "uncommitted-quokka\n";

/** The saves on the disk, and those that are only in git. */
async function listed(env: TestEnv) {
  const { sessions, lost } = await mpmJson<SavesListResult>(env, [
    ...["saves", "list"],
  ]);
  return {
    there: sessions.map(({ session_id: id }) => id),
    lost: lost.map(({ session_id: id }) => id),
  };
}

async function assertIntact(env: TestEnv, where: string): Promise<void> {
  const { status, stdout } = await mpm(env, ["saves", "verify"]);
  assertEquals(status, 0, `${where}: ${stdout}`);
  env.git("fsck", "--strict");
}

/** A session that ended, and nothing was kept with its save. */
async function ended(): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  env.write("new.txt", TEXT);
  await fire(env, "UserPromptSubmit", { prompt: "Write a file" });
  await fire(env, "SessionEnd", { reason: "other" });
  return env;
}

Deno.test("the next resume completes a saves keep that dies anywhere", async () => {
  const points = await dieEverywhere(["saves", "keep", ID], {
    now: at(0),
    programs: "changing-git",
    prepare: ended,
    async check(env, where) {
      await mpmJson(env, ["resume"], { now: at(1) });
      const file = `refs/mpm/contents/${ID}:worktree/new.txt`;
      assertEquals(`${env.git("show", file)}\n`, TEXT, where);
      env.remove("new.txt");
      const peek = ["resume", "--peek"];
      const { changes } = await mpmJson<ResumeReport>(env, peek);
      const { verified, lost } = changes!.contents!;
      assertEquals([verified, lost.length], [true, 1], where);
      const log = env.git("log", "--format=%B", "--glob=refs/mpm/saves");
      assert(log.includes(ID), where);
      await assertIntact(env, where);
    },
  });
  assert(points.count > 5);
  sayPoints("saves keep", points);
});

/** Two saves with contents, each with its copy in git. */
async function paused(): Promise<TestEnv> {
  const env = TestEnv.repository();
  for (const days of [0, 1]) {
    env.write("new.txt", `${days} ${TEXT}`);
    await mpmJson(env, ["pause", `Words-${days}`], { now: at(days) });
  }
  return env;
}

Deno.test("a recover that dies anywhere leaves each save lost or whole, and can be repeated", async () => {
  const points = await dieEverywhere(["saves", "recover", "--all"], {
    now: at(2),
    programs: "changing-git",
    async prepare() {
      const env = await paused();
      for (const id of [ID, NEXT]) {
        for (const end of [".json", ".json.sha256", ".yaml", ".md"]) {
          env.remove(`${SESSIONS}/${id}${end}`);
        }
      }
      return env;
    },
    async check(env, where) {
      const { there, lost } = await listed(env);
      assertEquals([...there, ...lost].sort(), [ID, NEXT], where);
      await mpmJson(env, ["saves", "recover", "--all"], { now: at(2) });
      assertEquals(await listed(env), { there: [NEXT, ID], lost: [] }, where);
      await assertIntact(env, where);
    },
  });
  assert(points.count > 10);
  sayPoints("saves recover from git", points);
});

Deno.test("a prune that dies anywhere loses nothing, and the next one updates git", async () => {
  const points = await dieEverywhere(["saves", "prune", "--keep", "1"], {
    now: at(2),
    programs: "changing-git",
    prepare: paused,
    async check(env, where) {
      const { there, lost } = await listed(env);
      assert(there.includes(NEXT), where);
      // The next write adds the missing copy in git.
      await mpmJson(env, ["pause", "Next"], { now: at(3) });
      const after = await listed(env);
      assertEquals(after.there.includes(ID), there.includes(ID), where);
      assertEquals(after.lost, [], `${where}: ${lost}`);
      const file = `refs/mpm/contents/${ID}:worktree/new.txt`;
      assertEquals(`${env.git("show", file)}\n`, `0 ${TEXT}`, where);
      await assertIntact(env, where);
    },
  });
  assert(points.count > 10);
  sayPoints("saves prune in git", points);
});

Deno.test("an emptied trash that dies anywhere leaves the other saves in git, and can be repeated", async () => {
  const args = ["undo", "trash", "--prune", "--older-than", "1h"];
  const points = await dieEverywhere(args, {
    now: at(60),
    programs: "changing-git",
    async prepare() {
      const env = await paused();
      await mpmJson(env, ["saves", "rm", ID], { now: at(2) });
      for (let count = 0; count < 21; count++) {
        const set = ["var", "set", "count", `${count}`];
        await mpmJson(env, set, { now: at(3) });
      }
      return env;
    },
    async check(env, where) {
      assertEquals(await listed(env), { there: [NEXT], lost: [] }, where);
      await mpmJson(env, args, { now: at(60) });
      const log = env.git("log", "--format=%B", "--glob=refs/mpm/saves");
      assertEquals(
        [log.includes(ID), log.includes(NEXT)],
        [false, true],
        where,
      );
      const refs = env.git("for-each-ref", "--format=%(refname)", "refs/mpm");
      assertEquals(refs.split("\n").filter((ref) => !/saves/.test(ref)), [
        `refs/mpm/contents/${NEXT}`,
      ], where);
      await assertIntact(env, where);
    },
  });
  assert(points.count > 3);
  sayPoints("emptied trash", points);
});
