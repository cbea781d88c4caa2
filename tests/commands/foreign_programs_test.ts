import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { say } from "../helpers/say.ts";
import { knowsInit, PATH, TestEnv } from "../helpers/env.ts";
import { eventJson } from "../helpers/hook_events.ts";
import {
  addBytes,
  markProgram,
  type Marks,
  plantFilters,
  touchFiles,
} from "../helpers/hostile_filters.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { has } from "../helpers/programs.ts";

/** Commands that a person or an agent may run first in a cloned repository. */
const LINES = [
  "pause Work",
  "resume",
  "resume --peek",
  "status",
  "checkpoint save one",
  "checkpoint save --auto",
  "checkpoint diff one",
  "checkpoint restore one --yes --exact",
  "context inject --part status --part commits",
  "branch side --dry-run",
  "branch side --stash",
  "branch side -b other",
  "branch side --worktree",
  "worktrees list",
  "worktrees prune --dry-run",
  "doctor",
  "undo",
  "undo",
];

/** Runs all of them; after each, checks which programs ran. */
async function runAll(
  env: TestEnv,
  marks: Marks,
  { cwd = env.project, lines = LINES } = {},
): Promise<string[]> {
  const found: string[] = [];
  const note = (line: string) =>
    found.push(...marks.take().map((name) => `${line}: ${name}`));
  for (const line of lines) {
    touchFiles(env, cwd);
    const { stderr } = await mpm(env, line.split(" "), { cwd });
    assert(!stderr.includes("This is a bug"), stderr);
    note(line);
  }
  touchFiles(env, cwd);
  const stdin = eventJson(env, "SessionStart", { source: "startup", cwd });
  await mpm(env, ["hook", "SessionStart"], { stdin, cwd });
  note("hook");
  return found;
}

/** Kinds of repositories, by the option of `git init` that makes them. */
const KINDS = {
  "sha1": "--object-format=sha1",
  "sha256": "--object-format=sha256",
  "reftable": "--ref-format=reftable",
};

function repository(option: string): TestEnv {
  const env = new TestEnv();
  env.git("init", "-q", option);
  env.write("README.md", "# Project\n");
  env.commit("Begin");
  return env;
}

for (const [kind, option] of Object.entries(KINDS)) {
  if (!knowsInit(option)) {
    say(`Not run: this git does not know ${kind}`);
    continue;
  }
  posixTest(`no program of a ${kind} repository is run`, async () => {
    using env = repository(option);
    const marks = markProgram(env);
    const linked = join(env.project, ".claude/worktrees/idle");
    const names = plantFilters(env, marks);
    env.git("worktree", "add", "-q", "-b", "idle", linked);
    touchFiles(env);
    env.git("status");
    const seen = marks.take();
    assertEquals(names.filter((name) => !seen.includes(name)), []);
    assertStringIncludes(seen.join(), "hook-reference-transaction,");
    assertEquals(await runAll(env, marks), []);
    // The format of a repository does not affect its worktrees.
    if (kind !== "sha1") return;
    assertEquals(await runAll(env, marks, { cwd: linked }), []);
  });
}

posixTest("no program that a submodule names is run", async () => {
  using env = TestEnv.repository();
  const marks = markProgram(env);
  const sub = join(env.project, "sub");
  env.git("init", "-q", sub);
  Deno.writeTextFileSync(join(sub, "file.x"), "text\n");
  Deno.writeTextFileSync(join(sub, ".gitattributes"), "* filter=a=b\n");
  env.gitIn(sub, "add", "-A");
  env.gitIn(sub, "commit", "-q", "-m", "x");
  env.git("add", "sub");
  env.commit("Add a submodule");
  addBytes(
    join(sub, ".git/config"),
    `[filter "a=b"]\n\tclean = "${marks.of("sub")}"\n`,
  );
  const touch = () => touchFiles(env, sub);
  touch();
  env.git("status");
  assertEquals(marks.take(), ["sub"]);
  for (const line of ["pause Work", "checkpoint save one", "status"]) {
    touch();
    assertEquals((await mpm(env, line.split(" "))).status, 0, line);
    assertEquals(marks.take(), [], line);
  }
  Deno.writeTextFileSync(join(sub, "file.x"), "other\n");
  const shown = async () =>
    (await mpm(env, ["status", "--porcelain"])).stdout.split("\n")
      .find((line) => line.startsWith("changed"));
  assertEquals(await shown(), "changed=1");
  // Rules for ignored files, as in git.
  env.git("config", "submodule.sub.ignore", "dirty");
  env.write(".gitmodules", '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n');
  env.git("add", ".gitmodules");
  assertEquals(await shown(), "changed=0");
  assertEquals(marks.take(), []);
});

