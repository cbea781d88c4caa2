import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type {
  DoneResult,
  NextResult,
  VarListResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { lastSave } from "../helpers/small_talk.ts";
import { anotherUser } from "../helpers/users.ts";
import { at } from "../helpers/works.ts";

const ITEMS = ".claude-mpm/state/items";

/** Adds an item and returns its number. */
async function say(
  env: TestEnv,
  ...args: readonly string[]
): Promise<number> {
  return (await mpmJson<NextResult>(env, args)).item!.number;
}

/** The open items as `number kind text`. */
async function open(env: TestEnv, ...more: string[]): Promise<string[]> {
  const { open } = await mpmJson<DoneResult>(env, ["done", ...more]);
  return open.map(({ number, kind, text }) => `${number} ${kind} ${text}`);
}

Deno.test("next, decide, ask and block add items that done lists by kind", async () => {
  using env = TestEnv.repository();
  const now = at(0);
  await mpm(env, ["next", "Add", "refunds"], { now });
  await mpm(env, ["decide", "Use SQLite", "--why", "No server"], { now });
  await mpm(env, ["ask", "Which port?"], { now });
  const { stdout } = await mpm(env, ["block", "Waiting for a key"], { now });
  assertEquals(stdout, "Added #4: Waiting for a key\n");
  const listed = await mpm(env, ["done"], { now: at(120) });
  assertEquals(
    listed.stdout,
    `Next steps
  1  Add refunds · you, command, 2h ago
Blockers
  4  Waiting for a key · you, command, 2h ago
Open questions
  3  Which port? · you, command, 2h ago
Decisions
  2  Use SQLite (No server) · you, command, 2h ago
`,
  );
  const next = await mpm(env, ["next"], { now: at(1) });
  assertEquals(
    next.stdout,
    "Next steps\n  1  Add refunds · you, command, 1m ago\n",
  );
});

Deno.test("each list reports if it is empty", async () => {
  using env = TestEnv.repository();
  for (
    const [command, said] of [
      ["next", 'No next steps. "mpm next <text>" adds one.'],
      ["decide", 'No decisions. "mpm decide <text>" adds one.'],
      ["ask", 'No open questions. "mpm ask <text>" adds one.'],
      ["block", 'No blockers. "mpm block <text>" adds one.'],
      ["done", "Nothing is open."],
    ]
  ) {
    const { status, stdout } = await mpm(env, [command!]);
    assertEquals([status, stdout], [0, `${said}\n`]);
  }
  assertEquals(env.exists(".claude-mpm"), false);
});

Deno.test("an item is added once", async () => {
  using env = TestEnv.repository();
  await say(env, "next", "Add refunds");
  const { status, stdout } = await mpm(env, ["next", "add  REFUNDS"]);
  assertEquals(status, 0);
  assertStringIncludes(stdout, "Already open: #1 Add refunds");
  assertEquals(await open(env), ["1 next Add refunds"]);
});

Deno.test("done closes several items, --drop drops one, and numbers are not reused", async () => {
  using env = TestEnv.repository();
  for (const text of ["A", "B", "C"]) await say(env, "next", text);
  const { stdout } = await mpm(env, ["done", "1", "#2"]);
  assertEquals(stdout, "Done #1: A\nDone #2: B\n");
  const dropped = await mpm(env, ["done", "3", "--drop"]);
  assertEquals(dropped.stdout, "Dropped #3: C\n");
  assertEquals(await open(env), []);
  assertEquals(await say(env, "next", "D"), 4);
});

Deno.test("an unknown number is an error that shows the list", async () => {
  using env = TestEnv.repository();
  await say(env, "next", "A");
  const { status, stderr } = await mpm(env, ["done", "1", "7"]);
  assertEquals(status, 3);
  assertStringIncludes(stderr, "No item #7");
  assertStringIncludes(stderr, "Open: #1 A");
  // Nothing was closed.
  assertEquals(await open(env), ["1 next A"]);
  assertEquals((await mpm(env, ["done", "A"])).status, 2);
});

Deno.test("done reports when an item was closed", async () => {
  using env = TestEnv.repository();
  await say(env, "next", "A");
  await mpm(env, ["done", "1"], { now: at(0) });
  const { status, stdout } = await mpm(env, ["done", "1"], { now: at(180) });
  assertEquals([status, stdout], [0, "#1 was closed 3h ago: A\n"]);
});

Deno.test("a decision supersedes another one", async () => {
  using env = TestEnv.repository();
  await say(env, "decide", "Use SQLite");
  const { stdout } = await mpm(env, [
    ...["decide", "Use Postgres", "-w", "Two writers", "--supersedes", "1"],
  ]);
  assertEquals(
    stdout,
    "Added #2: Use Postgres (Two writers)\nSuperseded #1: Use SQLite\n",
  );
  assertEquals(await open(env), ["2 decision Use Postgres"]);
  const again = await mpm(env, ["decide", "X", "--supersedes", "1"]);
  assertEquals(again.status, 4);
  assertStringIncludes(again.stderr, "#1 was superseded");
  assertEquals((await mpm(env, ["decide", "--why", "x"])).status, 2);
});

Deno.test("undo undoes each operation alone", async () => {
  using env = TestEnv.repository();
  await say(env, "next", "A");
  await say(env, "next", "B");
  await mpm(env, ["done", "1"]);
  const undone = await mpm(env, ["undo"]);
  assertEquals(undone.status, 0, undone.stderr);
  assertEquals(await open(env), ["1 next A", "2 next B"]);
  await mpm(env, ["undo"]);
  assertEquals(await open(env), ["1 next A"]);
  const log = await mpm(env, ["log"]);
  assertStringIncludes(log.stdout, "next #2: B");
});

Deno.test("a dry run shows what would be done and writes nothing", async () => {
  using env = TestEnv.repository();
  const dry = await mpm(env, ["next", "A", "--dry-run"]);
  assertEquals(dry.stdout, "Would add #1: A\n");
  assertEquals(env.exists(".claude-mpm"), false);
  await say(env, "next", "A");
  const done = await mpm(env, ["done", "1", "--dry-run"]);
  assertEquals(done.stdout, "Would close #1: A\n");
  assertEquals(await open(env), ["1 next A"]);
});

Deno.test("statements of an agent are marked as the agent's", async () => {
  using env = TestEnv.repository();
  env.extra.CLAUDECODE = "1";
  env.extra.CLAUDE_CODE_SESSION_ID = "00000000-0000-4000-8000-000000000001";
  const { item } = await mpmJson<NextResult>(env, ["next", "A"]);
  assertEquals(item!.source, "agent");
});

Deno.test("secrets are redacted, texts escaped, and long ones refused", async () => {
  using env = TestEnv.repository();
  const token = `ghp_${"a1B2".repeat(9)}`;
  await say(env, "next", `Use ${token} for \u001b[31mstaging`);
  const [name] = [...Deno.readDirSync(`${env.project}/${ITEMS}`)]
    .map(({ name }) => name);
  assertEquals(env.read(`${ITEMS}/${name}`).includes(token), false);
  const { stdout } = await mpm(env, ["next"]);
  assertStringIncludes(stdout, "[redacted:github-token]");
  assertStringIncludes(stdout, "\\x1b[31mstaging");
  const long = await mpm(env, ["next", "x".repeat(8001)]);
  assertEquals(long.status, 2);
  assertEquals((await mpm(env, ["next", " "])).status, 2);
});

Deno.test("a detour sees its own items, and the parent gets its open ones", async () => {
  using env = TestEnv.repository();
  await say(env, "next", "Of the worktree");
  await mpmJson(env, ["start", "parent"]);
  await say(env, "next", "Of the parent");
  assertEquals(await open(env), [
    ...["1 next Of the worktree", "2 next Of the parent"],
  ]);
  await mpmJson(env, ["branch", "child"]);
  await say(env, "next", "Of the detour");
  assertEquals(await open(env), ["3 next Of the detour"]);
  assertEquals((await open(env, "--all")).length, 3);
  // Hidden items cannot be closed by mistake.
  for (const line of [["done", "3", "2"], ["decide", "x", "--supersedes=2"]]) {
    const { status, stderr } = await mpm(env, line);
    assertEquals(status, 4, stderr);
    assertStringIncludes(stderr, "another session or worktree: #2 Of the par");
  }
  assertEquals((await open(env, "--all")).length, 3);
  await mpmJson(env, ["done", "1", "--all"]);
  await mpmJson(env, ["undo"]);
  await mpmJson(env, ["return"]);
  assertEquals(await open(env), [
    ...["1 next Of the worktree", "2 next Of the parent"],
    "3 next Of the detour",
  ]);
  await mpmJson(env, ["complete"]);
  assertEquals((await open(env)).length, 3);
});

Deno.test("another session of the worktree does not see items of a paused one", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "one"]);
  await say(env, "next", "Of one");
  await mpmJson(env, ["pause", "--no-commit"]);
  await mpmJson(env, ["start", "two"]);
  assertEquals(await open(env), []);
  assertEquals(await open(env, "--all"), ["1 next Of one"]);
});

