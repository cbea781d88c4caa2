import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { FileError, type System } from "../../src/system/system.ts";
import { misfits } from "../helpers/schemas.ts";
import { TestEnv } from "../helpers/env.ts";
import {
  AGENT,
  eventJson,
  failures,
  fire,
  namesIn,
  NOON,
  resumeFiles,
  talked,
  transcriptOf,
} from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

/** A repository that uses mpm. */
function projectWithMpm(): TestEnv {
  const env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  return env;
}

const FAILED = {
  tool_name: "Bash",
  tool_input: { command: "exit 3" },
  error: "Exit code 3",
};

interface Listed {
  readonly sessions: {
    readonly session_id: string;
    readonly summary: string;
  }[];
}

async function saves(env: TestEnv): Promise<Listed["sessions"]> {
  const { sessions } = await mpmJson<Listed>(env, ["saves", "list"]);
  return sessions.filter(({ session_id: id }) =>
    !id.startsWith("session-resume-")
  );
}

Deno.test("below the thresholds, or with a stale gauge, events print nothing", async () => {
  using env = projectWithMpm();
  for (const [tokens, ago] of [[139_999, 60], [199_000, 3700]] as const) {
    talked(env, tokens, { ago });
    assertEquals(await fire(env, "UserPromptSubmit", { prompt: "go" }), {});
    assertEquals(await fire(env, "PreToolUse", { tool_name: "Agent" }), {});
    assertEquals(await fire(env, "PostToolBatch", { tool_calls: [] }), {});
  }
  assertEquals([resumeFiles(env), failures(env)], [[], ""]);
});

Deno.test("at 70 % a pause is recommended once, and the resume file is there", async () => {
  using env = projectWithMpm();
  talked(env, 140_000);
  const answer = await fire(env, "PostToolBatch", { tool_calls: [] });
  assertStringIncludes(
    answer.systemMessage!,
    "Context 70.0 % full (140,000 of 200,000 tokens): a pause is recommended.",
  );
  assertStringIncludes(answer.systemMessage!, "mpm context acknowledge");
  assertStringIncludes(
    answer.hookSpecificOutput!.additionalContext!,
    "A resume file was written.",
  );
  assertEquals(resumeFiles(env), ["session-resume-2026-11-20-120000.md"]);
  assertEquals(await fire(env, "PostToolBatch", { tool_calls: [] }), {});
  assertEquals(await fire(env, "UserPromptSubmit", { prompt: "go" }), {});
  assertEquals(await fire(env, "PreToolUse", { tool_name: "Agent" }), {});
  assertEquals(resumeFiles(env).length, 1);
  const seen = await mpmJson(env, ["context", "acknowledge"], {
    now: () => NOON,
  });
  assertEquals(seen.level, "pause");
});

Deno.test("at 85 % new sub-agents are denied with the reason, other tools are not", async () => {
  using env = projectWithMpm();
  talked(env, 170_000);
  for (const tool_name of ["Agent", "Task", "Workflow"]) {
    const { hookSpecificOutput: answer } = await fire(env, "PreToolUse", {
      tool_name,
    });
    assertEquals(answer!.permissionDecision, "deny");
    assertStringIncludes(answer!.permissionDecisionReason!, "85.0 % full");
    assertStringIncludes(answer!.permissionDecisionReason!, "/mpm-pause");
  }
  assertEquals(await fire(env, "PreToolUse", { tool_name: "Bash" }), {});
  const { systemMessage, decision } = await fire(env, "UserPromptSubmit", {
    prompt: "go",
  });
  assertStringIncludes(systemMessage!, "pause soon");
  assertEquals(decision, undefined);
});

