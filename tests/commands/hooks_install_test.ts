import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { FileError, type System } from "../../src/system/system.ts";
import type {
  HooksInstallReport,
  HooksUninstallReport,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { SHAPES } from "../helpers/settings_shapes.ts";

const LOCAL = ".claude/settings.local.json";
const INSTALL = ["hooks", "install"];
const UNINSTALL = ["hooks", "uninstall"];

function bytesOf(env: TestEnv, path = LOCAL): Uint8Array {
  return Deno.readFileSync(join(env.project, path));
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.every((byte, at) => byte === other[at]);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Names and contents of everything that is in the project's own folders. */
function treeOf(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (name === ".git") return [];
    return isDirectory
      ? [`${path}/`, ...treeOf(path)]
      : [`${path} ${Deno.readTextFileSync(path)}`];
  }).sort();
}

for (const [name, { text, refused, warned, left }] of Object.entries(SHAPES)) {
  Deno.test(`hooks install, then uninstall: ${name}`, async () => {
    using env = new TestEnv();
    env.write(LOCAL, text);
    const before = bytesOf(env);
    if (refused !== undefined) {
      const { status, stderr } = await mpm(env, INSTALL);
      assert(status === 4 || status === 5, stderr);
      assertStringIncludes(stderr, refused);
      assertEquals(bytesOf(env), before);
      assertEquals(treeOf(join(env.project, ".claude")).length, 1);
      return;
    }
    const { warnings, created } = await mpmJson<HooksInstallReport>(
      env,
      INSTALL,
    );
    assertEquals(created, false);
    assertStringIncludes(warnings.join("\n"), warned ?? "");
    if (warned === undefined) assertEquals(warnings, []);
    const installed = bytesOf(env);
    const value = JSON.parse(
      new TextDecoder().decode(installed),
    );
    assertEquals(
      value.hooks.SessionEnd.at(-1).hooks[0].command,
      join(env.root, "bin", "mpm"),
    );
    const again = await mpmJson<HooksInstallReport>(env, INSTALL);
    assertEquals([again.diff, again.backup], ["", null]);
    assert(sameBytes(bytesOf(env), installed), "a second installation");
    const { restored } = await mpmJson<HooksUninstallReport>(env, UNINSTALL);
    const expected = left === undefined ? before : encode(left);
    assert(
      sameBytes(bytesOf(env), expected),
      `${name}: ${bytesOf(env).length}`,
    );
    assertEquals(restored, true);
    assertEquals(treeOf(join(env.project, ".claude")).length, 1);
  });
}

Deno.test("hooks install creates missing settings, and uninstall removes them", async () => {
  for (const scope of ["local", "project", "user"]) {
    using env = TestEnv.repository();
    const before = treeOf(env.root);
    const args = ["--scope", scope, "--skills", "--statusline"];
    const { path, created, skills } = await mpmJson<HooksInstallReport>(
      env,
      [...INSTALL, ...args],
    );
    assertEquals([created, skills.length], [true, 8]);
    const value = JSON.parse(Deno.readTextFileSync(path));
    const binary = join(env.root, "bin", "mpm");
    const mark = "--installed-by=mpm/0.1.0";
    // Copilot CLI runs the project's hooks in a shell, and treats a failed one
    // as a refusal.
    const started = scope === "project"
      ? {
        command: `[ ! -x ${binary} ] || ${binary} hook PreToolUse ` +
          `--client=claude ${mark} || exit 0`,
      }
      : { command: binary, args: ["hook", "PreToolUse", mark] };
    assertEquals(value.hooks.PreToolUse, [{
      matcher:
        "^(Agent|Task|Workflow|Edit|Write|MultiEdit|NotebookEdit|mcp__.*(write|edit|create|append|insert|replace|patch|move|rename|delete).*)$",
      hooks: [{
        type: "command",
        ...started,
        timeout: 10,
      }],
    }]);
    assertEquals(value.statusLine.type, "command");
    const result = await mpmJson<HooksUninstallReport>(
      env,
      [...UNINSTALL, "--scope", scope],
    );
    assertEquals([result.removed, result.skills.length], [true, 8]);
    const state = join(env.home, ".local");
    const left = treeOf(env.root).filter((path) => !path.startsWith(state));
    assertEquals(left, before, scope);
  }
});

