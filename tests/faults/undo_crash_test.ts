import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { UndoListResult, UndoResult } from "../../schemas/types.ts";
import { dieEverywhere, isOneOf } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { isUnderWay } from "../helpers/intents.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest, soakTest } from "../helpers/posix.ts";
import { sayPoints } from "../helpers/say.ts";
import { checkpointRefs, undoState } from "../helpers/undo_state.ts";
import { at } from "../helpers/works.ts";

const PAUSE = ["pause", "--no-commit", "Work"];

/** Commands that are run, then undone; each one command line. */
const CASES: Record<string, string[][]> = {
  "undo of pause": [PAUSE],
  "undo of sessions rm": [PAUSE, ["saves", "rm", "0"]],
  "undo of check": [
    ["start", "login", "--template", "bug-fix", "--var", "bug=#1"],
    ["check", "1"],
  ],
  "undo of hooks install": [["init"], ["hooks", "install"]],
  "undo of config set": [
    ["init"],
    ["config", "set", "commit", "false", "--scope", "project"],
    ["config", "set", "commit", "true", "--scope", "project"],
  ],
  "undo of checkpoint save": [["checkpoint", "save", "one"]],
  "undo of checkpoint rm": [
    ["checkpoint", "save", "one"],
    ["checkpoint", "rm", "one"],
  ],
};

function log(env: TestEnv): Promise<UndoListResult> {
  return mpmJson<UndoListResult>(env, ["log"]);
}

/** Returns the state after one read, which finishes interrupted work. */
async function settled(env: TestEnv) {
  await mpmJson(env, ["saves", "list"]);
  const state = undoState(env);
  const refs = checkpointRefs(env);
  const sorted = Object.entries({ ...state, refs }).sort();
  return JSON.stringify(sorted).replaceAll(env.root, "$ROOT");
}

async function afterLines(
  lines: readonly string[][],
  beforeLast?: (env: TestEnv) => Promise<void>,
): Promise<TestEnv> {
  const env = TestEnv.repository();
  for (const [minute, args] of lines.entries()) {
    if (minute === lines.length - 1) await beforeLast?.(env);
    await mpmJson(env, args, { now: at(minute) });
  }
  return env;
}

for (const [name, lines] of Object.entries(CASES)) {
  Deno.test(`${name} is done or not begun at every crash point`, async () => {
    let [before, after] = ["", ""];
    const points = await dieEverywhere(["undo"], {
      now: at(10),
      programs: "changing-git",
      async prepare() {
        const env = await afterLines(lines, async (env) => {
          before = await settled(env);
        });
        after = await settled(env);
        return env;
      },
      async check(env, where, finished) {
        const state = await settled(env);
        if (![before, after].includes(state)) {
          // The state is one of the two; the error shows the different lines.
          assertEquals(JSON.parse(state), JSON.parse(before), where);
        }
        if (finished) assertEquals(state, before);
        const { intact } = await mpmJson<{ intact: boolean }>(env, [
          ...["saves", "verify"],
        ]);
        assert(intact, where);
        const { operations: [newest] } = await log(env);
        if (newest!.undoes === null) {
          const isFiles = !name.includes("checkpoint");
          if (isFiles) assertEquals(state, after, where);
          await mpmJson(env, ["undo"], { now: at(11) });
        }
        assertEquals(await settled(env), before, where);
        const { operations: [undo] } = await log(env);
        await mpmJson(env, ["undo", String(undo!.number)], { now: at(12) });
        assertEquals(await settled(env), after, `${where}: done again`);
      },
    });
    sayPoints(name, points);
    assert(points.count > 2);
  });
}

/**
 * Command lines of which an undo that dies and is repeated undoes only the
 * last.
 */
const AGAIN: Record<string, readonly (string[] | ((env: TestEnv) => void))[]> =
  {
    "template new": [["template", "new", "a"], ["template", "new", "b"]],
    "checkpoint rm": [
      ["checkpoint", "save", "one"],
      (env) => env.write("more", "1\n"),
      ["checkpoint", "save", "two"],
      ["checkpoint", "rm", "one", "two"],
    ],
    "checkpoint restore": [
      ["template", "new", "a"],
      (env) => env.write("file", "1\n"),
      ["checkpoint", "save", "one"],
      (env) => env.write("file", "2\n"),
      ["checkpoint", "restore", "one", "--yes"],
    ],
    "hooks allow": [
      ["hooks", "eject", "pre-session"],
      (env) => env.write(".claude-mpm/hooks/pre-session.sh", "exit 0\n"),
      ["hooks", "allow"],
    ],
  };

