import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  ScheduleAddResult,
  ScheduleListResult,
} from "../../schemas/types.ts";
import type { System } from "../../src/system/system.ts";
import { everything } from "../helpers/used_home.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { fakeSchedulers } from "../helpers/schedulers.ts";
import { define, until } from "../helpers/tasks.ts";

async function project(): Promise<{ env: TestEnv; crontab: string }> {
  const env = TestEnv.repository();
  const { crontab } = fakeSchedulers(env);
  await define(env, { run: ["true"] }, "health");
  return { env, crontab };
}

const ADD = ["schedule", "add", "0 9 * * *", "task", "health"];

/** Unusual bytes, both line ends, a variable, and no line end at the end. */
const CRONTAB = new Uint8Array([
  ...new TextEncoder().encode("SHELL=/bin/fish\r\n# m\n\n5 4 * * * a%b\r\n"),
  ...[0xff, 0xc3, 0x28, 0x00, 0x0a],
  ...new TextEncoder().encode("@daily x"),
]);

posixTest("a crontab keeps every other byte, and is restored", async () => {
  const { env, crontab } = await project();
  using _env = env;
  Deno.writeFileSync(crontab, CRONTAB);
  await mpmJson(env, [...ADD, "--via", "cron"]);
  await mpmJson(env, [
    ...["schedule", "add", "*/20 8-9 * * mon", "standup", "--via", "cron"],
  ]);
  const now = Deno.readFileSync(crontab);
  assertEquals(now.subarray(-CRONTAB.length), CRONTAB);
  const lines = new TextDecoder().decode(now).split("\n");
  assertStringIncludes(lines[2]!, `0 9 * * * ${env.root}/bin/mpm -C `);
  assertStringIncludes(lines[4]!, "0,20,40 8,9 * * 1 ");
  await mpmJson(env, ["schedule", "remove", "task-health"]);
  await mpmJson(env, ["undo"]);
  assertEquals(Deno.readFileSync(crontab).length, now.length);
  await mpmJson(env, ["schedule", "remove", "standup", "task-health"]);
  assertEquals(Deno.readFileSync(crontab), CRONTAB);
  // A crontab that mpm made is removed with its last entry.
  Deno.removeSync(crontab);
  await mpmJson(env, [...ADD, "--via", "cron"]);
  await mpmJson(env, ["undo"]);
  assertEquals(
    [...Deno.readDirSync(env.root + "/bin")].map(({ name }) => name)
      .includes("crontab.txt"),
    false,
  );
});

posixTest("a crontab that cannot be read is not replaced", async () => {
  const { env } = await project();
  using _env = env;
  Deno.writeTextFileSync(
    `${env.root}/bin/crontab`,
    '#!/bin/sh\necho "you are not allowed" >&2; exit 1\n',
  );
  const { status, stderr } = await mpm(env, [...ADD, "--via", "cron"]);
  assertEquals(status, 4);
  assertStringIncludes(stderr, "you are not allowed");
  assertEquals(
    (await mpmJson<ScheduleListResult>(env, [
      ...["schedule", "list"],
    ])).schedules,
    [],
  );
});

posixTest("systemd units are enabled, and leave nothing behind", async () => {
  const { env } = await project();
  using _env = env;
  const before = everything(env);
  const { id, entry, via, next } = await mpmJson<ScheduleAddResult>(env, ADD, {
    now: () => new Date("2026-11-20T10:00:00Z"),
  });
  assertEquals([via, next[0]], ["systemd", "2026-11-21T09:00:00.000Z"]);
  assertStringIncludes(entry, "OnCalendar=*-*-* 09:00:00\n");
  assertStringIncludes(entry, "Persistent=true\n");
  const units = join(env.home, ".config/systemd/user");
  assert(Deno.lstatSync(`${units}/timers.target.wants/mpm-${id}.timer`));
  const { schedules } = await mpmJson<ScheduleListResult>(env, [
    ...["schedule", "list"],
  ]);
  assertEquals(schedules.map(({ entry, problem }) => [entry, problem]), [
    ["present", null],
  ]);
  Deno.writeTextFileSync(`${units}/mpm-${id}.service`, "# mine\n");
  const edited = await mpm(env, ["schedule", "list"]);
  assertStringIncludes(edited.stdout, "the entry was edited");
  // The same schedule again writes its entry again.
  assertEquals((await mpmJson<ScheduleAddResult>(env, ADD)).added, false);
  await mpmJson(env, ["schedule", "remove", "task-health"]);
  assertEquals(everything(env), before);
});

