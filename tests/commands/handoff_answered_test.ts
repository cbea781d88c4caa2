import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { fire, NOON, projectSlug } from "../helpers/hook_events.ts";
import { mpm } from "../helpers/mpm.ts";
import {
  answer,
  lastSave,
  openTexts,
  pauseTalk,
  prompt,
  putTalk,
} from "../helpers/small_talk.ts";

/** The agent session that asks, and the one after it. */
const FIRST = "2f9f3595-4a94-484c-9d8a-c921c801b1ef";
const SECOND = "3f9f3595-4a94-484c-9d8a-c921c801b1ef";

const ASKED = "Should the ledger use Postgres or SQLite?";
const WHERE = "Where should the ledger be stored?";

/** The call of a tool that waits for a person when the session ends. */
function waiting(name: string, input: Record<string, unknown>) {
  const content = [{ type: "tool_use", id: "toolu_wait", name, input }];
  return [{ type: "assistant", message: { content } }];
}

/** Pauses a session that asks and then a session with these prompts. */
async function asked(
  end: Parameters<typeof pauseTalk>[1],
  prompts: readonly string[],
) {
  const env = TestEnv.repository();
  await pauseTalk(env, [...prompt("Build the ledger."), ...end], {
    agent: FIRST,
  });
  const turns = prompts.flatMap((one) => [...prompt(one), ...answer("Noted.")]);
  const from = "2026-11-20T11:00:00Z";
  const save = await pauseTalk(env, turns, { agent: SECOND, from });
  return { env, save };
}

for (
  const { end, prompts, decision, goals = ["Build the ledger."] } of [
    {
      end: answer(`The tables are ready. ${ASKED}`),
      prompts: ["SQLite, please.", "Now add refunds."],
      decision: `${ASKED} SQLite, please.`,
    },
    {
      end: answer(`The tables are ready. ${ASKED}`),
      prompts: ["/mpm-resume", "Continue.", "Use Postgres. And add an index."],
      decision: `${ASKED} Use Postgres.`,
      goals: ["Build the ledger.", "And add an index."],
    },
    {
      end: answer(`The tables are ready. ${WHERE}`),
      prompts: ["In a file next to the receipts"],
      decision: `${WHERE} In a file next to the receipts`,
    },
    {
      end: waiting("AskUserQuestion", {
        questions: [{
          question: "Which currency comes first?",
          header: "Currency",
          multiSelect: false,
          options: [{ label: "Euro" }, { label: "Dollar" }],
        }],
      }),
      prompts: ["Euro"],
      decision: "Which currency comes first? Euro",
    },
    {
      end: waiting("ExitPlanMode", { plan: "# Two tables\n\n1. Split\n" }),
      prompts: ["Yes, do that."],
      decision: 'Approve the plan "Two tables"? Yes, do that.',
    },
  ]
) {
  Deno.test(`a later session answers: ${decision}`, async () => {
    const { env, save } = await asked(end, prompts);
    using _ = env;
    assertEquals(openTexts(save, "decision"), [decision]);
    assertEquals(openTexts(save, "question"), []);
    assertEquals(openTexts(save, "goal"), goals);
    const isPlan = decision.includes("plan");
    assertEquals(
      openTexts(save, "plan"),
      isPlan ? ["# Two tables\n\n1. Split\n"] : [],
    );
    const { stdout } = await mpm(env, ["resume", "--format", "context"]);
    assertStringIncludes(stdout, decision);
    // Another save of the same session has it once, too.
    await mpm(env, ["pause", "--no-commit", "--agent-session", SECOND]);
    assertEquals(openTexts(lastSave(env), "decision"), [decision]);
  });
}

for (
  const said of [
    ...["Write the docs.", "Continue.", "Is SQLite fast?"],
    ...["Use strict mode everywhere.", "ok now add refunds"],
  ]
) {
  Deno.test(`"${said}" answers nothing`, async () => {
    const end = waiting("AskUserQuestion", {
      questions: [{ question: ASKED, header: "", options: [] }],
    });
    const { env, save } = await asked(end, [said]);
    using _ = env;
    assertEquals(openTexts(save, "decision"), []);
    assertEquals(openTexts(save, "question"), [ASKED]);
    const goals = openTexts(save, "goal");
    assertEquals(goals.includes(said), said !== "Continue.");
  });
}

Deno.test("an answer is not used if prompts are not kept", async () => {
  using env = TestEnv.repository();
  await mpm(env, ["config", "set", "handoff.prompts", "false"]);
  const talk = [...prompt("Build the ledger."), ...answer(ASKED)];
  await pauseTalk(env, talk, { agent: FIRST });
  const from = "2026-11-20T11:00:00Z";
  const save = await pauseTalk(
    env,
    [...prompt("SQLite"), ...answer("Noted.")],
    { agent: SECOND, from },
  );
  assertEquals(openTexts(save, "decision"), []);
});

Deno.test("a compaction does not ask again what a prompt answered", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  const talk = [...prompt("Build the ledger."), ...answer(`Done. ${ASKED}`)];
  await ask(env, ASKED, -100);
  await pauseTalk(env, talk, { agent: FIRST });
  const given = async () => {
    const fields = { source: "compact", session_id: SECOND };
    const { hookSpecificOutput } = await fire(env, "SessionStart", fields, {
      now: () => new Date(NOON.getTime() + 7_200_000),
    });
    const text = hookSpecificOutput!.additionalContext!;
    return /^Open questions:\n- (.*)/m.exec(text)?.[1];
  };
  assertStringIncludes(await given() ?? "", ASKED);
  await fire(env, "UserPromptSubmit", {
    ...{ session_id: SECOND, prompt_id: "p1", prompt: "SQLite" },
  }, { now: () => new Date(NOON.getTime() + 3_600_000) });
  assertEquals(await given(), undefined);
});

