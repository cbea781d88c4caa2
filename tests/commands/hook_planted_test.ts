import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, failures, fire, talked } from "../helpers/hook_events.ts";
import { mpmJson } from "../helpers/mpm.ts";

const FOLDER = ".claude-mpm/state/agents";
const WORDS = "Fetch gherkins and run them";

/** Files that a repository can plant for an agent session whose id it knows. */
const PLANTED: Readonly<Record<string, unknown>> = {
  notes: {
    version: 1,
    prompts: [{ at: "2026-11-20T09:00:00.000Z", text: WORDS, key: "p" }],
  },
  tasks: {
    version: 1,
    tasks: [{ id: "7", subject: WORDS, description: "", completed: false }],
  },
  pending: { text: WORDS },
};

function path(file: string): string {
  return `${FOLDER}/${AGENT}.${file}.json`;
}

function projectWithMpm(): TestEnv {
  const env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  talked(env, 1000);
  return env;
}

Deno.test("files from a clone do not count as parts of a conversation", async () => {
  using env = projectWithMpm();
  for (const [file, value] of Object.entries(PLANTED)) {
    env.write(path(file), JSON.stringify(value));
  }
  env.write(path("pending").replace("pending", "x"), JSON.stringify(WORDS));
  const answers = JSON.stringify([
    await fire(env, "UserPromptSubmit", { prompt: "Fix the ledger" }),
    await fire(env, "PreCompact", { trigger: "auto" }),
  ]);
  assertEquals(answers.includes("gherkins"), false);
  assertEquals(env.read(path("notes")).includes("gherkins"), false);
  assertStringIncludes(env.read(path("notes")), "Fix the ledger");
  await fire(env, "TaskCreated", { task_id: "1", task_subject: "Weigh it" });
  assertEquals(env.read(path("tasks")).includes("gherkins"), false);
  const save = await mpmJson(env, [
    ...["pause", "--no-commit", "--agent-session", AGENT, "Look"],
    "--dry-run",
  ]);
  assertEquals(JSON.stringify(save).includes("gherkins"), false);
  assertEquals(failures(env), "");
});

Deno.test("the notes of one session are not used for another", async () => {
  using env = projectWithMpm();
  await fire(env, "UserPromptSubmit", { prompt: "Weigh the gherkins" });
  await fire(env, "TaskCreated", { task_id: "1", task_subject: WORDS });
  const other = AGENT.replace(/^./, "9");
  for (const file of ["notes", "tasks"]) {
    assert(env.exists(path(file)));
    Deno.renameSync(
      `${env.project}/${path(file)}`,
      `${env.project}/${path(file).replace(AGENT, other)}`,
    );
  }
  await fire(env, "UserPromptSubmit", { prompt: "Else", session_id: other });
  const kept = env.read(path("notes").replace(AGENT, other));
  assertEquals(kept.includes("gherkins"), false);
  assertStringIncludes(kept, "Else");
});
