import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../../../tests/helpers/env.ts";
import {
  changesSince,
  pathsSince,
  pauseIn,
  reportSince,
  withFiles,
} from "./helpers_test.ts";

Deno.test("detectChanges() distinguishes unchanged, further edited, reverted and deleted", async () => {
  using env = withFiles();
  for (const name of ["a", "b", "c", "d"]) env.write(name, "edited\n");
  env.write("new", "new\n");
  const save = await pauseIn(env);
  env.write("b", "edited\nfurther\n");
  env.git("restore", "c");
  env.remove("d");
  env.remove("new");
  assertEquals(await pathsSince(env, save), [
    "a:  M> M same",
    "b:  M> M edited-further",
    "c:  M>- reverted",
    "d:  M> D deleted",
    "new: ??>- deleted",
  ]);
  assertEquals(
    await reportSince(env, save),
    `  No new commits

  ⚠️  Missing Files (2):
    • d is missing, but no commit removed it
    • new is missing, but no commit removed it

  Working Directory:
    • 3 uncommitted files (1 unchanged since the pause)
    • b edited further
    • c reverted
    • d deleted
    • new deleted
`,
  );
});

Deno.test("detectChanges() distinguishes committed from changed by commits, and ignored from deleted", async () => {
  using env = withFiles();
  for (const name of ["a", "b"]) env.write(name, "edited\n");
  env.write("new", "new\n");
  env.write("secret", "x");
  env.remove("c");
  env.write("passing", "x");
  const save = await pauseIn(env);
  env.write("b", "edited otherwise\n");
  env.git("add", "a", "b", "c", "new", "passing");
  env.git("commit", "-q", "-m", "Commit");
  env.git("rm", "-q", "passing");
  env.git("commit", "-q", "-m", "Drop it again");
  env.write(".git/info/exclude", "secret\n");
  assertEquals(await pathsSince(env, save), [
    "a:  M>- committed",
    "b:  M>- superseded",
    "c:  D>- committed",
    "new: ??>- committed",
    "passing: ??>- removed",
    "secret: ??>- hidden",
  ]);
  assertEquals((await changesSince(env, save)).conflicts, [
    { path: "b", reason: "touched" },
  ]);
});

Deno.test("detectChanges() distinguishes staged from unstaged and from other staged content", async () => {
  using env = withFiles();
  for (const name of ["a", "b", "c", "d"]) env.write(name, "edited\n");
  env.write("new", "new\n");
  env.git("add", "b", "c", "d");
  env.write("d", "edited further\n");
  const save = await pauseIn(env);
  env.git("add", "a", "new");
  env.git("restore", "--staged", "b");
  env.git("add", "d");
  assertEquals(await pathsSince(env, save), [
    "a:  M>M  staged",
    "b: M > M unstaged",
    "c: M >M  same",
    "d: MM>M  staged",
    "new: ??>A  staged",
  ]);
});

Deno.test("detectChanges() names new changes: new, edited, deleted, renamed", async () => {
  using env = withFiles();
  const save = await pauseIn(env);
  env.write("a", "edited\n");
  env.remove("b");
  env.git("mv", "c", "moved");
  env.write("new", "new\n");
  assertEquals(await pathsSince(env, save), [
    "a: -> M edited",
    "b: -> D deleted",
    "c -> moved: ->R  renamed",
    "new: ->?? new",
  ]);
  assertEquals((await changesSince(env, save)).missing, []);
});

Deno.test("detectChanges() follows a recorded file through a rename", async () => {
  using env = withFiles();
  env.write("a", "a\nand enough lines\nto be found again\nby git\n");
  env.write("b", "b\nand enough lines\nto be found again\nas another\n");
  env.commit("Longer");
  env.git("mv", "b", "b2");
  const save = await pauseIn(env);
  env.git("mv", "a", "moved");
  assertEquals(await pathsSince(env, save), [
    "b -> b2: R >R  same",
    "a -> moved: ->R  renamed",
  ]);
  env.git("commit", "-q", "-m", "Rename");
  assertEquals(await pathsSince(env, save), ["b -> b2: R >- committed"]);
});

Deno.test("detectChanges() reports a path changed before and after the pause as a conflict", async () => {
  using env = withFiles();
  env.git("switch", "-q", "-c", "other");
  env.write("a", "theirs\n");
  env.commit("Theirs");
  env.git("switch", "-q", "main");
  env.write("a", "mine\n");
  const save = await pauseIn(env);
  env.git("stash", "-q");
  env.git("merge", "-q", "other");
  env.write("a", "mine\n");
  assertEquals(
    await reportSince(env, save),
    `  New Commits (1):
    ID - Theirs (2h ago)

  Modified Files (1):
    M  a

  ⚠️  Potential Conflicts (1):
    • a modified both before and after pause

  Working Directory:
    • 1 uncommitted file (unchanged since the pause)

  Stash (1 change):
    • Added: WIP on main: ID Add files
`,
  );
});

Deno.test("detectChanges() sees a resolved conflict and a restored file", async () => {
  using env = withFiles();
  env.git("switch", "-q", "-c", "other");
  env.write("a", "theirs\n");
  env.commit("Theirs");
  env.git("switch", "-q", "main");
  env.write("a", "mine\n");
  env.commit("Mine");
  env.run("git", ["merge", "-q", "other"]);
  env.remove("b");
  const save = await pauseIn(env);
  env.write("a", "both\n");
  env.git("add", "a");
  env.write("b", "b again\n");
  assertEquals(await pathsSince(env, save), [
    "b:  D> M restored",
    "a: UU>M  resolved",
  ]);
});