Deno.test("at 95 % mpm holds back typed prompts except the ways out", async () => {
  using env = projectWithMpm();
  talked(env, 190_000);
  const typed = (prompt: string) => fire(env, "UserPromptSubmit", { prompt });
  const { decision, reason } = await typed("go on");
  assertEquals(decision, "block");
  for (const way of ["/mpm-pause", "/compact", "/clear", '"override"']) {
    assertStringIncludes(reason!, way);
  }
  assertEquals(resumeFiles(env).length, 1);
  for (const prompt of ["/compact", "/clear", "/context", "/help", "/resume"]) {
    assertEquals(await typed(prompt), {}, prompt);
  }
  for (const prompt of ["override go", "!override go", " !override go"]) {
    const { decision, hookSpecificOutput } = await typed(prompt);
    assertEquals(decision, undefined);
    assertStringIncludes(
      hookSpecificOutput!.additionalContext!,
      "this prompt was sent anyway",
    );
  }
  assertEquals((await typed("another")).decision, "block");
  // Sent again, each of them goes through.
  for (const prompt of ["go on", "another", "go on\n"]) {
    assertEquals((await typed(prompt)).decision, undefined, prompt);
  }
  assertEquals((await typed("a third")).decision, "block");
  assertEquals(failures(env), "");
});

Deno.test("at 95 % text that no person typed is never held back", async () => {
  using env = projectWithMpm();
  talked(env, 199_000);
  const prompted = (prompt: string, more = {}) =>
    fire(env, "UserPromptSubmit", { prompt, ...more });
  const notice = "<task-notification>\n<task-id>b1</task-id>\n" +
    "<status>completed</status>\n</task-notification>";
  const crossed = await prompted(notice);
  assertEquals(crossed.decision, undefined);
  assertStringIncludes(crossed.systemMessage!, "mpm holds back typed prompts");
  for (const text of ["<bash-input>ls</bash-input>", "<system-reminder>x"]) {
    assertEquals(await prompted(text), {}, text);
  }
  for (const source of ["sdk", "system", "loop_wakeup", "schedule_wakeup"]) {
    assertEquals(await prompted("go", { source }), {}, source);
  }
  await fire(env, "PostToolBatch", {
    tool_calls: [
      { tool_name: "CronCreate", tool_input: { prompt: "check the build" } },
      { tool_name: "ScheduleWakeup", tool_input: { prompt: "look again" } },
    ],
  });
  for (const scheduled of ["check the build", "look again"]) {
    assertEquals((await prompted(scheduled)).decision, undefined, scheduled);
  }
  const held = await prompted("go", { source: "user" });
  assertEquals(held.decision, "block");
  // A client that does not say whether a person is present, and clients without
  // one.
  for (
    const [entrypoint, attended] of [
      ["sdk-cli", "0"],
      ["cli", "0"],
      ["sdk-ts", ""],
      ["", ""],
    ]
  ) {
    env.extra.CLAUDE_CODE_ENTRYPOINT = entrypoint!;
    delete env.extra.CLAUDE_CODE_SESSION_ATTENDED;
    if (attended) env.extra.CLAUDE_CODE_SESSION_ATTENDED = attended;
    assertEquals(await prompted("something else"), {}, entrypoint);
  }
});

Deno.test("at 95 % prompts that Claude Code queued are never held back", async () => {
  using env = projectWithMpm();
  talked(env, 199_000);
  const queue = (content: string) => {
    const line = { type: "queue-operation", operation: "enqueue", content };
    const text = `${JSON.stringify(line)}\n`;
    Deno.writeTextFileSync(transcriptOf(env), text, { append: true });
  };
  const sent = async (prompt: string) =>
    (await fire(env, "UserPromptSubmit", { prompt, prompt_id: "p2" }))
      .decision ?? "sent";
  const loop = "# Autonomous loop check\n\nYou're being invoked on a timer";
  for (const prompt of [loop, "kept on disk"]) queue(prompt);
  // The line of this one comes after the event.
  const late = sent("Goal set: count");
  queue("Goal set: count");
  assertEquals(
    await Promise.all([sent(loop), sent("kept on disk"), late]),
    ["sent", "sent", "sent"],
  );
  const paste =
    '\n\n<pasted_content id="e2">\nrow\n</pasted_content id="e2">\n';
  assertEquals(
    await Promise.all([sent(paste), sent("another")]),
    ["block", "block"],
  );
  assertEquals(failures(env), "");
});