Deno.test("hooks uninstall removes only mpm's entries if others changed the file", async () => {
  using env = new TestEnv();
  env.write(LOCAL, '{\n  "a": 1,\n  "hooks": {\n    "Stop": []\n  }\n}\n');
  await mpm(env, INSTALL);
  env.write(LOCAL, env.read(LOCAL).replace('"a": 1', '"a": 2, "b": []'));
  const result = await mpmJson<HooksUninstallReport>(env, UNINSTALL);
  assertEquals(result.restored, false);
  assertEquals(
    env.read(LOCAL),
    '{\n  "a": 2, "b": [],\n  "hooks": {\n    "Stop": []\n  }\n}\n',
  );
  assertEquals(
    (await mpm(env, UNINSTALL)).stdout,
    "No mpm hooks in $ROOT/project/.claude/settings.local.json\n",
  );
});

Deno.test("hooks uninstall restores the state before the first installation, even after an upgrade", async () => {
  using env = new TestEnv();
  const before = '{ "hooks" : { } , "x" : [ ] }';
  env.write(LOCAL, before);
  await mpm(env, INSTALL);
  const other = join(env.root, "mpm-2");
  Deno.writeTextFileSync(other, "#!/bin/sh\n", { mode: 0o755 });
  const { changes, backup } = await mpmJson<HooksInstallReport>(
    env,
    [...INSTALL, "--binary", other],
  );
  assert(changes.every(({ action }) => action === "replaced"));
  assertStringIncludes(Deno.readTextFileSync(backup!), "/bin/mpm");
  assertStringIncludes(env.read(LOCAL), other);
  await mpm(env, UNINSTALL);
  assertEquals(env.read(LOCAL), before);
});

Deno.test("hooks install finds its entries without its record", async () => {
  using env = new TestEnv();
  const before = '{\n  "a": 1\n}\n';
  env.write(LOCAL, before);
  await mpm(env, INSTALL);
  const installed = env.read(LOCAL);
  Deno.removeSync(join(env.home, ".local"), { recursive: true });
  await mpm(env, INSTALL);
  assertEquals(env.read(LOCAL), installed);
  await mpm(env, UNINSTALL);
  assertEquals(env.read(LOCAL), before);
});

/** Applies a printed diff to the file, with git. */
function patched(env: TestEnv, diff: string): Uint8Array {
  const [from, to, ...rest] = diff.replaceAll("$ROOT", env.root).split("\n");
  const path = join(env.project, LOCAL);
  assertEquals([from, to], [`--- ${path}`, `+++ ${path}`]);
  const patch = [`--- a/${LOCAL}`, `+++ b/${LOCAL}`, ...rest].join("\n");
  env.write("../change.diff", patch);
  env.git("apply", "-p1", "../change.diff");
  return bytesOf(env);
}

Deno.test("hooks install and uninstall --dry-run print a valid patch, and write nothing", async () => {
  const kinds = [
    "only other hooks",
    "tabs",
    "CRLF",
    "a byte order mark",
    "no final newline",
    "many final newlines",
    "one line",
    "duplicate keys",
  ];
  for (const kind of kinds) {
    using env = TestEnv.repository();
    env.write(LOCAL, SHAPES[kind]!.text);
    const before = bytesOf(env);
    const tree = treeOf(env.root);
    const dry = await mpm(env, [...INSTALL, "--dry-run"]);
    assertEquals(treeOf(env.root), tree);
    const promised = patched(env, dry.stdout);
    Deno.writeFileSync(join(env.project, LOCAL), before);
    await mpm(env, INSTALL);
    assert(sameBytes(bytesOf(env), promised), kind);
    const undo = await mpm(env, [...UNINSTALL, "--dry-run"]);
    assert(sameBytes(patched(env, undo.stdout), before), kind);
  }
});

Deno.test("hooks install and uninstall --dry-run show the skills, too", async () => {
  using env = new TestEnv();
  const args = [...INSTALL, "--skills"];
  const dry = await mpm(env, [...args, "--dry-run"]);
  assertStringIncludes(
    dry.stdout,
    "\nSkills that would be added: /mpm-pause, ",
  );
  await mpm(env, args);
  const undo = await mpm(env, [...UNINSTALL, "--dry-run"]);
  assertStringIncludes(
    undo.stdout,
    "\nSkills that would be removed: /mpm-pause, ",
  );
});

