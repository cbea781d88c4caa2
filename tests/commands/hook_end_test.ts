import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import {
  AGENT,
  failures,
  fire,
  namesIn,
  NOON,
  projectSlug,
  talked,
  transcriptOf,
} from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { putHome } from "../helpers/stores.ts";

/** Another session in the same project. */
const OTHER = "2975e44b-0000-40a5-84bf-078e9df60643";

interface Shown {
  readonly session: {
    readonly conversation: { summary: string; next_steps: string[] };
    readonly mpm: { kind: string; agent: { session_id: string } | null };
  };
}

function projectWithMpm(): TestEnv {
  const env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  talked(env, 1000);
  return env;
}

/** A clock that tests set, in minutes after noon. */
function clock() {
  const time = { minute: 0 };
  const now = () => new Date(NOON.getTime() + 60_000 * time.minute);
  return { time, options: { now } };
}

/** Ids of saves, the newest first. */
async function saves(env: TestEnv): Promise<string[]> {
  const listed = await mpmJson<{ sessions: { session_id: string }[] }>(
    env,
    ["saves", "list"],
  );
  return listed.sessions.map(({ session_id: id }) => id);
}

function worked(tool_name = "Edit") {
  return { tool_calls: [{ tool_name, tool_input: {} }] };
}

Deno.test("each of two sessions in a project is saved at its end, with its own text", async () => {
  using env = projectWithMpm();
  const { time, options } = clock();
  const pause = (agent: string, summary: string, next: string) =>
    mpmJson(env, [
      ...["pause", summary, "-n", next, "--no-commit"],
      ...["--agent-session", agent],
    ], options);
  const end = (session_id: string) =>
    fire(env, "SessionEnd", { session_id, reason: "other" }, options);
  await pause(AGENT, "The ledger", "Add refunds");
  time.minute = 1;
  await fire(env, "UserPromptSubmit", { prompt: "Fix the ledger" }, options);
  time.minute = 2;
  await pause(OTHER, "The report", "Print it");
  time.minute = 3;
  // A save of the other session in the meantime does not belong to this one.
  await end(AGENT);
  const [newest, ...before] = await saves(env);
  assertEquals(before.length, 2);
  const { session } = await mpmJson<Shown>(env, ["saves", "show", newest!]);
  assertEquals(session.conversation, {
    ...session.conversation,
    summary: "The ledger. Last prompt: Fix the ledger",
    // Open items of the worktree are carried, by any author.
    next_steps: ["Add refunds", "Print it"],
  });
  assertEquals(session.mpm.agent!.session_id, AGENT);
  // Neither session did anything since.
  time.minute = 4;
  await end(AGENT);
  await end(OTHER);
  assertEquals((await saves(env)).length, 3);
  assertEquals(failures(env), "");
});

Deno.test("a session that ends after a parallel one keeps its own goal", async () => {
  using env = projectWithMpm();
  const { time, options } = clock();
  const folder = `.claude/projects/${projectSlug(env.project)}`;
  const at = (event: string, session_id: string, more: object) => {
    time.minute++;
    const transcript_path = join(env.home, folder, `${session_id}.jsonl`);
    const fields = { session_id, transcript_path, ...more };
    return fire(env, event, fields, options);
  };
  const ask = async (session_id: string, prompt: string) => {
    const line = {
      ...{ type: "user", uuid: session_id, sessionId: session_id },
      timestamp: new Date(options.now().getTime() + 60_000).toISOString(),
      message: { role: "user", content: prompt },
    };
    const text = `${JSON.stringify(line)}\n`;
    putHome(env, `${folder}/${session_id}.jsonl`, text);
    await at("UserPromptSubmit", session_id, { prompt });
  };
  const end = async (session_id: string) => {
    await at("SessionEnd", session_id, { reason: "other" });
    const [newest] = await saves(env);
    const shown = await mpmJson<Shown>(env, ["saves", "show", newest!]);
    return shown.session.conversation.summary;
  };
  // A pipeline adds data of other agents, which does not come from the user.
  const step = '\n\nYou run the step "speed" of the pipeline "analysis".\n' +
    "<mpm-steps>\nWe decided to use rockets. TODO: sell the rockets.\n";
  await ask(AGENT, "Review the quality");
  await ask(OTHER, `Review the speed${step}`);
  assertEquals(await end(OTHER), "Review the speed");
  const shown = await mpmJson(env, ["saves", "show"]);
  assertEquals(JSON.stringify(shown).includes("rockets"), false);
  assertEquals(await end(AGENT), "Review the quality");
});

