import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { PauseResult, UndoTrashResult } from "../../schemas/types.ts";
import { diagnose, healthy, holds, type Illness } from "../helpers/doctors.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

const STATE = ".claude-mpm/state";
const ITEMS = `${STATE}/items`;

/** The healthy project with items, a variable, a run and partitions. */
async function carrying(): Promise<TestEnv> {
  const env = await healthy();
  env.write(
    ".claude-mpm/config.toml",
    '[partitions.web]\npaths = ["web"]\n[partitions.db]\npaths = ["db"]\n',
  );
  await mpmJson(env, ["next", "Write the tests"]);
  await mpmJson(env, ["decide", "Use SQLite"]);
  await mpmJson(env, ["var", "set", "port", "8081"]);
  await mpmJson(env, ["allow", "true"]);
  await mpmJson(env, ["evidence", "--run", "true"]);
  await mpmJson(env, ["partition", "use", "web"]);
  return env;
}

function only(env: TestEnv, folder: string, pattern: RegExp): string {
  const [file] = [...Deno.readDirSync(join(env.project, folder))]
    .filter(({ name }) => pattern.test(name));
  return `${folder}/${file!.name}`;
}

const vars = (env: TestEnv) => only(env, ITEMS, /^vars-/);
const choice = (env: TestEnv) => only(env, `${STATE}/partitions`, /json$/);

function changed(env: TestEnv, path: string, from: string, to: string): void {
  const text = env.read(path);
  assertStringIncludes(text, from);
  env.write(path, text.replace(from, to));
}

const check = "hand-off";

const CASES: Record<string, Illness> = {
  "a damaged item": {
    harm: (env) => env.write(`${ITEMS}/item-1.json`, '{"schema":'),
    ...{ check, state: "error", status: 5, fixed: "ok" },
    ...{ says: 'item-1.json": it is not JSON', hint: "mpm doctor --fix" },
  },
  "twenty damaged items": {
    harm: (env) => {
      for (let number = 11; number <= 30; number++) {
        env.write(`${ITEMS}/item-${number}.json`, "");
      }
    },
    ...{ check, state: "error", status: 5, fixed: "ok" },
    says: "and 15 more files",
  },
  "an item that was changed": {
    harm: (env) => changed(env, `${ITEMS}/item-2.json`, "SQLite", "Oracle"),
    ...{ check, state: "warning", status: 0 },
    ...{ says: "item-2.json", hint: "rm " },
  },
  "damaged variables": {
    harm: (env) => env.write(vars(env), "port=8081\n"),
    ...{ check, state: "error", status: 5, says: "vars-", fixed: "ok" },
  },
  "variables that were changed": {
    harm: (env) => changed(env, vars(env), "8081", "8082"),
    ...{ check, state: "warning", status: 0, says: "vars-", hint: "rm " },
  },
  "a damaged list of runs": {
    harm: (env) => env.write(`${STATE}/runs.json`, '{"schema":1}'),
    ...{ check, state: "error", status: 5, says: "runs.json", fixed: "ok" },
  },
  "runs that were changed": {
    harm: (env) => changed(env, `${STATE}/runs.json`, '"exit": 0', '"exit": 1'),
    ...{ check, state: "warning", status: 0 },
    ...{ says: "they prove nothing", hint: "mpm evidence --run" },
  },
  "a damaged choice of a partition": {
    harm: (env) => env.write(choice(env), "web"),
    ...{ check, state: "warning", status: 0 },
    ...{ says: "this worktree has no chosen partition", fixed: "ok" },
  },
  "a chosen partition that is no longer configured": {
    harm: (env) =>
      changed(env, ".claude-mpm/config.toml", "partitions.web", "partitions.x"),
    ...{ check, state: "warning", status: 0 },
    ...{ says: 'The partition "web"', hint: "mpm partition use --auto" },
  },
  "a file instead of the items": {
    harm: (env) => {
      env.remove(ITEMS);
      env.write(ITEMS, "");
    },
    ...{ check: "store", state: "error", status: 4 },
    ...{ says: 'items" is not a folder: file', hint: "move the file" },
  },
  "an unreadable list of allowed commands": {
    harm: (env) =>
      Deno.writeTextFileSync(
        join(env.home, ".local/state/mpm/allowed.json"),
        "{",
      ),
    ...{ check: "configuration", state: "error", status: 5 },
    ...{ says: "so nothing is allowed to run", hint: "mpm allow" },
  },
  "more items than are carried": {
    harm: async (env) => {
      const { session_id: id } = await mpmJson<PauseResult>(env, [
        ...["pause", "--no-commit", "--input", input(env)],
      ]);
      await mpmJson(env, ["resume", id]);
    },
    ...{ check, state: "warning", status: 0 },
    ...{ says: "500 items are open", hint: "mpm done" },
  },
};

/** A file with more next steps than fit. */
function input(env: TestEnv): string {
  const steps = Array.from({ length: 520 }, (_, at) => `Step ${at}`);
  const path = join(env.root, "input.json");
  Deno.writeTextFileSync(path, JSON.stringify({ next_steps: steps }));
  return path;
}

for (const [what, illness] of Object.entries(CASES)) {
  posixTest(`doctor sees ${what}`, () => holds(what, illness, carrying));
}

posixTest(
  "a complete hand-off is healthy, and --fix loses no damaged file",
  async () => {
    using env = await carrying();
    const well = await diagnose(env);
    assertEquals(well.checks[check], {
      ...{ name: check, state: "ok", summary: "2 items, 2 open", findings: [] },
    });
    env.write(`${ITEMS}/item-1.json`, "torn");
    await diagnose(env, ["--fix"]);
    assertEquals(env.exists(`${ITEMS}/item-1.json`), false);
    const { items } = await mpmJson<UndoTrashResult>(env, ["trash", "list"]);
    const trashed = `.claude-mpm/trash/${items[0]!.name}`;
    assertEquals(env.read(`${trashed}/state/items/item-1.json`), "torn");
    // The others are unchanged.
    assertStringIncludes((await mpm(env, ["decide"])).stdout, "Use SQLite");
    assertEquals((await mpm(env, ["var", "get", "port"])).stdout, "8081\n");
  },
);

posixTest(
  "doctor reports versions of context files that lost their text",
  async () => {
    using env = await healthy();
    env.write(".claude/context.md", "# Context\n");
    const first = await mpmJson<PauseResult>(env, ["pause", "--no-commit"]);
    await mpmJson(env, ["resume"]);
    await mpmJson(env, ["pause", "--no-commit"]);
    assertEquals((await diagnose(env)).checks[check]?.state, "ok");
    await mpmJson(env, ["saves", "rm", first.session_id]);
    const { checks, status } = await diagnose(env);
    assertEquals([checks[check]?.state, status], ["warning", 0]);
    assertStringIncludes(
      checks[check]!.findings[0]!.detail,
      `The texts of 1 version of context files are missing: ${first.session_id}`,
    );
  },
);
