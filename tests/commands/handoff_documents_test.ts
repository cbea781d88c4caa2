import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  HandoffAcceptResult,
  HandoffListResult,
  HandoffNewResult,
  HandoffShowResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { exampleHandoff, HANDOFF_ARGS } from "../helpers/handoffs.ts";

async function list(env: TestEnv, ...args: string[]) {
  return await mpmJson<HandoffListResult>(env, ["handoff", "list", ...args]);
}

async function states(env: TestEnv): Promise<string[]> {
  return (await list(env, "--all")).handoffs.map(({ state }) => state);
}

async function made(env: TestEnv, ...args: string[]) {
  return await mpmJson<HandoffNewResult>(env, ["handoff", "new", ...args]);
}

Deno.test("the example goes from new to done, and undo undoes each step", async () => {
  using env = exampleHandoff();
  const before = env.git("status", "--short");
  const dry = await made(env, ...HANDOFF_ARGS, "--dry-run");
  assertEquals(env.exists(".claude-mpm"), false);
  const { path, findings, text } = await made(env, ...HANDOFF_ARGS);
  assertEquals(text, dry.text);
  assertEquals(Deno.readTextFileSync(path), env.read("../example.md"));
  assertEquals(findings, 0);
  assertEquals(env.git("status", "--short"), before);
  assertEquals((await mpm(env, ["handoff", "check"])).status, 0);
  assertEquals(await states(env), ["waiting"]);
  const answer = (...args: string[]) =>
    mpmJson<HandoffAcceptResult>(env, ["handoff", ...args]);
  assertEquals(
    (await answer("accept", "0", "--agent", "backend", "--dry-run")).changed,
    false,
  );
  assertEquals(await states(env), ["waiting"]);
  const accepted = await answer("accept", "0", "--agent", "backend-agent");
  assertEquals(accepted.handoff.answers.map(({ by }) => by), ["backend"]);
  assertEquals((await answer("accept", "0")).changed, false);
  await answer("done", "frontend-backend", "In", "4f2a9c1");
  assertEquals(await states(env), ["done"]);
  assertEquals((await list(env)).handoffs, []);
  assertEquals((await list(env)).hidden, 1);
  const shown = await mpm(env, ["handoff", "show", path]);
  assertStringIncludes(shown.stdout, "done by Ada Lovelace (a person)");
  assertStringIncludes(shown.stdout, ": In 4f2a9c1\n");
  assertEquals(Deno.readTextFileSync(path), env.read("../example.md"));
  await mpmJson(env, ["undo"]);
  assertEquals(await states(env), ["accepted"]);
  await mpmJson(env, ["undo"]);
  assertEquals(await states(env), ["waiting"]);
  await mpmJson(env, ["undo"]);
  assertEquals(await states(env), []);
});

Deno.test("a finished hand-off accepts no other answer", async () => {
  using env = exampleHandoff();
  await made(env, ...HANDOFF_ARGS);
  const reject = ["handoff", "reject", "0"];
  const without = await mpm(env, reject);
  assertEquals(without.status, 2);
  assertStringIncludes(without.stderr, "The reason is missing");
  const other = await mpm(env, [...reject, "no", "--agent", "qa"]);
  assertEquals(other.status, 4);
  assertStringIncludes(other.stderr, "is for Backend, but you are qa");
  // The sender withdraws it.
  assertEquals(
    (await mpm(env, [...reject, "no", "--agent", "frontend"])).status,
    0,
  );
  const late = await mpm(env, ["handoff", "accept", "0"]);
  assertEquals(late.status, 4);
  assertStringIncludes(late.stderr, "is already rejected: frontend");
  assertEquals(await states(env), ["rejected"]);
  const { handoff } = await mpmJson<HandoffShowResult>(env, [
    ...["handoff", "show", "0"],
  ]);
  assertEquals(handoff.answers.map(({ reason }) => reason), ["no"]);
});