Deno.test("hooks install finds its status line whatever the binary's path", async () => {
  for (const folder of ["it's a", "it's", "a b", "'", "$HOME", "é\\n#;"]) {
    using env = new TestEnv();
    const program = join(env.root, folder, "mpm");
    Deno.mkdirSync(join(env.root, folder));
    Deno.writeTextFileSync(program, "", { mode: 0o755 });
    const args = [...INSTALL, "--statusline", "--binary", program];
    await mpmJson(env, args);
    const { diff, changes } = await mpmJson<HooksInstallReport>(env, args);
    assertEquals([diff, changes.at(-1)], ["", {
      action: "kept",
      at: "statusLine",
    }]);
    const wrap = (system: System) => ({ ...system, program: () => program });
    const status = await mpm(env, ["hooks", "status"], { wrap });
    assertEquals([status.status, status.stderr], [0, ""], status.stdout);
    // Someone edits the file, so that mpm has to find its own entries.
    env.write(LOCAL, env.read(LOCAL).replace("{", '{"theirs": 1,'));
    await mpm(env, UNINSTALL);
    assertEquals(JSON.parse(env.read(LOCAL)), { theirs: 1 });
  }
});

Deno.test("hooks install refuses a path that Claude Code would change", async () => {
  using env = new TestEnv();
  const folder = join(env.root, "${CLAUDE_PROJECT_DIR}");
  Deno.mkdirSync(folder);
  const program = join(folder, "mpm");
  Deno.writeTextFileSync(program, "", { mode: 0o755 });
  const { status, stderr } = await mpm(
    env,
    [...INSTALL, "--binary", program],
  );
  assertEquals(status, 4);
  assertStringIncludes(stderr, "as a variable");
  assert(!env.exists(LOCAL));
});

posixTest("hooks install keeps the mode of the file", async () => {
  for (const mode of [0o600, 0o644, 0o664]) {
    using env = new TestEnv();
    env.write(LOCAL, "{}\n");
    const path = join(env.project, LOCAL);
    Deno.chmodSync(path, mode);
    await mpm(env, INSTALL);
    assertEquals(Deno.statSync(path).mode! & 0o777, mode);
    await mpm(env, UNINSTALL);
    assertEquals(Deno.statSync(path).mode! & 0o777, mode);
  }
});

const IN_THE_WAY: Record<
  string,
  [(env: TestEnv, path: string) => void, string]
> = {
  "a link": [(env, path) => {
    const target = join(env.root, "dotfiles.json");
    Deno.writeTextFileSync(target, "{}");
    Deno.symlinkSync(target, path);
  }, "is a symbolic link to"],
  "a link to nothing": [
    (_, path) => Deno.symlinkSync("/nowhere/x.json", path),
    "is a symbolic link to",
  ],
  "a folder": [(_, path) => Deno.mkdirSync(path), "it is a folder"],
  "a read-only file": [(_, path) => {
    Deno.writeTextFileSync(path, "{}", { mode: 0o444 });
  }, "is read-only"],
  "a file of two names": [(env, path) => {
    Deno.writeTextFileSync(path, "{}");
    Deno.linkSync(path, join(env.root, "other"));
  }, "has 2 names"],
  "a file that is not text": [(_, path) => {
    Deno.writeFileSync(path, new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]));
  }, "is not UTF-8 text"],
  "a FIFO": [(_, path) => {
    new Deno.Command("mkfifo", { args: [path] }).outputSync();
  }, "not a regular file"],
};

for (const [name, [make, message]] of Object.entries(IN_THE_WAY)) {
  posixTest(
    `hooks install refuses ${name} and does not change it`,
    async () => {
      using env = new TestEnv();
      const path = join(env.project, LOCAL);
      Deno.mkdirSync(join(env.project, ".claude"));
      make(env, path);
      const before = Deno.lstatSync(path);
      const { status, stderr } = await mpm(env, INSTALL);
      assert(status >= 4 && status <= 6, stderr);
      assertStringIncludes(stderr, message);
      const after = Deno.lstatSync(path);
      assertEquals([after.ino, after.mtime, after.mode], [
        before.ino,
        before.mtime,
        before.mode,
      ]);
    },
  );
}

