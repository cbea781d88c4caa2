import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { failures } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { formatText, putHome } from "../helpers/stores.ts";

const GEMINI = "f2ef161d-4a04-4f7f-92d5-a88879912974";
const COPILOT = "17f7f012-cd3a-4caa-b793-72ab31c2f410";
const CODEX = "01a204f9-2052-7a20-bbae-92ff9a8e4796";
const OPENCODE = "ses_df6bf1241ffe6aEPgdrIFJ3SCL";

const CHAT =
  ".gemini/tmp/project/chats/session-2026-11-22T20-32-f2ef161d.jsonl";
const EVENTS = `.copilot/session-state/${COPILOT}/events.jsonl`;
const ROLLOUT =
  `.codex/sessions/2026/11/22/rollout-2026-11-22T20-36-05-${CODEX}.jsonl`;
const RECORDED = `.local/state/mpm/opencode/${OPENCODE}.jsonl`;

const now = () => new Date("2026-11-22T20:40:00Z");

/** A session of a client, whose events these tests send. */
interface Told {
  readonly client: "codex" | "gemini" | "opencode" | "copilot";
  /** The fields of all its events. */
  readonly common: Record<string, unknown>;
}

const gemini = (env: TestEnv): Told => ({
  client: "gemini",
  common: {
    session_id: GEMINI,
    transcript_path: join(env.home, CHAT),
    cwd: env.project,
    timestamp: "2026-11-22T20:32:32.614Z",
  },
});

/** Most of its events do not have the path of the file. */
const copilot = (env: TestEnv): Told => ({
  client: "copilot",
  common: {
    session_id: COPILOT,
    cwd: env.project,
    timestamp: "2026-11-22T20:32:44.043Z",
  },
});

const codex = (env: TestEnv): Told => ({
  client: "codex",
  common: {
    session_id: CODEX,
    transcript_path: join(env.home, ROLLOUT),
    cwd: env.project,
  },
});

/** Sends its events as the plugin of mpm does. */
const opencode = (env: TestEnv): Told => ({
  client: "opencode",
  common: {
    session_id: OPENCODE,
    transcript_path: join(env.home, RECORDED),
    cwd: env.project,
  },
});

/** A session of each client, with its file and the contents. */
const SESSIONS = [
  { told: codex, path: ROLLOUT, format: "codex/gpt55-work.jsonl" },
  { told: gemini, path: CHAT, format: "gemini/work.jsonl" },
  { told: opencode, path: RECORDED, format: "opencode/work.jsonl" },
  { told: copilot, path: EVENTS, format: "copilot/work.jsonl" },
] as const;

/** Sends an event, and returns what is printed for the client. */
async function send(
  env: TestEnv,
  { client, common }: Told,
  event: string,
  fields: Record<string, unknown>,
): Promise<string> {
  const { status, stdout, stderr } = await mpm(
    env,
    ["hook", event, `--client=${client}`, "--installed-by=mpm/0.1.0"],
    { stdin: JSON.stringify({ ...common, ...fields }), now },
  );
  assertEquals([status, stderr], [0, ""], event);
  return stdout;
}

/** A repository with a save, and the session's file in the home. */
async function prepared(path: string, format: string): Promise<TestEnv> {
  const env = TestEnv.repository();
  const before = { now: () => new Date("2026-11-22T20:00:00Z") };
  const saved = await mpm(env, ["pause", "The tokenizer is half done"], before);
  assertEquals(saved.status, 0);
  const text = formatText(format).replaceAll("/home/dev/project", env.project)
    // One of them was recorded 20 hours later.
    .replaceAll('"time":17954515', '"time":17953795');
  putHome(env, path, text);
  putHome(env, join(dirname(dirname(path)), ".project_root"), env.project);
  return env;
}

interface Shown {
  readonly session: {
    readonly mpm: { readonly agent: Record<string, string> };
    readonly context_usage: { readonly tokens_used: number };
    readonly todos: {
      readonly active: readonly { readonly content: string }[];
    };
  };
  readonly agent_command: readonly string[];
  readonly items: readonly { readonly kind: string; readonly text: string }[];
}

/** The newest save, which the session's end made. */
async function lastSave(env: TestEnv): Promise<Shown> {
  const { sessions } = await mpmJson<
    { sessions: { session_id: string; agent_command: string[] }[] }
  >(env, ["sessions"]);
  const [newest] = sessions;
  const shown = await mpmJson<Shown>(env, ["resume", newest!.session_id]);
  assertEquals(newest!.agent_command, shown.agent_command);
  return shown;
}

