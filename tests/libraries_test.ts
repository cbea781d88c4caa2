import { assertEquals, assertThrows } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { join } from "@std/path";
import { ROOT, sources } from "./helpers/tree.ts";

Deno.test("docs/development.md lists the libraries that mpm uses", async () => {
  const read = (path: string) => Deno.readTextFileSync(join(ROOT, path));
  const used = new Set<string>();
  for (const path of await sources("src")) {
    for (
      const [, name] of read(path).matchAll(
        /^(?:import|\} from)[^;]*"([^".]+)";/gm,
      )
    ) {
      const [scope, inner] = name!.split("/");
      if (!name!.startsWith("node:")) {
        used.add(scope!.startsWith("@") ? `${scope}/${inner}` : scope!);
      }
    }
  }
  const rows = read("docs/development.md").matchAll(
    /^\| `(\S+)` +\| (.*?) +\|/gm,
  );
  const listed = [...rows].map(([, name, serves]) => [name!, serves!])
    .filter(([name]) => name!.startsWith("@") || used.has(name!))
    .filter(([, serves]) => !/^nothing|not those of mpm/.test(serves!));
  assertEquals(listed.map(([name]) => name!).sort(), [...used].sort());
});

// docs/development.md says why mpm reads its command line by another parser.
Deno.test("parseArgs() of @std/cli does not report what mpm must report", () => {
  const read = (...args: string[]) =>
    parseArgs(args, { boolean: ["json"], string: ["summary"] });
  assertEquals(read("--summary"), read("--summary="));
  assertEquals(read("--json=x").json, true);
  assertEquals(read("--json", "true")._, []);
  assertEquals(read("--summary", "- fixed it").summary, "");
});

Deno.test("timingSafeEqual() compares bytes of equal length", () => {
  const bytes = (...values: number[]) => new Uint8Array(values);
  assertEquals(timingSafeEqual(bytes(1, 2), bytes(1, 2)), true);
  assertEquals(timingSafeEqual(bytes(1, 2), bytes(1, 3)), false);
  assertThrows(() => timingSafeEqual(bytes(1), bytes(1, 2)), TypeError);
});
