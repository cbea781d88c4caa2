import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { StandupResult } from "../../schemas/types.ts";
import { BACKEND, mpmAs } from "../helpers/agents.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, projectSlug } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { putHome } from "../helpers/stores.ts";
import { at } from "../helpers/works.ts";

type Entry = StandupResult["actors"][number]["done"][number];

/** The work, plans and blockers of each agent. */
async function standup(
  env: TestEnv,
  ...args: string[]
): Promise<StandupResult> {
  return await mpmJson<StandupResult>(
    env,
    ["standup", ...args],
    { now: at(60) },
  );
}

function texts(entries: readonly Entry[]): string[] {
  return entries.map(({ text }) => text);
}

/** The report of one agent, by name. */
function reportOf({ actors }: StandupResult, wanted: string) {
  const found = actors.find(({ name }) =>
    name.toLowerCase() === wanted.toLowerCase()
  );
  if (!found) throw new Error(`not reported: ${wanted}`);
  return found;
}

Deno.test("standup reports politely that nothing was done", async () => {
  using env = TestEnv.repository();
  const { status, stdout } = await mpm(env, ["standup"], { now: at(60) });
  assertEquals(status, 0);
  assertStringIncludes(stdout, "No work was done, and nothing is waiting.");
  assertEquals(env.exists(".claude-mpm"), false);
});

Deno.test("standup shows a person's work, plans, and blockers", async () => {
  using env = TestEnv.repository();
  const now = at(0);
  await mpm(env, ["next", "Add refunds"], { now });
  await mpm(env, ["next", "Write docs"], { now });
  await mpm(env, ["block", "Waiting for a key"], { now });
  await mpm(env, ["pause", "Refunds", "-a", "The model", "-n", "Tests"], {
    now,
  });
  await mpm(env, ["done", "2"], { now });
  const ada = reportOf(await standup(env), "Ada Lovelace");
  assertEquals(texts(ada.done).sort(), ["The model", "Write docs"]);
  assertEquals(texts(ada.next).sort(), ["Add refunds", "Tests"]);
  assertEquals(texts(ada.blocked), ["Waiting for a key"]);
  assertEquals(ada.person, true);
});

Deno.test("standup does not list a step that is done as next", async () => {
  using env = TestEnv.repository();
  await mpm(env, ["pause", "Refunds", "-n", "Tests"], { now: at(0) });
  await mpm(env, ["done", "1"], { now: at(1) });
  const ada = reportOf(await standup(env), "Ada Lovelace");
  assertEquals([texts(ada.done), texts(ada.next)], [["Tests"], []]);
});

Deno.test("standup reads commits of all worktrees, and finds overlaps", async () => {
  using env = TestEnv.repository();
  env.write("a.txt", "a");
  env.commit("Add a");
  env.git("worktree", "add", "-q", "--detach", "../other");
  const other = join(env.root, "other");
  Deno.writeTextFileSync(join(other, "a.txt"), "b");
  env.extra.GIT_AUTHOR_NAME = "Grace";
  env.git("-C", other, "commit", "-qam", "Change a");
  const result = await standup(env, "--since", "2025-12-31");
  assertEquals(texts(reportOf(result, "Grace").done), ["Change a"]);
  assertEquals(result.overlaps, [
    { path: "a.txt", by: ["Ada Lovelace", "Grace"], claimed_by: [] },
  ]);
});

Deno.test("a commit during the only agent session of a worktree belongs to that session", async () => {
  using env = TestEnv.repository();
  const lines = ["2025-12-31T23:00:00Z", "2026-01-01T01:00:00Z"].map((
    timestamp,
  ) => `${JSON.stringify({ type: "user", timestamp })}\n`).join("");
  const slug = projectSlug(env.project);
  putHome(env, `.claude/projects/${slug}/${AGENT}.jsonl`, lines);
  env.write("a.txt", "a");
  env.commit("Add a");
  const result = await standup(env, "--since", "2025-12-31");
  assertStringIncludes(
    texts(reportOf(result, "claude-code").done).join(),
    "Add a",
  );
  const second = AGENT.replace("6", "7");
  putHome(env, `.claude/projects/${slug}/${second}.jsonl`, lines);
  const both = await standup(env, "--since", "2025-12-31");
  assertEquals(both.actors.map(({ name }) => name), ["Ada Lovelace"]);
});

Deno.test("standup lists the hand-offs that wait, and who answered one", async () => {
  using env = TestEnv.repository();
  const document = ["--need", "GET /users", "--criterion", "Returns 200"];
  const from = ["handoff", "new", "--from", "frontend"];
  await mpm(env, [...from, "--to", "backend", ...document], { now: at(0) });
  const { waiting } = reportOf(await standup(env), "backend");
  assertEquals(waiting.map(({ from, state }) => [from.toLowerCase(), state]), [
    ["frontend", "waiting"],
  ]);
  env.extra.MPM_AGENT = "backend";
  await mpm(env, ["handoff", "done", "0", "In 4f2a9c1"], { now: at(1) });
  const done = reportOf(await standup(env), "backend");
  assertEquals(done.waiting, []);
  assertStringIncludes(texts(done.done).join(), "done (In 4f2a9c1)");
});