Deno.test("a prompt that could not be sent again is not held back", async () => {
  using env = projectWithMpm();
  talked(env, 199_000);
  const prompt = { prompt: "go" };
  const answer = await fire(env, "UserPromptSubmit", prompt, {
    wrap: ({ files, ...system }) => ({
      ...system,
      files: {
        ...files,
        create: (path) => {
          throw new FileError("denied", "write", path);
        },
      },
    }),
  });
  assertEquals(answer, {});
  const { decision } = await fire(env, "UserPromptSubmit", prompt);
  assertEquals(decision, "block");
});

Deno.test("without a person, a full context is reported without holding prompts back", async () => {
  using env = projectWithMpm();
  env.extra.CLAUDE_CODE_SESSION_ATTENDED = "0";
  talked(env, 199_000);
  const answer = await fire(env, "UserPromptSubmit", { prompt: "go" });
  assertEquals(answer.decision, undefined);
  const text = JSON.stringify(answer);
  assertStringIncludes(text, "Finish only what is in progress");
  assert(!/held back|\/mpm-pause|blank/.test(text), text);
});

Deno.test("the blank before a command is advised only if its skill is missing", async () => {
  using env = projectWithMpm();
  talked(env, 199_000);
  const advice = async (prompt: string) =>
    (await fire(env, "UserPromptSubmit", { prompt })).reason!;
  assertMatch(await advice("one"), /type a space before \/mpm-pause.*--skills/);
  env.extra.CLAUDE_PLUGIN_ROOT = "/plugin";
  assertMatch(await advice("two"), /\/mpm:mpm-pause saves/);
  await mpmJson(env, ["hooks", "install", "--skills"]);
  const there = await advice("three");
  assertStringIncludes(there, "/mpm-pause saves the session");
  assert(!there.includes("blank"), there);
});

Deno.test("sub-agents and the one inside a compaction never count", async () => {
  using env = projectWithMpm();
  talked(env, 199_000);
  const agent = { agent_id: "a1", agent_type: "Explore" };
  for (
    const [event, fields] of [
      ["PreToolUse", { tool_name: "Agent" }],
      ["PostToolBatch", { tool_calls: [] }],
      ["PostToolUseFailure", { tool_name: "Bash", error: "no" }],
      ["UserPromptSubmit", { prompt: "go" }],
    ] as const
  ) {
    assertEquals(await fire(env, event, { ...agent, ...fields }), {}, event);
  }
  assertEquals(await fire(env, "SubagentStop", { agent_type: "" }), {});
  assertEquals([resumeFiles(env), namesIn(env, ".claude-mpm/errors")], [
    [],
    [],
  ]);
});

Deno.test("a compaction resets the levels, so that they are crossed again", async () => {
  using env = projectWithMpm();
  talked(env, 140_000);
  assert((await fire(env, "PostToolBatch")).systemMessage);
  await fire(env, "SessionStart", { source: "compact" });
  assert((await fire(env, "PostToolBatch")).systemMessage);
});

Deno.test("if switched off, or without mpm in the project, nothing is printed or written", async () => {
  using env = TestEnv.repository();
  talked(env, 199_000);
  const events = ["UserPromptSubmit", "PostToolBatch", "SessionStart"];
  env.extra.MPM_HOOKS = "off";
  for (const event of events) {
    assertEquals(await fire(env, event, { prompt: "go" }), {}, event);
  }
  delete env.extra.MPM_HOOKS;
  await mpmJson(env, ["config", "set", "hooks.enabled", "false"]);
  for (const event of events) {
    assertEquals(await fire(env, event, { prompt: "go" }), {}, event);
  }
  await mpmJson(env, ["config", "unset", "hooks.enabled"]);
  const blocked = await fire(env, "UserPromptSubmit", { prompt: "go" });
  assertEquals(blocked.decision, "block");
  for (
    const event of [
      "SessionStart",
      "PostToolBatch",
      "PostToolUseFailure",
      "PreCompact",
      "TaskCreated",
      "SessionEnd",
    ]
  ) {
    const fields = {
      error: "no",
      tool_name: "Bash",
      task_id: "1",
      task_subject: "Do",
    };
    assertEquals(await fire(env, event, fields), {}, event);
  }
  assertEquals(env.git("status", "--porcelain", "--ignored"), "");
  assertEquals(await saves(env), []);
});