Deno.test("damaged, linked, huge and foreign files hide no other item", async () => {
  using env = TestEnv.repository();
  for (const text of ["A", "B", "C", "D", "E", "F"]) {
    await say(env, "next", text);
  }
  const path = (number: number) => `${ITEMS}/item-${number}.json`;
  env.write(path(2), env.read(path(2)).slice(0, 40));
  env.write(path(3), env.read(path(3)).replace('"C"', '"Forged"'));
  env.write(path(4), " ".repeat(300 * 1024));
  const elsewhere = `${env.root}/elsewhere.json`;
  Deno.renameSync(`${env.project}/${path(5)}`, elsewhere);
  Deno.symlinkSync(elsewhere, `${env.project}/${path(5)}`);
  // The content of another item is not accepted for this one.
  env.write(path(8), env.read(path(1)));
  const { open: items, warnings } = await mpmJson<DoneResult>(env, ["done"]);
  assertEquals(items.map(({ text }) => text), ["A", "F"]);
  assertEquals(warnings.length, 5);
  const text = warnings.join("\n");
  for (const part of ["item-2", "item-4", "item-5", "item-8", "1 item in"]) {
    assertStringIncludes(text, part);
  }
  // Other items do not get their numbers.
  assertEquals([await say(env, "next", "G"), await say(env, "next", "H")], [
    ...[7, 9],
  ]);
});

