import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { compiler } from "../../scripts/build_compile.ts";
import { hostTriple } from "../../scripts/build.ts";
import { SCRIPTS } from "../../scripts/build_loader.ts";
import { PERMISSIONS } from "../../scripts/toolchain.ts";
import { TestEnv } from "../helpers/env.ts";
import { binary } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { ROOT } from "../helpers/tree.ts";

/** Tries actions that mpm must not be able to do, and prints the results. */
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

Deno.test("a program compiled like mpm cannot open a socket or load a library", async () => {
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

Deno.test("the permissions are those that docs/security.md lists", () => {
  const page = Deno.readTextFileSync(join(ROOT, "docs/security.md"));
  const [, listed] = /^## Permissions$[^]*?^```text\n([^]*?)^```$/m.exec(page)!;
  assertEquals(listed!.trimEnd().split("\n"), [...PERMISSIONS]);
  assert(!PERMISSIONS.some((flag) => /net|ffi|import=|all$/.test(flag)));
});

Deno.test("the binary has these built-in permissions", () => {
  // Deno's data behind its runtime is JSON, with a name for each list.
  const bytes = Deno.readFileSync(binary());
  const text = new TextDecoder("latin1").decode(bytes);
  const [, found] = /"permissions":(\{[^{}]*\})/.exec(text)!;
  const { prompt, allow_import: _, ...lists } = JSON.parse(found!);
  assertEquals(prompt, false);
  const flags = Object.entries(lists as Record<string, string[] | null>)
    .filter(([, list]) => list !== null)
    .map(([name, list]) => {
      const values = list!.length > 0 ? `=${list!.join(",")}` : "";
      return `--${name.replace("_", "-")}${values}`;
    });
  const due = PERMISSIONS.filter((flag) => flag !== "--no-prompt");
  assertEquals(flags.sort(), [...due].sort());
});

posixTest("variables of the loader do not prevent running a program", () => {
  using env = TestEnv.repository();
  for (const name of ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"]) {
    const { status, stdout, stderr } = env.run(
      binary(),
      ["pause", "Work", "--json"],
      { env: { [name]: "/nowhere" } },
    );
    assertEquals(status, 0, stderr);
    assertEquals(JSON.parse(stdout).commit.made, true, stdout);
  }
});

Deno.test("no file on the disk is treated as a part of the program", () => {
  using env = new TestEnv();
  // Deno reports the files in an executable as existing.
  const folder = join(env.root, "deno-compile-mpm");
  Deno.mkdirSync(folder);
  for (const name of ["main.js", SCRIPTS]) {
    Deno.writeTextFileSync(join(folder, name), 'throw new Error("planted");');
  }
  const variables = { TMPDIR: env.root, TEMP: env.root, TMP: env.root };
  const { status, stderr } = env.run(binary(), ["help"], { env: variables });
  assertEquals(stderr, "");
  assertEquals(status, 0);
});

Deno.test("the binary contains code that the engine compiled", () => {
  const text = new TextDecoder("latin1").decode(Deno.readFileSync(binary()));
  assert(text.includes("const CACHED = true;"));
});
