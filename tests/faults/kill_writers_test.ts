import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { UndoListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { killAgain, killsOf, type Victim } from "../helpers/kills.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest, soakTest } from "../helpers/posix.ts";
import { formatText, SESSIONS } from "../helpers/stores.ts";

const CONTEXT = ".claude/context.md";
const CONFIG = ".claude-mpm/config.toml";
const SCRIPTS = ".claude-mpm/hooks";
const ACTIVE = `${SESSIONS}/ACTIVE-PAUSE.jsonl`;

const RECORD = formatText(
  `claude-mpm/v6.5.83-incremental/${SESSIONS}/session-20261120-230847-incremental.jsonl`,
).trimEnd().split("\n").slice(0, -1).join("\n");

/** Names of the plain files in a folder of the project. */
function names(env: TestEnv, folder: string): string[] {
  if (!env.exists(folder)) return [];
  return [...Deno.readDirSync(join(env.project, folder))]
    .filter(({ isFile }) => isFile).map(({ name }) => name);
}

async function paused(): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, ["pause", "--no-commit", "Earlier"]);
  return env;
}

/** Checks that no operation is undone by two valid undos. */
async function checkUnique(env: TestEnv, where: string): Promise<void> {
  const { operations } = await mpmJson<UndoListResult>(env, [
    ...["log", "-n", "1000"],
  ]);
  const undone = operations.flatMap(({ undoes }) => undoes ?? []);
  assertEquals(undone.length, new Set(undone).size, where);
}

const LOGGED = "next, and its line in the log,";

const VICTIMS: readonly Victim[] = [
  {
    name: LOGGED,
    prepare: () => TestEnv.repository(),
    next: (_, round) => ["next", `Step ${round}`],
    async check(env, where) {
      const { operations } = await mpmJson<UndoListResult>(env, [
        ...["log", "-n", "all"],
      ]);
      const items = names(env, ".claude-mpm/state/items")
        .filter((name) => /^\w.*\.json$/.test(name));
      const added = operations.filter(({ operation, own, before }) => {
        const [[path] = []] = Object.entries(before.files ?? {});
        return operation === "next" && own && path?.includes("/items/");
      });
      assertEquals(added.length, items.length, where);
    },
  },
  {
    name: "start and complete",
    prepare: () => TestEnv.repository(),
    next: (_, round) => round % 2 === 0 ? ["start", `s${round}`] : ["complete"],
    async check(env, where) {
      assertEquals((await mpm(env, ["stack"])).status, 0, where);
      for (const name of names(env, ".claude-mpm/state/work")) {
        if (name.startsWith(".")) continue;
        JSON.parse(env.read(`.claude-mpm/state/work/${name}`));
      }
    },
  },
  {
    name: "template new",
    prepare: () => TestEnv.repository(),
    next: (_, round) => ["template", "new", `t${round}`],
    async check(env, where) {
      for (const name of names(env, ".claude-mpm/templates")) {
        if (name.startsWith(".")) continue;
        const { status } = await mpm(env, [
          ...["template", "show", name.replace(".md", "")],
        ]);
        assertEquals(status, 0, `${where}: ${name}`);
      }
    },
  },
  {
    name: "init --ignore",
    prepare: () => TestEnv.repository(),
    next(env, round) {
      if (round % 2 === 0) env.write(".gitignore", "dist\n");
      return ["init", "--ignore"];
    },
    check(env, where) {
      const text = env.read(".gitignore");
      assert(["dist\n", "dist\n/.claude-mpm/\n"].includes(text), where);
    },
  },
  {
    name: "context update",
    prepare: () => TestEnv.repository(),
    next(env, round) {
      if (round % 2 === 0) env.write(CONTEXT, "# Mine\n");
      env.write("file", `${round}\n`);
      return ["context", "update"];
    },
    async check(env, where) {
      assert(env.read(CONTEXT).startsWith("# Mine\n"), where);
      await mpmJson(env, ["context", "update"]);
      const whole = env.read(CONTEXT);
      assertEquals(whole.match(/<!-- mpm: written by/g)?.length ?? 1, 1, where);
    },
  },
  {
    name: "hooks eject",
    prepare: () => TestEnv.repository(),
    next(env, round) {
      if (round % 2 === 0 && env.exists(SCRIPTS)) env.remove(SCRIPTS);
      return ["hooks", "eject"];
    },
    check(env, where) {
      for (const name of names(env, SCRIPTS)) {
        if (name.startsWith(".")) continue;
        const shipped = new URL(`../../hooks/${name}`, import.meta.url);
        const text = Deno.readTextFileSync(shipped);
        assertEquals(env.read(`${SCRIPTS}/${name}`), text, where);
      }
    },
  },
  {
    name: "sessions verify --repair",
    prepare: paused,
    next(env) {
      for (const name of names(env, SESSIONS)) {
        if (/\.(yaml|md)$/.test(name)) env.remove(`${SESSIONS}/${name}`);
      }
      return ["saves", "verify", "--repair"];
    },
  },
  {
    name: "saves recover",
    prepare: paused,
    next(env) {
      if (!env.exists(ACTIVE)) {
        for (const folder of [SESSIONS, ".claude-mpm/kept"]) {
          for (const name of names(env, folder)) {
            if (name.includes("20261120-")) env.remove(`${folder}/${name}`);
          }
        }
        env.write(ACTIVE, RECORD);
      }
      return ["saves", "recover", "--finalize"];
    },
    check(env, where) {
      const saved = names(env, SESSIONS)
        .some((name) => /^session-20261120-\d+\.json$/.test(name));
      assert(saved || env.read(ACTIVE) === RECORD, where);
    },
  },
  {
    name: "config set and undo",
    prepare() {
      const env = TestEnv.repository();
      env.write(CONFIG, "# mine\n");
      return env;
    },
    next: (_, round) =>
      round % 2 === 0
        ? ["config", "set", "commit", "false", "--scope", "project"]
        : ["undo"],
    async check(env, where) {
      const text = env.read(CONFIG);
      assert(["# mine\n", "# mine\ncommit = false\n"].includes(text), where);
      await checkUnique(env, where);
    },
  },
  {
    name: "checkpoint rm and undo",
    async prepare() {
      const env = TestEnv.repository();
      for (const name of ["one", "two"]) {
        env.write("file", name);
        await mpmJson(env, ["checkpoint", "save", name]);
      }
      return env;
    },
    next: (env) =>
      env.git("for-each-ref", "refs/mpm/checkpoints").split("\n").length === 2
        ? ["checkpoint", "rm", "one", "two"]
        : ["undo"],
    check(env, where) {
      const refs = env.git("for-each-ref", "--format=%(refname)", "refs/mpm");
      for (const name of ["one", "two"]) {
        assertEquals(refs.split(`/${name}`).length, 2, `${where}: ${refs}`);
      }
    },
  },
];

/** Those that `deno task test` also kills a few times. */
const ALWAYS = [LOGGED, "config set and undo"];

for (const victim of VICTIMS) {
  const test = ALWAYS.includes(victim.name) ? posixTest : soakTest;
  test(
    `${victim.name} killed at any moment leaves the old state or the new`,
    () => killAgain(victim, killsOf(200, 2)),
  );
}
