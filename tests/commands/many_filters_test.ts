import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";

Deno.test("a configuration may be too long for a command line", async () => {
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
    assertEquals([status, stderr], [0, ""], args.join(" "));
  }
  assertEquals(env.exists("../ran"), false);
});
