import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type {
  CheckpointSaveResult,
  ResumeReport,
  SavesListResult,
  SavesRmResult,
  UndoListResult,
  UndoResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { binary, mpm, mpmJson } from "../helpers/mpm.ts";
import { timeOf } from "../helpers/stores.ts";

const clock = (time: string) => () => new Date(time);
const NOON = clock("2026-11-20T12:00:00Z");
const EARLIER = clock("2026-11-20T09:00:00Z");
const LATER = clock("2026-11-20T12:05:00Z");
const FUTURE = clock("2030-01-01T00:00:00Z");

function pause(env: TestEnv, text: string, now: () => Date): Promise<unknown> {
  return mpmJson(env, ["pause", "--no-commit", text], { now });
}

async function ids(env: TestEnv): Promise<string[]> {
  const { sessions } = await mpmJson<SavesListResult>(
    env,
    ["saves", "list"],
    { now: LATER },
  );
  return sessions.map(({ session_id: id }) => id);
}

Deno.test("pauses of one second get a second each, in their order", async () => {
  using env = TestEnv.repository();
  for (const text of ["a", "b", "c"]) await pause(env, text, NOON);
  assertEquals(await ids(env), [
    "session-20261120-120002",
    "session-20261120-120001",
    "session-20261120-120000",
  ]);
  const { session } = await mpmJson<ResumeReport>(env, ["resume"], {
    now: LATER,
  });
  assertEquals(session.conversation.summary, "c");
});

Deno.test("a clock past the year 9999 is not a valid time for a save", async () => {
  using env = TestEnv.repository();
  const last = clock("9999-12-31T23:59:59Z");
  await pause(env, "Last", last);
  for (const now of [last, clock("+010000-01-01T00:00:00Z")]) {
    const { status, stderr } = await mpm(env, ["pause", "--no-commit"], {
      now,
    });
    assertEquals(status, 4, stderr);
    assertStringIncludes(stderr, "Check the clock");
  }
  assertEquals(await ids(env), ["session-99991231-235959"]);
});

Deno.test("a clock that goes back loses no save, and resume names the save with the wrong time", async () => {
  using env = TestEnv.repository();
  await pause(env, "Before", NOON);
  await pause(env, "After", EARLIER);
  assertEquals(await ids(env), [
    "session-20261120-120000",
    "session-20261120-090000",
  ]);
  const { stdout } = await mpm(env, ["resume"], { now: EARLIER });
  assertStringIncludes(stdout, "Before");
  assertStringIncludes(stdout, "in the future");
  // The pointer leads to the last pause, regardless of the clock.
  assertStringIncludes(
    env.read(".claude-mpm/sessions/LATEST-SESSION.txt"),
    "session-20261120-090000",
  );
});

Deno.test("a save from the future is reported, never pruned, and replaces no other", async () => {
  using env = TestEnv.repository();
  await pause(env, "Future", FUTURE);
  await pause(env, "Now", NOON);
  const resumed = await mpm(env, ["resume"], { now: LATER });
  assertStringIncludes(resumed.stdout, "in the future");
  for (const rule of [["--older-than", "1m"], ["--keep", "1"]]) {
    const { removed } = await mpmJson<SavesRmResult>(
      env,
      ["saves", "prune", ...rule, "--dry-run"],
      { now: LATER },
    );
    const gone = removed.map(({ session_id: id }) => id);
    assertEquals(gone.includes("session-20300101-000000"), false);
  }
});

Deno.test("undo uses the order of the operations, not their times", async () => {
  using env = TestEnv.repository();
  await pause(env, "First", FUTURE);
  await pause(env, "Second", NOON);
  await pause(env, "Third", EARLIER);
  const titles: string[] = [];
  for (let count = 0; count < 3; count++) {
    const { undone } = await mpmJson<UndoResult>(env, ["undo"], {
      now: EARLIER,
    });
    titles.push(undone.title);
  }
  assertEquals(titles, [
    "pause as session-20261120-090000",
    "pause as session-20261120-120000",
    "pause as session-20300101-000000",
  ]);
  const { stdout } = await mpm(env, ["log"], { now: NOON });
  assertStringIncludes(stdout, "3y in the future");
  const { operations } = await mpmJson<UndoListResult>(env, ["log"]);
  assertEquals(operations.map(({ number }) => number), [6, 5, 4, 3, 2, 1]);
});

Deno.test("automatic checkpoints continue after the clock went back", async () => {
  using env = TestEnv.repository();
  const auto = (now: () => Date) =>
    mpmJson<CheckpointSaveResult>(env, ["checkpoint", "save", "--auto"], {
      now,
    });
  env.write("a", "1\n");
  assertEquals((await auto(NOON)).saved, true);
  env.write("a", "2\n");
  assertEquals((await auto(LATER)).saved, false);
  // A save from the future must not delay the next ones until then.
  const back = await auto(EARLIER);
  assertEquals([back.saved, back.name], [true, "auto-2026-11-20-0900"]);
  const { checkpoints } = await mpmJson<{ checkpoints: unknown[] }>(env, [
    ...["checkpoint", "list", "--all"],
  ], { now: EARLIER });
  assertEquals(checkpoints.length, 2);
});

Deno.test("the use of a checkpoint from the future is reported", async () => {
  using env = TestEnv.repository();
  const save = (name: string, now: () => Date) =>
    mpmJson(env, ["checkpoint", "save", name], { now });
  await save("now", NOON);
  env.write("a", "1\n");
  await save("ahead", FUTURE);
  const warnings =
    'Warning: the checkpoint "ahead" is 3 years in the future. The newest ' +
    'before it is "now"';
  for (const args of [["restore", "latest", "--yes"], ["diff", "latest"]]) {
    const { status, stderr } = await mpm(env, ["checkpoint", ...args], {
      now: LATER,
    });
    assertEquals([status, stderr], [0, `${warnings}\n`]);
  }
  const { stderr } = await mpm(env, ["checkpoint", "diff", "now"], {
    now: LATER,
  });
  assertEquals(stderr, "");
});

Deno.test("a restore reports that the used save is from the future", async () => {
  using env = TestEnv.repository();
  env.write("a", "1\n");
  await mpmJson(env, ["pause", "Ahead"], { now: FUTURE });
  env.remove("a");
  const { stdout } = await mpm(env, ["restore", "--yes"], { now: LATER });
  assertMatch(
    stdout,
    /^Note: The time of session-\S+ is in the future, so another save may be newer/m,
  );
  assertEquals(env.read("a"), "1\n");
});

Deno.test("the time zone changes no id and no order", () => {
  using env = TestEnv.repository();
  const zones = ["Pacific/Kiritimati", "UTC", "America/Los_Angeles"];
  const found = zones.map((TZ) => {
    const { status, stdout, stderr } = env.run(
      binary(),
      ["pause", "--no-commit", "--json", TZ],
      { env: { TZ } },
    );
    assertEquals(status, 0, stderr);
    return JSON.parse(stdout) as { session_id: string; paused_at: string };
  });
  for (const { session_id: id, paused_at: at } of found) {
    // A taken second moves to the next free one, in UTC as always.
    const ahead = Date.parse(timeOf(id)) - Date.parse(at);
    assert(ahead > -1000 && ahead < 10_000, `${id} is of ${at}`);
  }
  const order = found.map(({ session_id: id }) => id);
  assertEquals(order.toSorted(), order);
});
