import { assertEquals, assertMatch } from "@std/assert";
import { inMemory } from "../../../scripts/in_memory.ts";
import { mountTest } from "../../helpers/mounts.ts";

const COMMAND = [
  "sh",
  "-c",
  'echo > "$TMPDIR/file"; pwd; echo "$TMPDIR"; exit 7',
];

mountTest(
  (name, fn) => Deno.test({ name, ignore: Deno.uid() !== 0, fn }),
  "a command has its temporary files in memory, and nothing is left of them",
  () => {
    const [program, ...args] = inMemory(COMMAND, { room: 1, chosen: "" });
    const done = new Deno.Command(program!, { args }).outputSync();
    assertEquals(done.code, 7);
    const [cwd, folder] = new TextDecoder().decode(done.stdout).split("\n");
    assertEquals(cwd, Deno.cwd());
    assertMatch(folder!, /mpm-memory-/);
    assertEquals([...Deno.readDirSync(folder!)], []);
  },
);

Deno.test("a command runs as it is where memory is short, or somewhere is chosen", () => {
  assertEquals(inMemory(COMMAND, { room: Infinity, chosen: "" }), COMMAND);
  const chosen = Deno.makeTempDirSync();
  assertEquals(inMemory(COMMAND, { room: 1, chosen }), COMMAND);
  assertEquals([...Deno.readDirSync(chosen)], []);
  Deno.removeSync(chosen);
});
