import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { filesBelow, foldersBelow } from "../helpers/below.ts";
import { HostileProject } from "../helpers/hostile.ts";
import { binary } from "../helpers/mpm.ts";
import { posixTest, unprivileged } from "../helpers/posix.ts";

/** Modes below a folder that differ from `due`, by path. */
function otherModes(folder: string, due: { file: number; folder: number }) {
  const modeOf = (path: string) =>
    Deno.lstatSync(join(folder, path)).mode! & 0o777;
  return [
    ...filesBelow(folder).filter((path) => modeOf(path) !== due.file),
    ...["", ...foldersBelow(folder)]
      .filter((path) => modeOf(path) !== due.folder),
  ].map((path) => `${modeOf(path).toString(8)} ${path}`);
}

/** Runs mpm with a umask. */
function masked(env: TestEnv, umask: string, ...args: string[]): void {
  const script = `umask ${umask}; exec "$@"`;
  const { status, stderr } = env.run("sh", [
    ...["-c", script, "sh"],
    binary(),
    ...args,
  ]);
  assertEquals(status, 0, `${args.join(" ")}: ${stderr}`);
}

posixTest(
  "under umask 077 the store is private, and shared files stay shared",
  async () => {
    await using hostile = await HostileProject.make({ umask: "077" });
    assertEquals(hostile.loose(), []);
    const shared = filesBelow(join(hostile.project, ".claude"))
      .filter((path) => !path.startsWith("worktrees/"))
      .map((path) => {
        const { mode } = Deno.statSync(join(hostile.project, ".claude", path));
        return `${(mode! & 0o777).toString(8)} ${path}`;
      });
    const notes = shared.filter((line) => line.includes("shared-context/"));
    assert(notes.length > 0 && notes.every((line) => line.startsWith("644 ")));
    assertEquals(shared.filter((line) => !notes.includes(line)), [
      "644 .gitattributes",
      "644 context.md",
      "644 settings.json",
      "600 settings.local.json",
      "644 shared-context.md",
      ...[
        "branch",
        "checkpoint",
        "init",
        "pause",
        "resume",
        "return",
        "session-pause",
        "session-resume",
      ].map((name) => `644 skills/mpm-${name}/SKILL.md`),
    ]);
  },
);

for (const umask of ["000", "077"]) {
  posixTest(
    `checkpoints and exports outside git are private under umask ${umask}`,
    () => {
      using env = new TestEnv();
      env.write("file", "one\n");
      masked(env, umask, "checkpoint", "save", "one");
      env.write("file", "two\n");
      masked(env, umask, "checkpoint", "diff", "one", "--patch");
      masked(env, umask, "checkpoint", "restore", "one", "--yes");
      masked(env, umask, "checkpoint", "rm", "one");
      masked(env, umask, "pause", "--export", "out.json");
      masked(env, umask, "saves", "export", "-o", "other.json");
      masked(env, umask, "config", "set", "commit", "false");
      const store = join(env.project, ".claude-mpm");
      const loose = otherModes(store, { file: 0o600, folder: 0o700 })
        // Git protects its objects from their owner, too.
        .filter((path) => !/^400 checkpoints\.git\/objects\/../.test(path));
      assertEquals(loose, []);
      const config = join(env.home, ".config");
      assertEquals(otherModes(config, { file: 0o600, folder: 0o700 }), []);
      for (const name of ["out.json", "other.json"]) {
        const { mode } = Deno.statSync(join(env.project, name));
        assertEquals(mode! & 0o777, 0o600, name);
      }
    },
  );
}

posixTest("settings and rules keep their mode", () => {
  using env = TestEnv.repository();
  env.write(".claude/settings.json", "{}\n");
  env.write(".claude/context.md", "# Mine\n");
  env.write(".gitignore", "x\n");
  const modes = { ".claude/settings.json": 0o640, ".claude/context.md": 0o660 };
  for (
    const [path, mode] of Object.entries({ ...modes, ".gitignore": 0o664 })
  ) {
    Deno.chmodSync(join(env.project, path), mode);
  }
  masked(env, "077", "hooks", "install", "--scope", "project");
  masked(env, "000", "context", "update");
  masked(env, "077", "init", "--ignore");
  for (
    const [path, mode] of Object.entries({ ...modes, ".gitignore": 0o664 })
  ) {
    const { mode: now } = Deno.statSync(join(env.project, path));
    assertEquals(now! & 0o777, mode, path);
  }
});

Deno.test({
  name: "files of another user are neither read nor written",
  // Only root can create it.
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  fn() {
    using env = TestEnv.repository();
    const run = (...args: string[]) => {
      const [program, ...all] = unprivileged([binary(), ...args]);
      return env.run(program!, all);
    };
    const own = (path: string, uid: number) => {
      const { status } = env.run("chown", ["-R", `${uid}`, path]);
      assertEquals(status, 0);
    };
    own(env.root, 65534);
    assertEquals(run("pause", "Mine", "--no-commit").status, 0);
    assertEquals(run("hooks", "eject", "pre-session").status, 0);
    own(join(env.project, ".claude-mpm/hooks/pre-session.sh"), 1);
    const listed = run("hooks", "list");
    assertStringIncludes(
      listed.stdout,
      "it is not a regular file that you own",
    );
    own(join(env.project, ".claude-mpm/sessions"), 1);
    for (const args of [["pause", "x"], ["resume"], ["saves", "list"]]) {
      const { status, stderr } = run(...args);
      assertEquals(status, 4, `${args.join(" ")}: ${stderr}`);
      assertStringIncludes(stderr, "belongs to another user");
    }
  },
});
