import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  DoneResult,
  PauseResult,
  ResumeReport,
  Save,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { SESSIONS } from "../helpers/stores.ts";
import { anotherUser } from "../helpers/users.ts";
import { at } from "../helpers/works.ts";

const STATE = ".claude-mpm/state";
const ITEMS = `${STATE}/items`;

/** Pauses at a minute, and returns the save. */
async function pause(
  env: TestEnv,
  minute: number,
  ...args: readonly string[]
): Promise<Save> {
  const { session_id: id } = await mpmJson<PauseResult>(
    env,
    ["pause", "--no-commit", ...args],
    { now: at(minute) },
  );
  return JSON.parse(env.read(`${SESSIONS}/${id}.json`));
}

/** The same with JSON on standard input. */
async function pauseWith(
  env: TestEnv,
  minute: number,
  input: unknown,
  ...args: readonly string[]
): Promise<PauseResult> {
  return await mpmJson<PauseResult>(
    env,
    ["pause", "--no-commit", "--input", "-", ...args],
    { now: at(minute), stdin: JSON.stringify(input) },
  );
}

function read(env: TestEnv, id: string): Save {
  return JSON.parse(env.read(`${SESSIONS}/${id}.json`));
}

/** The items of a save as `kind state text`. */
function items({ mpm }: Save): string[] {
  return mpm!.handoff!.items.map(({ kind, state, text }) =>
    `${kind} ${state} ${text}`
  );
}

async function open(env: TestEnv): Promise<string[]> {
  const { open } = await mpmJson<DoneResult>(env, ["done"]);
  return open.map(({ number, kind, text }) => `${number} ${kind} ${text}`);
}

Deno.test("items of a pause are carried until they are closed", async () => {
  using env = TestEnv.repository();
  const first = await pause(env, 0, ...[
    ...["-n", "Add refunds", "-d", "Use SQLite", "-b", "No key yet"],
    ...["-t", "Test it", "-a", "Wrote the model"],
  ]);
  assertEquals(items(first), [
    "done done Wrote the model",
    "next open Add refunds",
    "next open Test it",
    "decision open Use SQLite",
    "blocker open No key yet",
  ]);
  await mpmJson(env, ["done", "4"], { now: at(1) });
  const second = await pause(env, 2, "-n", "Add fees");
  assertEquals(items(second), [
    "done done Wrote the model",
    "next open Add refunds",
    "next open Test it",
    "decision open Use SQLite",
    "next open Add fees",
  ]);
  // For claude-mpm: the given items first, each only once.
  assertEquals(second.conversation.next_steps, [
    ...["Add fees", "Add refunds", "Test it"],
  ]);
  assertEquals(second.mpm!.decisions, ["Use SQLite"]);
  assertEquals(second.mpm!.blockers, []);
  const [, item] = second.mpm!.handoff!.items;
  assertEquals(
    [item!.source, item!.via, item!.at, item!.save, item!.number],
    ["user", "pause", "2026-11-21T12:00:00.000Z", first.session_id, 1],
  );
});

Deno.test("--done closes an open item with the same text, and reports it as done", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "-t", "Test it", "-b", "No key yet");
  const save = await pause(env, 1, "--done", "test  it", "--done", "Unknown");
  assertEquals(items(save), [
    "blocker open No key yet",
    "done done Test it",
    "done done Unknown",
  ]);
  assertEquals(await open(env), ["2 blocker No key yet"]);
  assertEquals(save.todos.completed.length, 2);
});

Deno.test("--input accepts goals, constraints, rejected approaches and how to verify", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "-n", "A", "-n", "B");
  const { session_id: id, warnings } = await pauseWith(env, 1, {
    goal: "Refunds work",
    constraints: ["No new dependencies"],
    rejected: ["Redis: one more server"],
    verify: ["npm test"],
    open_questions: ["Which port?"],
    close: [2, 77],
  });
  assertStringIncludes(warnings.join(), "No open item 77");
  const save = read(env, id);
  assertEquals(items(save), [
    "next open A",
    "done done B",
    "goal open Refunds work",
    "constraint open No new dependencies",
    "rejected open Redis: one more server",
    "question open Which port?",
    "verify open npm test",
  ]);
  assertEquals(save.conversation.primary_task, "Refunds work");
  assertEquals(save.open_questions, ["Which port?"]);
  assertEquals(
    save.resume_instructions.validation_commands.verify_1,
    "npm test",
  );
  assertEquals(
    save.mpm!.handoff!.runs.map(({ command, exit }) => [command, exit]),
    [
      ["npm test", null],
    ],
  );
  // The way to verify stays known, and a new goal replaces the old one.
  await pauseWith(env, 2, { goal: "Fees work" });
  const { session } = await mpmJson<ResumeReport>(env, ["resume", "--peek"]);
  const [goal] = session.mpm!.handoff!.items.filter((one) =>
    one.kind === "goal"
  );
  assertEquals(goal!.text, "Fees work");
  assertEquals(session.mpm!.handoff!.runs.length, 1);
  const bad = await mpm(env, ["pause", "--input", "-"], {
    stdin: '{"close":["x"]}',
  });
  assertEquals(bad.status, 2);
});

