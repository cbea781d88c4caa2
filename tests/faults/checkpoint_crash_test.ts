import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { dieEverywhere, runDying } from "../helpers/dying.ts";
import { loseKey } from "../helpers/intents.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { sayPoints } from "../helpers/say.ts";
import { stateOf } from "../helpers/worktree_state.ts";

const NOON = () => new Date("2026-11-20T12:00:00Z");

/** A repository with work in it, staged and not. */
function working(): TestEnv {
  const env = TestEnv.repository();
  env.write("staged", "1\n");
  env.git("add", "staged");
  env.write("dir/new", "1\n");
  return env;
}

posixTest(
  "a save that dies anywhere leaves no checkpoint or a complete one, and the tree unchanged",
  async () => {
    using reference = working();
    const before = stateOf(reference);
    const points = await dieEverywhere(["checkpoint", "save", "one"], {
      now: NOON,
      prepare: working,
      check: async (env, where) => {
        assertEquals(stateOf(env).files, before.files, where);
        assertEquals(stateOf(env).index, before.index, where);
        const again = await mpm(env, ["checkpoint", "save", "one"]);
        assertEquals(again.status, 0, `${where}: ${again.stderr}`);
        const ref = "refs/mpm/checkpoints/one";
        assertEquals(env.git("show", `${ref}:worktree/dir/new`), "1", where);
      },
    });
    sayPoints("checkpoint save", points);
  },
);

let template: TestEnv | undefined;

/** A copy of the project that `since` makes, since many kills need one. */
async function copied(): Promise<TestEnv> {
  template ??= await since();
  const env = new TestEnv();
  env.run("cp", ["-a", `${template.project}/.`, env.project]);
  return env;
}

/** The same with a checkpoint, and other work since then. */
async function since(): Promise<TestEnv> {
  const env = working();
  const { status, stderr } = await mpm(env, ["checkpoint", "save", "one"]);
  assertEquals(status, 0, stderr);
  env.git("rm", "-q", "-f", "staged");
  env.write("README.md", "edited\n");
  env.remove("dir");
  env.write("dir", "a file now\n");
  env.write("made", "since\n");
  env.git("add", "made");
  // Once these rules are gone, a restore that continues sees the files that
  // they hid.
  env.write(".gitignore", "*.log\n");
  env.write("a.log", "ignored\n");
  return env;
}

posixTest(
  "a restore that dies anywhere is finished by the next command, and can be undone",
  async () => {
    using reference = await copied();
    const edited = stateOf(reference);
    const args = ["checkpoint", "restore", "one", "--exact", "--yes"];
    assertEquals((await mpm(reference, args)).status, 0);
    const restored = stateOf(reference);
    let finished = 0;
    const points = await dieEverywhere(args, {
      now: NOON,
      prepare: copied,
      check: async (env, where) => {
        const next = await mpm(env, ["checkpoint", "list"]);
        assertEquals(next.status, 0, `${where}: ${next.stderr}`);
        assertEquals(
          next.stderr.includes("Warning"),
          false,
          `${where}: ${next.stderr}`,
        );
        const { files, index } = stateOf(env);
        // Before its marker nothing is changed; after it, everything is.
        if (JSON.stringify(files) === JSON.stringify(edited.files)) {
          assertEquals(index, edited.index, where);
          return;
        }
        finished++;
        assertEquals({ files, index }, {
          files: restored.files,
          index: restored.index,
        }, where);
        assertEquals(env.exists(".git/index.lock"), false, where);
        if (finished % 4 !== 1) return;
        const undone = await mpm(env, ["undo"]);
        assertEquals(undone.status, 0, `${where}: ${undone.stderr}`);
        const back = stateOf(env);
        assertEquals({ files: back.files, index: back.index }, {
          files: edited.files,
          index: edited.index,
        }, where);
      },
    });
    assert(finished > 5, String(finished));
    sayPoints("checkpoint restore", points);
  },
);

posixTest("a restore killed without a key does not block others", async () => {
  const args = ["checkpoint", "restore", "one", "--yes"];
  const gone = ".claude-mpm/state/restore-0123456789abcdef";
  let held = 0;
  await dieEverywhere(args, {
    now: NOON,
    all: true,
    async prepare() {
      const env = await copied();
      loseKey(env);
      env.write(`${gone}/0`, "of a worktree that is gone\n");
      Deno.utimeSync(join(env.project, gone), 0, 0);
      return env;
    },
    check: async (env, where) => {
      if (env.exists(".git/index.lock")) {
        held++;
        const { stderr } = await mpm(env, ["branch", "x", "--stash"]);
        assertStringIncludes(stderr, "mpm checkpoint restore", where);
      }
      env.write("README.md", "once more\n");
      const again = await mpm(env, args);
      assertEquals(again.status, 0, `${where}: ${again.stderr}`);
      const left = [...Deno.readDirSync(join(env.project, ".git"))]
        .map(({ name }) => name).filter((name) => /^index\./.test(name));
      // A removal that died half way makes the folder look new.
      assertEquals([left, env.exists(`${gone}/0`)], [[], false], where);
    },
  });
  assert(held > 0, "it never held the index");
});

posixTest(
  "edits after a killed restore are not lost when it is finished",
  async () => {
    let seen = 0;
    // In the middle of the restores above; a few are enough.
    for (let at = 30; at < 60; at += 8) {
      using env = await copied();
      const args = ["checkpoint", "restore", "one", "--yes"];
      await runDying(env, args, { at, now: NOON });
      env.write("README.md", "edited after the death\n");
      const { stderr } = await mpm(env, ["checkpoint", "list"]);
      if (!stderr.includes("Finished an interrupted restore")) continue;
      seen++;
      const refs = env.git(
        "for-each-ref",
        "--format=%(refname)",
        "refs/mpm/checkpoints",
      ).split("\n");
      const texts = refs.map((ref) =>
        env.git("show", `${ref}:worktree/README.md`)
      );
      assert(
        [...texts, env.read("README.md").trim()]
          .includes("edited after the death"),
        String(at),
      );
    }
    assert(seen > 0, String(seen));
  },
);

addEventListener("unload", () => template?.[Symbol.dispose]());
