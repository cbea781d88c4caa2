import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { removeTree } from "../tests/helpers/remove.ts";
import { ROOT } from "../tests/helpers/tree.ts";

/**
 * Returns the findings of `deno lint` for files in a project at `root`: rule
 * and path.
 */
function lint(root: string, files: Record<string, string>): string[] {
  for (const path of ["deno.json", "scripts/lint_plugin.ts"]) {
    Deno.mkdirSync(dirname(join(root, path)), { recursive: true });
    Deno.copyFileSync(join(ROOT, path), join(root, path));
  }
  for (const [path, text] of Object.entries(files)) {
    Deno.mkdirSync(dirname(join(root, path)), { recursive: true });
    Deno.writeTextFileSync(join(root, path), text);
  }
  const { stdout } = new Deno.Command(Deno.execPath(), {
    args: ["lint", "--json"],
    cwd: root,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
    stdin: "null",
  }).outputSync();
  const { diagnostics, errors } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(errors, []);
  return diagnostics.map((found: { filename: string; code: string }) =>
    `${found.code} ${found.filename.split("/mpm/").at(-1)}`
  ).sort();
}

Deno.test("the lint judges a file by its place in the project, wherever the clone is", () => {
  const folder = Deno.makeTempDirSync();
  const touchesTheMachine = `export const args = Deno.args;\n`;
  try {
    const root = join(folder, "src/tests/store/a b#c%41 ü/mpm");
    const found = lint(root, {
      "main.ts": touchesTheMachine,
      "scripts/a.ts": touchesTheMachine,
      "tests/store/a.ts": touchesTheMachine,
      "src/system/real_a.ts": touchesTheMachine,
      "src/store/a.ts": touchesTheMachine,
    });
    assertEquals(found, ["mpm/deno-only-in-real-system src/store/a.ts"]);
  } finally {
    removeTree(folder);
  }
});