Deno.test("Gemini CLI: a session gets the last save, and is saved itself", async () => {
  using env = await prepared(CHAT, "gemini/work.jsonl");
  const told = gemini(env);
  const start = JSON.parse(
    await send(env, told, "SessionStart", {
      hook_event_name: "SessionStart",
      source: "startup",
    }),
  );
  assertEquals(start.hookSpecificOutput.hookEventName, "SessionStart");
  const { additionalContext } = start.hookSpecificOutput;
  assertStringIncludes(additionalContext, "The tokenizer is half done");
  const prompt = { hook_event_name: "BeforeAgent", prompt: "Go on." };
  assertEquals(await send(env, told, "UserPromptSubmit", prompt), "");
  await send(env, told, "PostToolBatch", {
    hook_event_name: "AfterTool",
    tool_name: "run_shell_command",
    tool_input: { command: "make" },
    tool_response: { llmContent: "Output: made\n" },
  });
  await send(env, told, "Stop", {
    hook_event_name: "AfterAgent",
    prompt_response: "Done.",
    stop_hook_active: false,
  });
  await send(env, told, "SessionEnd", { reason: "exit" });
  const { session, agent_command } = await lastSave(env);
  const { name, session_id } = session.mpm.agent;
  assertEquals([name, session_id], ["gemini-cli", GEMINI]);
  assertEquals(agent_command, ["gemini", "--resume", GEMINI]);
  assertEquals(session.context_usage.tokens_used, 12_000);
  assertEquals(session.todos.active.map(({ content }) => content), [
    "Add a note",
  ]);
  assertEquals(failures(env), "");
});

Deno.test("Copilot CLI: a session gets the last save, and is saved itself", async () => {
  using env = await prepared(EVENTS, "copilot/work.jsonl");
  const told = copilot(env);
  const start = await send(env, told, "SessionStart", { source: "new" });
  const { additionalContext, ...rest } = JSON.parse(start);
  assertStringIncludes(additionalContext, "The tokenizer is half done");
  assertEquals(rest, {});
  assertEquals(
    await send(env, told, "UserPromptSubmit", { prompt: "Go on." }),
    "",
  );
  await send(env, told, "PostToolBatch", {
    tool_name: "Bash",
    tool_input: { command: "make" },
    tool_result: { result_type: "success", text_result_for_llm: "made" },
  });
  // The client names the fields of this event inconsistently.
  await send(
    env,
    { ...told, common: { cwd: env.project, sessionId: COPILOT } },
    "SubagentStart",
    { agent_id: "a-1", agent_type: "x", parent_agent_id: COPILOT },
  );
  await send(env, told, "Stop", { stop_hook_active: false });
  await send(env, told, "SessionEnd", { reason: "complete" });
  const { session, agent_command } = await lastSave(env);
  const { name, session_id, transcript_path } = session.mpm.agent;
  assertEquals([name, session_id], ["copilot-cli", COPILOT]);
  assertEquals(transcript_path, join(env.home, EVENTS));
  assertEquals(agent_command, ["copilot", `--resume=${COPILOT}`]);
  assertEquals(session.context_usage.tokens_used, 12_000);
  assertEquals(session.todos.active.map(({ content }) => content), [
    "Add a note",
  ]);
  assertEquals(failures(env), "");
});

Deno.test("Copilot CLI: after a compaction the agent gets the state again", async () => {
  using env = await prepared(EVENTS, "copilot/compact.jsonl");
  const told = copilot(env);
  const compacts = { trigger: "auto", custom_instructions: "" };
  assertEquals(await send(env, told, "PreCompact", compacts), "");
  const next = await send(env, told, "UserPromptSubmit", { prompt: "Go on." });
  const { additionalContext } = JSON.parse(next);
  assertStringIncludes(additionalContext, "The tokenizer is half done");
  const last = await send(env, told, "UserPromptSubmit", { prompt: "Go on." });
  assertEquals(last, "");
});

Deno.test("a pause in a client's shell belongs to the client's session", async () => {
  using env = await prepared(CHAT, "gemini/work.jsonl");
  putHome(env, EVENTS, formatText("copilot/work.jsonl"));
  const projects = { [env.project]: "project" };
  putHome(env, ".gemini/projects.json", JSON.stringify({ projects }));
  env.write("src/a.ts", "");
  const cwd = join(env.project, "src");
  const shells = {
    "gemini-cli": { GEMINI_CLI: "1" },
    "copilot-cli": { COPILOT_CLI: "1", COPILOT_AGENT_SESSION_ID: COPILOT },
  };
  for (const [name, variables] of Object.entries(shells)) {
    Object.assign(env.extra, variables);
    assertEquals((await mpm(env, ["pause", name], { now, cwd })).status, 0);
    for (const key of Object.keys(variables)) delete env.extra[key];
    const { session } = await lastSave(env);
    assertEquals(session.mpm.agent.name, name);
  }
});

Deno.test("hooks of Claude Code do nothing when Copilot CLI runs them", async () => {
  using env = await prepared(EVENTS, "copilot/work.jsonl");
  const { common } = copilot(env);
  const stdin = JSON.stringify({
    ...common,
    hook_event_name: "SessionStart",
    source: "new",
  });
  const named = ["hook", "SessionStart", "--installed-by=mpm/0.1.0"];
  env.extra.CLAUDE_PROJECT_DIR = env.project;
  for (const args of [named, []]) {
    env.extra.COPILOT_CLI = "1";
    assertEquals((await mpm(env, args, { stdin })).stdout, "");
    // The same from a client that does not identify itself.
    delete env.extra.COPILOT_CLI;
    assert((await mpm(env, args, { stdin })).stdout.includes("tokenizer"));
  }
});

