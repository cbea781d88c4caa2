import { assert, assertEquals } from "@std/assert";
import type { ResumeReport, SavesVerifyResult } from "../../schemas/types.ts";
import { sayPoints } from "../helpers/say.ts";
import { dieEverywhere, type Points } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { intentsOf } from "../helpers/intents.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

const NOON = () => new Date("2026-11-20T12:00:00Z");
const LATER = () => new Date("2026-11-20T13:00:00Z");

function enumerate(
  prepare: () => TestEnv | Promise<TestEnv>,
  args: readonly string[],
): Promise<Points> {
  return dieEverywhere(["pause", "New", ...args], {
    prepare,
    check: checkWhole,
    now: NOON,
    all: true,
  });
}

/**
 * Checks that the old or the new state is complete; the next pause repairs the
 * rest.
 */
async function checkWhole(
  env: TestEnv,
  where: string,
  finished: boolean,
): Promise<void> {
  const resumed = await mpm(env, ["resume", "--json"]);
  const summary = resumed.status === 0
    ? (JSON.parse(resumed.stdout) as ResumeReport).session.conversation.summary
    : undefined;
  assert(["New", "Old", undefined].includes(summary), `${where}: ${summary}`);
  if (finished) assertEquals(summary, "New");
  // Reading alone has repaired the derived files.
  if (summary !== undefined) assertEquals(underived(env), [], where);

  const again = await mpm(env, ["pause", "Again"], { now: LATER });
  assertEquals(again.status, 0, `${where}: ${again.stderr}`);
  const { intact, sessions } = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  assert(intact, where);
  for (const { state, notes } of sessions) {
    assertEquals([state, notes], ["intact", []], where);
  }
  assertEquals(leftovers(env), [], where);
}

/** Saves without one of their derived files. */
function underived(env: TestEnv): string[] {
  const names = [...Deno.readDirSync(`${env.project}/.claude-mpm/sessions`)]
    .map(({ name }) => name);
  return names.filter((name) => name.endsWith(".json") && !name.startsWith("."))
    .filter((name) =>
      [".yaml", ".md", ".json.sha256"].some((suffix) =>
        !names.includes(name.replace(/\.json$/, suffix))
      ) || !names.includes("LATEST-SESSION.txt")
    );
}

/** Operations under way, temporary files, and checksums without a save. */
function leftovers(env: TestEnv): string[] {
  const names = [...Deno.readDirSync(`${env.project}/.claude-mpm/sessions`)]
    .map(({ name }) => name);
  return [
    ...intentsOf(env).map(({ path }) => path),
    ...names.filter((name) =>
      name.endsWith(".tmp") ||
      (name.endsWith(".sha256") && !names.includes(name.slice(0, -7)))
    ),
  ];
}

Deno.test("pause leaves the old or the new save whole at every crash point", async () => {
  const fresh = await enumerate(() => TestEnv.repository(), []);
  const second = await enumerate(async () => {
    const env = TestEnv.repository();
    await mpmJson(env, ["pause", "Old", "--no-commit"], {
      now: () => new Date("2026-11-19T12:00:00Z"),
    });
    return env;
  }, []);
  sayPoints("pause, the first", fresh);
  sayPoints("pause", second);
  assert(fresh.count > 15 && second.count > 10);
});

Deno.test("init leaves no partial file at every crash point", async () => {
  const points = await dieEverywhere(["init", "--ignore"], {
    now: NOON,
    prepare() {
      const env = TestEnv.repository();
      env.write(".gitignore", "/dist/\n");
      return env;
    },
    async check(env, where) {
      const text = env.read(".gitignore");
      assert(["/dist/\n", "/dist/\n/.claude-mpm/\n"].includes(text), where);
      assertEquals((await mpm(env, ["init", "--ignore"])).status, 0, where);
      assertEquals(env.read(".gitignore"), "/dist/\n/.claude-mpm/\n", where);
    },
  });
  sayPoints("init", points);
});