posixTest("an alias does not replace Git LFS", async () => {
  using env = TestEnv.repository();
  const marks = markProgram(env);
  env.write("file.bin", "text\n");
  env.write(".gitattributes", "*.bin filter=lfs\n");
  env.commit("Add a file");
  env.git("worktree", "add", "-q", ".claude/worktrees/idle");
  const user = join(env.root, "gitconfig");
  Deno.writeTextFileSync(user, "");
  env.extra["GIT_CONFIG_GLOBAL"] = user;
  const own = join(env.project, ".git/config");
  addBytes(own, `[alias]\n\tlfs = "!${marks.of("alias")}"\n`);
  const before = Deno.readTextFileSync(own);
  const lines = ["pause Work", "worktrees list", "worktrees prune --dry-run"];
  // Git itself uses the real program if it is installed.
  const aliased = has("git-lfs") ? [] : ["alias"];
  for (const path of [own, user]) {
    addBytes(path, '[filter "lfs"]\n\tclean = git lfs clean -- %f\n');
    touchFiles(env);
    env.git("status");
    assertEquals(marks.take(), aliased);
    assertEquals(await runAll(env, marks, { lines }), []);
    Deno.writeTextFileSync(own, before);
  }
});

/** A parked edit whose file the parent's branch has changed as well. */
async function parked(env: TestEnv): Promise<void> {
  const lines = (one: string, nine: string) =>
    [one, 2, 3, 4, 5, 6, 7, 8, nine].join("\n") + "\n";
  env.write("both.txt", lines("1", "9"));
  env.commit("Lay the ground");
  env.git("switch", "-q", "-c", "feature");
  env.write("both.txt", lines("edited", "9"));
  const words = ["fix", "--stash", "--git-branch", "fix", "--no-commit"];
  await mpmJson(env, ["branch", ...words]);
  env.git("switch", "-q", "feature");
  env.write("both.txt", lines("1", "nine"));
  env.commit("Go on elsewhere");
  env.git("switch", "-q", "fix");
}

posixTest("no merge driver of a repository is run", async () => {
  for (const name of ["plain", "a=b", "\xff"]) {
    using env = TestEnv.repository();
    const marks = markProgram(env);
    addBytes(join(env.project, ".gitattributes"), `*.txt merge=${name}\n`);
    await parked(env);
    addBytes(
      join(env.project, ".git/config"),
      `[merge "${name}"]\n\tdriver = "${marks.of("merge")} %A"\n`,
    );
    const { status, stderr } = await mpm(env, ["return"]);
    assertEquals([status, marks.take()], [4, []], name);
    assertStringIncludes(stderr, "both.txt");
  }
});

posixTest(
  "no program runs by settings that differ by place or time",
  async () => {
    using env = TestEnv.repository();
    const marks = markProgram(env);
    env.write("file.txt", "text\n");
    env.write(".gitattributes", "*.txt filter=place\n");
    env.write("evil.cfg", "");
    env.commit("Add a file");
    const filter = ["clean", "smudge"]
      .map((kind) => `\t${kind} = "${marks.of("place")}"\n`).join("");
    env.write(".git/place", `[filter "place"]\n${filter}`);
    const config = join(env.project, ".git/config");
    addBytes(
      config,
      '[includeIf "gitdir:**/worktrees/**"]\n\tpath = place\n' +
        "[include]\n\tpath = ../evil.cfg\n",
    );
    const linked = ".claude/worktrees/idle";
    env.git("worktree", "add", "-q", "-b", "agent-idle", linked);
    assertEquals(marks.take(), ["place"]);
    const prune = ["worktrees", "prune", "--min-age", "0s"];
    const lines = [
      ["branch", "side", "--worktree"],
      prune,
      ["worktrees", "restore", "idle"],
      ["undo"],
      ["undo"],
    ];
    for (const line of lines) {
      await mpm(env, line);
      assertEquals(marks.take(), [], line.join(" "));
      // No file is written unconverted if git would convert it.
      const path = `${linked}/file.txt`;
      if (env.exists(path)) assertEquals(env.read(path), "text\n");
    }
    env.git("config", "--unset", "includeIf.gitdir:**/worktrees/**.path");
    await mpmJson(env, ["branch", "side", "--worktree"]);
    const cwd = join(env.project, ".claude/worktrees/side");
    addBytes(config, `[filter "place"]\n${filter}`);
    touchFiles(env, cwd);
    const back = await mpm(env, ["return"], { cwd });
    assertEquals([back.status, marks.take()], [0, []], back.stderr);
    assertEquals(env.exists(".claude/worktrees/side"), false, back.stdout);
    env.git("config", "--remove-section", "filter.place");
    env.write("evil.cfg", `[filter "place"]\n${filter}`);
    await mpmJson(env, ["checkpoint", "save", "one"]);
    env.write("evil.cfg", "");
    touchFiles(env);
    await mpmJson(env, ["checkpoint", "restore", "one", "--yes"]);
    assertEquals([marks.take(), env.read("evil.cfg") !== ""], [[], true]);
    touchFiles(env);
    env.git("status");
    assertEquals(marks.take(), ["place"]);
  },
);

