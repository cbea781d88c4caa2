import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { fire, talked } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

/** A repository that uses mpm, in a session whose context is full. */
function full(): TestEnv {
  const env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  talked(env, 199_000);
  return env;
}

/** Returns the answer instead of the model's. */
async function said(env: TestEnv, prompt: string): Promise<string> {
  const { decision, reason, hookSpecificOutput } = await fire(
    env,
    "UserPromptSubmit",
    { prompt },
  );
  const shown = hookSpecificOutput?.suppressOriginalPrompt;
  assertEquals([decision, shown], ["block", true], prompt);
  return reason!;
}

async function newest(env: TestEnv) {
  const { session } = await mpmJson<
    { session: { conversation: Record<string, unknown> } }
  >(env, ["resume", "--peek", "--no-changes"]);
  return session.conversation;
}

Deno.test("every spelling of a pause saves the session at 95 %", async () => {
  using env = full();
  const spellings: [string, string][] = [
    ["/mpm-pause", "at the first light"],
    ["/mpm-session-pause", "before the gate"],
    ["/mpm:mpm-session-pause", "with a plugin"],
    ["/mpm-init pause", "on the old road"],
    ["/mpm-init  pause -s", '"by its option"'],
    ["/mpm-session-pause -m", "'by another'"],
    ["/mpm-pause --no-prune-worktrees --no-commit", "with options before"],
    ["/mpm-pause", "--not an option"],
    ["/mpm-pause", "- a dash"],
    ["/mpm-pause", '-s "a quote that stays open'],
  ];
  for (const [spelling, words] of spellings) {
    const answer = await said(env, `${spelling} ${words}`);
    assertStringIncludes(answer, "Session Paused Successfully", spelling);
    const { summary } = await newest(env);
    assertEquals(summary, words.replace(/^(["'])(.*)\1$/, "$2"), spelling);
  }
  await said(env, '/mpm-init pause -s "Pay" -a "It\'s in" -a B -n "Add C"');
  const { accomplishments, next_steps } = await newest(env);
  assertEquals([accomplishments, next_steps], [["It's in", "B"], ["Add C"]]);
});

Deno.test("every spelling of a resume shows the report at 95 %", async () => {
  using env = full();
  await mpmJson(env, ["pause", "The gate", "--no-commit"]);
  const { session_id: id } = await mpmJson(
    env,
    ["pause", "The road", "--no-commit"],
  );
  const spellings = [
    "/mpm-resume",
    "/mpm-session-resume",
    "/mpm-init resume",
    `/mpm-init resume --session-id ${id}`,
    `/mpm-session-resume ${id}`,
    "/mpm-session-resume --select 1",
    "/mpm:mpm-session-resume",
  ];
  for (const spelling of spellings) {
    assertStringIncludes(await said(env, spelling), "Summary: The road");
  }
  const second = await said(env, "/mpm-session-resume --select 2");
  assertStringIncludes(second, "Summary: The gate");
  const list = await said(env, "/mpm-init resume --list");
  assert(/The road[^]*The gate/.test(list), list);
});

Deno.test("below 95 % the model handles a typed pause if it has the skill", async () => {
  using env = full();
  const PAUSES = ["mpm-pause", "mpm-session-pause", "mpm-init pause"];
  const answered = async () => {
    const blocked: string[] = [];
    for (const name of [...PAUSES, "mpm:mpm-pause"]) {
      const prompt = `/${name} the ledger`;
      const { decision } = await fire(env, "UserPromptSubmit", { prompt });
      if (decision === "block") blocked.push(name);
    }
    return blocked;
  };
  talked(env, 100_000);
  // Without skills, the hook answers.
  assertEquals(await answered(), [...PAUSES, "mpm:mpm-pause"]);
  for (const name of ["mpm-pause", "mpm-session-pause", "mpm-init"]) {
    env.write(`.claude/skills/${name}/SKILL.md`, "x");
  }
  assertEquals(await answered(), ["mpm:mpm-pause"]);
  // A plugin's skills are named after it.
  env.extra.CLAUDE_PLUGIN_ROOT = "/plugin";
  assertEquals(await answered(), []);
  // Commands without a model are answered at once.
  assertStringIncludes(await said(env, "/mpm-pause --help"), "mpm pause [");
  assertStringIncludes(await said(env, "/mpm-checkpoint half"), "half");
  talked(env, 189_999);
  assertEquals(await answered(), []);
  talked(env, 190_000);
  assertEquals(await answered(), [...PAUSES, "mpm:mpm-pause"]);
});

Deno.test("a typed command prints its help, and names no other project", async () => {
  using env = full();
  assertStringIncludes(await said(env, "/mpm-pause --help"), "mpm pause [");
  const refused = await said(env, "/mpm-resume --list --project /tmp");
  assertStringIncludes(refused, "Error: A prompt cannot name another project");
  const unknown = await said(env, "/mpm-return --park --prak");
  assertStringIncludes(unknown, 'Error: Unknown option "--prak"');
});

Deno.test("/mpm-return takes free text as the detour's summary", async () => {
  using env = full();
  await mpmJson(env, ["start", "Feature"]);
  for (
    const [typed, summary] of [
      ["fixed the -- login", "fixed the -- login"],
      ['-s "fixed it" --park', "fixed it"],
    ]
  ) {
    await mpmJson(env, ["branch", "fix", "Login"]);
    const answer = await said(env, `/mpm-return ${typed}`);
    assertStringIncludes(answer, `Summary: ${summary}`);
  }
  await mpmJson(env, ["branch", "fix", "Login"]);
  const back = await mpm(env, ["return", "fixed", "by", "hand"]);
  assertStringIncludes(back.stdout, "Summary: fixed by hand");
});

Deno.test("a prompt that only looks like a command continues to the model", async () => {
  using env = full();
  talked(env, 1000);
  for (
    const prompt of [
      "/mpm-init",
      "/mpm-init context",
      "/mpm-init paused",
      "/mpm-session",
      "/mpm-session-pauses",
      "/mpm-session-return",
      "say /mpm-session-pause",
    ]
  ) assertEquals(await fire(env, "UserPromptSubmit", { prompt }), {}, prompt);
});

Deno.test("a prompt that requests a checkpoint or a template in words gets it", async () => {
  using env = full();
  await mpmJson(env, ["checkpoint", "save", "Feature Development", "-m", "Oh"]);
  const checkpoint = "Resume from checkpoint: Feature Development";
  // It is shown, and the agent gets it with the next prompt.
  assertStringIncludes(await said(env, checkpoint), "Oh");
  talked(env, 1000);
  const answerTo = async (prompt: string) => {
    const answer = await fire(env, "UserPromptSubmit", { prompt });
    assertEquals(answer.decision, undefined, prompt);
    return answer.hookSpecificOutput?.additionalContext ?? "";
  };
  assertStringIncludes(await answerTo("go on"), '"mpm checkpoint load"');
  assertStringIncludes(await answerTo(checkpoint), "Oh");
  assertEquals(await answerTo(`${checkpoint}\n\nAll of it`), "");
  const none = await answerTo("Resume from checkpoint: nothing like it");
  assertStringIncludes(none, "Error: ");
  const started = await answerTo(
    "Start session from template: Feature Development\n" +
      "Feature: User notifications",
  );
  assertStringIncludes(started, "User notifications");
  const { stdout } = await mpm(env, ["status"]);
  assertStringIncludes(stdout, "User notifications");
  using other = TestEnv.repository();
  const prompt = checkpoint;
  assertEquals(await fire(other, "UserPromptSubmit", { prompt }), {});
});

Deno.test("a typed detour may have blanks in its quoted name", async () => {
  using env = full();
  const answer = await said(
    env,
    '/mpm-branch "Bug Fix (urgent)" Fix the login',
  );
  assertStringIncludes(answer, "the detour Bug Fix (urgent): Fix the login");
});
