import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  ResumeReport,
  SavesListResult,
  SavesShowResult,
  SavesVerifyResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import {
  copySample,
  idAt,
  ownSave,
  putSave,
  SESSIONS,
} from "../helpers/stores.ts";

async function list(env: TestEnv): Promise<SavesListResult["sessions"]> {
  return (await mpmJson<SavesListResult>(env, ["saves", "list"]))
    .sessions;
}

async function show(env: TestEnv, selector: string) {
  const args = ["saves", "show", selector];
  return (await mpmJson<SavesShowResult>(env, args)).session;
}

const LOGS = ".claude-mpm/resume-logs";
const FULL = "session-20251101_115000";
const SHORT = "session-20251101_120000";

Deno.test("resume logs are listed after the saves, shown, verified and resumed", async () => {
  using env = TestEnv.repository();
  copySample(env, "resume-logs");
  putSave(env, ownSave(idAt(0)));
  const rows = await list(env);
  assertEquals(
    rows.map(({ session_id: id, log, location }) => [id, log, location]),
    [
      [idAt(0), false, "sessions"],
      [SHORT, true, "resume-logs"],
      [FULL, true, "resume-logs"],
    ],
  );
  const log = await show(env, FULL);
  assertEquals(log.paused_at, "2026-11-20T23:08:47.964557+00:00");
  assertEquals(log.conversation.summary, "Auth system");
  assertEquals(log.conversation.accomplishments, ["JWT done"]);
  assertEquals(log.conversation.next_steps, ["migrate"]);
  assertEquals(log.decisions, ["JWT (stateless)"]);
  assertEquals(log.important_reminders, [
    "bcrypt 12",
    "migration: 001",
    "Warning: w1",
    "Error: e1",
  ]);
  assertEquals(log.resume_instructions.files_to_review, ["a.py"]);
  assertEquals(log.context_usage.tokens_used, 170_000);
  const text = await mpm(env, ["saves", "show", "115000"]);
  assertStringIncludes(text.stdout, "## Decisions\n\n- JWT (stateless)\n");
  const { intact, sessions } = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  assert(intact);
  // Their misnamed checksum files agree.
  assertEquals(sessions.map(({ state }) => state), [
    "intact",
    "intact",
    "intact",
  ]);
  const resumed = await mpm(env, ["resume", FULL]);
  assertEquals(resumed.status, 0, resumed.stderr);
  assertStringIncludes(resumed.stdout, "Auth system");
  // A plain resume still uses the newest save.
  assertEquals(
    (await mpmJson<ResumeReport>(env, ["resume"])).session.session_id,
    idAt(0),
  );
});

Deno.test("a resume log in Markdown alone has the same content", async () => {
  using env = new TestEnv();
  copySample(env, "resume-logs");
  const [full, short] = [await show(env, FULL), await show(env, SHORT)];
  env.remove(`${LOGS}/${FULL}.json`);
  env.remove(`${LOGS}/${SHORT}.json`);
  for (const [id, before] of [[FULL, full], [SHORT, short]] as const) {
    const after = await show(env, id);
    assertEquals(after.conversation, before.conversation);
    assertEquals(after.paused_at, before.paused_at);
    assertEquals(after.decisions, before.decisions);
    const said = before.important_reminders
      .filter((line) => !/^(Warning|Error): /.test(line));
    assertEquals(after.important_reminders.slice(0, said.length), said);
  }
  assertEquals((await list(env)).map(({ format }) => format), ["md", "md"]);
});

Deno.test("the newest log is resumed if there is no save", async () => {
  using env = new TestEnv();
  copySample(env, "resume-logs");
  const { session } = await mpmJson<ResumeReport>(env, ["resume"]);
  assertEquals(session.session_id, SHORT);
});

const DOCUMENT = `# Session Resume: auth work

## Context Status
- Tokens: 140k / 200k (70%)

## Completed Tasks
- Login form
- [x] Token refresh

## In Progress
- Logout

## Pending Tasks
1. Audit log

## Git Context
**Branch**: \`feature/auth\`

## Recommended Next Actions
1. Finish logout
`;

