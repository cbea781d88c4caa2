import { assertEquals } from "@std/assert";
import type { System } from "../../src/system/system.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";

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

Deno.test("what the disk has no room for is no file that cannot be read", async () => {
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
