import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import {
  featureUnderWay,
  stackLines,
  treeOf,
  type TreeState,
} from "../helpers/detours.ts";
import { isUnderWay } from "../helpers/intents.ts";
import { TestEnv } from "../helpers/env.ts";
import { killAgain, killsOf, type Victim } from "../helpers/kills.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { oldJson, PAUSE, put, putOld } from "../helpers/old_stores.ts";
import { posixTest } from "../helpers/posix.ts";
import { idAt, ownSave, putSave, SESSIONS } from "../helpers/stores.ts";

const LOCAL = ".claude/settings.local.json";
const FOREIGN = '{ "permissions" : { "allow": [] } }';

function saves(env: TestEnv): string[] {
  return [...Deno.readDirSync(join(env.project, SESSIONS))]
    .map(({ name }) => name)
    .filter((name) => /^session-[\d-]+\.json$/.test(name)).sort();
}

function withSaves(count: number): TestEnv {
  const env = TestEnv.repository();
  for (let at = 0; at < count; at++) putSave(env, ownSave(idAt(at)));
  return env;
}

/** A repository with two versions of a file, each in a checkpoint. */
async function twoStates(): Promise<TestEnv> {
  const env = TestEnv.repository();
  for (const name of ["a", "b"]) {
    for (const file of ["one", "two"]) env.write(file, `${name}\n`);
    await mpmJson(env, ["checkpoint", "save", name]);
  }
  return env;
}

const FIX = "fix/login";

/** The state of the current work without a detour. */
let underWay: TreeState;

const VICTIMS: readonly Victim[] = [
  {
    name: "checkpoint save",
    prepare: () => TestEnv.repository(),
    next(env, round) {
      env.write("file", `${round}\n`);
      return ["checkpoint", "save", `n${round}`];
    },
    async check(env, where) {
      env.write("file", "last\n");
      const last = await mpm(env, ["checkpoint", "save", `x${Math.random()}`]);
      assertEquals(last.status, 0, `${where}: ${last.stderr}`);
      assertEquals((await mpm(env, ["checkpoint", "list"])).status, 0, where);
      env.git("fsck", "--connectivity-only");
    },
  },
  {
    name: "checkpoint restore",
    prepare: twoStates,
    next: (env) => {
      const other = env.read("one") === "a\n" ? "b" : "a";
      return ["checkpoint", "restore", other, "--yes"];
    },
    async check(env, where) {
      // The first command that reads finishes the interrupted operation.
      await mpmJson(env, ["checkpoint", "list"]);
      assertEquals(env.read("one"), env.read("two"), where);
    },
  },
  {
    name: "migrate and migrate --rollback",
    prepare() {
      const env = TestEnv.repository();
      for (let at = 0; at < 5; at++) putOld(env, idAt(60 * at));
      return env;
    },
    next(env) {
      if (env.exists(PAUSE)) return ["migrate"];
      // Each makes a backup: few are enough.
      const backups = join(env.project, ".claude-mpm/backups");
      return [...Deno.readDirSync(backups)].length > 40
        ? renewed(env)
        : ["migrate", "--rollback"];
    },
    async check(env, where) {
      const { sessions } = await mpmJson<{ sessions: unknown[] }>(env, [
        ...["saves", "list"],
      ]);
      assertEquals(sessions.length, 5, where);
    },
  },
  {
    name: "hooks install and uninstall",
    prepare() {
      const env = TestEnv.repository();
      env.write(LOCAL, FOREIGN);
      return env;
    },
    next: (env) =>
      env.read(LOCAL) === FOREIGN
        ? ["hooks", "install"]
        : ["hooks", "uninstall"],
    check(env, where) {
      const text = env.read(LOCAL);
      JSON.parse(text);
      assert(text === FOREIGN || text.includes('"SessionEnd"'), where);
    },
  },
  {
    name: "sessions rm and undo",
    prepare: () => withSaves(4),
    next: (env) => saves(env).length > 2 ? ["saves", "rm", "0"] : ["undo"],
    check: (env, where) => assert(saves(env).length >= 1, where),
  },
  {
    name: "sessions prune and import",
    prepare() {
      const env = withSaves(4);
      env.write("in.json", JSON.stringify(ownSave(idAt(9))));
      return env;
    },
    next: (env) =>
      saves(env).length > 3
        ? ["saves", "prune", "--keep", "3"]
        : ["saves", "import", "in.json"],
    check: (env, where) => assert(saves(env).length >= 3, where),
  },
  {
    name: "config set",
    prepare() {
      const env = TestEnv.repository();
      env.write(".claude-mpm/config.toml", "# mine\ncommit = false\n");
      return env;
    },
    next: (_, round) => [
      ...["config", "set", "commit", String(round % 2 === 0)],
      ...["--scope", "project"],
    ],
    check(env, where) {
      const text = env.read(".claude-mpm/config.toml");
      assert(/^# mine\ncommit = (true|false)\n$/.test(text), where);
    },
  },
  {
    name: "check",
    async prepare() {
      const env = TestEnv.repository();
      await mpmJson(env, [
        ...["start", "login", "--template", "bug-fix", "--var", "bug=#1"],
      ]);
      return env;
    },
    next: (_, round) => ["check", "1", ...round % 2 === 0 ? [] : ["--undo"]],
    async check(env, where) {
      const { session } = await mpmJson<{ session: { name: string } }>(env, [
        "status",
      ]);
      assertEquals(session.name, "login", where);
    },
  },
  {
    name: "branch and return",
    prepare() {
      const env = featureUnderWay();
      underWay = treeOf(env);
      return env;
    },
    next: (env) =>
      env.read(".git/HEAD").includes(`refs/heads/${FIX}`)
        ? ["return", "--no-changes"]
        : ["branch", "hotfix", "Fix", "--stash", "--git-branch", FIX],
    looks: 4,
    async check(env, where) {
      let lines = await stackLines(env);
      // A git that the dead process had started may still be running.
      for (let tries = 0; isUnderWay(env); tries++) {
        assert(tries < 50, `${where}: it is not settled`);
        lines = await stackLines(env);
      }
      if (lines.includes("  hotfix:active *")) {
        const { branch, status } = treeOf(env);
        assertEquals([branch, status], [`refs/heads/${FIX}`, []], where);
        const { status: ended, stderr } = await mpm(env, ["return"]);
        assertEquals(ended, 0, `${where}: ${stderr}`);
      }
      assertEquals(treeOf(env), underWay, where);
    },
  },
];

/** Restores the same store. */
function renewed(env: TestEnv): string[] {
  env.remove(".claude-mpm");
  for (let at = 0; at < 5; at++) {
    const id = idAt(60 * at);
    put(env, `${PAUSE}/${id}.json`, { text: oldJson(id) });
  }
  return ["migrate"];
}

for (const victim of VICTIMS) {
  posixTest(
    `${victim.name} killed at any moment loses nothing`,
    () => killAgain(victim, killsOf(200, 8)),
  );
}