Deno.test("items that someone else wrote are never this user's own", async () => {
  using env = TestEnv.repository();
  await say(env, "next", "Their step");
  anotherUser(env);
  const { open: items, warnings } = await mpmJson<DoneResult>(env, ["done"]);
  assertEquals(items, []);
  assertMatch(warnings[0]!, /1 item .* not written by you/);
  await mpmJson(env, ["pause", "--no-commit"]);
  const { stdout } = await mpm(env, ["show", "latest", "--format", "json"]);
  assertEquals(stdout.includes("Their step"), false);
});

Deno.test("a copy of an item or of variables from another project does not count", async () => {
  using env = TestEnv.repository();
  const other = `${env.root}/other`;
  Deno.mkdirSync(other);
  const there = { cwd: other };
  for (const text of ["Of the other", "Also of it"]) {
    await mpmJson(env, ["next", text], there);
  }
  await mpmJson(env, ["var", "set", "port", "1"], there);
  await say(env, "next", "Of this one");
  await mpmJson(env, ["var", "set", "port", "2"]);
  for (const { name } of [...Deno.readDirSync(`${other}/${ITEMS}`)]) {
    if (name === "item-1.json") continue;
    Deno.copyFileSync(
      `${other}/${ITEMS}/${name}`,
      `${env.project}/${ITEMS}/${name}`,
    );
  }
  const { open: items, warnings } = await mpmJson<DoneResult>(env, ["done"]);
  assertEquals(items.map(({ text }) => text), ["Of this one"]);
  assertMatch(warnings[0]!, /1 item .* not written by you/);
  const { status, stderr } = await mpm(env, ["var", "get", "port"]);
  assertEquals(status === 0, false);
  assertStringIncludes(stderr, "you did not set these variables");
});

Deno.test("a link instead of the folder is refused, and a pause continues", async () => {
  using env = TestEnv.repository();
  await say(env, "next", "A");
  const folder = `${env.project}/${ITEMS}`;
  Deno.renameSync(folder, `${env.root}/away`);
  Deno.symlinkSync(`${env.root}/away`, folder);
  assertEquals((await mpm(env, ["next", "B"])).status, 4);
  const { warnings } = await mpmJson<{ warnings: string[] }>(env, [
    ...["pause", "Still saved", "--no-commit", "-n", "C"],
  ]);
  assertStringIncludes(warnings.join("\n"), "is not a folder");
  assertEquals(Deno.lstatSync(folder).isSymlink, true);
});

