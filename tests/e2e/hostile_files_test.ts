import { assertEquals } from "@std/assert";
import { Siege, type World } from "../helpers/hostile.ts";
import { firing, staleLines } from "../helpers/hostile_lines.ts";
import * as worlds from "../helpers/hostile_worlds.ts";
import { posixTest } from "../helpers/posix.ts";

/**
 * A cloned repository, or an unpacked archive, may hold anything in place of
 * each file that mpm has there. Every command is run on each of these worlds
 * with little time and memory: nothing outside is written, told, run or
 * signalled.
 */
const WORLDS: Record<string, World> = {
  "links to files that would do": worlds.linksToFiles,
  "links to nothing": worlds.linksToNothing,
  "pipes": worlds.pipes,
  "devices and folders": worlds.devices,
  "a gigabyte each": worlds.gigabytes,
  "what no parser can take": worlds.bombs,
};

posixTest("no command is led out of the store by its files", async (t) => {
  assertEquals(staleLines(), []);
  await using siege = await Siege.make({ umask: "000" });
  // Else what follows would prove nothing.
  await t.step(
    "each works where nobody tampered",
    () =>
      siege.attack(() => {}, {
        all: true,
        skip: firing,
        each: (_, { status, stderr }) => {
          assertEquals(status, 0, stderr);
          assertEquals(siege.loose(), []);
        },
      }),
  );
  for (const [name, world] of Object.entries(WORLDS)) {
    await t.step(name, () => siege.attack(world));
  }
});