/** A clone without the contents of files, whose remote is a program. */
function partialClone(env: TestEnv, marks: Marks): string {
  env.write("file.txt", "one\n");
  env.commit("One");
  env.write("file.txt", "two\n");
  env.commit("Two");
  env.git("config", "uploadpack.allowFilter", "true");
  const clone = join(env.root, "clone");
  env.git("clone", "-q", "--filter=blob:none", `file://${env.project}`, clone);
  const program = marks.of("remote");
  env.gitIn(clone, "config", "remote.origin.uploadpack", program);
  env.run("git", ["cat-file", "-p", "HEAD~:file.txt"], { cwd: clone });
  assertEquals(marks.take(), ["remote"]);
  return clone;
}

posixTest("a partial clone fetches nothing", async () => {
  using env = TestEnv.repository();
  const marks = markProgram(env);
  const cwd = partialClone(env, marks);
  await mpm(env, ["pause", "Before"], { cwd });
  env.gitIn(cwd, "reset", "-q", "--soft", "HEAD~");
  assertEquals(await runAll(env, marks, { cwd }), []);
});

posixTest(
  "conversions that git does by itself keep their results",
  async () => {
    using env = TestEnv.repository();
    const bin = join(env.root, "bin");
    Deno.mkdirSync(bin);
    const pointer = "version https://git-lfs.github.com/spec/v1\n";
    Deno.writeTextFileSync(
      join(bin, "git-lfs"),
      `#!/bin/sh\n[ "$1" = clean ] && cat > /dev/null && printf '${pointer}'\n`,
      { mode: 0o755 },
    );
    env.extra["PATH"] = `${bin}:${PATH}`;
    const user = join(env.root, "gitconfig");
    env.extra["GIT_CONFIG_GLOBAL"] = user;
    Deno.writeTextFileSync(
      user,
      '[filter "lfs"]\n\tclean = git-lfs clean -- %f\n\tsmudge = git-lfs smudge\n',
    );
    env.git("config", "core.autocrlf", "true");
    env.write("file.txt", "a\r\nb\r\n");
    env.write("file.utf16", new Uint8Array([0x61, 0, 0x0a, 0]));
    env.write("file.id", "$Id: 0 $\n");
    env.write(
      ".gitattributes",
      "*.utf16 working-tree-encoding=UTF-16LE\n*.id ident\n*.bin filter=lfs\n",
    );
    env.git("switch", "-q", "-c", "large");
    env.write("file.bin", "large\n");
    env.commit("Add files");
    await mpm(env, ["start", "work", "Work"]);
    touchFiles(env);
    const changes = async () => {
      const { stdout } = await mpm(env, ["status", "--porcelain"]);
      return stdout.split("\n").filter((line) => /^changed=/.test(line));
    };
    assertEquals(await changes(), ["changed=0"]);
    // With the attributes only on the other side of a switch.
    env.git("switch", "-q", "main");
    const { status, stderr } = await mpm(env, [
      ...["branch", "fix", "--git-branch", "large", "--no-commit"],
    ]);
    assertEquals(status, 4, stderr);
    assertStringIncludes(stderr, 'goes through the filter "lfs"');
    assertEquals(env.exists("file.bin"), false);
  },
);

posixTest("git does not wait for a pipe that a repository names", async () => {
  using env = TestEnv.repository();
  const pipe = join(env.root, "pipe");
  env.run("mkfifo", [pipe]);
  for (const key of ["core.attributesFile", "core.excludesFile"]) {
    env.git("config", key, pipe);
  }
  Deno.removeSync(join(env.project, ".git/info"), { recursive: true });
  Deno.mkdirSync(join(env.project, ".git/info"));
  for (
    const path of [".git/info/attributes", ".git/info/exclude", ".mailmap"]
  ) {
    Deno.linkSync(pipe, join(env.project, path));
  }
  const lines = ["pause Work", "status", "checkpoint save one"];
  const begun = performance.now();
  for (const line of lines) {
    const { status, stderr } = await mpm(env, line.split(" "));
    assertEquals(status, 0, stderr);
  }
  // Git would have been killed after half a minute.
  assert(performance.now() - begun < 20_000);
});