Deno.test("two simultaneous commands get two numbers", async () => {
  using env = TestEnv.repository();
  const numbers = await Promise.all(
    ["A", "B", "C", "D"].map((text) => say(env, "next", text)),
  );
  assertEquals(numbers.toSorted(), [1, 2, 3, 4]);
  assertEquals((await open(env)).length, 4);
});

Deno.test("variables are set, listed, printed and unset, each undoable", async () => {
  using env = TestEnv.repository();
  assertEquals((await mpm(env, ["var"])).stdout, "No variables are set.\n");
  await mpm(env, ["var", "set", "port", "8081"]);
  await mpm(env, ["var", "set", "ticket", "PAY-17", "and", "more"]);
  assertEquals((await mpm(env, ["var", "get", "port"])).stdout, "8081\n");
  const list = async () => {
    const { vars } = await mpmJson<VarListResult>(env, ["var", "list"]);
    return vars.map(({ name, value }) => `${name}=${value}`);
  };
  assertEquals(await list(), ["port=8081", "ticket=PAY-17 and more"]);
  const dry = await mpm(env, ["var", "unset", "port", "--dry-run"]);
  assertEquals(dry.stdout, 'Would remove port (was "8081")\n');
  await mpmJson(env, ["var", "unset", "port"]);
  assertEquals(await list(), ["ticket=PAY-17 and more"]);
  await mpm(env, ["undo"]);
  assertEquals(await list(), ["port=8081", "ticket=PAY-17 and more"]);
});

Deno.test("a variable needs a valid shell name and a small value", async () => {
  using env = TestEnv.repository();
  for (const name of ["1a", "a-b", "", "x".repeat(65)]) {
    assertEquals((await mpm(env, ["var", "set", name, "1"])).status, 2);
  }
  assertEquals((await mpm(env, ["var", "set", "a", "\u001b[2J"])).status, 2);
  const bare = await mpm(env, ["var", "set", "a"]);
  assertEquals([bare.status, bare.stdout], [2, ""]);
  assertStringIncludes(bare.stderr, "mpm var get a");
  const long = await mpm(env, ["var", "set", "a", "x".repeat(4001)]);
  assertEquals(long.status, 2);
  const missing = await mpm(env, ["var", "get", "constructor"]);
  assertEquals(missing.status, 3);
  await mpmJson(env, ["var", "set", "constructor", "x"]);
  const { stderr } = await mpm(env, ["var", "get", "port"]);
  assertStringIncludes(stderr, "Variables: constructor");
});

Deno.test("a variable that would not fit is refused, and the others stay", async () => {
  using env = TestEnv.repository();
  const set = (name: string, value: string) =>
    mpm(env, ["var", "set", name, value]);
  const names = Array.from({ length: 40 }, (_, at) => `V${at}`);
  const statuses: number[] = [];
  for (const name of names) {
    statuses.push((await set(name, "\u{1f600}".repeat(500))).status);
  }
  const kept = statuses.filter((status) => status === 0).length;
  assert(kept > 5 && kept < 12, `${kept}`);
  const { status, stderr } = await set("V39", "\u{1f600}".repeat(500));
  assertEquals(status, 4);
  assertStringIncludes(stderr, "64 KiB");
  assertEquals((await set("V0", "short")).status, 0);
  const { stdout } = await mpm(env, ["var", "get", "V0"]);
  assertEquals(stdout, "short\n");
  await mpmJson(env, ["pause", "--no-commit", "Half done"]);
  const { vars } = lastSave(env).mpm!.handoff!;
  assertEquals(Object.keys(vars ?? {}).length, kept);
});

Deno.test("a variable that looks like a secret is redacted, and mpm reports that", async () => {
  using env = TestEnv.repository();
  const { stdout } = await mpm(env, [
    ...["var", "set", "DB_PASSWORD", "correct-horse-battery"],
  ]);
  assertStringIncludes(stdout, "was redacted");
  const { stdout: value } = await mpm(env, ["var", "get", "DB_PASSWORD"]);
  assertStringIncludes(value, "[redacted:");
});

