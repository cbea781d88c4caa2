import { assert, assertEquals } from "@std/assert";
import type { PipelineStatusResult } from "../../schemas/types.ts";
import type { TestEnv } from "../helpers/env.ts";
import { killAgain, killsOf } from "../helpers/kills.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { sayKills } from "../helpers/say.ts";
import {
  effects,
  isOver,
  openRun,
  pipelineProject,
  runIds,
  shell,
} from "../helpers/tasks.ts";

const RESUME = ["pipeline", "resume"];

/** A step whose effect is a line in a file of its run, which git ignores. */
function effect(more: object = {}) {
  const script = 'echo "$MPM_PIPELINE_STEP" >>"effects-$MPM_PIPELINE_RUN"';
  return { run: shell(script), ...more };
}

/** Steps with an effect that may happen once, and one that may repeat it. */
const PLAIN = {
  ...{ once: effect(), again: effect({ repeatable: true }) },
  last: effect({ needs: ["once", "again"] }),
};

/** Steps that write the name of their run, the first two into one file, too. */
const TREES = {
  left: inWorktree("sed -i 1s/.*/$MPM_PIPELINE_RUN/ lines"),
  right: inWorktree("sed -i 7s/.*/$MPM_PIPELINE_RUN/ lines"),
  both: {
    ...inWorktree("cat left right >joined"),
    needs: ["left", "right", "once"],
  },
};

function inWorktree(script: string) {
  const run = 'echo "$MPM_PIPELINE_RUN" >"$MPM_PIPELINE_STEP"';
  return { run: shell(`${run}; ${script}`), worktree: true };
}

async function project(steps: object): Promise<TestEnv> {
  const env = await pipelineProject({ steps });
  env.write(".gitignore", "effects-*\n.claude-mpm/\n");
  env.write("lines", "1\n2\n3\n4\n5\n6\n7\n");
  env.commit("first");
  env.write("lines", `${env.read("lines")}mine\n`);
  return env;
}

/** The files that the results of `run` make, or those before any run. */
function merged(run: string | undefined): string[] {
  return run === undefined ? ["1\n2\n3\n4\n5\n6\n7\nmine\n", "", "", "", ""] : [
    `${run}\n2\n3\n4\n5\n6\n${run}\nmine\n`,
    ...["left", "right", "both"].map(() => `${run}\n`),
    `${run}\n${run}\n`,
  ];
}

function look(env: TestEnv): string[] {
  return ["lines", "left", "right", "both", "joined"].map((path) =>
    env.exists(path) ? env.read(path) : ""
  );
}

/**
 * Checks that each step is done or flagged, and that its effect happened as
 * often as allowed.
 */
function assertEffects(
  env: TestEnv,
  { run, steps }: PipelineStatusResult,
  where: string,
): number {
  const happened = effects(env, run);
  for (const { name, state } of steps.filter((one) => one.name in PLAIN)) {
    const count = happened.filter((one) => one === name).length;
    const most = name === "again" ? Infinity : 1;
    const isWell = state === "done"
      ? count >= 1 && count <= most
      : state === "flagged"
      ? count <= most
      : state === "skipped" && count === 0;
    assert(isWell, `${where}: ${run}: ${name} is ${state}, ${count} times`);
  }
  return steps.filter(({ state }) => state === "flagged").length;
}

for (
  const [what, steps] of [
    ["steps in the project", PLAIN],
    ["steps with a worktree", { ...PLAIN, ...TREES }],
  ] as const
) {
  posixTest(
    `a pipeline of ${what} that is killed at any moment runs each once, or flags it`,
    async () => {
      const name = `pipeline run, ${what}`;
      let [flagged, ended] = [0, 0];
      const counted = new Set<string>();
      /** The newest run whose results are in the project. */
      let applied: string | undefined;
      const status = (env: TestEnv, run: string) =>
        mpmJson<PipelineStatusResult>(env, ["pipeline", "status", run]);
      const count = async (env: TestEnv, where: string) => {
        for (const run of runIds(env).filter((one) => !counted.has(one))) {
          if (!isOver(env, run)) continue;
          counted.add(run);
          ended++;
          const is = await status(env, run);
          flagged += assertEffects(env, is, where);
          if (is.merge?.state === "done") applied = run;
        }
      };
      await killAgain({
        name,
        prepare: () => project(steps),
        next(env) {
          const run = openRun(env);
          return run === undefined
            ? ["pipeline", "run", "work"]
            : [...RESUME, run];
        },
        // 1: a step is flagged.
        statuses: [0, 1],
        async check(env, where) {
          const run = openRun(env);
          // The next command finishes applying results if that has begun.
          await mpm(env, ["checkpoint", "list"]);
          await count(env, where);
          const found = look(env);
          const states = [merged(applied), ...run ? [merged(run)] : []];
          assert(
            states.some((one) => `${one}` === `${found}`),
            `${where}: ${found}, not ${applied}`,
          );
          if (run !== undefined) {
            assertEquals((await status(env, run)).state, "interrupted", where);
            const { stderr } = await mpm(env, [...RESUME, run]);
            assertEquals(isOver(env, run), true, `${where}: ${stderr}`);
            await count(env, where);
          }
          const last = runIds(env).at(-1)!;
          if ((await status(env, last)).flagged > 0) {
            assertEquals(look(env), merged(applied), where);
            const { stderr } = await mpm(env, [...RESUME, last, "--again"]);
            const { state } = await status(env, last);
            assertEquals(state, "done", `${where}: ${stderr}`);
          }
          if (what === "steps with a worktree") applied = last;
          assertEquals(look(env), merged(applied), where);
          const trees = env.git("worktree", "list").trim().split("\n");
          assertEquals(trees.length, 1, `${where}: ${trees}`);
        },
      }, killsOf(100, 2));
      const of = ended * Object.keys(steps).length;
      sayKills(`${name}: flagged steps`, { killed: flagged, of, seed: 0 });
    },
  );
}