posixTest(
  "hooks install refuses a .claude that is a link, but not your own home's",
  async () => {
    using env = new TestEnv();
    const elsewhere = join(env.root, "elsewhere");
    Deno.mkdirSync(elsewhere);
    Deno.symlinkSync(elsewhere, join(env.project, ".claude"));
    Deno.symlinkSync(elsewhere, join(env.home, ".claude"));
    const { status, stderr } = await mpm(env, INSTALL);
    assertEquals(status, 4);
    assertStringIncludes(stderr, "is a symbolic link to");
    assertEquals([...Deno.readDirSync(elsewhere)], []);
    await mpmJson(env, [...INSTALL, "--scope", "user"]);
    assertStringIncludes(
      Deno.readTextFileSync(join(elsewhere, "settings.json")),
      '"hook"',
    );
  },
);

Deno.test("hooks install in a folder that refuses writes changes nothing", async () => {
  using env = new TestEnv();
  env.write(LOCAL, "{}");
  const before = treeOf(env.project);
  const { status, stderr } = await mpm(env, INSTALL, {
    wrap: (system) => ({
      ...system,
      files: {
        ...system.files,
        create(path, bytes, options) {
          if (path.startsWith(env.project)) {
            throw new FileError("denied", "write", path);
          }
          system.files.create(path, bytes, options);
        },
      },
    }),
  });
  assertEquals(status, 6);
  assertStringIncludes(stderr, "permission denied");
  assertEquals(treeOf(env.project), before);
});

Deno.test("hooks install reports when someone changes the file at the same time", async () => {
  using env = new TestEnv();
  env.write(LOCAL, "{}");
  let changed = false;
  const { status, stderr } = await mpm(env, INSTALL, {
    wrap: (system) => ({
      ...system,
      files: {
        ...system.files,
        create(path, bytes, options) {
          system.files.create(path, bytes, options);
          if (!changed) env.write(LOCAL, '{"theirs":1}');
          changed = true;
        },
      },
    }),
  });
  assertEquals(status, 4);
  assertStringIncludes(stderr, "was changed by another program just now");
  assertEquals(env.read(LOCAL), '{"theirs":1}');
});

Deno.test("hooks install works in a worktree and a subfolder on the main worktree's local settings", async () => {
  using env = TestEnv.repository();
  env.git("worktree", "add", "-q", "../tree");
  const cwd = join(env.root, "tree");
  const local = await mpmJson<HooksInstallReport>(env, INSTALL, { cwd });
  assertEquals(local.path, join(env.project, LOCAL));
  assertEquals(local.excluded, ["/.claude/settings.local.json"]);
  assertEquals(env.git("status", "--porcelain"), "");
  env.write("sub/x", "");
  const project = await mpmJson<HooksInstallReport>(
    env,
    [...INSTALL, "--scope", "project"],
    { cwd: join(env.project, "sub") },
  );
  assertEquals(project.path, join(env.project, ".claude/settings.json"));
  assertStringIncludes(project.warnings.join(), "belongs to the project");
});

Deno.test("files of hooks install are not uncommitted work until they are edited", async () => {
  using env = TestEnv.repository();
  const exclude = ".git/info/exclude";
  const before = "*.log";
  env.write(exclude, before);
  env.git("worktree", "add", "-q", "../tree");
  const dry = await mpm(env, [...INSTALL, "--skills", "--dry-run"]);
  assertStringIncludes(dry.stdout, "Git would ignore these files");
  assertEquals(env.read(exclude), before);
  await mpmJson(env, INSTALL);
  const { excluded } = await mpmJson<HooksInstallReport>(env, [
    ...INSTALL,
    "--skills",
  ]);
  assertEquals(excluded.length, 8);
  const save = () => mpmJson(env, ["pause", "--no-commit"]);
  await save();
  const quiet = await mpm(env, ["resume"]);
  assertStringIncludes(quiet.stdout, "No uncommitted changes");
  assertEquals(env.git("status", "--porcelain"), "");
  // One that now belongs to the user, and one that git tracks.
  env.write(".claude/skills/mine/SKILL.md", "mine\n");
  env.git("add", "-f", ".claude/skills/mpm-pause/SKILL.md");
  assertEquals(
    env.git("status", "--porcelain", "-uall"),
    "A  .claude/skills/mpm-pause/SKILL.md\n?? .claude/skills/mine/SKILL.md",
  );
  env.git("reset", "-q");
  await mpmJson(env, UNINSTALL);
  assertEquals(env.read(exclude), before);
  await mpmJson(env, [...INSTALL, "--skills"]);
  assertEquals((await mpm(env, ["undo"])).status, 0);
  assertEquals(env.read(exclude), before);
  const shared = await mpmJson<HooksInstallReport>(env, [
    ...INSTALL,
    "--scope",
    "project",
  ]);
  assertEquals(shared.excluded, []);
});