Deno.test("impossible names are refused, and new ones are not", async () => {
  using env = exampleHandoff();
  const refused = async (...args: string[]) => {
    const { status, stderr } = await mpm(env, ["handoff", "new", ...args]);
    assertEquals(status, 2, stderr);
    return stderr;
  };
  const own = await refused("--to", "backend", "--from", "Backend Agent");
  assertStringIncludes(
    own,
    "Cannot hand off work to yourself: you are Backend",
  );
  assertStringIncludes(await refused("--to", "../x"), "Invalid agent name");
  assertStringIncludes(await refused(), "--to");
  await refused("--to", "a", "--git", "--local");
  env.extra.MPM_AGENT = "qa";
  await refused("--to", "QA");
  assertEquals((await made(env, "--to", "backend", "--bare")).from, "Qa");
  const near = await made(env, "--to", "bakend", "--bare");
  assertEquals(near.warnings, [
    'No agent "bakend" is known here. Did you mean "backend"?',
  ]);
  const { warnings } = await list(env, "--to", "backnd");
  assertEquals(warnings.length, 1);
  const unknown = await mpm(env, ["handoff", "show", "9"]);
  assertEquals(unknown.status, 3);
});

Deno.test("two branches keep both answers, and the next one settles them", async () => {
  using env = exampleHandoff();
  const { path } = await made(env, ...HANDOFF_ARGS, "--git");
  assertStringIncludes(path, "docs/handoffs");
  env.commit("Hand off");
  env.git("switch", "-qc", "other");
  await mpmJson(env, ["handoff", "reject", "0", "no", "time"]);
  env.commit("Reject");
  env.git("switch", "-q", "main");
  await mpmJson(env, ["handoff", "done", "0", "--agent", "backend"]);
  env.commit("Done");
  env.git("merge", "-q", "-m", "Merge", "other");
  assertEquals(await states(env), ["disputed"]);
  const { handoff } = await mpmJson<HandoffShowResult>(env, [
    ...["handoff", "show", "0"],
  ]);
  assertEquals(
    handoff.answers.map(({ state, last }) => `${state} ${last}`).sort(),
    ["done true", "rejected true"],
  );
  await mpmJson(env, ["handoff", "accept", "0", "--agent", "backend"]);
  assertEquals(await states(env), ["accepted"]);
});

Deno.test("new fills the document from the session, without secrets", async () => {
  using env = exampleHandoff();
  const key = "ghp_" + "a1B2c3D4e5".repeat(4).slice(0, 36);
  await mpmJson(env, ["next", "Add", "the", "refunds"]);
  await mpmJson(env, ["next", "Write", "the", "parser"]);
  await mpmJson(env, ["done", "2"]);
  await mpmJson(env, ["decide", "Use cents", "--why", `the token ${key}`]);
  const { text } = await made(env, "--to", "backend", "--dry-run");
  assertStringIncludes(text, "# Agent Handoff: Ada Lovelace → Backend\n");
  assertStringIncludes(text, "## From: Ada Lovelace\n");
  assertStringIncludes(text, "Completed: Write the parser\n");
  assertStringIncludes(text, "## Needs from Backend:\n- Add the refunds\n");
  assertStringIncludes(text, "## Decisions:\n- Use cents (why: the token [");
  assert(!text.includes(key));
});

Deno.test("the editor's text is written, and an invalid one is kept", async () => {
  using env = exampleHandoff();
  const args = ["handoff", "new", ...HANDOFF_ARGS, "-e"];
  const wrong = await mpm(env, args, {
    typed: [],
    edit: (path) => {
      Deno.writeTextFileSync(path, "Just words\n");
      return 0;
    },
  });
  assertEquals(wrong.status, 5);
  assertStringIncludes(wrong.stderr, "mpm kept your text");
  const right = await mpm(env, args, {
    typed: [],
    edit: (path) => {
      assertEquals(Deno.readTextFileSync(path), "Just words\n");
      Deno.writeTextFileSync(path, "# Agent Handoff: A → B\n\nMy words\n");
      return 0;
    },
  });
  assertEquals(right.status, 0, right.stderr);
  const { text } = await mpmJson<HandoffShowResult>(env, [
    ...["handoff", "show", "0"],
  ]);
  assertStringIncludes(text, "My words");
});