posixTest(
  "setup --remove removes the schedules, and undo restores them",
  async () => {
    const { env, crontab } = await project();
    using _env = env;
    await mpmJson(env, [...ADD, "--via", "cron"]);
    const before = Deno.readTextFileSync(crontab);
    const removed = await mpm(env, ["setup", "--remove", "--yes"]);
    assertStringIncludes(removed.stdout, "  schedule: task-health-");
    await mpmJson(env, ["undo"]);
    assertEquals(Deno.readTextFileSync(crontab), before);
    // From another project it is listed, and its ID removes it.
    const other = { cwd: env.home };
    const { others } = await mpmJson<ScheduleListResult>(
      env,
      ["schedule", "list"],
      other,
    );
    assertEquals(others, 1);
    const all = await mpmJson<ScheduleListResult>(
      env,
      ["schedule", "list", "--all"],
      other,
    );
    // Without its record, the entry is still found.
    Deno.removeSync(`${env.home}/.local/state/mpm/schedules`, {
      recursive: true,
    });
    const lost = await mpm(env, ["schedule", "list", "--all"], other);
    assertStringIncludes(lost.stdout, "mpm has no record of this entry");
    const { id } = all.schedules[0]!;
    await mpmJson(env, ["schedule", "remove", id], other);
    assertEquals(
      (await mpm(env, ["schedule", "list", "--all"], other)).stdout,
      "No schedules.\n",
    );
  },
);

posixTest(
  "a run goes into the log, and is refused after a change",
  async () => {
    const { env } = await project();
    using _env = env;
    await mpm(env, [
      ...ADD,
      ...["--via", "cron", "--", "sh", "-c", 'echo "$1" >>told', "sh"],
      "{name}: {state} {reason}",
    ]);
    const run = ["schedule", "run", "task-health"];
    const { log, state } = await mpmJson(env, run);
    assertEquals(state, "done");
    assertStringIncludes(
      Deno.readTextFileSync(String(log)),
      `ran: -C ${env.project} task run health\n`,
    );
    env.write(".claude-mpm/tasks/health.yaml", "run: [echo, changed]\n");
    const refused = await mpm(env, run);
    assertEquals(refused.status, 4);
    const why = 'the task "health" changed since you allowed it';
    assertStringIncludes(refused.stdout, `refused: ${why}`);
    assertStringIncludes(Deno.readTextFileSync(String(log)), why);
    const list = await mpm(env, ["schedule", "list"]);
    assertStringIncludes(list.stdout, `refused: ${why}`);
    assertEquals(
      env.read("told"),
      `task-health: done \ntask-health: refused ${why}\n`,
    );
    assertStringIncludes((await mpm(env, ["doctor"])).stdout, why);
    Deno.removeSync(`${env.root}/bin/mpm`);
    const doctor = await mpm(env, ["doctor"]);
    assertStringIncludes(doctor.stdout, "no longer exists");
  },
);

