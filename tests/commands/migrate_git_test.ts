import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { MigrateReport, RollbackReport } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { mixedStore, PAUSE, PLAIN, putOld } from "../helpers/old_stores.ts";
import { SESSIONS } from "../helpers/stores.ts";

/** A repository with a committed save in the old folder, as claude-mpm left it. */
function committedStore(): TestEnv {
  const env = TestEnv.repository();
  env.write(".claude-mpm/.gitignore", "logs/\n*.log\n*.pyc\n__pycache__/\n");
  putOld(env, PLAIN);
  env.git("add", "-A");
  env.git("commit", "-qm", "session: pause");
  return env;
}

function status(env: TestEnv): string[] {
  return env.git("status", "--porcelain", "-uall").split("\n")
    .filter((line) => line !== "");
}

/** Runs the commands an answer names, as a person would, in a subfolder. */
function follow(env: TestEnv, commands: readonly string[]): void {
  env.write("sub/file", "");
  for (const command of commands) {
    const { status, stderr } = env.run("sh", ["-c", command], {
      cwd: join(env.project, "sub"),
    });
    assertEquals([status, stderr], [0, ""]);
  }
  env.remove("sub/file");
}

/** The files that the commands leave out: the rules of the folder itself. */
const OTHERS = "':(top,exclude,glob)**/.gitignore'";

for (const rules of ["claude-mpm's", "mpm's"]) {
  Deno.test(`migrate prints the commands that commit the move, under ${rules} rules`, async () => {
    using env = committedStore();
    if (rules === "mpm's") {
      env.git("rm", "-q", ".claude-mpm/.gitignore");
      env.git("commit", "-qm", "No rules");
    }
    const before = await mpm(env, ["migrate", "--dry-run"]);
    assertStringIncludes(before.stdout, "Git tracks 4 files of these");
    const result = await mpmJson<MigrateReport>(env, ["migrate"]);
    const expected = [
      `git add -f :/.claude-mpm/sessions ${OTHERS}`,
      'git commit -m "Move the saved sessions" :/.claude-mpm/sessions ' +
      OTHERS,
    ];
    assertEquals([result.tracked, result.commands], [4, expected]);
    assertEquals(
      status(env).filter((line) => line.startsWith(" D")).length,
      4,
    );
    env.write("mine", "staged by me\n");
    env.git("add", "mine");
    follow(env, result.commands);
    assertEquals(
      status(env).filter((line) => !/\.lock|state\/|journal/.test(line)),
      ["A  mine"],
    );
    assertEquals(env.git("ls-files", "--", PAUSE), "");
    // Now git sees the rollback.
    const args = ["migrate", "--rollback"];
    const back = await mpmJson<RollbackReport>(env, args);
    assertEquals([back.tracked, back.commands], [4, expected]);
    follow(env, back.commands);
    assertEquals(
      env.git("ls-files", "--", SESSIONS).trim().split("\n").length,
      4,
    );
  });
}

Deno.test("a rollback of an uncommitted migration leaves git unchanged", async () => {
  using env = committedStore();
  await mpmJson(env, ["migrate"]);
  const { commands, tracked } = await mpmJson<RollbackReport>(env, [
    "migrate",
    "--rollback",
  ]);
  assertEquals([tracked, commands], [0, []]);
  assertEquals(
    status(env).filter((line) => !/\.lock|state\/|journal/.test(line)),
    [],
  );
});

Deno.test("migrate names the repository where it runs in a linked worktree", async () => {
  using env = committedStore();
  const tree = join(env.root, "it's a tree");
  env.git("worktree", "add", "-q", "-b", "tree", tree);
  const { commands } = await mpmJson<MigrateReport>(
    env,
    ["migrate", "--dry-run"],
    { cwd: tree },
  );
  assertEquals(
    commands[0],
    `git -C '${env.project}' add -f :/.claude-mpm/sessions ${OTHERS}`,
  );
});

Deno.test("a migrated save gets a copy in the log, which a rollback removes", async () => {
  using env = committedStore();
  await mpmJson(env, ["migrate"]);
  const last = () =>
    env.git("log", "-1", "--format=%s%n%b", "--glob=refs/mpm/saves");
  assertStringIncludes(last(), `session: pause at`);
  assertStringIncludes(last(), `Session ID: ${PLAIN}`);
  await mpmJson(env, ["migrate", "--rollback"]);
  assertEquals(last(), `session: remove\nSession ID: ${PLAIN}\n`.trimEnd());
});

/** Files below `.claude-mpm` that have a second name. */
function shared(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return shared(path);
    return Deno.lstatSync(path).nlink === 1 ? [] : [name];
  });
}

Deno.test("no file of a backup is shared with a live one, after a migration and any rollback", async () => {
  using env = mixedStore();
  const noon = Date.parse("2026-11-20T12:00:00Z");
  const home = join(env.project, ".claude-mpm");
  const lines = [
    ["migrate"],
    ["migrate", "--rollback"],
    ["migrate"],
    ["migrate", "--rollback", "pause_backup_20261120-120000"],
    ["migrate", "--rollback", "pause_backup_20261120-120003"],
  ];
  for (const [at, line] of lines.entries()) {
    await mpmJson(env, line, { now: () => new Date(noon + 1000 * at) });
    assertEquals(shared(home), [], line.join(" "));
  }
  // A write in place reaches no backup, so each can still be restored.
  for (const { name } of Deno.readDirSync(join(env.project, SESSIONS))) {
    const path = `${SESSIONS}/${name}`;
    if (name.endsWith(".md")) env.write(path, `${env.read(path)}edited\n`);
  }
  for (const [at, backup] of ["120000", "120002"].entries()) {
    await mpmJson(
      env,
      ["migrate", "--rollback", `pause_backup_20261120-${backup}`],
      { now: () => new Date(noon + 60_000 * (at + 1)) },
    );
  }
});
