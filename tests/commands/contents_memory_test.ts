import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import type { PauseResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { SESSIONS } from "../helpers/stores.ts";

const DAY = 86_400_000;

/**
 * Pauses the given number of days from now, when no file has changed for a long
 * time. `touched`: a file whose entry looks as if it had changed.
 */
async function pause(env: TestEnv, days: number, touched?: string) {
  const read: string[] = [];
  const { session_id: id, contents } = await mpmJson<PauseResult>(
    env,
    ["pause", "Working"],
    {
      now: () => new Date(Date.now() + days * DAY),
      wrap: (system) => ({
        ...system,
        files: {
          ...system.files,
          lstat(path) {
            const info = system.files.lstat(path);
            return info && touched !== undefined && path.endsWith(touched)
              ? { ...info, changed: info.changed! + 1000 }
              : info;
          },
          read(path) {
            if (!path.includes(".claude-mpm")) read.push(path);
            return system.files.read(path);
          },
        },
      }),
    },
  );
  const { mpm: { files } } = JSON.parse(env.read(`${SESSIONS}/${id}.json`));
  return { id, contents: contents!, read: read.length, files };
}

/** The numbers of loose objects, objects in packs, and packs. */
function objectsOf(env: TestEnv) {
  const counted = env.git("count-objects", "-v");
  const number = (name: string) =>
    Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(counted)![1]);
  return {
    all: number("count") + number("in-pack"),
    packs: number("packs"),
  };
}

function written(env: TestEnv, count: number): void {
  for (let at = 0; at < count; at++) {
    env.write(`${at % 3}/${at}.txt`, `file ${at}\n`);
  }
}

Deno.test("files that have not changed are not read again, and each change is seen", async () => {
  using env = TestEnv.repository();
  written(env, 6);
  const one = await pause(env, 1);
  assertEquals(one.read, 6);
  const two = await pause(env, 2);
  assertEquals([two.read, two.files], [0, one.files]);
  assertEquals(two.contents, one.contents);

  // The sizes are the same as before, and so are both times of one file.
  env.write("1/1.txt", "edit 1\n");
  const path = join(env.project, "2/2.txt");
  const { mtime } = Deno.statSync(path);
  Deno.renameSync(path, `${path}~`);
  env.write("2/2.txt", "file 5\n");
  Deno.utimeSync(path, mtime!, mtime!);
  env.remove("2/2.txt~");
  const three = await pause(env, 3, "0/0.txt");
  assertEquals(three.read, 3);
  assertNotEquals(three.contents.commit, one.contents.commit);
  const shown = (name: string) =>
    env.git("show", `${three.contents.commit}:worktree/${name}`);
  assertEquals([shown("1/1.txt"), shown("2/2.txt")], ["edit 1", "file 5"]);
  env.git("fsck", "--strict");
});

Deno.test("contents need few objects if few of many files are new", async () => {
  using env = TestEnv.repository();
  written(env, 150);
  const before = objectsOf(env);
  await pause(env, 1);
  const one = objectsOf(env);
  // The save's commit is also in a pack.
  assertEquals(one.packs - before.packs, 2);
  const two = await pause(env, 2);
  assertEquals(objectsOf(env).all - one.all, 3);
  env.write("1/1.txt", "another\n");
  const three = await pause(env, 3);
  // The file, its folder, two parent folders, the commit, and the save's
  // commit.
  assertEquals(objectsOf(env).all - one.all, 3 + 3 + 5);
  env.git("fsck", "--strict");
  const diff = ["diff-tree", "-r", "--name-only"];
  assertEquals(
    env.git(...diff, two.contents.commit!, three.contents.commit!),
    "worktree/1/1.txt",
  );
});

Deno.test("contents that git has lost in the meantime are stored again", async () => {
  using env = TestEnv.repository();
  written(env, 4);
  const { id } = await pause(env, 1);
  env.git("update-ref", "-d", `refs/mpm/contents/${id}`);
  env.git("gc", "-q", "--prune=now");
  const { contents, read } = await pause(env, 2);
  assertEquals([contents.kept, read], [true, 4]);
  env.git("fsck", "--strict", "--connectivity-only");
  assertEquals(
    env.git("show", `${contents.commit}:worktree/0/0.txt`),
    "file 0",
  );
});

Deno.test("the next pause stores contents again whose commit git has lost", async () => {
  using env = TestEnv.repository();
  written(env, 4);
  const one = await pause(env, 1);
  const ref = `refs/mpm/contents/${one.id}`;
  env.git("update-ref", "-d", ref);
  env.git("gc", "-q", "--prune=now");
  env.write(`.git/${ref}`, `${one.contents.commit}\n`);
  const two = await pause(env, 2);
  assertEquals(two.contents.kept, false);
  assert(two.contents.reason);
  const three = await pause(env, 3);
  assert(three.contents.kept);
  for (const { id } of [two, three]) {
    const file = `refs/mpm/contents/${id}:worktree/0/0.txt`;
    assertEquals(env.git("show", file), "file 0");
  }
});

Deno.test("files that were excluded before are kept as soon as they may be", async () => {
  using env = TestEnv.repository();
  env.write("server.pem", "a key\n");
  env.write("other", "a file\n");
  await pause(env, 1);
  await mpm(env, ["config", "set", "pause.contents_exclude", "x"]);
  const { contents } = await pause(env, 2);
  assertEquals(contents.files, 2);
  assertEquals(
    env.git("show", `${contents.commit}:worktree/server.pem`),
    "a key",
  );
});

Deno.test("a damaged note of the files is written again", async () => {
  using env = TestEnv.repository();
  written(env, 2);
  const one = await pause(env, 1);
  const folder = join(env.project, ".claude-mpm/state");
  const note = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .find((name) => name.startsWith("contents-"))!;
  const whole = Deno.readTextFileSync(join(folder, note));
  for (const text of ["", "[]", whole.replaceAll("0/0.txt", "../x"), "{}"]) {
    Deno.writeTextFileSync(join(folder, note), text);
    const { contents } = await pause(env, 2);
    assert(contents.kept);
    const tree = (commit: string | null) =>
      env.git("rev-parse", `${commit}^{tree}`);
    assertEquals(tree(contents.commit), tree(one.contents.commit));
  }
  env.git("fsck", "--strict");
});
