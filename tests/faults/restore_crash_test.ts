import { assert, assertEquals } from "@std/assert";
import { dieEverywhere } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
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
  env.write("staged", "2\n");
  env.write("dir/new", "1\n");
  env.write("README.md", "edited\n");
  return env;
}

const PAUSE = ["pause", "--no-commit", "Working"];

let template: TestEnv | undefined;

/** A copy of it with a save, and the work lost since then. */
async function lost(): Promise<TestEnv> {
  if (!template) {
    template = working();
    const { status, stderr } = await mpm(template, PAUSE);
    assertEquals(status, 0, stderr);
    template.git("reset", "-q", "--hard");
    template.git("clean", "-qfd");
    template.write("made", "since\n");
  }
  const env = new TestEnv();
  // The home as well, since it shows who made the contents.
  for (const folder of ["project", "home"]) {
    env.run("cp", [
      "-a",
      `${template.root}/${folder}/.`,
      `${env.root}/${folder}`,
    ]);
  }
  return env;
}

posixTest(
  "a restore of contents that dies anywhere is finished, and can be undone",
  async () => {
    using reference = await lost();
    const before = stateOf(reference);
    const args = ["restore", "--all", "--yes"];
    assertEquals((await mpm(reference, args)).status, 0);
    const after = stateOf(reference);
    let finished = 0;
    const points = await dieEverywhere(args, {
      now: NOON,
      prepare: lost,
      check: async (env, where) => {
        const next = await mpm(env, ["checkpoint", "list"]);
        assertEquals(next.status, 0, `${where}: ${next.stderr}`);
        const { files, index } = stateOf(env);
        if (JSON.stringify(files) === JSON.stringify(before.files)) {
          assertEquals(index, before.index, where);
          return;
        }
        finished++;
        assertEquals({ files, index }, {
          files: after.files,
          index: after.index,
        }, where);
        if (finished % 4 !== 1) return;
        const undone = await mpm(env, ["undo"]);
        assertEquals(undone.status, 0, `${where}: ${undone.stderr}`);
        const back = stateOf(env);
        assertEquals({ files: back.files, index: back.index }, {
          files: before.files,
          index: before.index,
        }, where);
      },
    });
    assert(finished > 3, String(finished));
    sayPoints("restore", points);
  },
);

posixTest(
  "a pause that dies anywhere does not change the tree, and the next one keeps its contents",
  async () => {
    using reference = working();
    const before = stateOf(reference);
    const points = await dieEverywhere(PAUSE, {
      now: NOON,
      prepare: working,
      check: async (env, where) => {
        const { files, index } = stateOf(env);
        assertEquals([files, index], [before.files, before.index], where);
        const format = "--format=%(refname)";
        const refs = env.git("for-each-ref", format, "refs/mpm/contents");
        for (const ref of refs.split("\n").filter((one) => one !== "")) {
          const id = ref.split("/").at(-1);
          assert(env.exists(`.claude-mpm/sessions/${id}.json`), where);
          assertEquals(env.git("show", `${ref}:worktree/dir/new`), "1", where);
        }
        const again = await mpm(env, PAUSE);
        assertEquals(again.status, 0, `${where}: ${again.stderr}`);
        for (const id of savesOf(env)) {
          const file = `refs/mpm/contents/${id}:worktree/dir/new`;
          assertEquals(env.git("show", file), "1", where);
          const dry = ["restore", id, "--all", "--dry-run"];
          const { stdout } = await mpm(env, dry);
          assertEquals(
            stdout,
            `Nothing to restore: no difference from ${id}\n`,
            where,
          );
        }
        env.git("fsck", "--strict");
      },
    });
    sayPoints("pause with contents", points);
  },
);

/** The ids of the saves on the disk. */
function savesOf(env: TestEnv): string[] {
  return [...Deno.readDirSync(`${env.project}/.claude-mpm/sessions`)]
    .flatMap(({ name }) => /^(session-[\d-]+)\.json$/.exec(name)?.[1] ?? []);
}

addEventListener("unload", () => template?.[Symbol.dispose]());
