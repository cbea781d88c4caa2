import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  SavesListResult,
  SavesRecoverResult,
  SavesShowResult,
  SavesVerifyResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import {
  copySample,
  formatText,
  ownSave,
  putSave,
  SESSIONS,
} from "../helpers/stores.ts";

const NOON = () => new Date("2026-11-21T12:00:00Z");
const ID = "session-20261120-230847";
const ACTIVE = `${SESSIONS}/ACTIVE-PAUSE.jsonl`;
const RECORD =
  `claude-mpm/v6.5.83-incremental/${SESSIONS}/${ID}-incremental.jsonl`;

/** The lines of the sample as they were while the pause continued. */
function lines(): string[] {
  return formatText(RECORD).trimEnd().split("\n").slice(0, -1);
}

function unfinished(text = `${lines().join("\n")}\n`): TestEnv {
  const env = TestEnv.repository();
  env.write(ACTIVE, text);
  return env;
}

async function recover(env: TestEnv, ...args: string[]) {
  return await mpmJson<SavesRecoverResult>(
    env,
    ["saves", "recover", ...args],
    { now: NOON },
  );
}

Deno.test("sessions recover prints the recorded data and changes nothing", async () => {
  using env = unfinished();
  const before = env.read(ACTIVE);
  const { status, stdout } = await mpm(env, ["saves", "recover"]);
  assertEquals([status, stdout], [
    0,
    `An unfinished automatic pause, ${ID}: Session auto-paused after 4 ` +
    "actions. Context usage: 90.0% -> 93.0%\n  4 actions, " +
    "2026-11-20T23:08:47.881543+00:00 to " +
    "2026-11-20T23:08:47.881846+00:00\nSave it with --finalize, or move it " +
    "to the trash with --discard.\n",
  ]);
  assertEquals(env.read(ACTIVE), before);
  const listed = await mpm(env, ["saves", "list"]);
  assertStringIncludes(listed.stderr, "mpm saves recover");
});

Deno.test("sessions recover --finalize saves what claude-mpm would have", async () => {
  using env = unfinished();
  const result = await recover(env, "--finalize");
  assertEquals([result.state, result.session_id], ["finalized", ID]);
  assertEquals(env.exists(ACTIVE), false);
  const save = JSON.parse(env.read(`${SESSIONS}/${ID}.json`));
  using peer = new TestEnv();
  copySample(peer, "v6.5.83-incremental");
  const theirs = JSON.parse(peer.read(`${SESSIONS}/${ID}.json`));
  for (
    const field of [
      "session_id",
      "paused_at",
      "duration_hours",
      "context_usage",
      "conversation",
    ]
  ) assertEquals(save[field], theirs[field], field);
  const { source_sha256: _, ...pause } = save.incremental_pause;
  assertEquals(pause, theirs.incremental_pause);
  assertEquals(save.mpm.kind, "recovered");
  assertStringIncludes(save.important_reminders[0], "Recovered at 2026-11-21");
  // The record is kept under its name, and ends like theirs, key by key.
  const record = env.read(`${SESSIONS}/${ID}-incremental.jsonl`).split("\n");
  assertEquals(record.slice(0, 4), lines());
  const [mine, last] = [
    record[4]!,
    formatText(RECORD).trimEnd().split("\n")[4]!,
  ]
    .map((line) => JSON.parse(line));
  assertEquals(Object.keys(mine), Object.keys(last));
  assertEquals(Object.keys(mine.data), Object.keys(last.data));
  assertEquals(mine.data, last.data);
  const { sessions } = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  assertEquals(sessions.map(({ state, notes }) => [state, notes]), [[
    "intact",
    [],
  ]]);
  assertEquals((await mpm(env, ["resume"])).status, 0);
  assertEquals((await recover(env)).state, "none");
  assertEquals(
    (await mpm(env, ["saves", "recover", "--discard"])).status,
    3,
  );
});

for (
  const [what, text, torn] of [
    ["last", () => lines().join("\n").slice(0, -30), [4]],
    ["first", () => lines().join("\n").slice(40), [1]],
    [
      "first and last",
      () => lines().join("\n").slice(40, -30),
      [1, 4],
    ],
    ["middle", () => lines().with(1, "{oops").join("\n") + "\n\n", [2]],
  ] as const
) {
  Deno.test(`sessions recover reads a record whose ${what} line is incomplete`, async () => {
    using env = unfinished(text());
    const answer = await recover(env);
    assertEquals(answer.torn_lines, [...torn]);
    const { session_id: id } = await recover(env, "--finalize");
    assertEquals(id, ID);
    const { session } = await mpmJson<SavesShowResult>(env, [
      "saves",
      "show",
      ID,
    ]);
    const count = 4 - torn.length;
    assertStringIncludes(
      session.conversation.summary,
      `after ${count} actions`,
    );
    const last = env.read(`${SESSIONS}/${ID}-incremental.jsonl`).trimEnd()
      .split("\n").at(-1)!;
    assertEquals(JSON.parse(last).type, "pause_finalized");
  });
}

Deno.test("sessions recover --discard moves the record into the trash", async () => {
  using env = unfinished("\u0000garbage");
  const refused = await mpm(env, ["saves", "recover", "--finalize"]);
  assertEquals(refused.status, 5);
  assertStringIncludes(refused.stderr, "--discard");
  const planned = await recover(env, "--discard", "--dry-run");
  assertEquals([planned.state, planned.trash], ["discarded", null]);
  assert(env.exists(ACTIVE));
  const { trash } = await recover(env, "--discard");
  assertEquals(env.exists(ACTIVE), false);
  const moved = `${trash}/sessions/ACTIVE-PAUSE.jsonl`;
  assertEquals(Deno.readTextFileSync(moved), "\u0000garbage");
  const manifest = JSON.parse(Deno.readTextFileSync(`${trash}/manifest.json`));
  assertEquals(manifest.items[0].files[0].to, "sessions/ACTIVE-PAUSE.jsonl");
});

Deno.test("sessions recover --finalize takes the next free second, and --dry-run says which", async () => {
  using env = unfinished();
  putSave(env, ownSave(ID, { summary: "a pause of the same second" }));
  const next = "session-20261120-230848";
  const planned = await recover(env, "--finalize", "--dry-run");
  assertEquals([planned.state, planned.session_id], ["finalized", next]);
  assert(env.exists(ACTIVE));
  assertEquals((await recover(env, "--finalize")).session_id, next);
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  assertEquals(sessions.length, 2);
});
