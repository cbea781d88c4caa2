import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { binaryPath, targetsOf } from "./build.ts";
import { finish } from "./build_bundle.ts";
import { dayOf } from "./build_commit.ts";
import { lastCause } from "./build_compile.ts";
import { BuildError } from "./build_error.ts";
import { inputsOf, isCurrent, stampOf } from "./build_stamp.ts";
import { TRIPLES } from "./toolchain.ts";

const COMMIT = { commit: "0123456789ab-dirty", date: "2026-01-02" };

Deno.test("finish() fills in the commit and its date wherever they are", () => {
  assertEquals(
    finish('f("@mpm-commit@", "@mpm-date@", "@mpm-commit@", "@mpm@")', COMMIT),
    'f("0123456789ab-dirty", "2026-01-02", "0123456789ab-dirty", "@mpm@")',
  );
});

Deno.test("finish() drops comments that name files outside the project", () => {
  const text = [
    "// ../../home/someone/packages/zod/index.js",
    "// /somewhere/else.js",
    "// C:/somewhere/else.js",
    "// src/app.ts",
    'const a = "// ../kept";',
    "  // ../kept too",
    "",
  ].join("\n");
  assertEquals(finish(text, COMMIT), text.split("\n").slice(3).join("\n"));
});

Deno.test("targetsOf() accepts --target, --all, or neither for this machine", () => {
  assertEquals(targetsOf(["--all"]), TRIPLES);
  const [, second, third] = TRIPLES as [string, string, string];
  assertEquals<readonly string[]>(
    targetsOf(["--target", third, `--target=${second}`, "--target", third]),
    [third, second],
  );
  assertEquals<readonly string[]>(targetsOf([]), [Deno.build.target]);
});

Deno.test("targetsOf() lists the targets when one is unknown", () => {
  const error = assertThrows(
    () => targetsOf(["--target", "sparc-sun-solaris"]),
    BuildError,
    'Unknown target "sparc-sun-solaris"',
  );
  for (const triple of TRIPLES) {
    assertEquals(error.hint.includes(triple), true);
  }
  assertThrows(() => targetsOf(["--tarket"]), BuildError, "--tarket");
  assertThrows(() => targetsOf(["extra"]), BuildError, "extra");
});

Deno.test("binaryPath() has a folder for every target but the machine's", () => {
  const others = TRIPLES.filter((triple) => triple !== Deno.build.target);
  for (const triple of others) {
    const name = triple.includes("windows") ? "mpm.exe" : "mpm";
    assertEquals(binaryPath("r", triple), join("r", "dist", triple, name));
  }
});

Deno.test("dayOf() returns the day in UTC, and only for seconds", () => {
  assertEquals(dayOf("1767312000"), "2026-01-02");
  assertEquals(dayOf("1767311999"), "2026-01-01");
  for (const text of [undefined, "", "-1", "1.5", "now", "9".repeat(20)]) {
    assertEquals(dayOf(text), undefined);
  }
});

Deno.test("lastCause() is the last of Deno's numbered causes", () => {
  assertEquals(
    lastCause(
      "error: Writing\n\nCaused by:\n    0: Setting up\n    1: no host",
    ),
    "no host",
  );
  assertEquals(lastCause("error: Failed"), "error: Failed");
});

async function inScratch(run: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await run(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("inputsOf() changes only with the inputs of the binary", () =>
  inScratch(async (root) => {
    await Deno.mkdir(join(root, "src", "cli"), { recursive: true });
    await Deno.mkdir(join(root, "scripts"));
    const seen = [inputsOf(root)];
    for (
      const name of ["main.ts", "src/cli/a.ts", "scripts/runtime_x.ts"]
    ) {
      await Deno.writeTextFile(join(root, name), "1");
      seen.push(inputsOf(root));
    }
    assertEquals(new Set(seen).size, 4);
    await Deno.writeTextFile(join(root, "scripts", "demo.ts"), "1");
    await Deno.utime(join(root, "main.ts"), 0, 0);
    assertEquals(inputsOf(root), seen.at(-1));
  }));

Deno.test("isCurrent() is false for a binary another build replaced", () =>
  inScratch(async (root) => {
    const [path, stamp] = [join(root, "mpm"), join(root, "stamp")];
    assertEquals(isCurrent(path, stamp, "x", COMMIT), false);
    await Deno.writeTextFile(path, "binary");
    const text = JSON.stringify(stampOf(path, "x", COMMIT));
    await Deno.writeTextFile(stamp, text);
    assertEquals(isCurrent(path, stamp, "x", COMMIT), true);
    assertEquals(isCurrent(path, stamp, "y", COMMIT), false);
    const clean = { ...COMMIT, commit: "0123456789ab" };
    assertEquals(isCurrent(path, stamp, "x", clean), false);
    await Deno.utime(path, 1, 1);
    assertEquals(isCurrent(path, stamp, "x", COMMIT), false);
  }));
