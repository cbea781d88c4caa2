import { assert, assertEquals } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpmJson } from "../helpers/mpm.ts";

interface Paused {
  readonly session_id: string;
  readonly warnings: string[];
}

/** The next steps of a new save, and its warnings. */
async function paused(env: TestEnv, ...steps: string[]) {
  const { session_id: id, warnings } = await mpmJson<Paused>(env, [
    ...["pause", "--no-commit", "Look"],
    ...steps.flatMap((step) => ["-n", step]),
  ]);
  const { conversation } = JSON.parse(
    env.read(`.claude-mpm/sessions/${id}.json`),
  ) as { conversation: { next_steps: string[] } };
  return { next: conversation.next_steps, warnings };
}

const FOLDER = ".claude-mpm/state/items";

Deno.test("many items of others hide none of one's own", async () => {
  using env = TestEnv.repository();
  await paused(env, "Write the tests", "Ship it");
  const own = env.read(`${FOLDER}/item-1.json`);
  for (let number = 900_000_000; number < 900_003_001; number++) {
    env.write(`${FOLDER}/item-${number}.json`, own.replace("tests", "virus"));
  }
  const { next, warnings } = await paused(env, "Rest");
  assertEquals(next, ["Rest", "Write the tests", "Ship it"]);
  assert(warnings.some((text) => text.startsWith("3001 items in ")));
  assertEquals(
    JSON.parse(env.read(`${FOLDER}/item-3.json`)).text,
    "Rest",
  );
});

Deno.test("many damaged items are counted, and the first ones named", async () => {
  using env = TestEnv.repository();
  await paused(env, "Write the tests");
  for (let number = 100; number < 150; number++) {
    env.write(`${FOLDER}/item-${number}.json`, "{");
  }
  const { next, warnings } = await paused(env);
  assertEquals(next, ["Write the tests"]);
  assertEquals(warnings.length, 6);
  assertEquals(warnings.at(-1), "45 more items could not be read");
});
