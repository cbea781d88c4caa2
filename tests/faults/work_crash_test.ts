import { join } from "@std/path";
import { assert, assertEquals } from "@std/assert";
import type {
  SavesListResult,
  StackResult,
  StatusReport,
} from "../../schemas/types.ts";
import { dieEverywhere } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { sayPoints } from "../helpers/say.ts";
import { at, CURRENT, recordOf, WORK, workIds } from "../helpers/works.ts";

const ID = "work-20261121-120000";

/**
 * Returns the current output of the commands: the current session, and all of
 * them.
 */
async function listed(env: TestEnv): Promise<{
  current: string | undefined;
  all: string[];
}> {
  const status = await mpmJson<StatusReport>(env, ["status"]);
  const { sessions, problems } = await mpmJson<StackResult>(env, [
    ...["stack", "--all"],
  ]);
  assertEquals([status.problems, problems], [[], []]);
  return {
    current: status.session
      ? `${status.session.name} ${status.session.state}`
      : undefined,
    all: sessions.map(({ session }) => `${session.name} ${session.state}`),
  };
}

/**
 * Temporary files of a dead command that remain after another one has written.
 */
function leftovers(env: TestEnv): string[] {
  return [WORK, CURRENT, ".claude-mpm/sessions"].flatMap((folder) =>
    env.exists(folder)
      ? [...Deno.readDirSync(`${env.project}/${folder}`)]
        .map(({ name }) => name)
        .filter((name) => name.startsWith(".") && name !== ".gitignore")
      : []
  );
}

async function started(...more: string[][]): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, [
    ...["start", "login", "--template", "bug-fix", "--var", "bug=#1"],
  ], { now: at(0) });
  for (const args of more) await mpmJson(env, args, { now: at(1) });
  return env;
}

Deno.test("start leaves no session or a complete one at every crash point", async () => {
  const points = await dieEverywhere(["start", "login"], {
    now: at(0),
    prepare: () => TestEnv.repository(),
    async check(env, where, finished) {
      const { current, all } = await listed(env);
      if (finished) assertEquals(current, "login active");
      assert([undefined, "login active"].includes(current), where);
      assertEquals(all, current === undefined ? [] : [current], where);
      const again = await mpm(env, ["start", "login"], { now: at(1) });
      assertEquals(again.status, current === undefined ? 0 : 4, where);
      assertEquals(await listed(env).then(({ all }) => all), ["login active"]);
      await mpmJson(env, ["check"], { now: at(2) });
      await mpmJson(env, ["cancel"], { now: at(2) });
      assertEquals(leftovers(env), [], where);
    },
  });
  sayPoints("start", points);
  assert(points.count > 10);
});

Deno.test("start with a paused session ends at that or at the new one at every crash point", async () => {
  const points = await dieEverywhere(["start", "other"], {
    now: at(5),
    prepare: () => started(["pause", "--no-commit"]),
    async check(env, where, finished) {
      const { current, all } = await listed(env);
      if (finished) assertEquals(current, "other active");
      if (current === "other active") {
        assertEquals(all, ["other active", "login paused"], where);
      } else {
        assertEquals([current, all], ["login paused", ["login paused"]], where);
        await mpmJson(env, ["start", "other"], { now: at(6) });
        assertEquals((await listed(env)).current, "other active", where);
      }
    },
  });
  sayPoints("start beside a paused session", points);
  assert(points.count > 5);
});

Deno.test("check ticks all named items or none at every crash point", async () => {
  const points = await dieEverywhere(["check", "1", "3"], {
    now: at(5),
    prepare: () => started(),
    async check(env, where, finished) {
      const { state, checklist } = recordOf(env, ID);
      const done = checklist.filter((item) => item.done).length;
      assert([0, 2].includes(done), where);
      if (finished) assertEquals(done, 2);
      assertEquals(state, done === 0 ? "active" : "working", where);
      await mpmJson(env, ["check", "1", "3"], { now: at(6) });
      assertEquals((await listed(env)).current, "login working", where);
      assertEquals(leftovers(env), [], where);
    },
  });
  sayPoints("check", points);
  assert(points.count > 3);
});

