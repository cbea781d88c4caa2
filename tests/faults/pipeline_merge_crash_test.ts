import { assert, assertEquals } from "@std/assert";
import { dieEverywhere } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest, SOAKS } from "../helpers/posix.ts";
import { sayPoints } from "../helpers/say.ts";
import { shell } from "../helpers/tasks.ts";

const NOW = () => new Date("2026-03-04T05:06:07Z");
const FILE = ".claude-mpm/pipelines/work.yaml";

/** A run whose steps are done, but whose results are not applied yet. */
async function prepare(): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.write("one", "1\n");
  env.write("two", "2\n");
  env.write(".gitignore", ".claude-mpm/\n");
  env.commit("first");
  env.write("two", "mine\n");
  const steps = {
    // Nothing is applied, as if the user had changed the file.
    one: { run: shell("echo A >one; echo x >../../../one"), worktree: true },
    two: { run: shell("rm two; mkdir d; echo n >d/new"), worktree: true },
  };
  env.write(FILE, JSON.stringify({ steps }));
  await mpm(env, ["allow", FILE]);
  const run = await mpm(env, ["pipeline", "run", "work"], { now: NOW });
  assert(run.stdout.includes("stopped"), run.stdout + run.stderr);
  env.write("one", "1\n");
  return env;
}

function look(env: TestEnv): string[] {
  return ["one", "two", "d/new"].map((path) =>
    env.exists(path) ? env.read(path) : ""
  );
}

const BEFORE = ["1\n", "mine\n", ""];
const AFTER = ["A\n", "", "n\n"];

posixTest(
  "merged results are applied or not, wherever mpm dies, and can be undone",
  async () => {
    const points = await dieEverywhere(["pipeline", "resume"], {
      prepare,
      now: NOW,
      // The tests of checkpoints cover a death at each write of a restore.
      isReported: (at) => !SOAKS && at % 15 !== 0,
      async check(env, where) {
        await mpm(env, ["checkpoint", "list"]);
        const found = JSON.stringify(look(env));
        const isWhole = [BEFORE, AFTER].map((one) => JSON.stringify(one))
          .includes(found);
        assert(isWhole, `${where}: ${found}`);
        const { status, stderr } = await mpm(env, ["pipeline", "resume"]);
        assert([0, 4].includes(status), `${where}: ${stderr}`);
        assertEquals(look(env), AFTER, `${where}: ${stderr}`);
        const undone = await mpm(env, ["undo"]);
        assertEquals(undone.status, 0, `${where}: ${undone.stderr}`);
        assertEquals(look(env), BEFORE, where);
      },
    });
    sayPoints("pipeline resume", points);
  },
);
