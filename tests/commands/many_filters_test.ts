import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";

Deno.test("a configuration too long for a command line gives a result or a clear error", async () => {
  using env = TestEnv.repository();
  const mark = join(env.root, "ran");
  const filters = Array.from(
    // Long names: git itself takes long for as many short ones.
    { length: 6000 },
    (_, at) =>
      `[filter "${"f".repeat(400)}${at}"]\n\tclean = touch '${mark}'\n`,
  );
  env.write(".git/config", env.read(".git/config") + filters.join(""));
  env.write(".gitattributes", `* filter=${"f".repeat(400)}5999\n`);
  env.write("README.md", "edited\n");
  for (
    const args of [
      ["pause", "Many"],
      ["checkpoint", "save", "one"],
      ["resume"],
    ]
  ) {
    const { status, stderr } = await mpm(env, args);
    assert([0, 3, 4, 6].includes(status), `${args.join(" ")}: ${stderr}`);
    assert(!/This is a bug|^ {4}at /m.test(stderr), stderr);
    if (status === 0) continue;
    assert(/^Error: .+\nHint: .+\n$/s.test(stderr), stderr);
  }
  assertEquals(env.exists("../ran"), false);
});
