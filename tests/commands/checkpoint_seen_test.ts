import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { System } from "../../src/system/system.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

/** The times of files are trusted once they are old enough. */
const later = () => new Date(Date.now() + 3_600_000);

/** A machine that counts how often the contents of a path are read. */
function counting(system: System, path: string, counted: string[]): System {
  const { files } = system;
  const count = <A extends [string, ...unknown[]], R>(
    read: (...args: A) => R,
  ) =>
  (...args: A): R => {
    if (args[0].endsWith(path)) counted.push(args[0]);
    return read(...args);
  };
  return {
    ...system,
    files: {
      ...files,
      read: count(files.read),
      readOwn: count(files.readOwn),
      readSeen: count(files.readSeen),
      readPart: count(files.readPart),
      readWithInfo: count(files.readWithInfo),
    },
  };
}

/** A machine on which `work` is done before a file is put in place. */
function beforeRename(system: System, end: string, work: () => void): System {
  const { files } = system;
  return {
    ...system,
    files: {
      ...files,
      rename(from, to) {
        if (to.endsWith(end)) work();
        files.rename(from, to);
      },
    },
  };
}

async function saved(): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.write("a", "old a\n");
  env.write("b", "old b\n");
  const { status, stderr } = await mpm(env, ["checkpoint", "save", "one"]);
  assertEquals(status, 0, stderr);
  env.write("a", "new a\n");
  env.write("b", "new b\n");
  return env;
}

const RESTORE = ["checkpoint", "restore", "one", "--yes"];

Deno.test("a restore reads a changed file, and again before it replaces it", async () => {
  using env = await saved();
  const counted: string[] = [];
  const { status, stderr } = await mpm(env, RESTORE, {
    now: later,
    wrap: (system) => counting(system, "project/b", counted),
  });
  assertEquals(status, 0, stderr);
  assertEquals(env.read("b"), "old b\n");
  if (Deno.build.os !== "windows") assertEquals(counted.length, 2);
});

Deno.test("a file that is edited while a restore writes others stays, with a size that was there before", async () => {
  using env = await saved();
  const { status, stdout, stderr } = await mpm(env, [...RESTORE, "--json"], {
    now: later,
    wrap: (system) =>
      beforeRename(system, "project/a", () => env.write("b", "NEW b\n")),
  });
  assertEquals(status, 4, stderr);
  const { skipped, written } = JSON.parse(stdout);
  assertEquals([env.read("a"), env.read("b")], ["old a\n", "NEW b\n"]);
  assertEquals(written, ["a"]);
  assertStringIncludes(skipped[0].reason, "changed in the meantime");
});

posixTest(
  "a folder that becomes a link while a restore writes into it is not followed",
  async () => {
    using env = TestEnv.repository();
    env.write("dir/a", "old\n");
    env.write("dir/b", "old\n");
    assertEquals((await mpm(env, ["checkpoint", "save", "one"])).status, 0);
    env.write("dir/a", "new\n");
    env.write("dir/b", "new\n");
    const outside = join(env.root, "outside");
    const { status, stdout, stderr } = await mpm(env, [...RESTORE, "--json"], {
      now: later,
      wrap: (system) =>
        beforeRename(system, "dir/a", () => {
          if (env.exists("away")) return;
          Deno.renameSync(join(env.project, "dir"), join(env.project, "away"));
          Deno.mkdirSync(outside);
          Deno.writeTextFileSync(join(outside, "b"), "new\n");
          Deno.symlinkSync(outside, join(env.project, "dir"));
        }),
    });
    assertEquals(status, 4, stderr);
    assertEquals(Deno.readTextFileSync(join(outside, "b")), "new\n");
    const reasons = JSON.parse(stdout).skipped.map(
      ({ reason }: { reason: string }) => reason,
    );
    assert(reasons.includes('"dir" is now a link'), reasons.join(", "));
  },
);

Deno.test("a branch does not read a file again for its checkpoint, but before it goes", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "work\n");
  env.write("new", "work\n");
  // A project without a store plans a branch once more before it gets one.
  assertEquals((await mpm(env, ["next", "Test it"])).status, 0);
  const counted: string[] = [];
  const options = {
    now: later,
    wrap: (system: System) => counting(system, "project/new", counted),
  };
  const args = ["branch", "urgent", "--stash", "--no-commit"];
  const { status, stderr } = await mpm(env, args, options);
  assertEquals(status, 0, stderr);
  assertEquals(env.git("status", "--short"), "");
  // For the plan, the save, the last look, and when the file is removed.
  if (Deno.build.os !== "windows") assertEquals(counted.length, 4);
  assertEquals((await mpm(env, ["return"])).status, 0);
  assertEquals([env.read("README.md"), env.read("new")], ["work\n", "work\n"]);
});

/** More bytes in all than a command holds. */
const FILES = 70;
const SIZE = 1_000_000;

Deno.test("more small files than are held in memory are stored, and come back", async () => {
  using env = TestEnv.repository();
  const textOf = (at: number, sign: string) => `${at} ${sign.repeat(SIZE)}`;
  const paths = Array.from({ length: FILES }, (_, at) => `file${at}`);
  const write = (sign: string) =>
    paths.forEach((path, at) => env.write(path, textOf(at, sign)));
  write("a");
  assertEquals((await mpm(env, ["checkpoint", "save", "one"])).status, 0);
  write("b");
  assertEquals((await mpm(env, RESTORE)).status, 0);
  const differing = (sign: string) =>
    paths.filter((path, at) => env.read(path) !== textOf(at, sign));
  assertEquals(differing("a"), []);
  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertEquals(differing("b"), []);
  assertEquals(env.git("fsck", "--no-dangling"), "");
});
