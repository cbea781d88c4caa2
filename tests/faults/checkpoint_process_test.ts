import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Buffer } from "node:buffer";
import { isUnderWay } from "../helpers/intents.ts";
import { TestEnv } from "../helpers/env.ts";
import { killOnce } from "../helpers/kills.ts";
import { mpm, start } from "../helpers/mpm.ts";
import type { System } from "../../src/system/system.ts";
import { posixTest } from "../helpers/posix.ts";
import { say } from "../helpers/say.ts";
import { stateOf } from "../helpers/worktree_state.ts";

/** Restores that are killed. */
const ROUNDS = 8;

/**
 * Someone commits everything when git has reported HEAD and reads the files.
 */
function committing(env: TestEnv) {
  return (system: System): System => {
    const logged = Promise.withResolvers<void>();
    let commits = 1;
    return {
      ...system,
      run: async (program, options) => {
        if (options.args.includes("status") && commits-- > 0) {
          await logged.promise;
          env.commit("Meanwhile");
        }
        const done = await system.run(program, options);
        if (options.args.includes("log")) logged.resolve();
        return done;
      },
    };
  };
}

Deno.test("a commit in the middle of a save leaves no older files in it", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "work\n");
  const saved = await mpm(env, ["checkpoint", "save", "one"], {
    wrap: committing(env),
  });
  assertEquals(saved.status, 0, saved.stderr);
  for (const part of ["worktree", "index"]) {
    const path = `refs/mpm/checkpoints/one:${part}/README.md`;
    assertEquals(env.git("show", path), "work", part);
  }
});

posixTest(
  "a restore killed at any moment is finished or has not begun",
  async () => {
    using env = TestEnv.repository();
    for (let at = 0; at < 300; at++) {
      env.write(
        `dir${at % 7}/file${at}`,
        `${at}\n`,
      );
    }
    env.git("add", "dir0");
    assertEquals((await mpm(env, ["checkpoint", "save", "many"])).status, 0);
    const saved = stateOf(env);
    const outcomes = { killed: 0, unfinished: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      env.git("rm", "-q", "-r", "-f", "--cached", ".");
      for (const folder of ["dir0", "dir1", "dir2"]) env.remove(folder);
      env.write("README.md", `round ${round}\n`);
      const child = start(env, ["checkpoint", "restore", "many", "--yes"]);
      // `kill_test.ts` has those that are killed before.
      const signal = await killOnce(
        child,
        () => isUnderWay(env, "restore"),
        round,
      );
      if (signal === "SIGKILL") outcomes.killed++;
      const next = await mpm(env, ["checkpoint", "list"]);
      assertEquals(next.status, 0, next.stderr);
      if (next.stderr.includes("Finished an interrupted restore")) {
        outcomes.unfinished++;
      }
      assertEquals(env.exists(".git/index.lock"), false);
      const { stdout, status, stderr } = await mpm(env, [
        "checkpoint",
        "restore",
        "many",
        "--yes",
      ]);
      assertEquals(status, 0, stderr + stdout);
      const { files, index } = stateOf(env);
      assertEquals(
        { files, index },
        { files: saved.files, index: saved.index },
        `round ${round}`,
      );
    }
    assert(outcomes.unfinished > 0);
    say(
      `restores: ${outcomes.killed} of ${ROUNDS} killed, ${outcomes.unfinished} in the middle`,
    );
  },
);

posixTest(
  "simultaneous saves, restores and commits: each is complete or reports why not",
  async () => {
    using env = TestEnv.repository();
    env.write("a", "1\n");
    assertEquals((await mpm(env, ["checkpoint", "save", "base"])).status, 0);
    env.write("a", "2\n");
    const done = await Promise.all([
      ...Array.from(
        { length: 6 },
        (_, at) => start(env, ["checkpoint", "save", `n${at}`]).output(),
      ),
      start(env, ["checkpoint", "restore", "base", "--yes"]).output(),
      start(env, ["checkpoint", "restore", "base", "--yes"]).output(),
    ]);
    for (const { code, stderr } of done) {
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    }
    assertEquals(env.read("a"), "1\n");
    env.git("fsck", "--strict");
    const { stdout } = await mpm(env, ["checkpoint", "list", "--json"]);
    const names = JSON.parse(stdout).checkpoints.map((
      { name }: { name: string },
    ) => name);
    assertEquals(names.sort(), ["base", "n0", "n1", "n2", "n3", "n4", "n5"]);
  },
);

posixTest(
  "a file of 100 MB is kept and restored without being read into memory",
  async () => {
    using env = TestEnv.repository();
    const path = join(env.project, "large");
    const block = new Uint8Array(1024 * 1024);
    const open = (options: Deno.OpenOptions) => Deno.openSync(path, options);
    const write = (seed: number) => {
      using file = open({ write: true, create: true, truncate: true });
      for (let at = 0; at < 100; at++) {
        block[0] = at + seed;
        file.writeSync(block);
      }
    };
    const assertContent = (seed: number) => {
      using file = open({ read: true });
      assertEquals(file.statSync().size, 100 * block.length);
      const found = new Uint8Array(block.length);
      for (let at = 0; at < 100; at++) {
        block[0] = at + seed;
        assertEquals(file.readSync(found), found.length);
        assertEquals(Buffer.compare(found, block), 0, `block ${at}`);
      }
    };
    write(0);
    const run = async (...args: string[]) => {
      const { code, stderr } = await start(env, args).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    };
    await run("checkpoint", "save", "large");
    write(1);
    await run("checkpoint", "restore", "large", "--yes");
    assertContent(0);
    await run("undo");
    assertContent(1);
  },
);