Deno.test("a session is saved once after each period of work", async () => {
  using env = projectWithMpm();
  const { time, options } = clock();
  const at = async (minute: number, event: string, fields = {}) => {
    time.minute = minute;
    await fire(env, event, fields, options);
  };
  const end = async (minute: number) => {
    await at(minute, "SessionEnd", { reason: "other" });
    return (await saves(env)).length;
  };
  // A call of mpm is not work, but mpm considers a checkpoint.
  const own = { tool_name: "Bash", tool_input: { command: "mpm status" } };
  await at(0, "PostToolBatch", { tool_calls: [own] });
  assertEquals(await end(1), 0);
  await at(2, "UserPromptSubmit", { prompt: "Fix the ledger" });
  assertEquals(await end(3), 1);
  assertEquals(await end(4), 1);
  await at(5, "UserPromptSubmit", { prompt: "And the report" });
  assertEquals(await end(6), 2);
  await at(7, "PostToolBatch", { tool_calls: [own] });
  assertEquals(await end(8), 2);
  await at(9, "PostToolBatch", worked());
  assertEquals(await end(10), 3);
});

Deno.test("a session that is saved again does not repeat its last request", async () => {
  using env = projectWithMpm();
  const { time, options } = clock();
  const savedAfter = async (prompt: string) => {
    time.minute++;
    await fire(env, "UserPromptSubmit", { prompt }, options);
    time.minute++;
    await fire(env, "SessionEnd", { reason: "other" }, options);
    const shown = await mpmJson<Shown>(env, ["saves", "show", "latest"]);
    return shown.session.conversation.summary;
  };
  assertEquals(await savedAfter("Fix the ledger"), "Fix the ledger");
  for (const prompt of ["Now the report", "Print it", "Is it done?"]) {
    assertEquals(
      await savedAfter(prompt),
      `Fix the ledger. Last prompt: ${prompt}`,
    );
  }
});

Deno.test("notes of an earlier version about a session's work count", async () => {
  using env = projectWithMpm();
  const { options } = clock();
  const path = `.claude-mpm/state/agents/${AGENT}.activity.json`;
  const noted = { version: 1, at: NOON.toISOString(), checkpoint: null };
  env.write(path, JSON.stringify(noted));
  Deno.utimeSync(join(env.project, path), 1, 1);
  await fire(env, "SessionEnd", { reason: "other" }, options);
  assertEquals((await saves(env)).length, 1);
});

Deno.test("the last prompt is the last request in the same session", async () => {
  using env = projectWithMpm();
  const { time, options } = clock();
  const summary = async () => {
    const [newest] = await saves(env);
    const shown = await mpmJson<Shown>(env, ["saves", "show", newest!]);
    return shown.session.conversation.summary;
  };
  const of = (session_id: string) => ({
    ask: (prompt: string, more = {}) =>
      fire(
        env,
        "UserPromptSubmit",
        { session_id, prompt, ...more },
        options,
      ),
    end: (reason: string) =>
      fire(env, "SessionEnd", { session_id, reason }, options),
  });
  const [first, second] = [of(AGENT), of(OTHER)];
  await first.ask("Fix the <private>hunter2</private> ledger");
  // Neither messages of the client nor answers of mpm are requests to the
  // agent.
  await first.ask("<task-notification>done</task-notification>");
  await first.ask("wake up", { source: "loop_wakeup" });
  await first.ask("/mpm-resume nothing like it");
  time.minute = 1;
  await first.end("clear");
  assertEquals(
    await summary(),
    "Fix the [redacted:private] ledger",
  );
  // After /clear, and in a fork, only the saved parts are left.
  time.minute = 2;
  await second.ask("Count the pennies\nand weigh them");
  time.minute = 3;
  await second.end("other");
  assertEquals(await summary(), "Count the pennies and weigh them");
  time.minute = 4;
  await fire(
    env,
    "PostToolBatch",
    { ...worked(), session_id: "3975e44b-0000-40a5-84bf-078e9df60643" },
    options,
  );
  time.minute = 5;
  await of("3975e44b-0000-40a5-84bf-078e9df60643").end("other");
  // The goal continues until someone marks it as done.
  assertEquals(await summary(), "Count the pennies and weigh them");
  assertEquals(failures(env), "");
});