Deno.test("a detour has its own variables, and saves carry them", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "parent"]);
  await mpmJson(env, ["var", "set", "port", "1"]);
  await mpmJson(env, ["branch", "child"]);
  assertEquals((await mpm(env, ["var", "get", "port"])).status, 3);
  await mpmJson(env, ["var", "set", "port", "2"]);
  await mpmJson(env, ["return"]);
  await mpmJson(env, ["pause", "--no-commit"]);
  const { stdout } = await mpm(env, ["show", "--format", "json"]);
  assertEquals(JSON.parse(stdout).mpm.handoff.vars, { port: "1" });
});

Deno.test("a session starts with the variables of its worktree", async () => {
  using env = TestEnv.repository();
  const list = async () => {
    const { vars } = await mpmJson<VarListResult>(env, ["var", "list"]);
    return vars.map(({ name, value }) => `${name}=${value}`);
  };
  await mpmJson(env, ["var", "set", "port", "1"]);
  // The detour turns the current work into a session.
  await mpmJson(env, ["branch", "child"]);
  assertEquals(await list(), []);
  await mpmJson(env, ["return"]);
  assertEquals(await list(), ["port=1"]);
  await mpmJson(env, ["var", "set", "ticket", "PAY-17"]);
  assertEquals(await list(), ["port=1", "ticket=PAY-17"]);
  for (const name of ["port", "ticket"]) {
    await mpmJson(env, ["var", "unset", name]);
  }
  assertEquals(await list(), []);
  await mpmJson(env, ["undo"]);
  assertEquals(await list(), ["ticket=PAY-17"]);
});

Deno.test("completion offers the open items and the variables", async () => {
  using env = TestEnv.repository();
  await say(env, "next", "Add refunds");
  await say(env, "ask", "Which port?");
  await mpm(env, ["var", "set", "port", "1"]);
  const offered = async (...words: string[]) => {
    const { stdout } = await mpm(env, ["__complete", "zsh", ...words]);
    return stdout.trim().split("\n").slice(1);
  };
  assertEquals(await offered("done", "1", ""), ["2\tquestion: Which port?"]);
  assertEquals(await offered("decide", "--supersedes", ""), [
    ...["1\tnext: Add refunds", "2\tquestion: Which port?"],
  ]);
  assertEquals(await offered("var", "get", ""), ["port\t1"]);
});

/** The cache of many items, and the time from which it may be written. */
const KNOWN = ".claude-mpm/state/items.json";
const LATER = () => new Date(Date.now() + 60_000);

/** Adds many items; a reader caches the data of their files. */
async function sayMany(env: TestEnv): Promise<void> {
  const steps = Array.from({ length: 25 }, (_, step) => ["-n", `Do ${step}.`]);
  await mpm(env, ["pause", "--no-commit", "Half done", ...steps.flat()]);
  assertEquals(env.exists(KNOWN), false);
  await mpm(env, ["done"], { now: LATER });
  assertStringIncludes(env.read(KNOWN), "Do 24.");
}

Deno.test("the cache of many items is valid while their files stay the same", async () => {
  using env = TestEnv.repository();
  await sayMany(env);
  env.write(`${ITEMS}/item-1.json`, "{}");
  env.remove(`${ITEMS}/item-2.json`);
  await mpm(env, ["done", "3"]);
  const { stdout } = await mpm(env, ["done"], { now: LATER });
  for (const gone of ["Do 0.", "Do 1.", "Do 2."]) {
    assertEquals(stdout.includes(gone), false, gone);
  }
  assertStringIncludes(stdout, "Do 3.");
  assertStringIncludes(stdout, "Do 24.");
});

Deno.test("items that someone else planted in the cache are not believed", async () => {
  using env = TestEnv.repository();
  await sayMany(env);
  env.write(KNOWN, env.read(KNOWN).replace("Do 7.", "Be 7."));
  const { stdout } = await mpm(env, ["done"], { now: LATER });
  assertStringIncludes(stdout, "Do 7.");
  assertEquals(stdout.includes("Be 7."), false);
});