Deno.test("a typed /mpm-pause makes a save, also at 95 %, and the prompt is not sent", async () => {
  using env = projectWithMpm();
  talked(env, 199_000);
  const { decision, reason, hookSpecificOutput } = await fire(
    env,
    "UserPromptSubmit",
    { prompt: "/mpm-pause the ledger -- is half\ndone" },
  );
  assertEquals([decision, hookSpecificOutput?.suppressOriginalPrompt], [
    "block",
    true,
  ]);
  assertStringIncludes(reason!, "Session Paused Successfully");
  const [save] = await saves(env);
  assertEquals(save!.summary, "the ledger -- is half");
  const { session } = await mpmJson<{ session: { mpm: { agent: unknown } } }>(
    env,
    ["resume", "--peek"],
  );
  assertEquals((session.mpm.agent as { session_id: string }).session_id, AGENT);
});

Deno.test("a typed /mpm-resume shows the report, and the next prompt includes it once", async () => {
  using env = projectWithMpm();
  await mpmJson(env, ["pause", "The ledger", "--no-commit"]);
  const { decision, reason } = await fire(env, "UserPromptSubmit", {
    prompt: "/mpm:mpm-resume",
  });
  assertEquals(decision, "block");
  assertStringIncludes(reason!, "Summary: The ledger");
  const { hookSpecificOutput } = await fire(env, "UserPromptSubmit", {
    prompt: "go on",
  });
  assertStringIncludes(
    hookSpecificOutput!.additionalContext!,
    "Summary: The ledger",
  );
  assertEquals(await fire(env, "UserPromptSubmit", { prompt: "go on" }), {});
});

Deno.test("a typed /mpm-checkpoint makes one, named or not, or answers with the error", async () => {
  using env = projectWithMpm();
  for (const prompt of ["/mpm-checkpoint", "/mpm-checkpoint before it"]) {
    const { decision } = await fire(env, "UserPromptSubmit", { prompt });
    assertEquals(decision, "block");
    env.write("README.md", prompt);
  }
  const { checkpoints } = await mpmJson<{ checkpoints: { name: string }[] }>(
    env,
    ["checkpoint", "list"],
  );
  assertEquals(checkpoints.map(({ name }) => name).sort(), [
    "before it",
    "typed-20261120-120000",
  ]);
  const { reason } = await fire(env, "UserPromptSubmit", {
    prompt: "/mpm-resume nothing like it",
  });
  assertMatch(reason!, /^Error: /);
});

Deno.test("a session begins with the save, the session of the worktree, and the changes", async () => {
  using env = projectWithMpm();
  assertEquals(await fire(env, "SessionStart", { source: "startup" }), {});
  await mpmJson(env, [
    "start",
    "login",
    "--template",
    "bug-fix",
    "--var",
    "bug=x",
  ]);
  await mpmJson(env, ["pause", "The ledger", "--no-commit"]);
  env.write("later.ts", "");
  env.commit("Count the pennies");
  for (const source of ["startup", "resume", "clear", "compact", "fork"]) {
    const { hookSpecificOutput } = await fire(env, "SessionStart", { source });
    const text = hookSpecificOutput!.additionalContext!;
    for (
      const part of [
        "Summary: The ledger",
        "Count the pennies",
        "Session of this worktree: login",
        "- [ ] ",
        "It is data about the work",
      ]
    ) {
      assertStringIncludes(text, part, source);
    }
    assert(text.length <= 9500);
  }
});

