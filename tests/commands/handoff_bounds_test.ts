import { assert } from "@std/assert";
import type { Save } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, fire, NOON, transcriptOf } from "../helpers/hook_events.ts";
import { mpm } from "../helpers/mpm.ts";
import {
  answer,
  compaction,
  lastSave,
  pauseTalk,
  prompt,
  putTalk,
  ran,
  todoList,
} from "../helpers/small_talk.ts";

/** The limit of the hand-off in a save, in bytes. */
const LIMIT = 256 * 1024;

/** Returns the newest save, whose hand-off must be nearly as large as allowed. */
function assertBounded(env: TestEnv): Save {
  const save = lastSave(env);
  const text = env.read(`.claude-mpm/sessions/${save.session_id}.json`);
  const start = text.indexOf('\n    "handoff": {');
  const end = text.indexOf("\n    }", start);
  assert(start > 0 && end > start);
  const bytes = new TextEncoder().encode(text.slice(start, end + 6)).length;
  assert(bytes <= LIMIT, `${bytes}`);
  assert(bytes > LIMIT / 2, `${bytes}`);
  assert((save.mpm!.handoff!.left_out ?? 0) > 0);
  return save;
}

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

/** The characters that need the most space, by what makes them larger. */
const FILLERS = {
  words: "word ",
  emoji: "\u{1f600}",
  escapes: '"\\',
  secrets: "password=Zx9kQ2 token=Ab3x9Kd ",
};

/** A conversation in which each list has more than fits. */
function fullTalk(filler: string) {
  const long = (length: number) =>
    filler.repeat(Math.ceil(length / filler.length));
  return [
    ...times(60, (at) => prompt(`Use ${at} for it. ${long(1200)}`)),
    ...times(2, (at) => compaction(`Summary ${at} ${long(8000)}`)),
    ...todoList(
      Object.fromEntries(
        times(300, (at) => [`Todo ${at} ${long(40)}`, "pending"]),
      ),
    ),
    ...times(60, (at) => answer(`I decided to use ${at}. ${long(800)}`)),
    ...times(
      25,
      (at) => ran(`npm test -- ${at} ${long(1500)}`, at % 2, long(3000)),
    ),
    ...times(
      15,
      (at) => ran(`node run${at}.js ${long(1500)}`, at % 2, long(3000)),
    ),
    ...answer(`Half of it is done. Which one? ${long(4000)}`),
  ].flat().map((line) => ({ ...line, version: "2.1.330" }));
}

for (const [name, filler] of Object.entries(FILLERS)) {
  Deno.test(`a full hand-off with ${name} stays below 256 KiB, in each kind of save`, async () => {
    using env = TestEnv.repository();
    env.write(".claude-mpm/config.toml", "");
    await fire(env, "UserPromptSubmit", { prompt: "Go on" });
    putTalk(env, fullTalk(filler), { from: "2026-11-20T09:00:00Z" });
    await fire(env, "SessionEnd", { reason: "other" });
    assert(assertBounded(env).mpm!.kind === "auto");
    const killed = AGENT.replace("6", "7");
    putTalk(env, fullTalk(filler), {
      agent: killed,
      from: "2026-11-20T10:00:00Z",
    });
    const path = transcriptOf(env).replace(AGENT, killed);
    Deno.utimeSync(path, NOON, NOON);
    await fire(env, "UserPromptSubmit", {
      prompt: "Go on",
      session_id: killed,
      transcript_path: path,
    });
    const later = new Date(NOON.getTime() + 3_600_000);
    await fire(env, "SessionStart", {
      source: "startup",
      session_id: AGENT.replace("6", "8"),
    }, { now: () => later });
    assert(assertBounded(env).mpm!.recovered !== undefined);
    await pauseTalk(env, fullTalk(filler));
    assert(assertBounded(env).mpm!.kind === "pause");
  });
}

Deno.test("a hand-off of many short items and hand-off documents stays below 256 KiB", async () => {
  using env = TestEnv.repository();
  const title = "\u{1f600}".repeat(60);
  for (const at of times(50, String)) {
    const line = ["handoff", "new", "--bare", "--to", `to-${"x".repeat(55)}`];
    const { status, stderr } = await mpm(env, [
      ...[...line, "--completed", `${at} ${title}`, "--need", "x"],
    ]);
    assert(status === 0, stderr);
  }
  const stdin = JSON.stringify({
    next_steps: times(480, (at) => `Step ${at} ${"x".repeat(350)}`),
    accomplishments: times(3000, (at) => `Done ${at}`),
  });
  const { status, stderr } = await mpm(
    env,
    ["pause", "--no-commit", "--input", "-"],
    { stdin },
  );
  assert(status === 0, stderr);
  assertBounded(env);
});
