import { assert, assertEquals } from "@std/assert";
import { TestEnv } from "../../tests/helpers/env.ts";
import { filesBelow } from "../../tests/helpers/below.ts";
import { noteFailure, readHookFailures } from "./failures.ts";

/** Two files of 256 KiB, as documented, and the line that exceeds the limit. */
const LARGEST = 256 * 1024 + 5000;

Deno.test("noteFailure() keeps two files of 256 KiB, here and in the home folder", () => {
  for (const hasProject of [true, false]) {
    using env = new TestEnv();
    if (hasProject) env.write(".claude-mpm/config.toml", "");
    const system = env.system();
    for (let number = 0; number < 200; number++) {
      noteFailure(system, "Stop", `${number} ${"x".repeat(5000)}`);
    }
    const logs = filesBelow(env.root)
      .filter((path) => path.includes("hook-errors.log"));
    assertEquals(logs.length, 2);
    const sizes = logs.map((path) => Deno.statSync(`${env.root}/${path}`).size);
    assert(sizes.every((size) => size <= LARGEST), sizes.join());
    const root = hasProject ? env.project : undefined;
    const last = readHookFailures(system, root).at(-1);
    assert(last?.error.startsWith("199 "), last?.error.slice(0, 20));
  }
});