Deno.test("a session-resume document is read as far as it is understood", async () => {
  using env = new TestEnv();
  const id = "session-resume-2026-01-02-030405";
  env.write(`${SESSIONS}/${id}.md`, DOCUMENT);
  const [row] = await list(env);
  assertEquals(
    [row!.session_id, row!.paused_at, row!.log, row!.branch],
    [id, "2026-01-02T03:04:05.000Z", true, "feature/auth"],
  );
  const { conversation } = await show(env, id);
  assertEquals(conversation.summary, "Session Resume: auth work");
  assertEquals(conversation.accomplishments, ["Login form", "Token refresh"]);
  assertEquals(conversation.next_steps, [
    "Logout",
    "Audit log",
    "Finish logout",
  ]);
  const verified = await mpm(env, ["saves", "verify"]);
  assertEquals(verified.status, 0);
  assertStringIncludes(verified.stdout, `unchecked  ${id}\n`);
  const resumed = await mpm(env, ["resume", id]);
  assertEquals(resumed.status, 0, resumed.stderr);
});

Deno.test("an automatic pause whose save was never written is read from its record", async () => {
  using env = new TestEnv();
  copySample(env, "v6.5.83-incremental");
  const id = "session-20261120-230847";
  const before = await show(env, id);
  env.remove(`${SESSIONS}/${id}.json`);
  env.remove(`${SESSIONS}/${id}.md`);
  const [row] = await list(env);
  assertEquals([row!.session_id, row!.format, row!.log], [id, "jsonl", true]);
  const after = await show(env, id);
  assertEquals(after.conversation, before.conversation);
  assertEquals(after.incremental_pause, before.incremental_pause);
  assertEquals(after.context_usage, before.context_usage);
});

Deno.test("ids in YAML that look like numbers stay text", async () => {
  using env = new TestEnv();
  const shas = ["1234e56", "12e4567", "1e3", "0123489", "0o17"];
  const commits = shas.map((sha) =>
    `  - sha: ${sha}\n    author: A\n    timestamp: 2026-11-20 22:57:31 +0000\n` +
    "    message: 007\n"
  );
  env.write(
    `${SESSIONS}/${idAt(0)}.yaml`,
    `session_id: ${idAt(0)}\npaused_at: '2026-01-01T00:00:00+00:00'\n` +
      `git_context:\n  branch: 1e5\n  recent_commits:\n${commits.join("")}` +
      "conversation:\n  summary: 0123\n",
  );
  const { git_context: git, conversation } = await show(env, "latest");
  assertEquals(git.recent_commits.map(({ sha }) => sha), shas);
  assertEquals([git.branch, conversation.summary], ["1e5", "0123"]);
  assertEquals(git.recent_commits[0]!.message, "007");
});

Deno.test("damaged and invalid files are reported and do not hide others", async () => {
  using env = new TestEnv();
  copySample(env, "resume-logs");
  putSave(env, ownSave(idAt(0)));
  env.write(`${LOGS}/${FULL}.json`, '{"session_id": "20251101');
  env.remove(`${LOGS}/${FULL}.md`);
  env.write(`${LOGS}/session-empty.md`, "");
  env.write(`${LOGS}/session-list.json`, "[1]");
  env.write(`${SESSIONS}/${idAt(1)}.yaml`, "{ a: [1");
  env.write(`${SESSIONS}/${idAt(2)}-incremental.jsonl`, '{"type": "pau');
  env.write(`${SESSIONS}/session-resume-2026-01-01-000000.md`, "free text\n");
  const rows = await list(env);
  const codes = Object.fromEntries(
    rows.map(({ session_id: id, problem }) => [id, problem?.code ?? "whole"]),
  );
  assertEquals(codes, {
    [idAt(0)]: "whole",
    [idAt(1)]: "UNREADABLE",
    [idAt(2)]: "UNREADABLE",
    [SHORT]: "whole",
    [FULL]: "UNREADABLE",
    "session-empty": "UNREADABLE",
    "session-list": "UNREADABLE",
    "session-resume-2026-01-01-000000": "whole",
  });
  const verified = await mpm(env, ["saves", "verify", "--json"]);
  assertEquals(verified.status, 5);
  const { sessions } = JSON.parse(verified.stdout) as SavesVerifyResult;
  assertEquals(
    sessions.filter(({ state }) => state === "damaged").length,
    5,
  );
});