Deno.test("an edit of a claimed file is denied in the format of each client", async () => {
  using env = await prepared(EVENTS, "copilot/work.jsonl");
  assertEquals(
    (await mpm(env, ["claim", "src/", "--task", "the parser"])).status,
    0,
  );
  const path = join(env.project, "src", "a.ts");
  const denied = JSON.parse(
    await send(env, copilot(env), "PreToolUse", {
      tool_name: "Edit",
      tool_input: { path, old_str: "a", new_str: "b" },
    }),
  );
  assertEquals(denied.permissionDecision, "deny");
  const refused = JSON.parse(
    await send(env, gemini(env), "PreToolUse", {
      tool_name: "replace",
      tool_input: { file_path: path, old_string: "a", new_string: "b" },
    }),
  );
  assertEquals(refused.decision, "deny");
});

for (const { told, path, format } of SESSIONS) {
  const client = format.split("/")[0];
  Deno.test(`${client}: the end of a turn never begins another one`, async () => {
    using env = await prepared(path, format);
    // This makes mpm print something.
    const set = ["config", "set", "--scope", "user", "context.pause_at", "1"];
    assertEquals((await mpm(env, set)).status, 0);
    for (const stop_hook_active of [true, false]) {
      const answer = await send(env, told(env), "Stop", { stop_hook_active });
      const fields = Object.keys(JSON.parse(answer || "{}"));
      assertEquals(fields.filter((one) => !/message$/i.test(one)), [], answer);
      // Copilot CLI does not show the output of hooks.
      const speaks = stop_hook_active && client !== "copilot";
      assertEquals(answer !== "", speaks, answer);
    }
  });

  posixTest(
    `${client}: events with a transcript of 19 GB are handled`,
    async () => {
      using env = await prepared(path, format);
      const file = join(env.home, path);
      makeHuge(file);
      const { size } = Deno.statSync(file);
      const begun = performance.now();
      await send(env, told(env), "SessionStart", { source: "startup" });
      await send(env, told(env), "UserPromptSubmit", { prompt: "Go on." });
      await send(env, told(env), "PostToolBatch", {
        tool_name: "Bash",
        tool_input: { command: "make" },
      });
      await send(env, told(env), "Stop", { stop_hook_active: false });
      await send(env, told(env), "SessionEnd", { reason: "exit" });
      assert(performance.now() - begun < 60_000);
      assertEquals(Deno.statSync(file).size, size);
      assertEquals(failures(env), "");
      const { session } = await lastSave(env);
      assertEquals(session.mpm.agent.session_id, told(env).common.session_id);
      assert(session.context_usage.tokens_used >= 12_000);
    },
  );
}

/** Makes a file of 19 GB: its lines, a hole, and the same lines again. */
function makeHuge(path: string): void {
  const lines = Deno.readTextFileSync(path);
  Deno.truncateSync(path, 19_000_000_000);
  Deno.writeTextFileSync(path, `\n${lines}`, { append: true });
}

const PARENT = "01a204fb-96ab-7603-a463-9b9540173277";
const CHILD = "01a204fb-9848-7392-996f-108a3281998e";

posixTest("codex: a session is saved despite a sub-agent's 19 GB", async () => {
  const rollout = (id: string) => ROLLOUT.replace(CODEX, id);
  using env = await prepared(rollout(PARENT), "codex/agent-main.jsonl");
  putHome(env, rollout(CHILD), formatText("codex/agent-child.jsonl"));
  makeHuge(join(env.home, rollout(CHILD)));
  const told = {
    client: "codex",
    common: {
      session_id: PARENT,
      transcript_path: join(env.home, rollout(PARENT)),
      cwd: env.project,
    },
  } as const;
  await send(env, told, "UserPromptSubmit", { prompt: "Go on." });
  const begun = performance.now();
  await send(env, told, "SessionEnd", { reason: "exit" });
  assertEquals(failures(env), "");
  assert(performance.now() - begun < 60_000);
  const { session } = await lastSave(env);
  assertEquals(session.mpm.agent.session_id, PARENT);
});

Deno.test("broken events get no answer", async () => {
  using env = await prepared(CHAT, "gemini/work.jsonl");
  for (const { client, common } of [gemini(env), copilot(env)]) {
    for (
      const stdin of [
        ...["", "null", "[]", '{"session_id":7}', "{", '"x"'],
        JSON.stringify({ ...common, session_id: "../../x", sessionId: "/" }),
        JSON.stringify({ ...common, cwd: "relative" }),
        JSON.stringify({ ...common, transcript_path: 7, tool_response: 7 }),
      ]
    ) {
      const args = ["hook", "PostToolBatch", `--client=${client}`];
      const { status, stdout, stderr } = await mpm(env, args, { stdin });
      assertEquals([status, stdout, stderr], [0, "", ""], stdin);
    }
  }
});