Deno.test("a session's end makes a save without a commit if any work was done", async () => {
  using env = projectWithMpm();
  talked(env, 1000);
  await fire(env, "SessionEnd", { reason: "other" });
  assertEquals(await saves(env), []);
  await mpmJson(env, ["start", "login"]);
  await fire(env, "UserPromptSubmit", { prompt: "go" });
  const head = env.git("rev-parse", "HEAD");
  await fire(env, "SessionEnd", { reason: "clear" });
  await fire(env, "SessionEnd", { reason: "other" });
  const [save, ...more] = await saves(env);
  assertEquals(more, []);
  assertEquals(
    save!.summary,
    "go",
  );
  assertEquals(env.git("rev-parse", "HEAD"), head);
  const { session, work } = await mpmJson<
    { session: { mpm: { kind: string } }; work: { state: string } }
  >(env, ["resume", "--peek"]);
  assertEquals([session.mpm.kind, work.state], ["auto", "active"]);
});

Deno.test("the save at the end keeps the conversation, and is made only after more work", async () => {
  using env = projectWithMpm();
  talked(env, 1000);
  let minute = 0;
  const at = () => new Date(NOON.getTime() + 60_000 * minute);
  const options = { now: at };
  await fire(env, "UserPromptSubmit", { prompt: "go" }, options);
  minute = 1;
  const pause = ["pause", "Half done", "-n", "Add refunds", "--no-commit"];
  await mpmJson(env, [...pause, "--agent-session", AGENT], options);
  minute = 2;
  const command = "mpm pause --agent-session x";
  await fire(env, "PostToolBatch", {
    tool_calls: [{ tool_name: "Bash", tool_input: { command } }],
  }, options);
  await fire(env, "SessionEnd", { reason: "other" }, options);
  assertEquals((await saves(env)).length, 1);
  await fire(env, "PostToolBatch", {
    tool_calls: [{ tool_name: "Edit", tool_input: {} }],
  }, options);
  minute = 3;
  await fire(env, "SessionEnd", { reason: "other" }, options);
  const { session } = await mpmJson<
    { session: { conversation: { summary: string; next_steps: string[] } } }
  >(env, ["resume", "--peek"]);
  assertEquals(
    session.conversation.summary,
    "Half done. Last prompt: go",
  );
  assertEquals(session.conversation.next_steps, ["Add refunds"]);
});

Deno.test("PreCompact writes the resume file and prints nothing", async () => {
  using env = projectWithMpm();
  assertEquals(await fire(env, "PreCompact", { trigger: "auto" }), {});
  assertEquals(resumeFiles(env).length, 1);
});

Deno.test("a failure leaves a record, redacted and bounded, the last fifty of them", async () => {
  using env = projectWithMpm();
  const secret = `<private>hunter2${"x".repeat(9000)}</private>`;
  await fire(env, "PostToolUseFailure", {
    tool_name: "Bash",
    tool_input: { command: `echo ${secret}` },
    error: `Exit code 3\n${secret}${"y".repeat(9000)}`,
  });
  const records = () =>
    namesIn(env, ".claude-mpm/errors").filter((name) => name !== ".gitignore");
  const [name] = records();
  const text = env.read(`.claude-mpm/errors/${name}`);
  assert(!text.includes("hunter2") && text.length < 8000);
  assertEquals(JSON.parse(text).tool, "Bash");
  assertEquals(misfits("error-record", JSON.parse(text)), "");
  await fire(env, "PostToolUseFailure", { error: "no", is_interrupt: true });
  assertEquals(records().length, 1);
  for (let at = 0; at < 55; at++) {
    await fire(env, "StopFailure", { error: "rate_limit" }, {
      now: () => new Date(NOON.getTime() + 1000 * at),
    });
  }
  assertEquals(records().length, 50);
  assert(!env.git("status", "--porcelain").includes("errors"));
});

