import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { System } from "../../src/system/system.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

/** A machine on whose full disk git stores no object; naming one works. */
function fullDisk(system: System): System {
  return {
    ...system,
    run: (program, options) =>
      options.args.includes("hash-object") && options.args.includes("-w")
        ? Promise.resolve({
          outcome: "exited",
          status: 128,
          stdout: new Uint8Array(),
          stderr: new TextEncoder().encode(
            "fatal: unable to write loose object file: No space left on device\n",
          ),
        })
        : system.run(program, options),
  };
}

Deno.test("a full disk is not reported as an unreadable file", async () => {
  using env = TestEnv.repository();
  env.write("large", "x".repeat(2 * 1024 * 1024));
  const failed = await mpm(env, ["checkpoint", "save", "one"], {
    wrap: fullDisk,
  });
  assertEquals([failed.status, failed.stderr], [
    6,
    'Error: "git hash-object" ended with status 128: ' +
    "fatal: unable to write loose object file: No space left on device\n",
  ]);
  assertEquals(env.git("for-each-ref", "refs/mpm"), "");
});

/**
 * Returns the git commands that have waited for the disk, by git's own trace.
 */
function flushing(trace: string): Set<string> {
  const names = new Map<string, string>();
  const found = new Set<string>();
  for (const line of Deno.readTextFileSync(trace).trimEnd().split("\n")) {
    const { sid, event, name, category } = JSON.parse(line);
    if (event === "cmd_name") names.set(sid, name);
    if (category === "fsync") found.add(names.get(sid)!);
  }
  return found;
}

posixTest(
  "all data of a checkpoint is on the disk when it is saved",
  async () => {
    using env = TestEnv.repository();
    env.write("large", "x".repeat(2 * 1024 * 1024));
    env.run("sh", ["-c", "printf odd > \"$(printf 'a\\377b')\""]);
    const trace = join(env.root, "trace");
    const config = join(env.home, "config");
    Deno.writeTextFileSync(config, `[trace2]\n\teventTarget = ${trace}\n`);
    env.extra["GIT_CONFIG_GLOBAL"] = config;
    const saved = await mpm(env, ["checkpoint", "save", "one"]);
    assertEquals(saved.status, 0, saved.stderr);
    assertEquals(
      [...flushing(trace)].sort(),
      ["fast-import", "hash-object", "update-index"],
    );
  },
);
