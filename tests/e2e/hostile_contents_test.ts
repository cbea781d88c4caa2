import { assert } from "@std/assert";
import { Siege, type World } from "../helpers/hostile.ts";
import { firing, strayLines } from "../helpers/hostile_lines.ts";
import * as worlds from "../helpers/hostile_worlds.ts";
import { posixTest } from "../helpers/posix.ts";

const WORLDS: Record<string, World> = {
  "a link in place of mpm's folder": worlds.linksToFolders(1),
  "links in place of the folders in it": worlds.linksToFolders(2),
  "links in place of the folders in those": worlds.linksToFolders(3),
  "values of other kinds, paths and processes of others": worlds.oddValues,
};

/** What acts on a terminal or hides text, line ends apart. */
const ACTING =
  // deno-lint-ignore no-control-regex
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;

posixTest("no command is led out of the store by what it says", async (t) => {
  await using siege = await Siege.make();
  for (const [name, world] of Object.entries(WORLDS)) {
    await t.step(name, () => siege.attack(world, { skip: firing }));
  }
  await t.step("names that lead outside", () =>
    siege.attack(worlds.namesakes, {
      lines: strayLines(["../../../outside/namesake", "../namesake"]),
    }));
  await t.step(
    "texts that act on a terminal",
    () =>
      siege.attack(worlds.texts, {
        each: (_, { stdout, stderr }) =>
          assert(
            !ACTING.test(stdout + stderr),
            JSON.stringify(stdout + stderr),
          ),
      }),
  );
});