for (const action of ["complete", "cancel"]) {
  const done = { complete: "complete", cancel: "cancelled" }[action];
  Deno.test(`${action} ends a session or leaves it at every crash point`, async () => {
    const points = await dieEverywhere([action, "login"], {
      now: at(5),
      prepare: () => started(),
      async check(env, where, finished) {
        const { current, all } = await listed(env);
        if (finished) assertEquals(all, [`login ${done}`]);
        assertEquals(
          current,
          all[0] === `login ${done}` ? undefined : "login active",
          where,
        );
        if (current !== undefined) await mpmJson(env, [action], { now: at(6) });
        assertEquals((await listed(env)).all, [`login ${done}`], where);
        await mpmJson(env, ["start", "next"], { now: at(7) });
        assertEquals((await listed(env)).current, "next active", where);
        assertEquals(leftovers(env), [], where);
      },
    });
    sayPoints(action, points);
    assert(points.count > 3);
  });
}

Deno.test("a pause and its session agree at every crash point", async () => {
  const points = await dieEverywhere(["pause", "--no-commit", "Half way"], {
    now: at(5),
    prepare: () => started(["check", "1"]),
    async check(env, where, finished) {
      // Reading alone finishes an operation that died after its commit point.
      const { sessions } = await mpmJson<SavesListResult>(env, [
        ...["saves", "list"],
      ]);
      const { current } = await listed(env);
      const saved = sessions.length === 1;
      if (finished) assert(saved);
      assertEquals(current, saved ? "login paused" : "login working", where);
      assertEquals(
        recordOf(env, ID).saves,
        sessions.map(({ session_id: id }) => id),
        where,
      );
      if (!saved) {
        await mpmJson(env, ["pause", "--no-commit"], { now: at(6) });
      }
      const { work } = await mpmJson<{ work: { state: string } }>(
        env,
        ["resume"],
        { now: at(7) },
      );
      assertEquals(work.state, "active", where);
      assertEquals(recordOf(env, ID).saves.length, 1, where);
      assertEquals(leftovers(env), [], where);
    },
  });
  sayPoints("pause with a session", points);
  assert(points.count > 15);
});

Deno.test("resume leaves the session paused or active at every crash point", async () => {
  const points = await dieEverywhere(["resume", "login"], {
    now: at(5),
    prepare: () =>
      started(
        ["pause", "--no-commit"],
        ["start", "other"],
        ["pause", "--no-commit"],
      ),
    async check(env, where, finished) {
      const { current, all } = await listed(env);
      assert(
        ["other paused", "login paused", "login active"].includes(current!),
        `${where}: ${current}`,
      );
      if (finished) assertEquals(current, "login active");
      assert(all.includes("other paused"), where);
      await mpmJson(env, ["resume", "login"], { now: at(6) });
      assertEquals((await listed(env)).current, "login active", where);
      assertEquals(leftovers(env), [], where);
    },
  });
  sayPoints("resume with a session", points);
  assert(points.count > 3);
});

Deno.test("a resume elsewhere rebuilds the session at every crash point", async () => {
  using source = await started();
  await mpmJson(source, ["pause", "--commit"], { now: at(1) });
  const points = await dieEverywhere(["resume"], {
    now: at(5),
    prepare() {
      const env = new TestEnv();
      env.git("clone", "-q", source.project, ".");
      // By the same user; otherwise it would count as someone else's save.
      copyOwn(source, env);
      return env;
    },
    async check(env, where, finished) {
      const { current } = await listed(env);
      assert([undefined, "login active"].includes(current), where);
      if (finished) assertEquals(current, "login active");
      await mpmJson(env, ["resume"], { now: at(6) });
      assertEquals((await listed(env)).current, "login active", where);
      assertEquals(workIds(env), [ID], where);
      assertEquals(leftovers(env), [], where);
    },
  });
  sayPoints("resume elsewhere", points);
  assert(points.count > 8);
});

/** Copies the data that identifies the user's own saves to another home. */
function copyOwn(from: TestEnv, to: TestEnv): void {
  const own = ".local/state/mpm/own";
  Deno.mkdirSync(join(to.home, own), { recursive: true, mode: 0o700 });
  for (const { name } of Deno.readDirSync(join(from.home, own))) {
    const bytes = Deno.readFileSync(join(from.home, own, name));
    Deno.writeFileSync(join(to.home, own, name), bytes, { mode: 0o600 });
  }
}
