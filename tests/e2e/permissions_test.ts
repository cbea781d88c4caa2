import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { compiler } from "../../scripts/build_compile.ts";
import { hostTriple } from "../../scripts/build.ts";
import { PERMISSIONS } from "../../scripts/toolchain.ts";
import { TestEnv } from "../helpers/env.ts";

/** Tries what mpm must not be able to do, and prints what came of it. */
const PROBE = `
const tries = {
  connect: () => Deno.connect({ hostname: "127.0.0.1", port: 9 }),
  listen: () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  fetch: () => fetch("http://127.0.0.1:9/"),
  resolve: () => Deno.resolveDns("localhost", "A"),
  ffi: () => Deno.dlopen("libc.so.6", {}),
  run: () => new Deno.Command("true").outputSync(),
};
const outcome = {};
for (const [name, attempt] of Object.entries(tries)) {
  try {
    await attempt();
    outcome[name] = "done";
  } catch (error) {
    outcome[name] = error.name;
  }
}
console.log(JSON.stringify(outcome));
`;

Deno.test("what is compiled as mpm is cannot open a socket or load a library", async () => {
  using env = new TestEnv();
  const main = join(env.root, "probe.js");
  const output = join(env.root, "probe");
  Deno.writeTextFileSync(main, PROBE);
  await compiler()({ triple: hostTriple(), main, output });
  const { status, stdout } = env.run(output, []);
  assertEquals(status, 0);
  const outcome: Record<string, string> = JSON.parse(stdout);
  for (const [name, result] of Object.entries(outcome)) {
    assertEquals(result, "NotCapable", name);
  }
});

Deno.test("the permissions are those that are documented", () => {
  assertEquals([...PERMISSIONS].sort(), [
    "--allow-env",
    "--allow-read",
    "--allow-run=git,sh",
    "--allow-sys",
    "--allow-write",
    "--deny-import",
    "--no-prompt",
  ]);
  assert(!PERMISSIONS.some((flag) => /net|ffi|all$/.test(flag)));
});