/** Appends an error answer of the API to the transcript. */
function failed(env: TestEnv, at: Date, more: object[] = []): void {
  const error = {
    type: "assistant",
    timestamp: at.toISOString(),
    message: {
      model: "<synthetic>",
      content: [{ type: "text", text: "API Error: 529 <private>x</private>" }],
    },
    error: "server_error",
    isApiErrorMessage: true,
  };
  const lines = [error, { type: "cost-state" }, ...more];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  Deno.writeTextFileSync(transcriptOf(env), text, { append: true });
}

Deno.test("an error that ended the last turn is recorded once", async () => {
  using env = projectWithMpm();
  const { time, options } = clock();
  const records = () =>
    namesIn(env, ".claude-mpm/errors").filter((name) => name !== ".gitignore")
      .map((name) => JSON.parse(env.read(`.claude-mpm/errors/${name}`)));
  const ask = () => fire(env, "UserPromptSubmit", { prompt: "go" }, options);
  const end = () => fire(env, "SessionEnd", { reason: "other" }, options);
  const ERROR = "server_error: API Error: 529 [redacted:private]";
  await ask();
  time.minute = 1;
  failed(env, options.now());
  time.minute = 2;
  await end();
  await end();
  assertEquals(
    records().map(({ event, error, tool }) => [event, error, tool]),
    [["SessionEnd", ERROR, null]],
  );
  // The client reported it itself: the record has its words and stays the only
  // one.
  time.minute = 3;
  await ask();
  time.minute = 4;
  failed(env, options.now());
  await fire(env, "StopFailure", {
    error: "server_error",
    last_assistant_message: "API Error: 529 <private>x</private>",
  }, options);
  time.minute = 5;
  await end();
  assertEquals(records().map(({ event, error }) => [event, error]), [
    ["SessionEnd", ERROR],
    ["StopFailure", ERROR],
  ]);
  // A later turn ended successfully, or nothing was done since.
  time.minute = 6;
  await ask();
  failed(env, options.now(), [{
    type: "assistant",
    timestamp: options.now().toISOString(),
    message: { model: "claude-haiku-4-5", content: [] },
  }]);
  await end();
  failed(env, new Date(NOON.getTime() - 1));
  await end();
  assertEquals([records().length, failures(env)], [2, ""]);
});