posixTest("a log is bounded, and a second run at once is skipped", async () => {
  const env = TestEnv.repository();
  using _env = env;
  // The output is longer in the log, where it is escaped.
  const { folder } = fakeSchedulers(
    env,
    `head -c 80000 /dev/zero | tr '\\0' '\\033'
    : >"$FAKE/began"
    while [ ! -e "$FAKE/go" ]; do sleep 0.01; done\n`,
  );
  await define(env, { run: ["true"] }, "health");
  const { id } = await mpmJson(env, [...ADD, "--via", "cron"]);
  const state = `${env.home}/.local/state/mpm/schedules/${id}`;
  Deno.writeTextFileSync(`${state}/log.txt`, "old line\n".repeat(29_000));
  const run = ["schedule", "run", "task-health"];
  const first = mpm(env, run);
  await until("it runs", () => env.exists("../bin/began"));
  const second = await mpm(env, run);
  assertEquals(second.status, 4, second.stderr);
  assertStringIncludes(second.stderr, '"task-health" is running');
  const list = await mpm(env, ["schedule", "list"]);
  assertStringIncludes(list.stdout, "running");
  Deno.writeTextFileSync(`${folder}/go`, "");
  assertEquals((await first).status, 0);
  const log = Deno.readTextFileSync(`${state}/log.txt`);
  assert(log.length <= 256 * 1024, `${log.length}`);
  assertStringIncludes(log, "old line\n--- ");
  assertStringIncludes(log, " task health: still running, skipped\n");
  assert(log.endsWith(" done\n"));
});

posixTest("invalid times and names are refused", async () => {
  const { env } = await project();
  using _env = env;
  const errorOf = async (...words: string[]) => {
    const { status, stderr } = await mpm(env, ["schedule", "add", ...words]);
    return `${status} ${stderr.split("\n")[0]}`;
  };
  for (
    const [times, words] of [
      ["@daily", "only five fields work"],
      ["* * * *", "expected five fields, found 4"],
      ["60 * * * *", 'cannot read the minute "60"'],
      ["0 0 L * *", 'cannot read the day of the month "L"'],
      ["0 0 30 2 *", "this date never occurs"],
      ["0 0 */2 * 1", "List the days"],
    ] as const
  ) assertStringIncludes(await errorOf(times, "standup"), words);
  assertStringIncludes(
    await errorOf("0 9 * * *", "task", "healt"),
    '3 Error: No task "healt"',
  );
  env.write(".claude-mpm/tasks/new.yaml", "run: [x]\n");
  assertStringIncludes(
    await errorOf("0 9 * * *", "task", "new"),
    "4 Error: You have not allowed",
  );
  assertStringIncludes(await errorOf("0 9 * * *", "task"), "2 Error: Name the");
  const launchd = [...ADD.slice(2), "--via", "launchd"];
  assertStringIncludes(await errorOf(...launchd), "only on macOS");
});

posixTest("launchd and the Task Scheduler get their formats", async () => {
  const { env } = await project();
  using _env = env;
  const on = (platform: System["platform"]) => ({
    wrap: (system: System) => ({ ...system, platform }),
  });
  const before = everything(env);
  const remove = ["schedule", "remove", "task-health"];
  const mac = await mpmJson<ScheduleAddResult>(env, ADD, on("darwin"));
  const plist = `${env.home}/Library/LaunchAgents/mpm.schedule.${mac.id}.plist`;
  assertEquals(Deno.readTextFileSync(plist), mac.entry);
  await mpmJson(env, remove, on("darwin"));
  assertEquals(everything(env), before);
  env.extra.LOCALAPPDATA = `${env.home}/.local/state`;
  const windows = await mpmJson<ScheduleAddResult>(env, ADD, on("windows"));
  const xml = Deno.readFileSync(`${env.root}/bin/task.xml`);
  assertEquals(new TextDecoder("utf-16le").decode(xml), windows.entry);
  await mpmJson(env, remove, on("windows"));
  const said = Deno.readTextFileSync(`${env.root}/bin/said`);
  for (
    const words of [
      `bootstrap gui/${Deno.uid()} ${plist}`,
      `bootout gui/${Deno.uid()}/mpm.schedule.${mac.id}`,
      `/Create /TN mpm-${windows.id} /XML`,
      `/Delete /TN mpm-${windows.id} /F`,
    ]
  ) assertStringIncludes(said, words);
});
