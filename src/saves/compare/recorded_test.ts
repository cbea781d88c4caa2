import { assertEquals } from "@std/assert";
import { decodeQuoted, repairFirst, splitRename } from "./recorded.ts";

Deno.test("decodeQuoted() undoes git's quoting and leaves plain names", () => {
  const cases = [
    ["plain name", "plain name"],
    ['"new file.txt"', "new file.txt"],
    ['"\\303\\274 \\"x\\" \\\\ \\t\\n"', 'ü "x" \\ \t\n'],
    ['"\\360\\237\\230\\200é"', "😀é"],
    ['"bad\\377 \\303"', "bad\udcff \udcc3"],
    ['"caf\\351ab"', "caf\udce9ab"],
    ['"half', '"half'],
    ['""', ""],
  ] as const;
  for (const [name, expected] of cases) {
    assertEquals(decodeQuoted(name), expected);
  }
});

Deno.test("splitRename() separates the old name from the new one", () => {
  assertEquals(splitRename("f3.txt -> g3.txt"), {
    path: "g3.txt",
    from: "f3.txt",
  });
  assertEquals(splitRename('"a -> b" -> "c d"'), {
    path: "c d",
    from: "a -> b",
  });
  assertEquals(splitRename("src/a.ts"), { path: "src/a.ts" });
});

Deno.test("repairFirst() restores a lost letter only if it is certain", () => {
  const around = (present: string[], topNames: string[] = []) => ({
    present,
    files: [],
    topNames,
  });
  const repaired = (first: string, present: string[], top: string[] = []) =>
    repairFirst(first, around(present, top)).path;
  assertEquals(repaired("1.txt", ["f1.txt"]), "f1.txt");
  assertEquals(repaired("rc/a.ts", [], ["src"]), "src/a.ts");
  assertEquals(repaired("a.txt", ["a.txt"]), "a.txt");
  assertEquals(repaired("old -> new", ["new"]), "old -> new");
  assertEquals(repaired('\\303\\274.txt"', []), '"\\303\\274.txt"');
  assertEquals(repaired("1.txt", ["f1.txt", "g1.txt"]), undefined);
  assertEquals(repaired("1.txt", ["f1.txt", "1.txt"]), undefined);
  assertEquals(repaired("unheard.of", ["f1.txt"]), undefined);
  assertEquals(repaired("😀.txt", ["x😀.txt"]), "x😀.txt");
});