posixTest(
  "hooks install reports if git cannot be made to ignore its files",
  async () => {
    using env = TestEnv.repository();
    env.remove(".git/info/exclude");
    Deno.symlinkSync("/dev/null", join(env.project, ".git/info/exclude"));
    const { excluded, warnings } = await mpmJson<HooksInstallReport>(
      env,
      INSTALL,
    );
    assertEquals(excluded, []);
    assertStringIncludes(warnings.join(), "Git does not ignore");
  },
);

Deno.test("hooks install reports where Claude Code will read its settings", async () => {
  using env = TestEnv.repository();
  env.git("clone", "-q", "--bare", ".", "../bare.git");
  env.gitIn(join(env.root, "bare.git"), "worktree", "add", "-q", "../tree");
  const cwd = join(env.root, "tree");
  const bare = await mpmJson<HooksInstallReport>(env, INSTALL, { cwd });
  assertEquals(bare.path, join(cwd, LOCAL));
  assertStringIncludes(bare.warnings.join(), "only in this worktree");
  const plain = join(env.root, "plain");
  for (const folder of [".claude-mpm", "sub"]) {
    Deno.mkdirSync(join(plain, folder), { recursive: true });
  }
  const above = await mpmJson<HooksInstallReport>(env, INSTALL, {
    cwd: join(plain, "sub"),
  });
  assertEquals(above.warnings, [
    `Claude Code reads this file only in sessions that start in "${plain}"`,
  ]);
  const there = await mpmJson<HooksInstallReport>(env, INSTALL, { cwd: plain });
  assertEquals(there.warnings, []);
});

posixTest("hooks uninstall leaves skills behind links alone", async () => {
  using env = new TestEnv();
  const shared = join(env.root, "shared");
  const skills = join(env.project, ".claude/skills");
  // The user's own folder, where mpm wrote nothing.
  Deno.mkdirSync(shared);
  Deno.mkdirSync(join(env.project, ".claude"));
  Deno.symlinkSync(shared, skills);
  await mpmJson(env, INSTALL);
  assertEquals((await mpm(env, [...INSTALL, "--skills"])).status, 4);
  const first = await mpmJson<HooksUninstallReport>(env, UNINSTALL);
  assertEquals([first.removed, first.skills], [true, []]);
  // One that mpm wrote and that the user then moved elsewhere.
  Deno.removeSync(skills);
  await mpmJson(env, [...INSTALL, "--skills"]);
  Deno.renameSync(skills, join(shared, "skills"));
  Deno.symlinkSync(join(shared, "skills"), skills);
  await mpmJson(env, [...INSTALL, "--statusline"]);
  const second = await mpmJson<HooksUninstallReport>(env, UNINSTALL);
  assertEquals(second.skills.map(({ action }) => action), [
    ...Array(8).fill("foreign"),
  ]);
  assertEquals([...Deno.readDirSync(join(shared, "skills"))].length, 8);
});