Deno.test("JSON from an agent session belongs to the agent, typed words to the user", async () => {
  using env = TestEnv.repository();
  const agent = ["--agent-session", "00000000-0000-4000-8000-000000000001"];
  const { session_id: id } = await pauseWith(
    ...[env, 0, { next_steps: ["A"] }, ...agent] as const,
  );
  assertEquals(read(env, id).mpm!.handoff!.items[0]!.source, "agent");
  const typed = await pause(env, 1, "-n", "B", ...agent);
  assertEquals(typed.mpm!.handoff!.items[1]!.source, "user");
});

Deno.test("a dry run shows the hand-off and keeps nothing", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "-n", "A", "--dry-run"]);
  assertEquals(env.exists(ITEMS), false);
});

Deno.test("one undo undoes a pause with its items", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "-n", "A");
  await pause(env, 1, "-n", "B", "--done", "A");
  assertEquals(await open(env), ["2 next B"]);
  const { status, stderr } = await mpm(env, ["undo"]);
  assertEquals(status, 0, stderr);
  assertEquals(await open(env), ["1 next A"]);
});

Deno.test("secrets in items are redacted and counted, and ids are kept", async () => {
  using env = TestEnv.repository();
  const token = `ghp_${"a1B2".repeat(9)}`;
  const save = await pause(env, 0, "-n", `Use ${token}`, "-d", token);
  assertEquals(JSON.stringify(save).includes(token), false);
  assertStringIncludes(items(save).join(), "[redacted:github-token]");
  for (const { id } of save.mpm!.handoff!.items) {
    assert(/^[0-9a-f]{12}$/.test(id));
  }
});

Deno.test("a hand-off of any size stays below 256 KiB and says what it left out", async () => {
  using env = TestEnv.repository();
  const long = (name: string) => `${name} ${"wörd ".repeat(1500)}`;
  const many = Array.from({ length: 120 }, (_, at) => long(`Step ${at}`));
  const { session_id: id } = await pauseWith(env, 0, {
    ...{ next_steps: many, goal: "The goal", accomplishments: many },
  });
  const handoff = read(env, id).mpm!.handoff!;
  const bytes = new TextEncoder().encode(JSON.stringify(handoff)).length;
  assert(bytes <= 256 * 1024, `${bytes}`);
  assert(handoff.left_out! > 100);
  assert(handoff.items.some(({ kind }) => kind === "goal"));
  // Only whole items; the first ones were dropped.
  const next = handoff.items.filter(({ kind }) => kind === "next");
  assert(next.length > 0 && next.every(({ text }) => text.endsWith("wörd")));
  // Nothing is lost: the items are carried over.
  assertEquals((await open(env)).length, 121);
});

Deno.test("every kind of item keeps its share of a full hand-off", async () => {
  using env = TestEnv.repository();
  const long = (name: string) => `${name} ${"x".repeat(7900)}`;
  const texts = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => long(`${name} ${at}.`));
  await pauseWith(env, 0, {
    next_steps: texts("Step", 60),
    open_questions: [long("Which port?")],
  });
  const { session_id: id } = await pauseWith(env, 1, {
    decisions: texts("Decision", 20),
  });
  const kept = read(env, id).mpm!.handoff!.items;
  const of = (kind: string) => kept.filter((item) => item.kind === kind);
  assertEquals(of("question").length, 1);
  assertEquals(of("next")[0]!.text.slice(0, 7), "Step 0.");
  const [steps, decisions] = [of("next").length, of("decision").length];
  assert(Math.abs(steps - decisions) < 2, `${steps} ${decisions}`);
  assert(steps + decisions > 25, `${steps} ${decisions}`);
});

