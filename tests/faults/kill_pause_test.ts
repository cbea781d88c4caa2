import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { killAgain, killsOf } from "../helpers/kills.ts";
import { posixTest } from "../helpers/posix.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

/** Number of rounds after which the saves are removed. */
const CLEARED = 50;

posixTest(
  "a pause killed at any moment leaves no save or a complete one",
  () =>
    killAgain({
      name: "pause",
      prepare: () => TestEnv.repository(),
      // Checked before the old project is removed: a torn save stays visible.
      looks: CLEARED,
      next: (env, round) => {
        // The number of files stays small, so that each check is quick.
        if (round > 0 && round % CLEARED === 0) clear(env);
        return ["pause", "--no-commit", `Round ${round}`];
      },
      async check(env, where) {
        const last = await mpm(env, ["pause", "--no-commit", "Last"]);
        assertEquals(last.status, 0, where);
        const names = [
          ...Deno.readDirSync(join(env.project, ".claude-mpm/sessions")),
        ].map(({ name }) => name);
        assertEquals(
          names.filter((name) => name.startsWith(".")),
          [".gitignore"],
          where,
        );
        const { sessions } = await mpmJson<{ sessions: { notes: string[] }[] }>(
          env,
          ["saves", "verify"],
        );
        assertEquals(sessions.flatMap(({ notes }) => notes), [], where);
      },
    }, killsOf(1000, 40)),
);

function clear(env: TestEnv): void {
  const path = join(env.project, ".claude-mpm/sessions");
  for (const { name } of Deno.readDirSync(path)) {
    if (name.startsWith("session-")) Deno.removeSync(join(path, name));
  }
}
