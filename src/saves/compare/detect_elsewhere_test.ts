import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../../../tests/helpers/env.ts";
import {
  changesSince,
  pathsSince,
  pauseIn,
  peerSave,
  reportSince,
  withFiles,
} from "./helpers_test.ts";

Deno.test("detectChanges() does not compare paths of another worktree or another clone", async () => {
  using env = withFiles();
  env.write("a", "edited\n");
  const save = await pauseIn(env);
  env.git("clone", "-q", ".", "../clone");
  const clone = join(env.root, "clone");
  Deno.writeTextFileSync(join(clone, "b"), "edited\n");
  const changes = await changesSince(env, save, clone);
  assertEquals(changes.working_directory.paths, [
    { path: "b", then: null, now: " M", change: "unknown" },
  ]);
  assertEquals(changes.missing, []);
  assertEquals(changes.notes, [
    `The save was made in ${env.project}: its uncommitted changes were not ` +
    `compared with ${clone}`,
  ]);
});

Deno.test("detectChanges() compares in a project that was moved, and reports it", async () => {
  using env = withFiles();
  env.write("a", "edited\n");
  const save = await pauseIn(env);
  const moved = join(env.root, "moved");
  Deno.renameSync(env.project, moved);
  const changes = await changesSince(env, save, moved);
  assertEquals(changes.working_directory.paths.map((path) => path.change), [
    "same",
  ]);
  assertEquals(changes.notes, [
    `The project was in ${env.project} at the pause`,
  ]);
  Deno.renameSync(moved, env.project);
});

Deno.test("detectChanges() ignores paths of a forged save that lead elsewhere", async () => {
  using env = withFiles();
  const save = await pauseIn(env);
  const forged = { status: "??", sha256: null, size: 1, mtime: 0 };
  save.mpm!.files = ["../outside", "/etc/passwd", "x/../../y", "nul\0"]
    .map((path) => ({ ...forged, path }));
  save.git_context.branch = "x@{upstream}";
  const { working_directory: found, notes } = await changesSince(env, save);
  assertEquals(found.paths, []);
  assertEquals(notes, [
    "Paths in the save that point outside the worktree were ignored",
  ]);
});

Deno.test("detectChanges() reports outside a repository that it cannot compare", async () => {
  using env = new TestEnv();
  const save = await pauseIn(env);
  assertEquals(
    await reportSince(env, save),
    "  Notes:\n    • Not a git repository, so mpm does not know what changed\n",
  );
  env.git("init", "-q");
  assertEquals((await changesSince(env, save)).repository, "appeared");
  const inside = await pauseIn(env);
  env.remove(".git");
  assertEquals((await changesSince(env, inside)).repository, "gone");
  env.extra.PATH = "/nowhere";
  const { repository, notes } = await changesSince(env, inside);
  assertEquals([repository, notes], ["unreadable", [
    "Git failed (git is not installed); nothing was compared",
  ]]);
});

Deno.test("detectChanges() compares a peer's save by its lists, damage repaired", async () => {
  using env = withFiles();
  for (const name of ["a long name", "é", "old"]) env.write(name, `${name}\n`);
  env.write("src/first.ts", "x");
  env.commit("More files");
  env.write("src/first.ts", "edited\n");
  env.write("a long name", "edited\n");
  env.write("b", "edited\n");
  env.git("mv", "old", "renamed file");
  env.write("newdir/one", "x");
  const save = peerSave(await pauseIn(env), {
    // In the format of claude-mpm: the first path lost a letter, names stay
    // quoted.
    modified: [
      "rc/first.ts",
      "b",
      'old -> "renamed file"',
      '"a long name"',
    ],
    untracked: [".claude-mpm/", "newdir/"],
  });
  assertEquals(await pathsSince(env, save), [
    "src/first.ts: -> M still-changed",
    "b: -> M still-changed",
    "old -> renamed file: ->R  still-changed",
    "a long name: -> M still-changed",
    "newdir/one: ->?? still-changed",
  ]);
  env.git("restore", "b");
  env.git("commit", "-q", "-a", "-m", "Commit the rest");
  const { relation, compared_by, notes } = await changesSince(env, save);
  assertEquals([relation, compared_by, notes], ["ahead", "head", [
    "The save has no hashes: mpm cannot tell whether changed files were " +
    "edited further",
  ]]);
  assertEquals(await pathsSince(env, save), [
    "src/first.ts: ->- superseded",
    "b: ->- reverted",
    "old -> renamed file: ->- superseded",
    "a long name: ->- superseded",
    "newdir/one: ->?? still-changed",
  ]);
});

Deno.test("detectChanges() does not compare a peer's path that it cannot repair", async () => {
  using env = withFiles();
  env.write("xa", "x");
  env.write("ya", "x");
  env.commit("Two that end alike");
  const save = peerSave(await pauseIn(env), { modified: ["a", "b"] });
  const { working_directory: found, notes } = await changesSince(env, save);
  assertEquals(found.paths.map(({ path, change }) => `${path} ${change}`), [
    "b reverted",
  ]);
  assertEquals(notes, [
    'The first changed path in the save, "a", may lack its first letter (a ' +
    "bug in claude-mpm), so it was not compared",
  ]);
});
