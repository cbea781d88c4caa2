import { assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { binary } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

/** The folders that git reads settings from, with the paths below them. */
function foldersOf(env: TestEnv): Record<string, string[]> {
  const home = join(env.root, "tmp", `mpm-${Deno.uid()}`);
  const folders = [...Deno.readDirSync(home)].map(({ name }) => name).sort();
  return Object.fromEntries(
    folders.map((name) => [
      join(home, name),
      [...Deno.readDirSync(join(home, name))].map(({ name }) => name).sort(),
    ]),
  );
}

posixTest(
  "commands share temporary folders, and no file added to them is run",
  () => {
    using env = TestEnv.repository();
    env.git(
      "remote",
      "add",
      "origin",
      "https://user:hunter2@example.com/a.git",
    );
    env.write(".gitattributes", "*.md filter=x\n");
    env.write("README.md", "# Projekt\n");
    const run = (...args: string[]) => {
      const { status, stderr } = env.run(binary(), args);
      assertEquals([status, stderr], [0, ""], args.join(" "));
    };
    run("pause", "--no-commit", "-s", "Begin");
    const folders = foldersOf(env);
    // One reads the state, and the other reads the contents with the project's
    // attributes.
    assertEquals(Object.keys(folders).length, 2);
    for (const [folder, names] of Object.entries(folders)) {
      const all = ["HEAD", "commondir", "config", "info", "refs", "worktrees"];
      assertEquals(names, all);
      assertEquals(
        Deno.readTextFileSync(join(folder, "config")).includes("hunter2"),
        false,
      );
    }
    run("status");
    assertEquals(foldersOf(env), folders);
    const mark = join(env.root, "mark");
    const program = join(env.root, "program");
    Deno.writeTextFileSync(program, `#!/bin/sh\ntouch '${mark}'\n`);
    Deno.chmodSync(program, 0o755);
    for (const folder of Object.keys(folders)) {
      Deno.writeTextFileSync(
        join(folder, "config"),
        `[filter "x"]\n\tclean = ${program}\n`,
      );
      const hooks = join(folder, "hooks");
      Deno.mkdirSync(hooks);
      Deno.copyFileSync(program, join(hooks, "reference-transaction"));
    }
    run("pause", "-s", "Work");
    run("resume");
    run("checkpoint", "save", "One");
    assertEquals(existsSync(mark), false);
  },
);
