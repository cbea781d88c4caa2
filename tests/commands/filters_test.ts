import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

/**
 * A repository whose settings name a filter, and a file that was changed when
 * the index was written: git looks into it whenever it writes the index anew.
 */
function racy(): TestEnv {
  const env = TestEnv.repository();
  env.write("notes.txt", "text\n");
  env.write(".gitattributes", "*.txt filter=theirs\n");
  env.commit("Add notes");
  const index = join(env.project, ".git/index");
  const time = new Date(Date.UTC(2026, 0, 2));
  Deno.utimeSync(join(env.project, "notes.txt"), time, time);
  env.git("update-index", "--refresh");
  Deno.utimeSync(index, time, time);
  const ran = join(env.root, "ran");
  env.git("config", "filter.theirs.clean", `touch '${ran}'; cat`);
  return env;
}

function hasRun(env: TestEnv): boolean {
  return [...Deno.readDirSync(env.root)].some(({ name }) => name === "ran");
}

posixTest(
  "git looks into a file that is as new as the index, by a filter",
  () => {
    using env = racy();
    env.write("more", "");
    env.git("update-index", "--add", "more");
    assertEquals(hasRun(env), true);
  },
);

posixTest(
  "a pause that commits, and its undo, run no filter of a repository",
  async () => {
    using env = racy();
    const paused = await mpm(env, ["pause", "Work"]);
    assertEquals([paused.status, /Committed: /.test(paused.stdout)], [0, true]);
    assertEquals(hasRun(env), false);
    const index = join(env.project, ".git/index");
    const time = new Date(Date.UTC(2026, 0, 2));
    Deno.utimeSync(index, time, time);
    assertEquals((await mpm(env, ["undo"])).status, 0);
    assertEquals(hasRun(env), false);
  },
);