Deno.test("an automatic save never hides one that someone made", async () => {
  using env = projectWithMpm();
  const { time, options } = clock();
  /** An agent session that gets a prompt, and ends. */
  const visit = async (session_id: string, prompt: string) => {
    time.minute++;
    await fire(env, "UserPromptSubmit", { session_id, prompt }, options);
    time.minute++;
    await fire(env, "SessionEnd", { session_id, reason: "other" }, options);
  };
  const resumed = async (...args: string[]) => {
    const { session, warnings } = await mpmJson<
      Shown & { warnings: string[] }
    >(env, ["resume", "--peek", ...args], options);
    const { hookSpecificOutput } = await fire(
      env,
      "SessionStart",
      { source: "startup", session_id: OTHER },
      options,
    );
    const text = hookSpecificOutput!.additionalContext!;
    const { summary } = session.conversation;
    // Both get the same text; the last prompt has its own section.
    const about = summary.replace(/\. Last prompt: .*$/, "");
    for (const one of [about, ...warnings]) assertStringIncludes(text, one);
    return [summary, ...warnings.map((one) => one.replace(/-\d{8}.*/, ""))];
  };
  await visit(OTHER, "begin");
  assertEquals(await resumed(), ["begin"]);
  time.minute++;
  await mpmJson(env, ["pause", "The ledger", "--no-commit"], options);
  assertEquals(await resumed(), ["The ledger"]);
  await visit(OTHER, "what time is it?");
  const later = 'A later agent session was saved automatically, "begin. Last ' +
    'prompt: what time is it?": mpm resume session';
  assertEquals(await resumed(), ["The ledger", later]);
  assertEquals(await resumed("--last"), ["The ledger", later]);
  // The lists mark the save that a plain resume skips.
  const listed = await mpm(env, ["resume", "--list"], options);
  assertMatch(
    listed.stdout,
    /\[0\] \S+ - \S+ \S+ \(automatic\)\n.*what time is it\?\n.*claude --resume \S+\n\n {2}\[1\] \S+ - \S+ \S+\n.*The ledger\n/,
  );
  const table = await mpm(env, ["saves", "list"], { ...options, keys: [] });
  assertMatch(table.stdout, /^0 .* automatic: begin/m);
  assertEquals(table.stdout.split("automatic: ").length, 3, table.stdout);
  // A resumed session ends twice and is still one session.
  await visit(OTHER, "and in UTC?");
  const again = (await resumed())[1]!;
  assertStringIncludes(again, "A later agent session was saved");
  // The summary does not keep the earlier of its last prompts.
  assertStringIncludes(again, '"begin. Last prompt: and in UTC?"');
  await visit(AGENT, "and the date?");
  const [summary, note] = await resumed();
  assertEquals(summary, "The ledger");
  assertStringIncludes(note!, "2 later agent sessions were saved automatical");
  assertStringIncludes(note!, "and the date?");
  // A session that continues from a save of the same agent session has all its
  // items.
  time.minute++;
  await mpmJson(
    env,
    ["pause", "Half done", "--no-commit", "--agent-session", AGENT],
    options,
  );
  await visit(AGENT, "go on");
  await visit(OTHER, "what day is it?");
  const [continued, newest] = await resumed();
  assertEquals(continued, "Half done. Last prompt: go on");
  assertStringIncludes(newest!, "Last prompt: what day is it?");
  assertEquals(failures(env), "");
});

Deno.test("a save from the future does not prevent saving a session", async () => {
  using env = projectWithMpm();
  const { time, options } = clock();
  const later = { now: () => new Date("2099-01-01T00:00:00Z") };
  await mpmJson(env, ["pause", "--no-commit", "Wrong clock"], later);
  await fire(env, "UserPromptSubmit", { prompt: "go" }, options);
  time.minute = 1;
  await fire(env, "SessionEnd", { reason: "other" }, options);
  assertEquals((await saves(env)).length, 2);
});

Deno.test("the end of a session reads its transcript once", async () => {
  using env = projectWithMpm();
  const filler = JSON.stringify({ type: "progress", text: "x".repeat(1000) });
  const path = transcriptOf(env);
  const end = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, `${filler}\n`.repeat(6000) + end);
  await fire(env, "UserPromptSubmit", { prompt: "Fix the ledger" });
  let read = 0;
  await fire(env, "SessionEnd", { reason: "other" }, {
    wrap: (system) => ({
      ...system,
      files: {
        ...system.files,
        readPart(file, start, size) {
          if (file === path) read += size;
          return system.files.readPart(file, start, size);
        },
      },
    }),
  });
  assertEquals([(await saves(env)).length, read < 2 ** 21], [1, true]);
});

/** Ends a session, and does what its hook starts in the background. */
async function ended(
  env: TestEnv,
  options: ReturnType<typeof clock>["options"],
): Promise<string> {
  await fire(env, "PostToolBatch", worked(), options);
  await fire(env, "SessionEnd", { reason: "other" }, options);
  const [newest] = await saves(env);
  await mpmJson(env, ["saves", "keep", newest!], options);
  return newest!;
}