Deno.test("an error record has no text if errors are off", async () => {
  using env = projectWithMpm();
  await mpm(env, ["config", "set", "handoff.errors", "false"]);
  await fire(env, "PostToolUseFailure", {
    tool_name: "Bash",
    tool_input: { command: "feed gnu" },
    error: "Exit code 3\nno gnu",
  });
  await fire(env, "StopFailure", { error: "rate_limit", error_details: "gnu" });
  const records = namesIn(env, ".claude-mpm/errors")
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(env.read(`.claude-mpm/errors/${name}`)));
  assertEquals(
    records.map(({ event, tool, input, error }) => [event, tool, input, error])
      .sort(),
    [["PostToolUseFailure", "Bash", null, ""], ["StopFailure", null, null, ""]],
  );
  assertEquals(records.map((one) => misfits("error-record", one)), ["", ""]);
});

Deno.test("an error record has the git status and the newest commits", async () => {
  using env = projectWithMpm();
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const head = env.commit(`Add ${secret}${"x".repeat(900)}`);
  for (let at = 10; at < 35; at++) env.write(`many ${at}`, "");
  env.write("README.md", "# Edited\n");
  const record = async (options = {}) => {
    await fire(env, "PostToolUseFailure", FAILED, options);
    const names = namesIn(env, ".claude-mpm/errors")
      .filter((name) => name !== ".gitignore");
    const text = env.read(`.claude-mpm/errors/${names.at(-1)}`);
    assertEquals(misfits("error-record", JSON.parse(text)), "");
    assert(!text.includes(secret) && text.length < 8000);
    return JSON.parse(text).git;
  };
  const git = await record();
  assertEquals([git.branch, git.head], ["main", head]);
  assertEquals(git.changes.slice(0, 2), [" M README.md", "?? many 10"]);
  assertEquals([git.changes.length, git.changes_omitted], [20, 6]);
  assertEquals(git.commits.length, 2);
  assert(git.commits[0].length <= 200);
  assertMatch(git.commits[1], /^[0-9a-f]{12} Start the project$/);
  // A slow git does not delay anyone.
  const slow = (system: System): System => ({
    ...system,
    run: (program, options) => {
      if (program === "git") assert(options.timeout <= 300);
      return Promise.resolve({
        outcome: "timeout",
        status: -1,
        stdout: new Uint8Array(),
        stderr: new Uint8Array(),
      });
    },
  });
  const later = () => new Date(NOON.getTime() + 5000);
  assertEquals(await record({ wrap: slow, now: later }), null);
  Deno.renameSync(join(env.project, ".git"), join(env.root, "gone"));
  const last = () => new Date(NOON.getTime() + 9000);
  assertEquals(await record({ now: last }), null);
});

Deno.test("tasks are kept for the save if their files are gone", async () => {
  using env = projectWithMpm();
  const made = (task_id: string, task_subject: string) =>
    fire(env, "TaskCreated", { task_id, task_subject });
  await made("1", "Count");
  await made("2", "Weigh <private>it</private>");
  await fire(env, "TaskCompleted", { task_id: "1", task_subject: "Count" });
  await mpmJson(env, ["pause", "--agent-session", AGENT, "--no-commit"]);
  const { session } = await mpmJson<
    { session: { task_list: { pending_tasks: { title: string }[] } } }
  >(env, ["resume", "--peek"]);
  const { pending_tasks, ...rest } = session.task_list;
  assertEquals(pending_tasks.map(({ title }) => title), [
    "Weigh [redacted:private]",
  ]);
  assertEquals(rest, { in_progress_tasks: [], completed_count: 1 } as never);
});

Deno.test("kept tasks are also in the resume file", async () => {
  using env = projectWithMpm();
  for (const [task_id, task_subject] of [["1", "Count"], ["2", "Weigh it"]]) {
    await fire(env, "TaskCreated", { task_id, task_subject });
  }
  await fire(env, "TaskCompleted", { task_id: "1", task_subject: "Count" });
  await fire(env, "PreCompact", { trigger: "auto" });
  const text = env.read(`.claude-mpm/sessions/${resumeFiles(env)[0]}`);
  const list = (title: string) =>
    text.split(`\n## ${title}\n`)[1]!.split("\n## ")[0]!;
  assertStringIncludes(list("Completed Tasks"), "Count");
  assertStringIncludes(list("Pending Tasks"), "Weigh it");
});

