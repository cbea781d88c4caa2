import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, namesIn, resumeFiles } from "../helpers/hook_events.ts";
import { binary } from "../helpers/mpm.ts";
import { posixTest, SOAKS, unprivileged } from "../helpers/posix.ts";

/** A repository that uses mpm, in a folder with blanks in its name. */
function project(): { env: TestEnv; folder: string; transcript: string } {
  const env = new TestEnv();
  const folder = join(env.root, "a project's folder");
  Deno.mkdirSync(join(folder, ".claude-mpm"), { recursive: true });
  env.gitIn(folder, "init", "-q");
  return { env, folder, transcript: join(folder, "talk with blanks.jsonl") };
}

type Project = ReturnType<typeof project>;

/** A transcript that reports 96 % of 200,000 tokens, now. */
function full({ transcript }: Project): void {
  const line = {
    type: "assistant",
    timestamp: new Date().toISOString(),
    message: { model: "claude-haiku-4-5", usage: { input_tokens: 192_000 } },
  };
  Deno.writeTextFileSync(transcript, `${JSON.stringify(line)}\n`);
}

function eventOf({ folder, transcript }: Project, more: object): string {
  return JSON.stringify({
    session_id: AGENT,
    transcript_path: transcript,
    cwd: folder,
    ...more,
  });
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** Starts the binary for an event; `feed` writes its standard input. */
async function hook(
  { env, folder }: Project,
  event: string,
  feed: (writer: WritableStreamDefaultWriter<Uint8Array>) => Promise<void>,
  options: { args?: string[]; env?: Record<string, string> } = {},
): Promise<Ended> {
  const [program, ...args] = options.args ?? [binary()];
  const start = performance.now();
  const child = new Deno.Command(program!, {
    args: [...args, "hook", event, "--installed-by=mpm/0.0.0"],
    cwd: folder,
    // A person sits at the client.
    env: { ...env.env(), CLAUDE_CODE_ENTRYPOINT: "cli", ...options.env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const fed = feed(writer).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const milliseconds = performance.now() - start;
  await writer.abort().catch(() => {});
  await fed;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr), milliseconds };
}

/** The whole input and its end. */
function say(text: string) {
  return async (writer: WritableStreamDefaultWriter<Uint8Array>) => {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  };
}

Deno.test("the binary does not wait for an event that never ends", async () => {
  const place = project();
  using _ = place.env;
  full(place);
  const text = eventOf(place, { prompt: "go" });
  const open = (part: string) => (writer: WritableStreamDefaultWriter) =>
    writer.write(new TextEncoder().encode(part));
  // All at once, since each waits as long as possible.
  const [none, part, whole] = await Promise.all(
    ["", text.slice(0, -5), text]
      .map((sent) => hook(place, "UserPromptSubmit", open(sent))),
  ) as [Ended, Ended, Ended];
  for (const { code, stdout, stderr } of [none, part]) {
    assertEquals([code, stdout, stderr], [0, "", ""]);
  }
  // Complete parts count, with or without the end.
  assertEquals(JSON.parse(whole.stdout).decision, "block");
});

Deno.test("the binary rejects an event of 100 MB", async () => {
  const place = project();
  using _ = place.env;
  full(place);
  const chunk = new Uint8Array(1_000_000).fill(97);
  const { code, stdout, stderr } = await hook(
    place,
    "UserPromptSubmit",
    async (writer) => {
      const begin = eventOf(place, {}).slice(0, -1) + ',"prompt":"';
      await writer.write(new TextEncoder().encode(begin));
      for (let at = 0; at < 100; at++) await writer.write(chunk);
      await writer.close();
    },
  );
  assertEquals([code, stdout, stderr], [0, "", ""]);
});

Deno.test("the binary works with blanks in paths, and without a transcript", async () => {
  const place = project();
  using _ = place.env;
  const prompt = say(eventOf(place, { prompt: "go" }));
  const none = await hook(place, "UserPromptSubmit", prompt);
  assertEquals([none.code, none.stdout, none.stderr], [0, "", ""]);
  full(place);
  const { stdout } = await hook(place, "UserPromptSubmit", prompt);
  assertStringIncludes(JSON.parse(stdout).reason, "96.0 % full");
});

posixTest(
  "the binary works with a home and a project that it cannot write",
  async () => {
    const place = project();
    const { env, folder } = place;
    using _ = env;
    full(place);
    const locked = [env.home, join(folder, ".claude-mpm"), folder];
    for (const path of locked) Deno.chmodSync(path, 0o555);
    Deno.chmodSync(env.root, 0o755);
    const args = unprivileged([binary()]);
    for (
      const [event, more] of [
        ["UserPromptSubmit", { prompt: "/help" }],
        ["SessionStart", { source: "startup" }],
        ["PostToolBatch", { tool_calls: [] }],
        ["PostToolUseFailure", { tool_name: "Bash", error: "no" }],
        ["TaskCreated", { task_id: "1", task_subject: "Do" }],
        ["PreCompact", { trigger: "auto" }],
        ["SessionEnd", { reason: "other" }],
      ] as const
    ) {
      const { code, stdout, stderr } = await hook(
        place,
        event,
        say(eventOf(place, more)),
        { args, env: { GIT_CONFIG_COUNT: "0" } },
      );
      assertEquals([code, stdout, stderr], [0, "", ""], event);
    }
    const { stdout } = await hook(
      place,
      "PreToolUse",
      say(eventOf(place, { tool_name: "Agent" })),
      { args },
    );
    assertStringIncludes(stdout, '"deny"');
    for (const path of locked) Deno.chmodSync(path, 0o755);
  },
);

Deno.test("only one of many simultaneous hooks reports the crossing, and none fails", async () => {
  const place = project();
  const { env, folder } = place;
  using _ = env;
  full(place);
  const asked = say(eventOf(place, { prompt: "/help" }));
  const all: Ended[] = [];
  for (let batch = 0; batch < (SOAKS ? 4 : 1); batch++) {
    all.push(
      ...await Promise.all(
        Array.from(
          { length: 25 },
          () => hook(place, "UserPromptSubmit", asked),
        ),
      ),
    );
  }
  assertEquals(all.filter(({ code, stderr }) => code !== 0 || stderr), []);
  const speaking = all.filter(({ stdout }) => stdout !== "");
  assertEquals(speaking.length, 1);
  assertStringIncludes(speaking[0]!.stdout, "mpm holds back typed prompts");
  const sessions = join(folder, ".claude-mpm/sessions");
  const files = [...Deno.readDirSync(sessions)]
    .filter(({ name }) => name !== ".gitignore");
  assertEquals(files.length, 1);
});

posixTest(
  "a hook does not wait long for a pause that holds the lock",
  async () => {
    const place = project();
    const { env, folder } = place;
    using _ = env;
    full(place);
    Deno.mkdirSync(join(folder, ".claude-mpm/state"), { recursive: true });
    const lock = join(folder, ".claude-mpm/state/lock");
    using held = Deno.openSync(lock, { create: true, write: true });
    held.lockSync(true);
    const events = [
      ["PreCompact", { trigger: "auto" }],
      ["UserPromptSubmit", { prompt: "/mpm-pause now" }],
      ["PostToolUseFailure", { tool_name: "Bash", error: "no" }],
    ] as const;
    for (const [event, more] of events) {
      const { code, stderr, stdout, milliseconds } = await hook(
        place,
        event,
        say(eventOf(place, more)),
      );
      assertEquals([code, stderr], [0, ""], event);
      // A second for the lock, the rest for a busy machine.
      assert(milliseconds < 8000, `${event}: ${milliseconds}`);
      if (event === "UserPromptSubmit") {
        assertStringIncludes(
          JSON.parse(stdout).reason,
          "another mpm process holds it",
        );
      }
    }
    held.unlockSync();
    const log = Deno.readTextFileSync(
      join(folder, ".claude-mpm/state/hook-errors.log"),
    );
    assertStringIncludes(log, "another mpm process holds it");
  },
);

Deno.test("hooks test starts the programs of the settings, and reports failures", () => {
  using env = TestEnv.repository();
  const none = env.run(binary(), ["hooks", "test"]);
  assertEquals(none.status, 3);
  env.run(binary(), ["hooks", "install"]);
  // The next trial removes the remains of an interrupted one.
  const left = join(env.home, ".local/state/mpm/trial-1");
  Deno.mkdirSync(left, { recursive: true });
  Deno.utimeSync(left, 1, 1);
  const tried = env.run(binary(), ["hooks", "test"]);
  assertEquals([tried.status, tried.stderr], [0, ""], tried.stdout);
  assertStringIncludes(tried.stdout, "checks passed.");
  assertEquals([resumeFiles(env), namesIn(env, ".claude-mpm")], [[], []]);
  const settings = ".claude/settings.local.json";
  env.write(
    settings,
    env.read(settings).replace('"SessionEnd",\n', '"PreCompact",\n'),
  );
  const broken = env.run(binary(), ["hooks", "test"]);
  assertEquals(broken.status, 4);
  assertStringIncludes(broken.stdout, "FAILED  local  SessionEnd");
  const evil = join(env.root, "evil");
  Deno.writeTextFileSync(evil, `#!/bin/sh\ntouch "${evil}.ran"\n`, {
    mode: 0o755,
  });
  const here = JSON.stringify(Deno.realPathSync(binary()));
  env.write(
    settings,
    env.read(settings).replaceAll(here, () => JSON.stringify(evil)),
  );
  const foreign = env.run(binary(), ["hooks", "test"]);
  assertEquals(foreign.status, 4);
  assertStringIncludes(foreign.stdout, "is not this mpm");
  assertEquals(namesIn(env, "..").includes("evil.ran"), false);
  assertEquals(
    [...Deno.readDirSync(join(env.home, ".local/state/mpm"))]
      .filter(({ name }) => name.startsWith("trial")),
    [],
  );
});

Deno.test("hooks test stays in its scratch project, whatever is around it", () => {
  using env = TestEnv.repository();
  env.run(binary(), ["hooks", "install"]);
  // Some users keep their whole home folder in git.
  env.gitIn(env.home, "init", "-q");
  const tried = env.run(binary(), ["hooks", "test"], {
    env: {
      GIT_DIR: "/nowhere",
      MPM_HOOKS: "off",
      MPM_CONFIG_CONTEXT_STALE_AFTER: "0",
      MPM_CONFIG_CONTEXT_WINDOWS: "claude-opus-5-5=100000000",
    },
  });
  assertEquals([tried.status, tried.stderr], [0, ""], tried.stdout);
  assertEquals(namesIn(env, "../home"), [".git", ".local"]);
});

Deno.test("hooks profile measures each of them", () => {
  using env = TestEnv.repository();
  env.run(binary(), ["hooks", "install"]);
  const args = ["hooks", "profile", "--runs", "1", "--json"];
  const { status, stdout } = env.run(binary(), args);
  const { runs, hooks } = JSON.parse(stdout);
  assertEquals([status, runs, hooks.length], [0, 1, 15]);
  for (const { p50, p95 } of hooks) assert(p50 > 0 && p95 >= p50);
  const wrong = env.run(binary(), ["hooks", "profile", "--runs", "0"]);
  assertEquals(wrong.status, 2);
});
