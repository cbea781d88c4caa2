import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { UndoListResult } from "../../schemas/types.ts";
import { dieEverywhere } from "../helpers/dying.ts";
import type { TestEnv } from "../helpers/env.ts";
import { intentsOf } from "../helpers/intents.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { sayPoints } from "../helpers/say.ts";
import { checkpointRefs, undoState } from "../helpers/undo_state.ts";
import { idAt, ownSave, putSave } from "../helpers/stores.ts";
import { prepareFor, type Writer, WRITERS } from "../helpers/writers.ts";
import { at } from "../helpers/works.ts";

/** Commands that are not in the log, or that other tests kill and undo. */
const APART = ["trash prune", "undo", "migrate"];

const STARTED = ["start", "login", "--template", "bug-fix", "--var", "bug=#1"];

/** Folders that {@link undoState} leaves out. */
const MORE = ["items", "partitions", "claims", "runs.json"];

/**
 * Temporary files, copies that commands run on, and the permission for a script
 * that mpm wrote, which does not need the script.
 */
const PASSING = /\/\.[\w.-]*tmp$|\/state\/mpm\/runs\//;
const EJECTED = /\/allowed\.json$/;

/** Everything that an undo restores. */
function stateOf(env: TestEnv, name: string): Record<string, string> {
  const found = Object.entries(undoState(env));
  for (const folder of MORE) {
    const { stdout } = env.run("find", [
      join(env.project, ".claude-mpm/state", folder),
      ...[
        "-type",
        "f",
        "-not",
        "-name",
        "*.tmp",
        "-exec",
        "grep",
        "-H",
        "",
        "{}",
        "+",
      ],
    ]);
    found.push([folder, stdout]);
  }
  found.push(["refs", checkpointRefs(env).replaceAll(/^\w+/gm, "")]);
  return Object.fromEntries(
    found.filter(([path]) =>
      !PASSING.test(path) && !(name === "hooks eject" && EJECTED.test(path))
    )
      .map((pair) => pair.map((text) => text.replaceAll(env.root, "$ROOT"))),
  );
}

function log(env: TestEnv): Promise<UndoListResult> {
  return mpmJson<UndoListResult>(env, ["log", "-n", "all"]);
}

async function enumerate(writer: Writer): Promise<void> {
  let known = 0;
  let before: Record<string, string> = {};
  using whole = await prepareFor(writer);
  await mpmJson(whole, [...writer.args], { now: at(0) });
  await mpmJson(whole, ["undo"], { now: at(1) });
  const undone = stateOf(whole, writer.name);
  let found = 0;
  const points = await dieEverywhere(writer.args, {
    now: at(0),
    programs: "changing-git",
    async prepare() {
      const env = await prepareFor(writer);
      known = (await log(env)).operations.length;
      before = stateOf(env, writer.name);
      return env;
    },
    async check(env, where, finished) {
      const { operations } = await log(env);
      const added = operations.length - known;
      assert(added <= 1 && (added === 1 || !finished), `${where}: ${added}`);
      assertEquals(intentsOf(env), [], where);
      if (added === 1) {
        found++;
        const { status, stderr } = await mpm(env, ["undo"], { now: at(1) });
        assertEquals(status, 0, `${where}: ${stderr}`);
      }
      const state = stateOf(env, writer.name);
      for (const path of Object.keys({ ...state, ...before })) {
        const either = [before[path], undone[path]];
        assert(
          either.includes(state[path]),
          `${where}, ${added}: ${path}: ${state[path]}\nnot: ${either}`,
        );
      }
    },
  });
  sayPoints(`${writer.name}, ${found} in the log`, points);
}

/** Commands that only this test kills at every write. */
const OTHERS: readonly Writer[] = [
  { name: "claim", args: ["claim", "src"] },
  {
    name: "release",
    args: ["release", "src"],
    before: [["claim", "src", "--for", "8h"]],
  },
  {
    name: "var unset",
    args: ["var", "unset", "a"],
    before: [["var", "set", "a", "1"]],
  },
  { name: "ask", args: ["ask", "Which port?"] },
  { name: "block", args: ["block", "No access"] },
  { name: "pipeline new", args: ["pipeline", "new", "development"] },
  { name: "setup instructions", args: ["setup", "instructions"] },
  {
    name: "setup",
    args: ["setup", "--yes"],
    files: (env) => Deno.mkdirSync(join(env.home, ".claude")),
  },
  {
    name: "setup remove",
    args: ["setup", "--remove", "--yes"],
    before: [["hooks", "install"]],
  },
  {
    name: "saves trust",
    args: ["saves", "trust", idAt(5)],
    files: (env) => putSave(env, ownSave(idAt(5))),
  },
  {
    name: "allow --remove",
    args: ["allow", "--remove", "npm test"],
    before: [["allow", "npm test"]],
  },
  { name: "pause --commit", args: ["pause", "Now", "--commit"] },
  {
    name: "resume",
    args: ["resume"],
    before: [STARTED, ["pause", "--no-commit", "Halfway"]],
  },
  { name: "cancel", args: ["cancel"], before: [STARTED] },
  { name: "archive", args: ["archive"], before: [STARTED, ["complete"]] },
  {
    name: "hooks install for Codex",
    args: ["hooks", "install", "--client", "codex"],
  },
];

for (
  const writer of [...WRITERS, ...OTHERS].filter(({ name }) =>
    !APART.includes(name)
  )
) {
  Deno.test(`${writer.name} that dies is in the log and can be undone`, () =>
    enumerate(writer));
}