Deno.test("a Claude Code that names no event gets the same answer as one that does", async () => {
  using env = projectWithMpm();
  talked(env, 192_000);
  const bare = (stdin: string) => mpm(env, [], { stdin, now: () => NOON });
  const event = eventJson(env, "UserPromptSubmit", { prompt: "go" });
  // A person sees what mpm is.
  assertStringIncludes((await bare(event)).stdout, "Usage: mpm");
  env.extra.CLAUDE_PROJECT_DIR = env.project;
  env.extra.CLAUDE_CODE_ENTRYPOINT = "cli";
  assertEquals(JSON.parse((await bare(event)).stdout).decision, "block");
  for (const stdin of ["{}", "[", eventJson(env, "Nonsense")]) {
    assertEquals(await bare(stdin), { status: 0, stdout: "", stderr: "" });
  }
  assertStringIncludes((await bare("")).stdout, "Usage: mpm");
});

Deno.test("an event that is not for mpm, or is typed by hand, does nothing", async () => {
  using env = projectWithMpm();
  const cases: [string[], string][] = [
    [["hook", "Nonsense"], "{}"],
    [["hook", "SessionStart", "--unknown-flag"], "{}"],
    [["hook"], "{}"],
    [["hook", "SessionStart"], ""],
    [["hook", "SessionStart"], "[]"],
    [["hook", "SessionStart"], '{"session_id":"../../x","cwd":"/"}'],
    [["hook", "SessionStart"], `{"session_id":"a","cwd":"${env.root}/none"}`],
    [["hook", "SessionStart", "-C", "/nowhere"], "{}"],
  ];
  for (const [args, stdin] of cases) {
    const { status, stdout, stderr } = await mpm(env, args, { stdin });
    assertEquals([status, stdout, stderr], [0, "", ""], args.join(" "));
  }
  const typed = await mpm(env, ["hook", "SessionStart"], { typed: [] });
  assertEquals([typed.status, typed.stdout], [0, ""]);
});

Deno.test("a failure in mpm is noted, and the session continues", async () => {
  using env = projectWithMpm();
  Deno.symlinkSync(env.root, join(env.project, ".claude-mpm/errors"));
  await fire(env, "PostToolUseFailure", { tool_name: "Bash", error: "no" });
  const noted = JSON.parse(failures(env));
  assertEquals(noted.event, "PostToolUseFailure");
  assertStringIncludes(noted.error, "is not a folder");
  assertEquals(namesIn(env, "../errors"), []);
});

Deno.test("only one of a hundred simultaneous events reports the crossing", async () => {
  using env = projectWithMpm();
  talked(env, 140_000);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => fire(env, "PostToolBatch")),
  );
  assertEquals(answers.filter((answer) => answer.systemMessage).length, 1);
  assertEquals([resumeFiles(env).length, failures(env)], [1, ""]);
});

/** Allowed scripts of the project, and a stand-in for mpm's program. */
async function withScripts(
  env: TestEnv,
  scripts: Record<string, string>,
): Promise<void> {
  for (const [name, text] of Object.entries(scripts)) {
    await mpmJson(env, ["hooks", "eject", name]);
    env.write(`.claude-mpm/hooks/${name}.sh`, `#!/bin/sh\n${text}\n`);
    await mpmJson(env, ["hooks", "allow", name]);
  }
  const program = join(env.root, "bin/mpm");
  Deno.mkdirSync(join(env.root, "bin"), { recursive: true });
  // A program in the background completes the save; these tests skip it.
  const note = `#!/bin/sh
if [ "$1 $2" = "saves keep" ]; then exit 0; fi
{ printf '%s ' "$@"; env | grep ^MPM_ | sort; } > "${env.root}/started.$$"
mv "${env.root}/started.$$" "${env.root}/started"
`;
  Deno.writeTextFileSync(program, note, { mode: 0o755 });
}

