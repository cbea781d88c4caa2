import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { ScheduleListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { blocksOf } from "../helpers/markdown.ts";
import { binary, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { fakeSchedulers } from "../helpers/schedulers.ts";

/** The first line of a block that is a file of the project. */
const FILE = /^# ((?:scripts|\.claude-mpm\/tasks)\/\S+)$/;

posixTest(
  "the health check and the standup of docs/schedules.md run",
  async () => {
    using env = TestEnv.repository();
    const { folder } = fakeSchedulers(env, `exec "${binary()}" "$@"\n`);
    const put = (name: string, script: string) => {
      const path = join(folder, name);
      Deno.writeTextFileSync(path, `#!/bin/sh\n${script}\n`);
      Deno.chmodSync(path, 0o755);
    };
    put("sqlite3", "echo ok");
    put("curl", "echo healthy");
    put("npm", '[ "$1" = test ]');
    put("notify-send", 'echo "$1" >>"$FAKE/told"');
    const commands: string[] = [];
    for (const { kind, lines } of blocksOf("docs/schedules.md")) {
      const path = FILE.exec(lines[0] ?? "")?.[1];
      if (path) env.write(path, `${lines.join("\n")}\n`);
      else if (kind === "sh") commands.push(...lines);
    }
    for (const line of commands) {
      const { status, stderr } = env.run("sh", ["-c", line]);
      assertEquals(status, 0, stderr);
    }
    // The entry of the scheduler.
    const units = join(env.home, ".config/systemd/user");
    for (const { name } of [...Deno.readDirSync(units)]) {
      if (!name.endsWith(".service")) continue;
      const line = /^ExecStart=(.*)$/m.exec(
        Deno.readTextFileSync(join(units, name)),
      )![1]!;
      env.run("sh", ["-c", line], { cwd: "/" });
    }
    const { schedules } = await mpmJson<ScheduleListResult>(env, [
      ...["schedule", "list"],
    ]);
    assertEquals(schedules.map(({ name, last }) => [name, last?.state]), [
      ["standup", "done"],
      ["task-health", "failed"],
    ]);
    assertStringIncludes(env.read("health.md"), "dependencies");
    assertStringIncludes(
      Deno.readTextFileSync(schedules[0]!.log!),
      "# Standup",
    );
    assertEquals(
      Deno.readTextFileSync(join(folder, "told")).split("\n").sort(),
      ["", "Standup: done", "The health check found issues"],
    );
  },
);
