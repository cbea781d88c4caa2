import { assertEquals } from "@std/assert";
import { killAgain, killsOf } from "../helpers/kills.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { sayKills } from "../helpers/say.ts";
import {
  assertOnce,
  EFFECT,
  isOver,
  openRun,
  runIds,
  shell,
  taskProject,
} from "../helpers/tasks.ts";
import type { TestEnv } from "../helpers/env.ts";

const ITEMS = Array.from({ length: 12 }, (_, at) => `item ${at}`);

for (const chunk of [1, 4]) {
  posixTest(
    `a task in chunks of ${chunk} that is killed at any moment runs each item once, or flags it`,
    async () => {
      const name = `task run, chunks of ${chunk}`;
      let [flagged, runs] = [0, 0];
      const counted = new Set<string>();
      const count = (env: TestEnv, where: string) => {
        for (const run of runIds(env).filter((one) => !counted.has(one))) {
          if (!isOver(env, run)) continue;
          counted.add(run);
          runs++;
          const at = `${where}: ${run}`;
          flagged += assertOnce(env, run, { items: ITEMS, where: at }).flagged;
        }
      };
      await killAgain({
        name,
        prepare: () =>
          taskProject({
            items: { list: ITEMS },
            chunk,
            run: shell(EFFECT, "{items}"),
          }),
        next(env, round) {
          count(env, `before round ${round}`);
          const run = openRun(env);
          return run === undefined
            ? ["task", "run", "work"]
            : ["task", "resume", run];
        },
        // 1: an item is flagged.
        statuses: [0, 1],
        looks: 20,
        async check(env, where) {
          const run = openRun(env);
          if (run === undefined) return;
          const before = await mpmJson(env, ["task", "status", run]);
          assertEquals(before.state, "interrupted", where);
          const { stderr } = await mpm(env, ["task", "resume", run]);
          assertEquals(isOver(env, run), true, `${where}: ${stderr}`);
          count(env, where);
        },
      }, killsOf(200, 5));
      sayKills(`${name}: flagged items`, {
        ...{ killed: flagged, of: runs * ITEMS.length, seed: 0 },
      });
    },
  );
}