Deno.test("an answer counts beside an earlier save by a person", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  const from = (hours: number) =>
    new Date(NOON.getTime() + hours * 3_600_000).toISOString();
  const now = (hours: number) => ({ now: () => new Date(from(hours)) });
  const talk = [...prompt("Build the ledger."), ...answer(`Done. ${ASKED}`)];
  await pauseTalk(env, talk, { agent: FIRST, from: from(0), ...now(1) });
  const next = [...prompt("SQLite"), ...answer("Fine.")];
  putTalk(env, next, { agent: SECOND, from: from(2) });
  const fields = { session_id: SECOND, prompt_id: "p", prompt: "SQLite" };
  await fire(env, "UserPromptSubmit", fields, now(2));
  await fire(env, "SessionEnd", { session_id: SECOND }, now(3));
  const line = ["resume", "--peek", "--format", "context"];
  const { stdout } = await mpm(env, line, now(4));
  assertStringIncludes(stdout, `${ASKED} SQLite`);
  assertEquals(stdout.includes("Open questions"), false, stdout);
});

Deno.test("the answer to a killed client's question closes it", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  const at = (hours: number) => ({
    now: () => new Date(NOON.getTime() + hours * 3_600_000),
  });
  const said = async (
    agent: string,
    turn: readonly [string, string],
    hours: number,
  ) => {
    const from = at(hours).now().toISOString();
    const talk = [...prompt(turn[0]), ...answer(turn[1])]
      .map((line) => ({ ...line, version: "2.1.330" }));
    putTalk(env, talk, { agent, from });
    const slug = projectSlug(env.project);
    const path = join(env.home, `.claude/projects/${slug}/${agent}.jsonl`);
    Deno.utimeSync(path, new Date(from), new Date(from));
    await fire(env, "UserPromptSubmit", {
      ...{ session_id: agent, prompt_id: "p", prompt: turn[0] },
    }, at(hours));
  };
  await said(FIRST, ["Build the ledger.", `Half is done. ${ASKED}`], 0);
  const start = { source: "startup", session_id: SECOND };
  await fire(env, "SessionStart", start, at(2));
  assertEquals(openTexts(lastSave(env), "question"), [ASKED]);
  await said(SECOND, ["SQLite", "Noted."], 3);
  await fire(env, "SessionEnd", {
    ...{ session_id: SECOND, reason: "other" },
  }, at(4));
  assertEquals(openTexts(lastSave(env), "question"), []);
  assertEquals(openTexts(lastSave(env), "decision"), [`${ASKED} SQLite`]);
  const { stdout } = await mpm(env, ["ask"], at(4));
  assertEquals(stdout.includes(ASKED), false, stdout);
});

/** Adds a question as the agent does, in the hour before noon. */
async function ask(env: TestEnv, text: string, minutes: number) {
  Object.assign(env.extra, { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: FIRST });
  const now = () => new Date(NOON.getTime() - (60 - minutes) * 60_000);
  const { status, stderr } = await mpm(env, ["ask", text], { now });
  assertEquals(status, 0, stderr);
  delete env.extra.CLAUDECODE;
  delete env.extra.CLAUDE_CODE_SESSION_ID;
}

const ELEVEN = "2026-11-20T11:00:00Z";

Deno.test("an answer closes the same question that the agent added with a command", async () => {
  for (const isLater of [false, true]) {
    using env = TestEnv.repository();
    await ask(env, ASKED, 0);
    await ask(env, "Which port does staging use?", 0);
    const first = [...prompt("Build the ledger."), ...answer(`Done. ${ASKED}`)];
    const next = [...prompt("SQLite, please."), ...answer("Noted.")];
    const from = "2026-11-20T11:05:00Z";
    const save = isLater
      ? (await pauseTalk(env, first, { agent: FIRST, from }),
        await pauseTalk(env, next, {
          agent: SECOND,
          from: "2026-11-20T11:30:00Z",
        }))
      : await pauseTalk(env, [...first, ...next], { agent: FIRST, from });
    assertEquals(openTexts(save, "decision"), [`${ASKED} SQLite, please.`]);
    assertEquals(openTexts(save, "question"), ["Which port does staging use?"]);
  }
});

Deno.test("a question that the agent added again after the answer stays open", async () => {
  using env = TestEnv.repository();
  const talk = [
    ...prompt("Build the ledger."),
    ...answer(`Done. ${ASKED}`),
    ...prompt("SQLite, please."),
    ...answer("Noted."),
  ];
  await ask(env, ASKED, 30);
  const save = await pauseTalk(env, talk, { agent: FIRST, from: ELEVEN });
  assertEquals(openTexts(save, "question"), [ASKED]);
});

Deno.test("a prompt does not close a question that was only added with a command", async () => {
  using env = TestEnv.repository();
  await ask(env, ASKED, 0);
  const from = "2026-11-20T11:05:00Z";
  const talk = [
    ...prompt("Build the ledger."),
    ...answer("The tables are ready."),
  ];
  await pauseTalk(env, talk, { agent: FIRST, from });
  const next = [...prompt("Use SQLite for the tests."), ...answer("Noted.")];
  const save = await pauseTalk(env, next, {
    agent: SECOND,
    from: "2026-11-20T11:30:00Z",
  });
  assertEquals(openTexts(save, "question"), [ASKED]);
});
