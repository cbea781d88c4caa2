import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { putClient } from "../helpers/stand_in_clients.ts";
import { putTranscript, workTranscript } from "../helpers/transcripts.ts";

const AGENT = "0a8d9d4e-1f2b-4c3d-8e4f-5a6b7c8d9e0f";

interface Answer {
  reason: string | null;
  session: string | null;
  turns: number;
  files: string[];
  left_out: string[];
  start: string[];
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function project(transcript = workTranscript()) {
  const env = TestEnv.repository();
  const path = putTranscript(env, `${AGENT}.jsonl`, transcript);
  return { env, path, carry: ["carry", AGENT, "--to"] };
}

Deno.test("a conversation becomes a session of another client, and undo removes it", async () => {
  const { env, path, carry } = project();
  using _ = env;
  putClient(env, "claude", { version: "2.1.329 (Claude Code)" });
  const before = Deno.readTextFileSync(path);
  const planned = await mpmJson<Answer>(env, [...carry, "claude", "--dry-run"]);
  assertEquals(planned.files.map(isThere), [false]);

  const made = await mpmJson<Answer>(env, [...carry, "claude"]);
  const [file = ""] = made.files;
  const lines = Deno.readTextFileSync(file).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  assertEquals([made.reason, lines.length], [null, made.turns]);
  assertEquals(made.start, ["claude", "--resume", made.session]);
  assertEquals(lines.map(({ type }) => type).slice(0, 2), [
    "user",
    "assistant",
  ]);
  assertStringIncludes(lines[0].message.content, "mpm copied this");
  // Commands and edits become sentences.
  assertStringIncludes(JSON.stringify(lines), "[tool Bash: ");
  assertStringIncludes(JSON.stringify(lines), "edited ");
  assertEquals(Deno.readTextFileSync(path), before);

  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertEquals(isThere(file), false);
});

Deno.test("an untested version of a client gets the hand-off, with the reason", async () => {
  const { env, carry } = project();
  using _ = env;
  await mpmJson(env, ["pause", "-m", "Parse before printing"]);
  putClient(env, "claude", { version: "99.0.0 (Claude Code)" });
  const other = await mpmJson<Answer>(env, [...carry, "claude"]);
  assertStringIncludes(other.reason ?? "", "Claude Code 99.0.0 is not tested");
  assertEquals([other.session, other.files], [null, []]);
  assertStringIncludes(other.start[1] ?? "", "Parse before printing");
  const { stdout } = await mpm(env, [...carry, "claude"]);
  assertStringIncludes(stdout, "# Claude Code 99.0.0 is not tested");

  delete env.extra.PATH;
  const missing = await mpmJson<Answer>(env, [...carry, "claude"]);
  assertEquals(missing.reason, 'Claude Code ("claude") is not on PATH');
});

Deno.test("a client in the project is not started", async () => {
  const { env, carry } = project();
  using _ = env;
  await mpmJson(env, ["pause", "-m", "Anything"]);
  const calls = putClient(env, "claude", { version: "2.1.329" });
  Deno.renameSync(join(env.root, "clients"), join(env.project, "clients"));
  env.extra.PATH = `${join(env.project, "clients")}:${env.extra.PATH}`;
  const answer = await mpmJson<Answer>(env, [...carry, "claude"]);
  assertEquals(answer.reason, 'Claude Code ("claude") is not on PATH');
  assertEquals(isThere(calls), false);
});

Deno.test("opencode imports a session itself, and undo lets it delete it", async () => {
  const { env, carry } = project();
  using _ = env;
  const copy = join(env.root, "imported.json");
  const calls = putClient(env, "opencode", {
    version: "1.18.33",
    script: `case "$1" in
db) echo '[]';;
debug) echo '{"model":"house/large"}';;
import) cp "$2" '${copy}';;
esac`,
  });
  const made = await mpmJson<Answer>(env, [...carry, "opencode"]);
  assertEquals(made.files, []);
  const imported = JSON.parse(Deno.readTextFileSync(copy));
  assertEquals(imported.info.id, made.session);
  assertEquals(imported.messages[0].info.model, {
    providerID: "house",
    modelID: "large",
  });
  const ids = imported.messages.map(({ info }: { info: { id: string } }) =>
    info.id
  );
  assertEquals(ids, ids.toSorted());
  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertStringIncludes(
    Deno.readTextFileSync(calls),
    `session delete ${made.session}`,
  );
});

Deno.test("a failed import leaves nothing, and a missing model is reported", async () => {
  const { env, carry } = project();
  using _ = env;
  await mpmJson(env, ["pause", "-m", "Anything"]);
  putClient(env, "opencode", { version: "1.18.33", script: "exit 1" });
  const none = await mpmJson<Answer>(env, [...carry, "opencode"]);
  assertStringIncludes(none.reason ?? "", "opencode has no model");
  putClient(env, "opencode", {
    version: "1.18.33",
    script: `[ "$1" = debug ] && echo '{"model":"a/b"}' && exit; exit 1`,
  });
  const { status, stderr } = await mpm(env, [...carry, "opencode"]);
  assert(status !== 0);
  assertStringIncludes(stderr, "opencode did not accept the session");
  const left = [...Deno.readDirSync(join(env.project, ".claude-mpm/state"))]
    .filter(({ name }) => name.startsWith("carried"));
  assertEquals(left, []);
});

Deno.test("secrets, escape sequences and thoughts are not carried", async () => {
  const key = `AKIA${"QWERTYUIOPASDFGH"}`;
  const line = (type: string, content: unknown, uuid: string) =>
    JSON.stringify({
      ...{
        type,
        uuid,
        parentUuid: null,
        timestamp: "2026-01-02T03:04:05.000Z",
      },
      ...{ sessionId: AGENT, cwd: "/", isSidechain: false },
      message: { role: type, content },
    });
  const { env, carry } = project([
    line("user", `Use ${key} \u001b[31mnow`, "a"),
    line("assistant", [
      { type: "thinking", thinking: "SECRET THOUGHT" },
      { type: "text", text: "Done." },
    ], "b"),
    "",
  ].join("\n"));
  using _ = env;
  putClient(env, "claude", { version: "2.1.329" });
  const made = await mpmJson<Answer>(env, [...carry, "claude"]);
  const text = Deno.readTextFileSync(made.files[0]!);
  assertEquals(
    [key, "SECRET THOUGHT", "\\u001b"].filter((one) => text.includes(one)),
    [],
  );
  assertEquals(made.left_out, ["1 thought"]);
});

Deno.test("carry reports missing parts", async () => {
  const { env } = project("");
  using _ = env;
  const empty = await mpm(env, ["carry", AGENT, "--to", "claude"]);
  assertStringIncludes(empty.stderr, "has no conversation to copy");
  const to = await mpm(env, ["carry", AGENT]);
  assertStringIncludes(to.stderr, "name it with --to");
});

/** Conversations of other clients: the texts in them, and the parts left out. */
const SOURCES: readonly (readonly [
  file: string,
  said: string,
  leftOut: readonly string[],
])[] = [
  ["codex/compact.jsonl", "Finished.", ["8 turns before the last compaction"]],
  ["gemini/compact.jsonl", "Finished.", ["5 turns before the last compaction"]],
  ["copilot/compact.jsonl", "Finished.", [
    "6 turns before the last compaction",
  ]],
  ["opencode/compact.jsonl", "Finished.", [
    "5 turns before the last compaction",
  ]],
  ["codex/agent-main.jsonl", "[sub-agent helper: Read README.md", []],
  ["gemini/agent-main.jsonl", "[sub-agent generalist: Read README.md", []],
  ["copilot/agent.jsonl", "report: The title is: A project.]", [
    "5 events inside sub-agents",
  ]],
  ["opencode/agent.jsonl", "report: The title is: A project.]", [
    "4 events inside sub-agents",
  ]],
  ["opencode/agent.export.json", "report: The title is: A project.]", []],
];

for (const [file, said, leftOut] of SOURCES) {
  Deno.test(`${file} is carried, and mpm names the parts that it leaves out`, async () => {
    using env = TestEnv.repository();
    putClient(env, "claude", { version: "2.1.329 (Claude Code)" });
    const path = join(import.meta.dirname!, "../formats", file);
    const before = Deno.readTextFileSync(path);
    const made = await mpmJson<Answer>(env, ["carry", path, "--to", "claude"]);
    assertEquals([made.reason, made.left_out], [null, leftOut]);
    const lines = Deno.readTextFileSync(made.files[0]!).trimEnd().split("\n")
      .map((line) => JSON.parse(line).message.content);
    const text = JSON.stringify(lines);
    assertStringIncludes(text, said);
    for (const what of leftOut) assertStringIncludes(text, what);
    assertEquals(Deno.readTextFileSync(path), before);
  });
}