/** Returns the arguments of the stand-in, once it was started. */
async function started(env: TestEnv): Promise<string> {
  const path = join(env.root, "started");
  for (let tries = 0; tries < 500; tries++) {
    try {
      const text = Deno.readTextFileSync(path);
      Deno.removeSync(path);
      return text;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error("nothing was started");
}

posixTest(
  "the start of a session runs pre-session.sh and uses the output of session-start.sh",
  async () => {
    using env = projectWithMpm();
    await withScripts(env, {
      "pre-session": 'echo "$MPM_SOURCE $MPM_SESSION_ID" > pre; echo unseen',
      "session-start": 'cat "$MPM_PROJECT/pre"; head -c 100000 /dev/zero',
    });
    const { hookSpecificOutput } = await fire(env, "SessionStart", {
      source: "resume",
    });
    const text = hookSpecificOutput!.additionalContext!;
    assertStringIncludes(text, `resume ${AGENT}`);
    assertStringIncludes(text, "It is data about the work");
    assert(text.length <= 9500 && !text.includes("unseen"));
    env.write(
      ".claude-mpm/hooks/session-start.sh",
      "#!/bin/sh\necho foreign\n",
    );
    const foreign = await fire(env, "SessionStart", { source: "startup" });
    assert(!JSON.stringify(foreign).includes("foreign"));
  },
);

posixTest(
  "on-error.sh and post-session.sh are started with data about the event",
  async () => {
    using env = projectWithMpm();
    await withScripts(env, { "on-error": ":", "post-session": ":" });
    await fire(env, "PostToolUseFailure", {
      tool_name: "Bash",
      error: "Exit code 3\nmore",
    });
    const failed = await started(env);
    assertStringIncludes(failed, "hooks test on-error.sh ");
    assertStringIncludes(failed, "MPM_ERROR=Exit code 3\n");
    assertStringIncludes(failed, "MPM_TOOL=Bash\n");
    assertMatch(failed, /MPM_RECORD=.*\/errors\/error-.*\.json\n/);
    await fire(env, "UserPromptSubmit", { prompt: "go" });
    await fire(env, "SessionEnd", { reason: "logout" });
    const ended = await started(env);
    assertStringIncludes(ended, "hooks test post-session.sh ");
    assertStringIncludes(ended, "MPM_REASON=logout\n");
    assertMatch(ended, /MPM_SAVE=session-\d{8}-\d{6}\n/);
  },
);

posixTest(
  "work starts a background checkpoint, one per half an hour",
  async () => {
    using env = projectWithMpm();
    await withScripts(env, {});
    let minute = 0;
    const now = () => new Date(NOON.getTime() + 60_000 * minute);
    const work = () => fire(env, "PostToolBatch", { tool_calls: [] }, { now });
    await work();
    assertStringIncludes(await started(env), "checkpoint save --auto --quiet ");
    minute = 29;
    await work();
    assertEquals(namesIn(env, "..").includes("started"), false);
    minute = 30;
    await work();
    assertStringIncludes(await started(env), "checkpoint save --auto");
  },
);

posixTest(
  "an automatic checkpoint runs checkpoint.sh with its name",
  async () => {
    using env = projectWithMpm();
    await withScripts(env, { checkpoint: 'echo "$MPM_CHECKPOINT" > name' });
    const auto = ["checkpoint", "save", "--auto"];
    const { name } = await mpmJson(env, auto, { now: () => NOON });
    assertEquals(env.read("name"), `${name}\n`);
    env.remove("name");
    await mpmJson(env, auto, { now: () => NOON });
    await mpmJson(env, ["checkpoint", "save", "by hand"]);
    assertEquals(env.exists("name"), false);
  },
);
