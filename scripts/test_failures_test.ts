import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { failuresOf } from "./test_failures.ts";
import { ROOT } from "../tests/helpers/tree.ts";

/** Tests that fail in all common ways. */
const TESTS = `import { assertEquals } from "@std/assert";
Deno.test("is well", () => {});
Deno.test("differs", () => assertEquals({ a: 1, b: "x" }, { a: 2, b: "x" }));
Deno.test("has steps", async (t) => {
  await t.step("the first", () => {
    const cause = new Error("git ran\\n    at deep (below)\\nfor long");
    throw new Error("mpm pause", { cause });
  });
});
Deno.test("throws much", () => {
  throw new Error(["one", "two", "three", "four"].join("\\n\\n"));
});
Deno.test("throws a long line", () => {
  throw new Error("x".repeat(1000));
});
`;

/** Returns the report of the running Deno about them. */
async function report(text: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "some_test.ts");
    await Deno.writeTextFile(path, text);
    const config = join(ROOT, "deno.json");
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", "--parallel", "-c", config, path],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const [out, err] = [stdout, stderr]
      .map((bytes) => new TextDecoder().decode(bytes));
    return `${out}\n${err}`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("failuresOf() names each test that failed, and its error without frames", async () => {
  const lines = failuresOf(await report(TESTS));
  // The place of the test follows its name.
  const plain = lines.map((line) =>
    line.replace(/ => .*some_test\.ts:\d+:\d+$/, "")
  );
  assertEquals(plain, [
    "differs",
    "  error: AssertionError: Values are not equal.",
    "  -     a: 1,",
    "  +     a: 2,",
    "has steps ... the first",
    "  error: Error: mpm pause",
    "  Caused by: Error: git ran",
    "  for long",
    "throws much",
    "  error: Error: one",
    "  two",
    "  three",
    "throws a long line",
    `  error: Error: ${"x".repeat(145)}…`,
  ]);
});

Deno.test("failuresOf() reports a module that cannot be loaded", async () => {
  const [name, error] = failuresOf(await report('throw new Error("at once");'));
  assertEquals(name?.endsWith("some_test.ts (uncaught error)"), true, name);
  assertEquals(error, "  error: (in promise) Error: at once");
});

Deno.test("failuresOf() reports eight failures, and the number of the others", () => {
  const names = Array.from({ length: 10 }, (_, nth) => `t${nth} => ./x.ts:1:1`);
  const printed = [
    "./x.ts => t0 ... FAILED (1ms)",
    "",
    " ERRORS ",
    "",
    ...names.flatMap((name) => [name, "error: Error: no", ""]),
    " FAILURES ",
    "",
    ...names,
    "",
    "FAILED | 0 passed | 10 failed (1ms)",
  ].join("\n");
  const lines = failuresOf(printed);
  assertEquals(lines.length, 17);
  assertEquals(lines.slice(-3), [names[7], "  error: Error: no", "and 2 more"]);
});

Deno.test("failuresOf() is empty if no test failed", () => {
  assertEquals(failuresOf(""), []);
  assertEquals(failuresOf("\nok | 3 passed | 0 failed (1ms)\n"), []);
  assertEquals(failuresOf("\n ERRORS \n\nx => y\n"), []);
});
