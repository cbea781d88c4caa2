import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { PASSING } from "../../tests/helpers/hostile_projects.ts";
import { ROOT, sources } from "../../tests/helpers/tree.ts";

Deno.test("the tests put a link under every temporary name of mpm", async () => {
  const texts = await Promise.all(
    (await sources("src")).map((path) => Deno.readTextFile(join(ROOT, path))),
  );
  const names = texts.join("\n").matchAll(
    /"(\.?[\w.-]+\.(?:tmp|new|lock|log)|\.(?:lock|pending\.json))"/g,
  );
  const git = ["HEAD", "config", "index", "packed-refs", "shallow"]
    .map((name) => `${name}.lock`);
  const lacking = [...new Set([...names].map(([, name]) => name!))]
    .filter((name) => !git.includes(name) && !PASSING.includes(name));
  assertEquals(lacking, []);
});
