import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { refusing } from "../helpers/faults.ts";
import { eventJson, namesIn, NOON, talked } from "../helpers/hook_events.ts";
import { mpm } from "../helpers/mpm.ts";
import { ROOT } from "../helpers/tree.ts";

const SAMPLES = join(ROOT, "tests/formats/claude-code");

const TRANSCRIPTS = [...Deno.readDirSync(SAMPLES)].map(({ name }) => name)
  .filter((name) => !name.includes("stdin")).sort();

/** The recorded events, adapted to a project and a transcript. */
function events(env: TestEnv, transcript: string): Record<string, unknown>[] {
  const lines = Deno.readTextFileSync(join(SAMPLES, "hook-stdin.jsonl"))
    .trim().split("\n");
  return lines.map((line) => ({
    ...JSON.parse(line),
    cwd: env.project,
    transcript_path: transcript,
  }));
}

/** Fires an event; whatever it contains, the client is not disturbed. */
async function harmless(
  env: TestEnv,
  event: string,
  stdin: string,
): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await mpm(env, ["hook", event], {
    now: () => NOON,
    stdin,
  });
  assertEquals([status, stderr], [0, ""], stdin.slice(0, 300));
  // PreCompact answers with text for the summary, every other event with JSON.
  const isText = event === "PreCompact";
  const answer = stdout === "" || isText ? {} : JSON.parse(stdout);
  assertEquals(answer.decision, undefined, stdin.slice(0, 300));
  return answer;
}

function project(): TestEnv {
  const env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  return env;
}

Deno.test("recorded events with recorded transcripts are accepted completely", async () => {
  for (const name of TRANSCRIPTS) {
    using env = project();
    for (const event of events(env, join(SAMPLES, name))) {
      await harmless(env, `${event.hook_event_name}`, JSON.stringify(event));
    }
    assertEquals(
      namesIn(env, ".claude-mpm/state").includes("hook-errors.log"),
      false,
    );
  }
});

Deno.test("reordered events with unknown fields are accepted like the others", async () => {
  using env = project();
  const transcript = join(SAMPLES, TRANSCRIPTS[0]!);
  for (const event of events(env, transcript)) {
    const turned = Object.fromEntries(
      [...Object.entries(event), ["zz_new", { deep: [1, null] }], ["", 1]]
        .reverse(),
    );
    const name = `${event.hook_event_name}`;
    await harmless(env, name, `\n ${JSON.stringify(turned, null, 2)}\n`);
  }
});

Deno.test("incomplete events, and fields of other types, do nothing", async () => {
  using env = project();
  const [first] = TRANSCRIPTS;
  const seen = new Set<string>();
  for (const event of events(env, join(SAMPLES, first!))) {
    const name = `${event.hook_event_name}`;
    if (seen.has(name)) continue;
    seen.add(name);
    const text = JSON.stringify(event);
    for (let part = 0; part < 1; part += 0.11) {
      const torn = text.slice(0, Math.floor(part * text.length));
      assertEquals(await harmless(env, name, torn), {});
    }
    for (const key of Object.keys(event)) {
      for (const odd of [null, 7, {}, "\u0000"]) {
        const changed = JSON.stringify({ ...event, [key]: odd });
        await harmless(env, name, changed);
      }
    }
  }
  assert(seen.size > 8);
});

Deno.test("damaged transcripts, and garbage in them, give a reading or unknown", async () => {
  using env = project();
  const transcript = join(env.root, "t.jsonl");
  for (const name of TRANSCRIPTS) {
    const text = Deno.readTextFileSync(join(SAMPLES, name));
    const variants = [
      "",
      text.slice(0, text.length >> 1),
      text.slice(text.length >> 1),
      text.split("\n").reverse().join("\n"),
      text.replaceAll("\n", '\n{"usage": garbage "compact_boundary"\n'),
      text.replaceAll(/\d+/g, "-1"),
      text.replaceAll("input_tokens", "other"),
      "\u0000".repeat(70_000) + text,
    ];
    for (const variant of variants) {
      Deno.writeTextFileSync(transcript, variant);
      for (const event of ["UserPromptSubmit", "PostToolBatch"]) {
        await harmless(
          env,
          event,
          JSON.stringify({
            session_id: "a",
            cwd: env.project,
            transcript_path: transcript,
            prompt: "go",
          }),
        );
      }
    }
  }
});

Deno.test("a disk that becomes full at any write does not disturb an event", async () => {
  const fields = {
    prompt: "/mpm-pause now",
    source: "compact",
    tool_name: "Bash",
    error: "no",
    task_id: "1",
    task_subject: "Do",
  };
  const events = [
    "SessionStart",
    "UserPromptSubmit",
    "PostToolBatch",
    "PostToolUseFailure",
    "PreCompact",
    "TaskCreated",
    "SessionEnd",
  ];
  for (let at = 0; at < 24; at += 3) {
    using env = project();
    talked(env, 199_000);
    for (const event of events) {
      const { status, stdout, stderr } = await mpm(env, ["hook", event], {
        now: () => NOON,
        stdin: eventJson(env, event, fields),
        wrap: (system) => refusing(system, at, "full"),
      });
      assertEquals([status, stderr], [0, ""], `${event} ${at}`);
      if (stdout !== "") JSON.parse(stdout);
    }
    const { status } = await mpm(env, ["saves", "verify"]);
    assertEquals(status, 0);
  }
});
