import { assert, assertEquals } from "@std/assert";
import { dieEverywhere } from "../helpers/dying.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { sayPoints } from "../helpers/say.ts";
import {
  assertOnce,
  EFFECT,
  effects,
  isOver,
  runFile,
  runIds,
  shell,
  taskProject,
} from "../helpers/tasks.ts";
import type { System } from "../../src/system/system.ts";
import type { TestEnv } from "../helpers/env.ts";

const ITEMS = ["a", "b", "c", "d", "e"];
const NOW = () => new Date("2026-03-04T05:06:07Z");
const RUN = "work-20260304-050607";

/** Pauses between tries take no time. */
const wrap = (system: System): System => ({
  ...system,
  sleep: (milliseconds, signal) => system.sleep(milliseconds / 50, signal),
});

/** A run of two chunks; the second one fails once before it succeeds. */
function project(): Promise<TestEnv> {
  const fails = `[ "$1" = d ] && [ ! -e failed ] && { : >failed; exit 3; }`;
  return taskProject({
    items: { list: ITEMS },
    chunk: 3,
    retries: 1,
    run: shell(`${fails}; ${EFFECT}`, "{items}"),
  });
}

/**
 * Checks the state after a death: nothing is running, and resume does the rest.
 */
async function check(env: TestEnv, where: string): Promise<void> {
  const [run] = runIds(env);
  if (run === undefined) return;
  const { state } = await mpmJson(env, ["task", "status", run]);
  const wasOver = isOver(env, run);
  assert(["done", "failed", "interrupted"].includes(String(state)), where);
  assertEquals(state === "interrupted", !wasOver, where);
  const resumed = await mpm(env, ["task", "resume", run], { wrap });
  if (!wasOver) assert([0, 1].includes(resumed.status), resumed.stderr);
  assertEquals(isOver(env, run), true, `${where}: ${resumed.stderr}`);
  assertOnce(env, run, { items: ITEMS, where });
}

for (const command of ["run", "resume"] as const) {
  posixTest(
    `a task ${command} that dies at any write loses no item, and runs none twice`,
    async () => {
      const points = await dieEverywhere(
        command === "run"
          ? ["task", "run", "work"]
          : ["task", "resume", "--again"],
        {
          prepare: async () => {
            const env = await project();
            if (command === "resume") await interrupted(env);
            return env;
          },
          check,
          now: NOW,
          all: true,
          wrap,
        },
      );
      sayPoints(`task ${command}`, points);
    },
  );
}

/** A run whose runner died just before its first program began. */
async function interrupted(env: TestEnv): Promise<void> {
  await mpm(env, ["task", "run", "work"], { now: NOW, wrap });
  const path = runFile(RUN, "log.jsonl");
  const lines = env.read(path).split("\n");
  const first = lines.findIndex((line) => line.includes('"start"'));
  assert(first >= 0, lines.join("\n"));
  env.write(path, `${lines.slice(0, first + 1).join("\n")}\n`);
  for (
    const name of [runFile(RUN, "results.jsonl"), `effects-${RUN}`, "failed"]
  ) if (env.exists(name)) env.remove(name);
}

posixTest(
  "a power failure loses results that are not synced, but no item",
  async () => {
    const points = await dieEverywhere(["task", "run", "work"], {
      prepare: project,
      check: async (env, where) => {
        const [run] = runIds(env);
        const lost = run && runFile(run, "results.jsonl");
        // The results are synced before the run is over.
        if (lost && env.exists(lost) && !isOver(env, run)) env.write(lost, "");
        await check(env, where);
      },
      now: NOW,
      wrap,
    });
    sayPoints("task run, power failure", points);
  },
);

posixTest("no program starts before its start is on the disk", async () => {
  using env = await project();
  const unsynced: string[] = [];
  const watched = (system: System): System => {
    const files: System["files"] = {
      ...system.files,
      append(path, bytes, options) {
        if (path.endsWith("log.jsonl") && !options?.synced) unsynced.push(path);
        const text = new TextDecoder().decode(bytes);
        // The program of the starting chunk has not done anything yet.
        if (text.includes('"start"')) {
          const chunk = JSON.parse(text.trim().split("\n").at(-1)!).chunk;
          const known = effects(env, RUN);
          assert(!known.includes(ITEMS[chunk * 3]!), `${known} at ${chunk}`);
        }
        system.files.append(path, bytes, options);
      },
    };
    return { ...wrap(system), files };
  };
  const { status, stderr } = await mpm(env, ["task", "run", "work"], {
    now: NOW,
    wrap: watched,
  });
  assertEquals([status, unsynced], [0, []], stderr);
});