Deno.test("the files in the folders are read with care", async () => {
  using env = exampleHandoff();
  await made(env, ...HANDOFF_ARGS, "--git");
  env.write("docs/handoffs/README.md", "# Hand-offs\n## To: Everyone\n");
  env.write("docs/handoffs/other.md", "# Notes\n");
  env.write("docs/handoffs/.answers/a.000000000001.json", "{}");
  Deno.symlinkSync(
    `${env.root}/example.md`,
    `${env.project}/docs/handoffs/l.md`,
  );
  const { handoffs, warnings } = await list(env);
  assertEquals(handoffs.length, 1);
  assertEquals(warnings.length, 1);
  assertStringIncludes(warnings[0]!, "1 answer in");
  // A link instead of the folder is not followed, not even for writing.
  env.remove("docs/handoffs");
  Deno.symlinkSync(env.root, `${env.project}/docs/handoffs`);
  assertStringIncludes((await list(env)).warnings[0]!, "not a real folder");
  const refused = await mpm(env, ["handoff", "new", ...HANDOFF_ARGS, "--git"]);
  assertEquals(refused.status, 4);
  assertEquals(
    [...Deno.readDirSync(env.root)].filter(({ name }) => /frontend/.test(name)),
    [],
  );
});

Deno.test("a clock that went back changes no answer", async () => {
  using env = exampleHandoff();
  await made(env, ...HANDOFF_ARGS);
  await mpmJson(env, ["handoff", "accept", "0"]);
  const early = { now: () => new Date("2001-01-01T00:00:00Z") };
  await mpmJson(env, ["handoff", "done", "0"], early);
  assertEquals(await states(env), ["done"]);
  const again = await mpmJson<HandoffNewResult>(
    env,
    ["handoff", "new", ...HANDOFF_ARGS],
    early,
  );
  assertStringIncludes(again.id, "20010101-000000-frontend-backend");
});

Deno.test("status counts the open hand-offs, and saves carry them until they are done", async () => {
  using env = exampleHandoff();
  const dashboard = async () => (await mpm(env, ["status", "--short"])).stdout;
  const { id } = await made(env, ...HANDOFF_ARGS);
  assertStringIncludes(
    await dashboard(),
    "Hand-offs: 1 for Backend (mpm handoff)\n",
  );
  assert(!(await dashboard()).includes("Waiting for you"));
  env.extra.MPM_AGENT = "backend-agent";
  assertStringIncludes(await dashboard(), "Waiting for you: 1 hand-off\n");
  delete env.extra.MPM_AGENT;
  assertStringIncludes(
    (await mpm(env, ["status"])).stdout,
    "Hand-offs: 1 for Backend (mpm handoff)\n",
  );
  await mpmJson(env, ["pause", "Half done"]);
  const handoff = {
    ...{ id, from: "Frontend", to: "Backend", title: "User profile UI" },
    state: "waiting",
  };
  const resumed = async () =>
    (await mpmJson<{ handoffs: unknown[] }>(env, ["resume", "--peek"]))
      .handoffs;
  assertEquals(await resumed(), [handoff]);
  for (const format of ["text", "context", "md"]) {
    const { stdout } = await mpm(env, ["resume", "--peek", "--format", format]);
    assertStringIncludes(stdout, `${id}: Frontend → Backend, waiting`);
  }
  await mpmJson(env, ["handoff", "accept", "0"]);
  assertEquals(await resumed(), [{ ...handoff, state: "accepted" }]);
  assert(!(await dashboard()).includes("hand-off\n"));
  // If the document is unknown, the save still is known.
  Deno.renameSync(
    `${env.project}/.claude-mpm/handoffs/${id}.md`,
    `${env.root}/away.md`,
  );
  assertEquals(await resumed(), [handoff]);
  Deno.renameSync(
    `${env.root}/away.md`,
    `${env.project}/.claude-mpm/handoffs/${id}.md`,
  );
  await mpmJson(env, ["handoff", "done", "0"]);
  assertEquals(await resumed(), []);
});