Deno.test("detectChanges() finds no change right after a pause, whatever the state", async () => {
  using env = withFiles();
  env.git("switch", "-q", "-c", "other");
  env.write("a", "theirs\n");
  env.git("rm", "-q", "d");
  env.commit("Theirs");
  env.git("switch", "-q", "main");
  env.write("a", "mine\n");
  env.write("d", "mine\n");
  env.commit("Mine");
  env.run("git", ["merge", "-q", "other"]);
  env.git("rm", "-q", "--cached", "b");
  env.git("mv", "c", "moved");
  env.write("moved", "edited\n");
  env.write("intended", "x");
  env.git("add", "-N", "intended");
  Deno.chmodSync(join(env.project, "README.md"), 0o755);
  const save = await pauseIn(env);
  const { working_directory: found, ...changes } = await changesSince(
    env,
    save,
  );
  assertEquals(
    found.paths.map(({ path, then, now, change }) => [
      path,
      then === now,
      change,
    ]),
    save.mpm!.files.map(({ path }) => [path, true, "same"]),
  );
  assertEquals(save.mpm!.files.map(({ path, status }) => `${status} ${path}`), [
    " M README.md",
    "D  b",
    " A intended",
    "RM moved",
    "UU a",
    "UD d",
    "?? b",
  ]);
  // Every one of them is on disk, so every one was read.
  assertEquals(
    save.mpm!.files.filter(({ sha256 }) => sha256 === null),
    [],
  );
  assertEquals([changes.relation, changes.missing, changes.notes], [
    "same",
    [],
    [],
  ]);
});

Deno.test("detectChanges() uses size and time for files over 10 MiB, and reports it", async () => {
  using env = TestEnv.repository();
  const big = new Uint8Array(10 * 1024 * 1024 + 1);
  for (const name of ["grown", "kept", "touched"]) env.write(name, big);
  const save = await pauseIn(env);
  env.write("grown", new Uint8Array(big.length + 1));
  Deno.utimeSync(join(env.project, "touched"), 1, 1);
  const { working_directory: found, notes } = await changesSince(env, save);
  assertEquals(
    found.paths.map(({ path, change }) => `${path} ${change}`),
    ["grown edited-further", "kept same", "touched still-changed"],
  );
  assertEquals(notes, [
    "3 recorded files not hashed (larger than 10 MiB: grown, kept, touched): " +
    "compared by size and time",
    "1 changed path could not be compared (larger than 10 MiB: touched)",
  ]);
});

Deno.test("detectChanges() compares nothing that the save or the state omits", async () => {
  using env = withFiles();
  env.write("a", "edited\n");
  const save = await pauseIn(env);
  save.mpm!.files_omitted = 3;
  env.write("b", "edited\n");
  assertEquals(await pathsSince(env, save), [
    "a:  M> M same",
    "b: -> M unknown",
  ]);
  assertEquals((await changesSince(env, save)).notes, [
    "The save lists 1 changed paths and omits 3 more, which were not compared",
  ]);
});

Deno.test("detectChanges() compares names of every kind, also those that are not UTF-8", async () => {
  using env = TestEnv.repository();
  const names = [
    "a\nb",
    "tab\t",
    "-dash",
    '"quoted"',
    "*?[x]",
    "é 😀",
    " ",
    "#",
  ];
  for (const name of names) env.write(name, "one\n");
  env.run("sh", [
    "-c",
    "printf one > $(printf 'bad\\377'); printf one > $(printf 'worse\\376')",
  ]);
  const save = await pauseIn(env);
  assertEquals(
    save.mpm!.files.map(({ path }) => path).sort(),
    [...names, "bad\udcff", "worse\udcfe"].sort(),
  );
  env.write("a\nb", "two\n");
  env.run("sh", ["-c", "printf two > $(printf 'bad\\377')"]);
  const report = await reportSince(env, save);
  assertEquals(
    report,
    `  No new commits

  Working Directory:
    • 10 uncommitted files (8 unchanged since the pause)
    • a\\nb edited further
    • bad\\xff edited further
`,
  );
  env.commit("Commit them");
  const { working_directory: found } = await changesSince(env, save);
  assertEquals(
    found.paths.filter(({ change }) => change !== "committed")
      .map(({ path, change }) => `${path} ${change}`).sort(),
    ["a\nb superseded", "bad\udcff superseded"],
  );
});

Deno.test("detectChanges() knows a submodule and a nested repository by their commits", async () => {
  using env = TestEnv.repository();
  env.git("clone", "-q", ".", "../library");
  env.git("submodule", "add", "-q", "../library", "lib");
  env.commit("Add the library");
  env.git("init", "-q", "nested");
  const lib = join(env.project, "lib");
  const nested = join(env.project, "nested");
  for (const folder of [lib, nested]) {
    env.gitIn(folder, "commit", "-q", "--allow-empty", "-m", "One");
  }
  const save = await pauseIn(env);
  assertEquals(
    save.mpm!.files.map(({ path, status, object }) => [path, status, object]),
    [
      ["lib", " M", env.gitIn(lib, "rev-parse", "HEAD")],
      ["nested/", "??", env.gitIn(nested, "rev-parse", "HEAD")],
    ],
  );
  assertEquals(await pathsSince(env, save), [
    "lib:  M> M same",
    "nested/: ??>?? still-changed",
  ]);
  assertEquals((await changesSince(env, save)).notes, [
    "Files inside nested repositories are not compared",
  ]);
  env.gitIn(nested, "commit", "-q", "--allow-empty", "-m", "Two");
  env.git("commit", "-q", "-a", "-m", "Take the new library");
  assertEquals(await pathsSince(env, save), [
    "lib:  M>- committed",
    "nested/: ??>?? edited-further",
  ]);
});