for (const [name, lines] of Object.entries(AGAIN)) {
  // It has many crash points, each with a capture of the working tree.
  const test = name === "checkpoint restore" ? soakTest : Deno.test;
  test(`undo of ${name} that dies is finished by repeating it, which undoes nothing else`, async () => {
    let number = 0;
    await dieEverywhere(["undo"], {
      now: at(10),
      programs: "changing-git",
      async prepare() {
        const env = TestEnv.repository();
        for (const line of lines) {
          if (typeof line === "function") line(env);
          else await mpmJson(env, line);
        }
        number = (await log(env)).operations[0]!.number;
        return env;
      },
      async check(env, where, finished) {
        if (finished) return;
        const again = await mpmJson<UndoResult>(env, ["undo"], { now: at(11) });
        assertEquals(again.undone.number, number, where);
        const { operations } = await log(env);
        const undos = operations.filter(({ undoes }) => undoes !== null);
        assertEquals(undos.map(({ undoes }) => undoes), [number], where);
      },
    });
  });
}

Deno.test("undo of a committed pause can die at any point, and the next one finishes it", async () => {
  let start = "";
  const points = await dieEverywhere(["undo"], {
    now: at(10),
    programs: "changing-git",
    async prepare() {
      const env = await afterLines([["pause", "Work", "--commit"]]);
      start = env.git("rev-parse", "HEAD^");
      return env;
    },
    async check(env, where) {
      await mpm(env, ["undo"], { now: at(11) });
      assertEquals(env.git("rev-parse", "HEAD"), start, where);
      assertEquals(env.git("status", "--porcelain"), "", where);
      const { sessions } = await mpmJson<{ sessions: unknown[] }>(env, [
        ...["saves", "list"],
      ]);
      assertEquals(sessions, [], where);
    },
  });
  sayPoints("undo of a committed pause", points);
});

Deno.test("what a command finishes first does not belong to it", async () => {
  let finished = 0;
  for (const [before, dies] of [[[PAUSE], ["undo"]], [[], PAUSE]] as const) {
    for (const next of [["next", "a step"], ["pause", "--no-commit", "More"]]) {
      await dieEverywhere(dies, {
        now: at(10),
        prepare: () => afterLines([["init"], ...before]),
        async check(env, where) {
          if (!isUnderWay(env, "undo", "pause")) return;
          finished++;
          await mpmJson(env, next, { now: at(11) });
          const first = filesOf(env, "20261121-12(01|10)00");
          await mpmJson(env, ["undo"], { now: at(12) });
          assertEquals(filesOf(env, "20261121-12(01|10)00"), first, where);
        },
      });
    }
  }
  assert(finished > 4);
});

/** The files of the saves with such an ID. */
function filesOf(env: TestEnv, id: string): string[] {
  return [...Deno.readDirSync(join(env.project, ".claude-mpm/sessions"))]
    .map(({ name }) => name).filter((name) => name.match(id)).sort();
}

/** A checkpoint of a file, in whose place is an ignored folder by now. */
async function withSomethingInTheWay(): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.write("name", "checkpoint\n");
  await mpmJson(env, ["checkpoint", "save", "one"]);
  env.remove("name");
  env.write(".gitignore", "/name/\n");
  env.write("name/secret", "ignored\n");
  return env;
}

posixTest(
  "an undo of a restore that dies leaves no obstacle in the trash",
  async () => {
    const points = await dieEverywhere(["undo"], {
      now: at(10),
      programs: "changing-git",
      async prepare() {
        const env = await withSomethingInTheWay();
        await mpmJson(env, ["checkpoint", "restore", "one", "--yes"]);
        return env;
      },
      async check(env, where) {
        const noted = env.read(".claude-mpm/state/journal.jsonl").includes(
          "undoes",
        );
        // Another test covers all the earlier ones.
        if (!noted && !isOneOf(8, where)) return;
        if (noted) await mpm(env, ["checkpoint", "list"], { now: at(11) });
        else await mpm(env, ["undo"], { now: at(11) });
        assertEquals(env.read("name/secret"), "ignored\n", where);
      },
    });
    sayPoints("undo of a restore", points);
  },
);

posixTest(
  "undoing a restore that died also restores the obstacles",
  async () => {
    const points = await dieEverywhere([
      "checkpoint",
      "restore",
      "one",
      "--yes",
    ], {
      now: at(10),
      programs: "changing-git",
      prepare: withSomethingInTheWay,
      async check(env, where, finished) {
        if (env.exists("name/secret") || finished || !isOneOf(4, where)) return;
        await mpm(env, ["checkpoint", "list"], { now: at(11) });
        assertEquals(env.read("name"), "checkpoint\n", where);
        await mpm(env, ["undo"], { now: at(12) });
        assertEquals(env.read("name/secret"), "ignored\n", where);
      },
    });
    sayPoints("checkpoint restore over something", points);
  },
);