Deno.test("hooks install keeps a skill that someone edited, and upgrades one it wrote", async () => {
  using env = new TestEnv();
  const skill = (name: string) => `.claude/skills/${name}/SKILL.md`;
  env.write(skill("mpm-branch"), "theirs\n");
  await mpm(env, [...INSTALL, "--skills"]);
  env.write(skill("mpm-pause"), "edited\n");
  const again = await mpmJson<HooksInstallReport>(env, INSTALL);
  assertEquals(
    again.skills.map(({ name, action }) => [name, action]),
    [
      ["mpm-pause", "foreign"],
      ["mpm-resume", "kept"],
      ["mpm-checkpoint", "kept"],
      ["mpm-return", "kept"],
      ["mpm-init", "kept"],
      ["mpm-session-pause", "kept"],
      ["mpm-session-resume", "kept"],
    ],
  );
  const gone = await mpmJson<HooksUninstallReport>(env, UNINSTALL);
  assertEquals(
    gone.skills.map(({ name, action }) => [name, action]),
    [
      ["mpm-pause", "foreign"],
      ["mpm-resume", "removed"],
      ["mpm-checkpoint", "removed"],
      ["mpm-return", "removed"],
      ["mpm-init", "removed"],
      ["mpm-session-pause", "removed"],
      ["mpm-session-resume", "removed"],
    ],
  );
  assertEquals(env.read(skill("mpm-pause")), "edited\n");
  assertEquals(env.read(skill("mpm-branch")), "theirs\n");
  assert(!env.exists(".claude/skills/mpm-resume"));
});

Deno.test("hooks install brings the skills of a newer mpm where there were some", async () => {
  using env = new TestEnv();
  const skill = (name: string) => `.claude/skills/${name}/SKILL.md`;
  await mpm(env, [...INSTALL, "--skills"]);
  // As if an older mpm had known no mpm-init.
  const folder = join(env.home, ".local/state/mpm/settings");
  const [{ name }] = [...Deno.readDirSync(folder)] as [Deno.DirEntry];
  const path = join(folder, name, "record.json");
  const record = JSON.parse(Deno.readTextFileSync(path));
  delete record.files[join(env.project, skill("mpm-init"))];
  Deno.writeTextFileSync(path, JSON.stringify(record));
  for (const one of ["mpm-init", "mpm-pause"]) env.remove(skill(one));
  await mpm(env, INSTALL);
  assert(env.exists(skill("mpm-init")));
  // Someone removed it.
  assert(!env.exists(skill("mpm-pause")));
});

Deno.test("hooks install refuses to replace a status line and shows how to combine both", async () => {
  using env = new TestEnv();
  const { text } = SHAPES["someone's status line"]!;
  env.write(LOCAL, text);
  const { status, stderr } = await mpm(env, [...INSTALL, "--statusline"]);
  assertEquals(status, 4);
  assertStringIncludes(stderr, "already has a status line");
  assertStringIncludes(stderr, "/bin/mpm statusline");
  assertEquals(bytesOf(env), encode(text));
});

posixTest(
  "hooks install names the binary by its path on PATH, or the one given",
  async () => {
    using env = new TestEnv();
    Deno.mkdirSync(join(env.root, "bin"));
    Deno.mkdirSync(join(env.root, "links"));
    const program = join(env.root, "bin", "mpm");
    Deno.writeTextFileSync(program, "", { mode: 0o755 });
    Deno.symlinkSync(program, join(env.root, "links", "mpm"));
    env.extra.PATH = `${join(env.root, "links")}:${Deno.env.get("PATH")}`;
    const { binary } = await mpmJson<HooksInstallReport>(env, INSTALL);
    assertEquals(binary, join(env.root, "links", "mpm"));
    const denied = await mpmJson<HooksInstallReport>(env, INSTALL, {
      wrap: (system) => ({
        ...system,
        files: {
          ...system.files,
          stat(path) {
            if (path !== join(env.root, "links", "mpm")) {
              return system.files.stat(path);
            }
            throw new FileError("denied", "look at", path);
          },
        },
      }),
    });
    assertEquals(denied.binary, program);
    const missing = await mpm(env, [...INSTALL, "--binary", "no/such"]);
    assertEquals(missing.status, 3);
    const source = await mpm(env, INSTALL, {
      wrap: (system) => ({ ...system, program: () => undefined }),
    });
    assertEquals(source.status, 4);
    assertStringIncludes(source.stderr, "runs from source");
  },
);

Deno.test("hooks uninstall reports the scope of the hooks", async () => {
  using env = new TestEnv();
  await mpm(env, [...INSTALL, "--scope", "user"]);
  const { stdout } = await mpm(env, UNINSTALL);
  assertStringIncludes(stdout, "mpm hooks uninstall --scope user");
});
