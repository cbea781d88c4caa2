import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { TimelineResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { putTranscript, workTranscript } from "../helpers/transcripts.ts";

const ID = "3f8a0000-0000-4000-8000-000000000001";

const timeline = async (env: TestEnv, ...args: string[]) =>
  await mpmJson<TimelineResult>(env, ["timeline", ...args]);

/** A project with a session, a detour, saves, a checkpoint and a commit. */
async function project(): Promise<TestEnv> {
  const env = TestEnv.repository();
  let minutes = 0;
  const at = (command: string, more: string[] = []) => {
    const now = new Date(Date.UTC(2026, 10, 20, 9, minutes += 10));
    return mpmJson(env, [...command.split(" "), ...more], { now: () => now });
  };
  await at("start login", ["Fix the login"]);
  await at("checkpoint save", ["before the detour"]);
  await at("pause --no-commit", ["-s", "Half of it works"]);
  await at("branch hotfix", ["Repair the header"]);
  await at("return", ["-s", "Repaired"]);
  return env;
}

Deno.test("timeline shows sessions, detours, saves, checkpoints, agents and commits", async () => {
  using env = await project();
  const failed = JSON.stringify({
    type: "assistant",
    uuid: "e",
    timestamp: "2026-11-22T20:40:00.000Z",
    isApiErrorMessage: true,
    message: { content: [{ type: "text", text: "API Error: 529 Overloaded" }] },
  });
  putTranscript(env, `${ID}.jsonl`, `${workTranscript()}${failed}\n`);
  const { events, more, warnings } = await timeline(env);
  assertEquals([more, warnings], [false, []]);
  const of = (type: string) => events.filter((event) => event.type === type);
  const [session] = of("session");
  const [detour] = of("detour");
  assertEquals([session!.title, detour!.title], ["login", "hotfix"]);
  assertEquals([detour!.parent, detour!.state], [session!.id, "complete"]);
  assertEquals(of("checkpoint")[0]!.origin, "own");
  const save = of("save").find(({ title }) => title === "Half of it works")!;
  assertEquals([save.session, save.origin], [session!.id, "own"]);
  const [agent] = of("agent_session");
  assertEquals(agent!.title, "Make the greeting polite.");
  assertEquals(agent!.command, ["mpm", "replay", ID]);
  assert(agent!.context.length > 2, String(agent!.context.length));
  assertEquals(of("error").map(({ title }) => title), [
    "API Error: 529 Overloaded",
  ]);
  assert(of("commit").length > 0);
  const times = events.map(({ at }) => at);
  assertEquals(times, times.toSorted());
});

Deno.test("timeline accepts a session, types, times and a number of events", async () => {
  using env = await project();
  const types = async (...args: string[]) =>
    [
      ...new Set((await timeline(env, ...args)).events.map(({ type }) => type)),
    ].sort();
  assertEquals(await types("--session", "login"), [
    "detour",
    "save",
    "session",
  ]);
  assertEquals(await types("--session", "no such"), []);
  assertEquals(await types("--only", "checkpoint", "--only", "detour"), [
    "checkpoint",
    "detour",
  ]);
  const until = await timeline(env, "--until", "2026-11-20T09:15Z");
  assertEquals(until.events.at(-1)!.type, "session");
  const few = await timeline(env, "--limit", "1", "--only", "save");
  assertEquals([few.events.length, few.more], [1, true]);
  for (const args of [["--limit", "0"], ["--since", "soon"]]) {
    assertEquals((await mpm(env, ["timeline", ...args])).status, 2);
  }
});

Deno.test("timeline draws each session as a line", async () => {
  using env = await project();
  putTranscript(env, `${ID}.jsonl`, workTranscript());
  const { stdout } = await mpm(env, ["timeline"]);
  for (
    const line of [
      "2026-11-20 Friday\n",
      "09:10 ┌ session    login (",
      "09:20 │ ■ checkpoint before the detour\n",
      "09:30 ◆ save       Half of it works\n",
      "09:40 │ ┌ detour     hotfix (started)\n",
      "09:50 │ └ detour     hotfix (complete)\n",
      "▶ agent      Make the greeting polite. (2 seconds, up to 12k tokens) ",
    ]
  ) assertStringIncludes(stdout, line);
});

Deno.test("timeline works without data and outside git, and marks foreign data", async () => {
  using env = new TestEnv();
  const empty = await mpm(env, ["timeline"]);
  assertEquals([empty.status, empty.stdout], [0, "No events.\n"]);
  await mpmJson(env, ["init"]);
  await mpmJson(env, ["pause", "-s", "Outside git"]);
  const { events } = await timeline(env);
  assertEquals(events.map(({ type, title }) => `${type} ${title}`), [
    "operation set up",
    "save Outside git",
  ]);
  using other = new TestEnv();
  const saves = `${env.project}/.claude-mpm/sessions`;
  for (const { name, isFile } of Deno.readDirSync(saves)) {
    if (!isFile || !name.startsWith("session-")) continue;
    other.write(
      `.claude-mpm/sessions/${name}`,
      Deno.readTextFileSync(`${saves}/${name}`),
    );
  }
  const [theirs] = (await timeline(other)).events;
  assertEquals(theirs!.origin, "foreign");
  const { stdout } = await mpm(other, ["timeline"]);
  assertStringIncludes(stdout, "(not verified): Outside git");
});

Deno.test("timeline reads damaged transcripts, and prints no secret", async () => {
  using env = TestEnv.repository();
  const key = `sk-ant-api03-${"aB3dE5fG7h".repeat(9)}`;
  const name = (at: number) => `3f8a0000-0000-4000-8000-00000000000${at}.jsonl`;
  putTranscript(env, name(2), "not a transcript\n\0\0\0\n{}\n[1\n");
  putTranscript(env, name(3), "");
  putTranscript(env, name(4), workTranscript().slice(0, -200));
  putTranscript(env, name(5), workTranscript().replaceAll("polite", key));
  const long = putTranscript(env, name(6), workTranscript());
  using file = Deno.openSync(long, { write: true });
  file.truncateSync(20 * 1024 ** 3);
  const { events } = await timeline(env, "--only", "agent_session");
  assertEquals(events.length, 3);
  assertEquals(JSON.stringify(events).includes(key), false);
});
