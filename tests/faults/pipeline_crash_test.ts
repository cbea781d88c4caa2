import { assert, assertEquals } from "@std/assert";
import { dieEverywhere } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest, soakTest } from "../helpers/posix.ts";
import { sayPoints } from "../helpers/say.ts";
import { isOver, runIds } from "../helpers/tasks.ts";

const FILE = ".claude-mpm/pipelines/work.yaml";
const NOW = () => new Date("2026-03-04T05:06:07Z");

/** A step whose effect is a line in a file of the user. */
function effect(name: string, more: object = {}) {
  return { run: ["sh", "-c", `echo ${name} >>effects`], ...more };
}

async function project(steps: object): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.write(FILE, JSON.stringify({ jobs: 1, steps }));
  assertEquals((await mpm(env, ["allow", FILE])).status, 0);
  return env;
}

/** Steps in the project are flagged, or take effect once. */
posixTest("a pipeline that dies at any write runs no step twice", async () => {
  const steps = ["a", "b", "c"];
  const points = await dieEverywhere(["pipeline", "run", "work"], {
    prepare: () =>
      project({
        a: effect("a"),
        b: effect("b"),
        c: effect("c", { needs: ["a", "b"] }),
      }),
    async check(env, where) {
      const [run] = runIds(env);
      if (run === undefined) return;
      const before = await mpmJson(env, ["pipeline", "status", run]);
      assertEquals(before.state === "interrupted", !isOver(env, run), where);
      const { stderr } = await mpm(env, ["pipeline", "resume", run]);
      assertEquals(isOver(env, run), true, `${where}: ${stderr}`);
      const after = await mpmJson(env, ["pipeline", "status", run]);
      const done = env.exists("effects") ? env.read("effects").split("\n") : [];
      const states = new Map(
        (after.steps as { name: string; state: string }[])
          .map(({ name, state }) => [name, state]),
      );
      for (const step of steps) {
        const times = done.filter((one) => one === step).length;
        const state = states.get(step);
        const most = state === "skipped" ? 0 : 1;
        assert(
          state === "done" ? times === 1 : times <= most,
          `${where}: ${step} is ${state}, ${times} times`,
        );
      }
    },
    now: NOW,
  });
  sayPoints("pipeline run", points);
});

/** Steps with a worktree always run again, and their results arrive once. */
soakTest(
  "a pipeline with worktrees that dies at any write succeeds in the end",
  async () => {
    const step = (name: string) => ({
      ...effect(name, { worktree: true, produces: [`${name}.txt`] }),
      run: ["sh", "-c", `echo ${name} >${name}.txt`],
    });
    const points = await dieEverywhere(["pipeline", "run", "work"], {
      prepare: async () => {
        const env = await project({ a: step("a"), b: step("b") });
        env.write("base.txt", "base\n");
        env.commit("base");
        return env;
      },
      async check(env, where) {
        const [run] = runIds(env);
        if (run === undefined) return;
        const { stderr } = await mpm(env, ["pipeline", "resume", run]);
        assertEquals(isOver(env, run), true, `${where}: ${stderr}`);
        const { state } = await mpmJson(env, ["pipeline", "status", run]);
        assertEquals(state, "done", `${where}: ${stderr}`);
        assertEquals([env.read("a.txt"), env.read("b.txt")], ["a\n", "b\n"]);
        assertEquals(env.git("worktree", "list").trim().split("\n").length, 1);
      },
      now: NOW,
    });
    sayPoints("pipeline run with worktrees", points);
  },
);