Deno.test("a resume adds unknown items of one's own save to one's items", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "-n", "A", "-n", "B", "-d", "C");
  await mpmJson(env, ["done", "2"]);
  env.remove(ITEMS);
  await mpmJson(env, ["next", "New"]);
  const peeked = await mpmJson<ResumeReport>(env, ["resume", "--peek"]);
  assertEquals(peeked.items.length, 4);
  assertEquals(await open(env), ["1 next New"]);
  const { items } = await mpmJson<ResumeReport>(env, ["resume"]);
  assertEquals(items.map(({ number, text }) => [number, text]), [
    ...[[1, "New"], [2, "B"], [3, "C"], [4, "A"]],
  ] as [number, string][]);
  assertEquals(await open(env), [
    ...["1 next New", "2 next B", "3 decision C", "4 next A"],
  ]);
  // A second one changes nothing.
  await mpmJson(env, ["resume"]);
  assertEquals((await open(env)).length, 4);
  const undone = await mpm(env, ["undo"]);
  assertEquals(undone.status, 0, undone.stderr);
  assertEquals(await open(env), ["1 next New"]);
});

Deno.test("a resume restores lost variables from one's own save", async () => {
  using env = TestEnv.repository();
  const vars = async () => (await mpm(env, ["var", "list"])).stdout;
  await mpm(env, ["var", "set", "port", "8080"]);
  await mpm(env, ["var", "set", "__proto__", "x"]);
  for (const args of [[], ["-n", "Step"]]) {
    await pause(env, args.length, "Look", ...args);
    Deno.removeSync(`${env.project}/${STATE}`, { recursive: true });
    assertEquals(await vars(), "No variables are set.\n");
    await mpm(env, ["resume", "--peek"]);
    assertEquals(await vars(), "No variables are set.\n");
    await mpm(env, ["resume"]);
    assertEquals(await vars(), "__proto__  x\nport       8080\n");
  }
  // A variable that was unset here stays unset.
  await mpm(env, ["var", "unset", "port"]);
  await mpm(env, ["var", "unset", "__proto__"]);
  await mpm(env, ["resume"]);
  assertEquals(await vars(), "No variables are set.\n");
});

Deno.test("items closed here do not come back with an older save", async () => {
  using env = TestEnv.repository();
  await pause(env, 0, "-n", "A");
  await mpmJson(env, ["done", "1"]);
  const { items } = await mpmJson<ResumeReport>(env, ["resume"]);
  assertEquals([items, await open(env)], [[], []]);
});

Deno.test("no part of a foreign save is used until it is trusted", async () => {
  using env = TestEnv.repository();
  const { session_id: id } = await pause(env, 0, "-n", "Their step");
  anotherUser(env);
  env.remove(ITEMS);
  await mpmJson(env, ["resume"]);
  assertEquals(await open(env), []);
  await mpmJson(env, ["saves", "trust", id]);
  await mpmJson(env, ["resume"]);
  assertEquals(await open(env), ["1 next Their step"]);
});

Deno.test("a damaged hand-off in a save is repaired, and the rest is used", async () => {
  using env = TestEnv.repository();
  const save = await pause(env, 0, "-n", "A", "-n", "B");
  const [first, second] = save.mpm!.handoff!.items;
  const broken = {
    ...save.mpm!.handoff!,
    items: [
      { ...first!, kind: "nonsense", state: 7, number: "x" },
      "Just a text",
      { ...second!, id: "../../etc/passwd" },
    ],
    files: null,
    vars: { port: 8081 },
  };
  const name = `${SESSIONS}/${save.session_id}.json`;
  const text = JSON.stringify({
    ...save,
    mpm: { ...save.mpm!, handoff: broken },
  });
  env.write(name, text);
  env.remove(`${name}.sha256`);
  const { session } = await mpmJson<ResumeReport>(env, ["resume", "--peek"]);
  const handoff = session.mpm!.handoff!;
  assertEquals(handoff.items.map(({ kind, text }) => [kind, text]), [
    ...[["next", "A"], ["next", "Just a text"], ["next", "B"]],
  ] as [string, string][]);
  assertEquals([handoff.files, handoff.vars], [[], { port: "8081" }]);
});
