import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { PATH, TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

/**
 * A repository whose settings name a filter, and a file that was changed when
 * the index was written. Git reads it whenever it writes the index again.
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
  env.git("config", ...filterOf(env));
  return env;
}

function filterOf(env: TestEnv): [name: string, program: string] {
  return ["filter.theirs.clean", `touch '${join(env.root, "ran")}'; cat`];
}

function hasRun(env: TestEnv): boolean {
  return [...Deno.readDirSync(env.root)].some(({ name }) => name === "ran");
}

posixTest(
  "git reads a file that is as new as the index through a filter",
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
    const paused = await mpm(env, ["pause", "Work", "--commit"]);
    assertEquals([paused.status, /, committed as /.test(paused.stdout)], [
      0,
      true,
    ]);
    assertEquals(hasRun(env), false);
    const index = join(env.project, ".git/index");
    const time = new Date(Date.UTC(2026, 0, 2));
    Deno.utimeSync(index, time, time);
    assertEquals((await mpm(env, ["undo"])).status, 0);
    assertEquals(hasRun(env), false);
  },
);

posixTest("a checkpoint runs no filter of the machine's settings", async () => {
  const ways: ((env: TestEnv, settings: string) => void)[] = [
    (env, settings) => {
      env.extra["GIT_CONFIG_SYSTEM"] = settings;
    },
    // A git that was installed in its own folder.
    (env, settings) => {
      const git = "../opt/bin/git";
      const exec = `GIT_CONFIG_SYSTEM='${settings}' PATH='${PATH}' exec git`;
      env.write(git, `#!/bin/sh\n${exec} "$@"\n`);
      Deno.chmodSync(join(env.project, git), 0o700);
      env.extra["PATH"] = `${join(env.root, "opt/bin")}:${PATH}`;
    },
  ];
  for (const prepare of ways) {
    using env = racy();
    env.git("config", "--unset", "filter.theirs.clean");
    const settings = join(env.root, "opt/etc/gitconfig");
    env.write("../opt/etc/gitconfig", "");
    env.git("config", "--file", settings, ...filterOf(env));
    env.extra["GIT_CONFIG_NOSYSTEM"] = "0";
    prepare(env, settings);
    assertEquals((await mpm(env, ["checkpoint", "save", "one"])).status, 0);
    assertEquals(hasRun(env), false);
    env.git("status");
    assertEquals(hasRun(env), true);
  }
});