Deno.test("the oldest automatic saves of a branch go to the trash, no others", async () => {
  using env = projectWithMpm();
  putHome(env, ".config/mpm/config.toml", "[sessions]\nkeep_auto = 2\n");
  const { time, options } = clock();
  const end = () => {
    time.minute++;
    return ended(env, options);
  };
  await mpmJson(env, ["pause", "--no-commit", "By hand"], options);
  const [byHand] = await saves(env);
  env.git("switch", "-q", "-c", "side");
  const aside = await end();
  env.git("switch", "-q", "main");
  const tracked = await end();
  env.git("add", "-f", `.claude-mpm/sessions/${tracked}.json`);
  const oldest = await end();
  const kept = [await end(), await end()];
  assertEquals(
    await saves(env),
    [...kept.toReversed(), tracked, aside, byHand!],
  );
  const [trash] = namesIn(env, ".claude-mpm/trash")
    .filter((name) => name.endsWith("-prune"));
  assertEquals(namesIn(env, `.claude-mpm/trash/${trash}/sessions`), [
    `${oldest}.json`,
    `${oldest}.json.sha256`,
    `${oldest}.md`,
    `${oldest}.yaml`,
  ]);
  assertEquals(failures(env), "");
});

Deno.test("the end of a session never removes a save that someone made by hand", async () => {
  using env = projectWithMpm();
  putHome(env, ".config/mpm/config.toml", "[sessions]\nkeep_auto = 1\n");
  const { time, options } = clock();
  await mpmJson(env, ["pause", "--no-commit", "By hand"], options);
  const [byHand] = await saves(env);
  const place = { branch: "main", worktree: env.project };
  const list = (value: unknown) =>
    env.write(".claude-mpm/state/auto-saves.json", JSON.stringify(value));
  for (
    const value of [
      { version: 1, saves: [{ id: byHand, ...place }] },
      { version: 1, saves: [{ id: "../../../x", ...place }, 1, null] },
      { version: 1, saves: "x" },
      [],
    ]
  ) {
    list(value);
    time.minute++;
    await ended(env, options);
    assertEquals((await saves(env)).includes(byHand!), true);
  }
  assertEquals(failures(env), "");
});

Deno.test("a fault in the configuration loses no save: none is committed, no worktree removed", async () => {
  using env = projectWithMpm();
  const fault = 'Unknown key "comit"';
  env.write(".claude-mpm/config.toml", "comit = false\n");
  Deno.mkdirSync(join(env.project, ".claude/worktrees/empty"), {
    recursive: true,
  });
  const { reason } = await fire(env, "UserPromptSubmit", {
    prompt: "/mpm-pause The ledger",
  });
  assertStringIncludes(reason!, "Session Paused Successfully");
  assertStringIncludes(reason!, fault);
  const paused = await mpmJson<
    {
      commit: { made: boolean; reason: string };
      warnings: string[];
      worktrees: unknown;
    }
  >(env, ["pause", "Again"]);
  assertEquals(paused.commit.reason, "the configuration has an error");
  assertEquals([paused.commit.made, paused.worktrees], [false, null]);
  assertStringIncludes(paused.warnings.join(), fault);
  assertEquals((await saves(env)).length, 2);
  assertEquals(env.exists(".claude/worktrees/empty"), true);
  const point = await fire(env, "UserPromptSubmit", {
    prompt: "/mpm-checkpoint half way",
  });
  assertStringIncludes(point.reason!, fault);
  const { checkpoints } = await mpmJson<{ checkpoints: { name: string }[] }>(
    env,
    ["checkpoint", "list"],
  );
  assertEquals(checkpoints.map(({ name }) => name), ["half way"]);
});

Deno.test("the end of a session leaves the copy in git to a background process", async () => {
  using env = projectWithMpm();
  const copies = () => env.git("for-each-ref", "refs/mpm/saves");
  await fire(env, "UserPromptSubmit", { prompt: "Mend the ledger" });
  await fire(env, "SessionEnd", { reason: "other" });
  const [save] = await saves(env);
  assertEquals([typeof save, copies()], ["string", ""]);
  env.write("README.md", "# Edited\n");
  await mpm(env, ["saves", "keep", save!]);
  assertMatch(copies(), /refs\/mpm\/saves\/\w+/);
});
