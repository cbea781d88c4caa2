import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { UndoListResult, UndoResult } from "../../schemas/types.ts";
import { treeOf } from "../helpers/detours.ts";
import { TestEnv } from "../helpers/env.ts";
import { NOON } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { oldJson, PAUSE, put } from "../helpers/old_stores.ts";
import { posixTest } from "../helpers/posix.ts";
import { repositoryState } from "../helpers/undo_state.ts";
import {
  copySample,
  formatText,
  idAt,
  ownSave,
  putSave,
  SESSIONS,
} from "../helpers/stores.ts";

/** A clock that moves on by a minute with every command. */
class Clock {
  #time = NOON.getTime();
  now = () => new Date(this.#time);
  tick(minutes = 1): void {
    this.#time += minutes * 60_000;
  }
}

interface Case {
  /** Files that exist before the first command. */
  first?: (env: TestEnv) => void;
  /** Preparations; each a command line. */
  before?: string[][];
  /** Files that are created after that. */
  files?: (env: TestEnv) => void;
  args: string[];
  /** Name of the operation in the log. */
  operation?: string;
}

const STARTED = ["start", "login", "--template", "bug-fix", "--var", "bug=#1"];

const CASES: Record<string, Case> = {
  "pause": { args: ["pause", "Work"] },
  "pause without a commit": { args: ["pause", "--no-commit", "Work"] },
  "pause of a session": {
    before: [STARTED],
    args: ["pause", "--no-commit", "Work"],
  },
  "resume": {
    before: [STARTED, ["pause", "--no-commit"]],
    args: ["resume"],
  },
  "start": { args: STARTED },
  "check": { before: [STARTED], args: ["check", "1", "3"] },
  "complete": { before: [STARTED], args: ["complete", "-s", "Done"] },
  "cancel": { before: [STARTED], args: ["cancel"] },
  "archive": { before: [STARTED, ["complete"]], args: ["archive"] },
  "template new": { args: ["template", "new", "mine"] },
  "sessions rm": {
    before: [["pause", "One"], ["pause", "--no-commit", "Two"]],
    args: ["saves", "rm", "0", "1"],
  },
  "sessions prune": {
    before: [["pause", "--no-commit", "One"], ["pause", "--no-commit", "Two"]],
    args: ["saves", "prune", "--keep", "1"],
  },
  "sessions import": {
    files: (env) => env.write("in.json", JSON.stringify(ownSave(idAt(5)))),
    args: ["saves", "import", "in.json"],
  },
  "sessions recover --finalize": {
    files: (env) => env.write(`${SESSIONS}/ACTIVE-PAUSE.jsonl`, ACTIVE),
    args: ["saves", "recover", "--finalize"],
    operation: "sessions recover",
  },
  "sessions recover --discard": {
    files: (env) => env.write(`${SESSIONS}/ACTIVE-PAUSE.jsonl`, ACTIVE),
    args: ["saves", "recover", "--discard"],
    operation: "sessions recover",
  },
  "sessions verify --repair": {
    before: [["pause", "--no-commit", "One"]],
    files: (env) => {
      for (const { name } of Deno.readDirSync(`${env.project}/${SESSIONS}`)) {
        if (name.endsWith(".yaml")) {
          env.write(`${SESSIONS}/${name}`, "mine: 1\n");
        }
      }
    },
    args: ["saves", "verify", "--repair"],
    operation: "sessions verify",
  },
  "context update": {
    files: (env) => env.write(".claude/context.md", "# Mine\n"),
    args: ["context", "update"],
  },
  "context resume-file": { args: ["context", "resume-file"] },
  "sessions trust": {
    first: (env) => [5, 6].map((at) => putSave(env, ownSave(idAt(at)))),
    before: [["init"], ["saves", "trust", idAt(5)]],
    args: ["saves", "trust", idAt(6)],
  },
  "sessions trust --revoke": {
    first: (env) => putSave(env, ownSave(idAt(5))),
    before: [["init"], ["saves", "trust", "0"]],
    args: ["saves", "trust", "0", "--revoke"],
    operation: "sessions trust",
  },
  "config set": {
    files: (env) => env.write(".claude-mpm/config.toml", "# mine\n"),
    args: ["config", "set", "commit", "false", "--scope", "project"],
  },
  "config set for the user": {
    before: [["init"]],
    args: ["config", "set", "context.pause_at", "60"],
    operation: "config set",
  },
  "config unset": {
    files: (env) =>
      env.write(".claude-mpm/config.toml", "commit = false # x\n"),
    args: ["config", "unset", "commit", "--scope", "project"],
  },
  "hooks install": {
    before: [["init"]],
    files: (env) => env.write(".claude/settings.local.json", '{ "a" : [ ]}'),
    args: ["hooks", "install", "--skills"],
  },
  "hooks uninstall": {
    before: [["init"], ["hooks", "install", "--skills"]],
    args: ["hooks", "uninstall"],
  },
  "hooks install --scope user": {
    before: [["init"]],
    args: ["hooks", "install", "--scope", "user"],
    operation: "hooks install",
  },
  // A permission is for a text, and harmless without it.
  "hooks eject": {
    before: [["hooks", "eject", "pre-session"]],
    files: (env) => env.remove(".claude-mpm/hooks/pre-session.sh"),
    args: ["hooks", "eject", "pre-session"],
  },
  "hooks allow": {
    before: [["hooks", "eject", "pre-session"]],
    files: (env) => env.write(".claude-mpm/hooks/pre-session.sh", "exit 0\n"),
    args: ["hooks", "allow"],
  },
  "allow": {
    before: [["init"], ["allow", "make"]],
    args: ["allow", "npm test"],
  },
  "init --ignore": {
    first: (env) => env.write(".gitignore", "dist"),
    before: [["pause", "--no-commit"]],
    args: ["init", "--ignore"],
    operation: "init",
  },
  "checkpoint save": { args: ["checkpoint", "save", "one"] },
  "checkpoint rm": {
    before: [["checkpoint", "save", "one"]],
    args: ["checkpoint", "rm", "one"],
  },
  "migrate": {
    files: (env) => put(env, `${PAUSE}/${OLD}.json`, { text: oldJson(OLD) }),
    args: ["migrate"],
  },
  "migrate --rollback": {
    first: (env) => put(env, `${PAUSE}/${OLD}.json`, { text: oldJson(OLD) }),
    before: [["migrate"]],
    args: ["migrate", "--rollback"],
  },
};

const OLD = "session-20251105-100000";

const ACTIVE = formatText(
  `claude-mpm/v6.5.83-incremental/${SESSIONS}/session-20261120-230847-incremental.jsonl`,
).trimEnd().split("\n").slice(0, -1).join("\n");

async function ok(env: TestEnv, clock: Clock, args: string[]): Promise<void> {
  clock.tick();
  const { status, stdout, stderr } = await mpm(env, args, { now: clock.now });
  assertEquals(status, 0, `${args.join(" ")}: ${stdout}${stderr}`);
}

async function undo(
  env: TestEnv,
  clock: Clock,
  number?: number | null,
): Promise<UndoResult> {
  clock.tick();
  const more = number ? [String(number)] : [];
  return await mpmJson<UndoResult>(env, ["undo", ...more], { now: clock.now });
}

async function prepare({ first, before = [], files }: Case, clock: Clock) {
  const env = TestEnv.repository();
  first?.(env);
  for (const args of before) await ok(env, clock, args);
  files?.(env);
  return env;
}

/** The start of a line in a plan of an undo. */
const WOULD =
  /^(?:restore|remove|bring back|(?:no longer )?(?:allow|trust)|go back)\b/;

for (const [name, one] of Object.entries(CASES)) {
  Deno.test(`undo and redo: ${name}`, async () => {
    const clock = new Clock();
    using env = await prepare(one, clock);
    const before = repositoryState(env);
    await ok(env, clock, one.args);
    const after = repositoryState(env);
    const dry = await mpmJson<UndoResult>(env, ["undo", "--dry-run"], {
      now: clock.now,
    });
    assertEquals([repositoryState(env), dry.operation], [after, null]);
    for (const line of dry.details) assert(WOULD.test(line), line);
    const undone = await undo(env, clock);
    const operation = one.operation ??
      one.args.slice(0, 2).join(" ").replace(/^saves/, "sessions");
    assert(operation.startsWith(undone.undone.operation), operation);
    assertEquals(undone.left, []);
    assertEquals(repositoryState(env), before);
    const redone = await undo(env, clock, undone.operation);
    assertEquals(repositoryState(env), after);
    await undo(env, clock, redone.operation);
    assertEquals(repositoryState(env), before);
    const { operations } = await mpmJson<UndoListResult>(env, ["undo", "list"]);
    assertEquals(operations[0]!.undoes, redone.operation);
    assert(operations.every(({ own }) => own));
    const verified = await mpm(env, ["saves", "verify"]);
    assert(
      verified.status === 0 || name === "sessions verify --repair",
      verified.stdout,
    );
  });
}

Deno.test("undo goes back one operation after the other, to the first", async () => {
  const clock = new Clock();
  using env = TestEnv.repository();
  const lines = [
    ["pause", "One"],
    STARTED,
    ["check", "1"],
    ["pause", "Two", "--commit"],
    ["saves", "rm", "latest"],
    ["template", "new", "mine"],
    ["checkpoint", "save", "one"],
  ];
  const states = [repositoryState(env)];
  for (const args of lines) {
    await ok(env, clock, args);
    states.push(repositoryState(env));
  }
  for (const state of states.toReversed().slice(1)) {
    await undo(env, clock);
    assertEquals(repositoryState(env), state);
  }
  const nothing = await mpm(env, ["undo"], { now: clock.now });
  assertEquals([nothing.status, nothing.stderr.split("\n")[0]], [
    3,
    "Error: Nothing to undo here",
  ]);
});

Deno.test("undo of a pause keeps a commit that others have or that has later commits", async () => {
  const clock = new Clock();
  using env = TestEnv.repository();
  await ok(env, clock, ["pause", "Work", "--commit"]);
  const head = env.commit("More");
  const { details } = await undo(env, clock);
  assertStringIncludes(
    details.at(-1)!,
    "because the branch has new commits",
  );
  assertEquals(env.git("rev-parse", "HEAD"), head);
  await ok(env, clock, ["pause", "Again", "--commit"]);
  const paused = env.git("rev-parse", "HEAD");
  env.git("update-ref", "refs/remotes/origin/main", paused);
  const shared = await undo(env, clock);
  assertStringIncludes(
    shared.details.at(-1)!,
    "a remote branch or a tag already contains it",
  );
  assertEquals(env.git("rev-parse", "HEAD"), paused);
});

Deno.test("undo of a pause keeps what was staged and edited in the meantime", async () => {
  const clock = new Clock();
  using env = TestEnv.repository();
  await ok(env, clock, ["pause", "Work", "--commit"]);
  env.write("new", "staged\n");
  env.git("add", "new");
  env.write("README.md", "edited\n");
  const status = env.git("status", "--porcelain");
  await undo(env, clock);
  assertEquals(env.git("status", "--porcelain"), status);
  assertEquals(env.git("log", "--format=%s"), "Start the project");
});

Deno.test("undo replaces no later change, and reports which and by whom", async () => {
  const clock = new Clock();
  using env = TestEnv.repository();
  await ok(env, clock, STARTED);
  await ok(env, clock, ["check", "1"]);
  await ok(env, clock, ["check", "2"]);
  const before = repositoryState(env);
  const early = await mpm(env, ["undo", "2"], { now: clock.now });
  assertEquals(early.status, 4);
  assertStringIncludes(early.stderr, "nothing was changed:");
  assertStringIncludes(early.stderr, "it was changed later");
  assertStringIncludes(early.stderr, "mpm undo 3");
  assertEquals(repositoryState(env), before);
  await ok(env, clock, [
    "config",
    "set",
    "commit",
    "false",
    "--scope",
    "project",
  ]);
  env.write(".claude-mpm/config.toml", "commit = false\n# mine\n");
  const edited = await mpm(env, ["undo"], { now: clock.now });
  assertEquals(edited.status, 4);
  assertStringIncludes(edited.stderr, "config.toml: it was changed later");
  assertEquals(env.read(".claude-mpm/config.toml"), "commit = false\n# mine\n");
  await ok(env, clock, ["template", "new", "mine"]);
  env.remove(".claude-mpm/templates/mine.md");
  // Files that are already as before need no step.
  assertEquals((await undo(env, clock)).details, []);
});

Deno.test("undo of a removal does not replace a new save with the same id", async () => {
  const clock = new Clock();
  using env = TestEnv.repository();
  await ok(env, clock, ["pause", "--no-commit", "Mine"]);
  await ok(env, clock, ["saves", "rm", "0"]);
  putSave(env, ownSave("session-20261120-120100", { summary: "Other" }));
  const { status, stderr } = await mpm(env, ["undo"], { now: clock.now });
  assertEquals(status, 4);
  assertStringIncludes(stderr, "another file is there now");
  assertStringIncludes(
    env.read(`${SESSIONS}/session-20261120-120100.json`),
    "Other",
  );
});

Deno.test("undo of a restore is refused if a file was edited since then", async () => {
  const clock = new Clock();
  using env = TestEnv.repository();
  env.write("a", "one\n");
  await ok(env, clock, ["checkpoint", "save", "one"]);
  env.write("a", "two\n");
  await ok(env, clock, ["checkpoint", "restore", "one", "--yes"]);
  env.write("a", "three\n");
  const { status, stderr } = await mpm(env, ["undo"], { now: clock.now });
  assertEquals([status, env.read("a")], [4, "three\n"]);
  assertStringIncludes(stderr, "Changed since:\n  a\n");
  assertStringIncludes(stderr, "mpm checkpoint restore safety-");
  env.write("a", "one\n");
  await undo(env, clock);
  assertEquals(env.read("a"), "two\n");
});

Deno.test("undo skips operations of hooks, except by number", async () => {
  const clock = new Clock();
  using env = TestEnv.repository();
  await ok(env, clock, ["pause", "Mine"]);
  env.write("a", "a\n");
  clock.tick(60);
  await ok(env, clock, ["checkpoint", "save", "--auto"]);
  const { operations } = await mpmJson<UndoListResult>(env, ["log"]);
  assertEquals(
    operations.map(({ operation, automatic }) => [operation, automatic]),
    [["automatic checkpoint", true], ["pause", false]],
  );
  assertStringIncludes((await mpm(env, ["log"])).stdout, "(by a hook)");
  assertEquals((await undo(env, clock)).undone.operation, "pause");
  assertEquals((await undo(env, clock, 2)).undone.number, 2);
  assertEquals(env.git("for-each-ref", "refs/mpm/checkpoints"), "");
});

Deno.test("undo skips operations that cannot be undone, and log shows which one is next", async () => {
  const clock = new Clock();
  using env = TestEnv.repository();
  const log = () => mpmJson<UndoListResult>(env, ["log"], { now: clock.now });
  await ok(env, clock, ["init"]);
  const made = await mpm(env, ["undo"], { now: clock.now });
  assertEquals(made.status, 4);
  assertStringIncludes(made.stderr, "the folder that contains this log");
  assertEquals((await log()).undo, null);
  copySample(env, "v4.11.0");
  for (
    const line of [
      ["template", "new", "mine"],
      ["branch", "detour", "Look"],
      ["return", "-s", "Seen"],
      ["migrate", "--no-backup"],
    ]
  ) await ok(env, clock, line);
  const { operations, undo: next } = await log();
  assertEquals(next, 2);
  assertEquals(
    operations.map(({ number, lasting }) => `${number} ${lasting}`),
    [
      "5 it made no backup",
      "4 an ended session cannot be reopened",
      "3 it started a detour",
      "2 null",
      "1 it created the folder that contains this log",
    ],
  );
  const shown = await mpm(env, ["log"], { now: clock.now, typed: [] });
  assertStringIncludes(shown.stdout, "(permanent) migrate");
  assertStringIncludes(shown.stderr, '"mpm undo" undoes operation 2');
  for (
    const [number, why] of [
      ["3", "--discard"],
      ["4", "an ended session cannot be reopened"],
      ["5", "it made no backup"],
    ] as const
  ) {
    const { status, stderr } = await mpm(env, ["undo", number]);
    assertEquals(status, 4);
    assertStringIncludes(stderr, why);
  }
  const { stdout, status } = await mpm(env, ["undo"], { now: clock.now });
  assertEquals(status, 0);
  assertStringIncludes(
    stdout,
    "Skipped operation 5, migrate 2 files of the older layout: " +
      "it made no backup\n",
  );
  assertStringIncludes(stdout, "Undid operation 2: make the template mine");
  assertEquals(env.exists(".claude-mpm/templates/mine.md"), false);
});

Deno.test("undo skips operations that lost their copies, or that a lasting one depends on", async () => {
  const clock = new Clock();
  using env = TestEnv.repository();
  await ok(env, clock, ["template", "new", "mine"]);
  await ok(env, clock, ["start", "login", "Work"]);
  await ok(env, clock, ["branch", "detour", "Look"]);
  await ok(env, clock, ["return", "-s", "Seen"]);
  await ok(env, clock, ["pause", "x", "--no-commit"]);
  await ok(env, clock, ["saves", "rm", "latest"]);
  env.remove(".claude-mpm/trash");
  const { undone, passed } = await undo(env, clock);
  assertEquals(
    [undone.number, passed.map(({ number }) => number)],
    [1, [6, 5, 4, 3, 2]],
  );
  assertStringIncludes(passed[0]!.reason, "no longer in the trash");
  assertStringIncludes(passed.at(-1)!.reason, "depends on it");
});

Deno.test("operations outside of mpm projects are in the user's log", async () => {
  const clock = new Clock();
  using env = TestEnv.repository();
  await ok(env, clock, ["config", "set", "context.pause_at", "60"]);
  assertEquals(env.exists(".claude-mpm"), false);
  const { operations } = await mpmJson<UndoListResult>(env, ["log"]);
  assertEquals(operations.map(({ title }) => title.split(" in ")[0]), [
    "set context.pause_at to 60",
  ]);
  await ok(env, clock, ["pause", "Now it is"]);
  assertEquals((await undo(env, clock)).undone.operation, "pause");
  const mine = await mpmJson<UndoResult>(env, ["undo", "--user"]);
  assertEquals(mine.undone.operation, "config set");
  const { value } = await mpmJson(env, ["config", "get", "context.pause_at"]);
  assertEquals(value, 70);
});

Deno.test("log is cut at its limit and reports it", async () => {
  const clock = new Clock();
  using env = TestEnv.repository();
  for (let count = 0; count < 4; count++) {
    await ok(env, clock, ["template", "new", `t${count}`]);
  }
  const { stdout } = await mpm(env, ["log", "-n", "2"], { now: clock.now });
  assertEquals(stdout.trimEnd().split("\n"), [
    "4  just now  make the template t3",
    "3  1m ago    make the template t2",
    "and 2 older: mpm undo list -n all",
  ]);
  assertEquals((await mpm(env, ["log", "-n", "x"])).status, 2);
  const { operations, more } = await mpmJson<UndoListResult>(env, [
    "log",
    "-n",
    "1",
  ]);
  assertEquals([operations.length, more], [1, 3]);
  assertEquals(operations[0]!.before, {
    files: { ".claude-mpm/templates/t3.md": null },
  });
});

Deno.test("undo shows its progress if there is much to restore", async () => {
  using env = new TestEnv();
  for (const words of ["One", "Two", "Three", "Four"]) {
    await mpmJson(env, ["pause", "--no-commit", words]);
  }
  await mpmJson(env, ["saves", "prune", "--keep", "1"]);
  // Each reading of the clock is a second later.
  let time = NOON.getTime();
  const now = () => new Date(time += 1000);
  const { status, stderr } = await mpm(env, ["undo"], { now, typed: [] });
  assertEquals(status, 0, stderr);
  assert(/Comparing: \d+ of \d+/.test(stderr), stderr);
  assert(/Undoing: \d+ of \d+/.test(stderr), stderr);
});

posixTest(
  "undo of a restore restores the permissions of files",
  async () => {
    using env = TestEnv.repository();
    const bits = { private: 0o600, run: 0o700, open: 0o644 };
    const changed = { private: 0o644, run: 0o755, open: 0o600 };
    const set = (text: string, modes: Readonly<Record<string, number>>) => {
      for (const [name, mode] of Object.entries(modes)) {
        env.write(name, text);
        Deno.chmodSync(join(env.project, name), mode);
      }
      return treeOf(env).files;
    };
    set("one\n", bits);
    await mpmJson(env, ["checkpoint", "save", "one"]);
    const before = set("two\n", changed);
    await mpmJson(env, ["checkpoint", "restore", "one", "--yes"]);
    await mpmJson(env, ["undo"]);
    assertEquals(treeOf(env).files, before);
  },
);
