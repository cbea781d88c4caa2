import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { unifiedDiff } from "./unified_diff.ts";
import { TestEnv } from "../../tests/helpers/env.ts";

Deno.test("unifiedDiff() is empty for equal texts", () => {
  assertEquals(unifiedDiff("f", "a\nb", "a\nb"), "");
});

Deno.test("unifiedDiff() shows changes with three lines around them", () => {
  const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  assertEquals(
    unifiedDiff("f", before, before.replace("5\n", "five\n")),
    "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
  );
  assertEquals(
    unifiedDiff("f", "a\r\n", "a\r\nb"),
    "--- f\n+++ f\n@@ -1 +1,2 @@\n a\r\n+b\n\\ No newline at end of file\n",
  );
});

/** Short texts of few different lines, so that all cases occur. */
function* texts(): Generator<string> {
  let seed = 20261121;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % 65536 % below;
  };
  for (let count = 0; count < 120; count++) {
    const lines = Array.from(
      { length: 1 + random(14) },
      () => "abc"[random(3)],
    );
    yield lines.join("\n") + (random(2) === 0 ? "\n" : "");
  }
}

Deno.test("unifiedDiff() makes patches that git applies", () => {
  using env = new TestEnv();
  const all = [...texts()];
  const names: string[] = [];
  let patch = "";
  all.forEach((before, at) => {
    const after = all[(at + 1) % all.length]!;
    const name = `f${at}`;
    env.write(name, before);
    const diff = unifiedDiff(`x/${name}`, before, after);
    if (diff !== "") names.push(name);
    patch += diff;
  });
  env.write("patch", patch);
  const { status, stderr } = env.run("git", [
    "apply",
    join(env.project, "patch"),
  ]);
  assertEquals(
    [status, stderr.replace(/^warning:.*\n|.*whitespace.*\n/gm, "")],
    [
      0,
      "",
    ],
  );
  for (const name of names) {
    const at = Number(name.slice(1));
    assertEquals(env.read(name), all[(at + 1) % all.length], name);
  }
});

Deno.test("unifiedDiff() handles texts without common lines", () => {
  const lines = (sign: string) =>
    Array.from({ length: 3000 }, (_, at) => `${sign}${at}\n`).join("");
  const diff = unifiedDiff("f", lines("a"), lines("b"));
  assertEquals(diff.split("\n").length, 6004);
});
