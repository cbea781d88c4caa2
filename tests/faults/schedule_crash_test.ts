import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { ScheduleListResult } from "../../schemas/types.ts";
import { filesBelow } from "../helpers/below.ts";
import { dieEverywhere, isOneOf } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { FolderCopy } from "../helpers/folder_copy.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest, soakTest } from "../helpers/posix.ts";
import { sayPoints } from "../helpers/say.ts";
import { fakeSchedulers } from "../helpers/schedulers.ts";
import { define } from "../helpers/tasks.ts";
import { at } from "../helpers/works.ts";

const CRONTAB = "MAILTO=me\n5 4 * * * backup";
const REMOVE = ["schedule", "remove", "task-health"];

/** Commands that die, and those that are run before each. */
const CASES = (add: string[]) => [
  { args: add, before: [], again: [0] },
  { args: REMOVE, before: [add], again: [0, 3] },
  { args: ["undo"], before: [add] },
  { args: ["undo"], before: [add, REMOVE] },
];

/** Returns the crontab and the units, by their paths. */
function entriesOf(env: TestEnv): Map<string, string> {
  const found: [string, string][] = ["bin/crontab.txt"].map((path) => [
    path,
    env.read(`../${path}`),
  ]);
  const folder = join(env.home, ".config");
  const names = env.exists("../home/.config") ? filesBelow(folder) : [];
  for (const name of names) {
    if (name.endsWith("tmp")) continue;
    found.push([name, Deno.readTextFileSync(join(folder, name))]);
  }
  return new Map(found);
}

/** Files in mpm's state that outlive their schedule, without partial ones. */
function leftIn(env: TestEnv): string[] {
  const folder = "../home/.local/state/mpm/schedules";
  if (!env.exists(folder)) return [];
  return filesBelow(join(env.project, folder))
    .filter((path) => !path.endsWith("tmp"));
}

for (const via of ["cron", "systemd"]) {
  const add = [
    ...["schedule", "add", "0 9 * * *", "task", "health", "--via", via],
  ];
  for (const { args, before, again } of CASES(add)) {
    const name = before.length === 0
      ? `${args[0]} ${args[1]}`
      : `${args.slice(0, 2).join(" ")} after ${before.at(-1)![1]}`;
    const test = args[0] === "undo" ? soakTest : posixTest;
    test(`${name} by ${via} can die at any point: the entries are old or new`, async () => {
      let [old, due] = [new Map<string, string>(), new Map<string, string>()];
      const points = await dieEverywhere(args, {
        now: at(0),
        programs: "all",
        async prepare() {
          const env = TestEnv.repository();
          const { crontab } = fakeSchedulers(env);
          Deno.writeTextFileSync(crontab, CRONTAB);
          await define(env, { run: ["true"] }, "health");
          for (const line of before) await mpmJson(env, line, { now: at(-9) });
          old = entriesOf(env);
          const copy = new FolderCopy(env.root);
          await mpmJson(env, args, { now: at(0) });
          due = entriesOf(env);
          copy.restore();
          return env;
        },
        async check(env, where) {
          const found = entriesOf(env);
          for (const path of new Set([...old.keys(), ...found.keys()])) {
            const text = found.get(path);
            const isWell = [old.get(path), due.get(path)].includes(text);
            assert(isWell, `${where}: ${path}: ${text}`);
          }
          if (again && isOneOf(2, where)) {
            const { status, stderr } = await mpm(env, args, { now: at(0) });
            assert(again.includes(status), `${where}: ${stderr}`);
            assertEquals(entriesOf(env), due, where);
          }
          const { schedules } = await mpmJson<ScheduleListResult>(env, [
            ...["schedule", "list", "--all"],
          ]);
          assert(schedules.length <= 1, where);
          const isThere = [...found.keys()].some((path) =>
            path.endsWith(".timer")
          ) || found.get("bin/crontab.txt") !== CRONTAB;
          if (isThere && !again) assertEquals(schedules.length, 1, where);
          for (const { id } of schedules) {
            await mpmJson(env, ["schedule", "remove", id]);
          }
          assertEquals(leftIn(env), [], where);
          assertEquals(env.exists("../home/.config"), false, where);
          assertEquals([...entriesOf(env).values()], [CRONTAB], where);
        },
      });
      sayPoints(name, points);
    });
  }
}