Deno.test("standup names the agent of a session that has ended", async () => {
  using env = TestEnv.repository();
  const session = [BACKEND, "backend"] as const;
  const now = at(0);
  await mpmAs(env, session, ["pause", "Users", "-a", "The model"], { now });
  await mpmAs(env, session, ["next", "Write tests"], { now });
  const result = await standup(env);
  assertEquals(result.actors.map(({ name }) => name), ["backend"]);
  assertEquals(texts(reportOf(result, "backend").done), ["The model"]);
  assertEquals(texts(reportOf(result, "backend").next), ["Write tests"]);
});

Deno.test("standup names the files of an agent without other reports", async () => {
  using env = TestEnv.repository();
  const start = at(0)().getTime();
  const paths = [..."abcdefg"].map((name) => `src/${name}.ts`);
  const lines = [
    ["user", "Build the endpoints"],
    ...paths.flatMap((path, at) => {
      const input = { file_path: join(env.project, path), content: "x" };
      const id = `toolu_${at}`;
      return [
        ["assistant", [{ type: "tool_use", id, name: "Write", input }]],
        ["user", [{ type: "tool_result", tool_use_id: id, content: "ok" }]],
      ];
    }),
  ].map(([role, content], line) =>
    JSON.stringify({
      ...{ type: role, uuid: `u${line}`, sessionId: BACKEND, cwd: env.project },
      timestamp: new Date(start + line).toISOString(),
      message: { role, content },
    })
  );
  const slug = projectSlug(env.project);
  const transcript = `.claude/projects/${slug}/${BACKEND}.jsonl`;
  putHome(env, transcript, `${lines.join("\n")}\n`);
  const session = [BACKEND, "backend"] as const;
  await mpmAs(env, session, ["pause", "Users"], { now: at(1) });
  await mpmAs(env, session, ["pause", "Users"], { now: at(2) });
  const changed =
    "Changed src/a.ts, src/b.ts, src/c.ts, src/d.ts, src/e.ts and 2 more";
  const only = reportOf(await standup(env), "backend");
  assertEquals(texts(only.done), [changed]);
  await mpmAs(env, session, ["pause", "Users", "-a", "The model"], {
    now: at(3),
  });
  const said = reportOf(await standup(env), "backend");
  assertEquals(texts(said.done), ["The model"]);
});

Deno.test("standup lists a hand-off to a person as theirs", async () => {
  using env = TestEnv.repository();
  const document = ["--need", "GET /users", "--criterion", "Returns 200"];
  const to = ["--from", "backend", "--to", "Ada Lovelace"];
  await mpm(env, ["handoff", "new", ...to, ...document], { now: at(0) });
  const ada = reportOf(await standup(env), "Ada Lovelace");
  assertEquals([ada.person, ada.waiting.length], [true, 1]);
  const { stdout } = await mpm(env, ["status", "--short"], { now: at(1) });
  assertStringIncludes(stdout, "Waiting for you: 1 hand-off\n");
  assert(!stdout.includes("Hand-offs:"));
});

Deno.test("standup names a claim on a file that someone else changed", async () => {
  using env = TestEnv.repository();
  env.write("src/a.ts", "a");
  env.commit("Add a");
  const claim = ["claim", "src", "--for", "2h", "--agent", "backend"];
  await mpm(env, claim, { now: at(0) });
  const { overlaps } = await standup(env, "--since", "2025-12-31");
  assertEquals(overlaps, [{
    ...{ path: "src/a.ts", by: ["backend", "Ada Lovelace"] },
    claimed_by: ["backend"],
  }]);
});

Deno.test("standup prints Markdown in which no text acts as markup", async () => {
  using env = TestEnv.repository();
  env.write("a.txt", "a");
  env.commit("Add <b>a</b> # | \x1b[31m");
  const { stdout } = await mpm(
    env,
    ["standup", "--since", "2025-12-31", "--format", "markdown"],
    { now: at(60) },
  );
  assertStringIncludes(stdout, "# Standup\n\nSince 2025-12-31 00:00 UTC\n");
  assertStringIncludes(stdout, "## Ada Lovelace\n\n**Done**\n\n- ");
  assertStringIncludes(stdout, "Add \\<b\\>a\\</b\\> \\# \\|");
  assertEquals(stdout.includes("\x1b"), false);
});

Deno.test("standup redacts secrets", async () => {
  using env = TestEnv.repository();
  const secret = `ghp_${"a1B2".repeat(9)}`;
  env.write("a.txt", "a");
  env.commit(`Use ${secret}`);
  const { stdout } = await mpm(env, ["standup", "--since", "2025-12-31"]);
  assertStringIncludes(stdout, "Use ");
  assertEquals(stdout.includes(secret), false);
});

Deno.test("standup accepts ages, dates and days, and refuses the rest", async () => {
  using env = TestEnv.repository();
  const since = async (text: string) =>
    (await standup(env, "--since", text)).since;
  const today = at(60)().toISOString().slice(0, 10);
  assertEquals(await since("today"), `${today}T00:00:00.000Z`);
  assertEquals(
    Date.parse(await since("today")) - Date.parse(await since("yesterday")),
    86_400_000,
  );
  assertEquals(await since("1h"), at(0)().toISOString());
  const { status, stderr } = await mpm(env, ["standup", "--since", "soon"]);
  assert(status > 0);
  assertStringIncludes(stderr, 'Invalid --since "soon"');
});

Deno.test("a standup outside a repository has no commits", async () => {
  using env = new TestEnv();
  await mpm(env, ["pause", "Refunds", "-a", "The model"], { now: at(0) });
  const { actors } = await standup(env);
  assertEquals(actors.map(({ done }) => texts(done)), [["The model"]]);
});
