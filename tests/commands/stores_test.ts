import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import type {
  PauseResult,
  ResumeReport,
  SavesVerifyResult,
  TemplateListResult,
  UndoListResult,
} from "../../schemas/types.ts";
import { diagnose } from "../helpers/doctors.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import {
  copySample,
  formatText,
  SAMPLES,
  SESSIONS,
} from "../helpers/stores.ts";

Deno.test("doctor finds nothing wrong in a fresh clone of committed saves", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "Half of it", "--commit"]);
  const clone = join(env.root, "clone");
  env.git("clone", "-q", env.project, clone);
  const { checks } = await diagnose(env, [], { cwd: clone });
  const { state, summary, findings } = checks.saves!;
  assertEquals([state, summary, findings], ["ok", "1 save, all intact", []]);
  const verified = await mpm(env, ["saves", "verify"], { cwd: clone });
  assertEquals(verified.status, 0);
  assert(!verified.stdout.includes("kept/"), verified.stdout);
});

Deno.test("a tab in the text of a save stays a tab in its Markdown and on the screen", async () => {
  using env = TestEnv.repository();
  const { session_id: id } = await mpmJson(env, ["pause", "a\tb\n\tindented"]);
  const markdown = env.read(`${SESSIONS}/${id}.md`);
  assertStringIncludes(markdown, "\na\tb\n\tindented\n");
  const { stdout } = await mpm(env, ["saves", "show"]);
  assertStringIncludes(stdout, "\na\tb\n\tindented\n");
  assertStringIncludes((await mpm(env, ["resume"])).stdout, "a\tb");
  // Version 0.1.0 wrote it in another form, which is also valid.
  env.write(`${SESSIONS}/${id}.md`, markdown.replaceAll("\t", "\\t"));
  const { checks } = await diagnose(env);
  assertEquals(checks.saves!.findings, []);
});

Deno.test("doctor reports an older layout only for files that migrate would move", async () => {
  using env = TestEnv.repository();
  env.write(`${SESSIONS}/pause/README.md`, "# Old pauses\n");
  const before = (await diagnose(env)).checks.layout!;
  assertEquals([before.state, before.summary], ["ok", "current"]);
  env.write(`${SESSIONS}/pause/session-20260101-000000.md`, "# A pause\n");
  const after = (await diagnose(env)).checks.layout!;
  assertEquals(after.findings.map(({ detail }) => detail), [
    "1 file in sessions/pause/, the folder of claude-mpm before 4.21",
  ]);
});

const AGENT = "6cfd0319-17de-40a5-84bf-078e9df60643";

Deno.test("saves and checkpoints record how full the agent's context was, or that no one knows", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["init"]);
  Object.assign(env.extra, { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: AGENT });
  const start = Date.parse("2026-11-20T12:00:00Z");
  const usage = async (minutes: number) => {
    const now = () => new Date(start + 60_000 * minutes);
    const { session_id: id } = await mpmJson(env, ["pause", "x"], { now });
    return JSON.parse(env.read(`${SESSIONS}/${id}.json`)).context_usage;
  };
  // Values that claude-mpm writes for unknown facts; it ignores other keys.
  const unknown = {
    tokens_used: 0,
    tokens_total: 200_000,
    percentage: 0,
    source: null,
  };
  assertEquals(await usage(0), unknown);
  const stdin = JSON.stringify({
    session_id: AGENT,
    workspace: { current_dir: env.project, project_dir: env.project },
    model: { id: "claude-opus-4-5", display_name: "Opus" },
    context_window: {
      context_window_size: 1_000_000,
      current_usage: { input_tokens: 423_456 },
    },
  });
  const now = () => new Date(start + 60_000);
  await mpm(env, ["statusline"], { stdin, now });
  const known = {
    tokens_used: 423_456,
    tokens_total: 1_000_000,
    percentage: 42.3,
    source: "status-line",
  };
  assertEquals(await usage(2), known);
  await mpmJson(env, ["checkpoint", "save", "one"], { now });
  const record = JSON.parse(env.read(".claude-mpm/checkpoints/one.json"));
  assertEquals(record.session.context_usage, known);
  assertEquals(await usage(24 * 60), unknown, "a stale reading");
});

Deno.test("a checkpoint shows the next steps of the newest save and the runtimes of the project", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, [
    "pause",
    "x",
    "-n",
    "Write the migration",
    "--no-commit",
  ]);
  env.write(".nvmrc", "# LTS\nv20.11.0\n");
  env.write("package.json", '{"engines":{"node":">=18","bun":"1.1"}}');
  env.write(".tool-versions", "python 3.12.1 3.11\nterraform 1.7 # infra\n");
  env.write("api/go.mod", "module x\n\ngo 1.22\n");
  env.write("api/pyproject.toml", '[project]\nrequires-python = ">=3.10"\n');
  const cwd = join(env.project, "api");
  const saved = await mpm(env, ["checkpoint", "save", "one"], { cwd });
  assertStringIncludes(
    saved.stdout,
    "Next Steps:\n  1. Write the migration\n",
  );
  const runtimes = [
    "Python Version: >=3.10 (pyproject.toml)",
    "Go Version: 1.22 (go.mod)",
    "Node Version: v20.11.0 (.nvmrc)",
    "terraform Version: 1.7 (.tool-versions)",
    "Bun Version: 1.1 (package.json)",
    "",
  ].join("\n");
  for (const command of ["load", "show"]) {
    const { stdout } = await mpm(env, ["checkpoint", command, "one"]);
    assertStringIncludes(stdout, "## Next Steps\n1. Write the migration\n");
    assertStringIncludes(stdout, runtimes);
  }
  // Next steps of someone else do not become those of this user.
  env.extra.XDG_STATE_HOME = join(env.root, "elsewhere");
  env.write("more", "");
  await mpmJson(env, ["checkpoint", "save", "two"]);
  const { stdout } = await mpm(env, ["checkpoint", "load", "two"]);
  assert(!stdout.includes("Write the migration"), stdout);
});

Deno.test("a resume file has exactly the lists of the save that it names", async () => {
  using env = TestEnv.repository();
  const { session_id: id } = await mpmJson(env, [
    ...["pause", "x", "--no-commit", "-t", "Fix the login", "-n", "Call Bob"],
    ...["-d", "Use Stripe", "--done", "Set up CI", "-a", "Drew the plan"],
  ]);
  env.write("README.md", "# Changed\n");
  const { file, text } = await mpmJson<{ file: string; text: string }>(env, [
    "context",
    "resume-file",
  ]);
  assertStringIncludes(text, `**Lists From**: ${id} (the agent`);
  for (
    const part of [
      "## Completed Tasks\n\n- Set up CI\n- Drew the plan\n",
      "## Pending Tasks\n\n- Call Bob\n- Fix the login\n",
      "## Decisions\n\n- Use Stripe\n",
      "1. Then: Call Bob\n2. Then: Fix the login\n3. Look through 1 ",
    ]
  ) assertStringIncludes(text, part);
  for (const end of [".json", ".json.sha256", ".yaml", ".md"]) {
    env.remove(`${SESSIONS}/${id}${end}`);
  }
  const { session, source } = await mpmJson<ResumeReport>(env, ["resume"]);
  assertEquals(source, file);
  assertEquals(session.conversation.next_steps, ["Call Bob", "Fix the login"]);
});

for (const { version, id, pause } of SAMPLES) {
  Deno.test(`sessions show prints no field that a save of claude-mpm ${version} lacks`, async () => {
    using env = new TestEnv();
    copySample(env, version);
    const file = env.read(`${SESSIONS}/${pause ? "pause/" : ""}${id}.json`);
    const show = async (format: string) => {
      const args = ["saves", "show", id, "--format", format];
      return (await mpm(env, args)).stdout.replaceAll("$ROOT", env.root);
    };
    assertEquals(JSON.parse(await show("json")), JSON.parse(file));
    const yaml = await show("yaml");
    assert(!/ahead_behind|is_clean/.test(yaml), yaml);
    assertMatch(await show("md"), /^\*\*Status\*\*: (Clean|Modified)$/m);
  });
}

Deno.test("sessions show leaves out data that a Markdown save or a log lacks", async () => {
  using env = new TestEnv();
  copySample(env, "resume-logs");
  const id = "session-20260101-000000";
  env.write(`${SESSIONS}/${id}.md`, "**Summary**: All of it\n");
  for (const selector of [id, "session-20251101_115000"]) {
    for (const format of ["md", "json", "yaml"]) {
      const args = ["saves", "show", selector, "--format", format];
      const { stdout } = await mpm(env, args);
      assert(!/repo|Working Directory|Validation/.test(stdout), stdout);
    }
  }
});

Deno.test("documents of claude-mpm among the templates are not listed, and hide no template", async () => {
  using env = TestEnv.repository();
  const folder = ".claude-mpm/templates";
  const items = "\n## Phase\n\n- [ ] One\n";
  env.write(`${folder}/circuit-breakers.md`, "# Circuit Breakers\n\nText\n");
  env.write(`${folder}/pr-workflow.md`, `# PR Workflow${items}`);
  env.write(`${folder}/bug-fix.md`, `---\nname: x\nmodel: y\n---\n${items}`);
  env.write(`${folder}/hot-fix.md`, `# Template: Hot Fix${items}`);
  env.write(`${folder}/audit.md`, `---\nname: Audit\n---\n${items}`);
  env.write(`${folder}/agent.json`, "{}");
  assertEquals((await mpm(env, ["template", "list"])).stderr, "");
  const { templates } = await mpmJson<TemplateListResult>(env, [
    "template",
    "list",
  ]);
  assertEquals(
    templates.filter(({ source, problem }) => source !== "shipped" || problem)
      .map(({ name }) => name),
    ["audit", "hot-fix"],
  );
  const show = (name: string) => mpm(env, ["template", "show", name]);
  assertStringIncludes((await show("bug-fix")).stdout, "name: Bug Fix\n");
  // An entry that someone wrote by hand is still found by its name.
  assertStringIncludes((await show("pr-workflow")).stdout, "# PR Workflow");
});

Deno.test("with an ignore file of claude-mpm, git still sees no mpm files", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/.gitignore", "logs/\n*.log\n*.pyc\n__pycache__/\n");
  env.commit("Use claude-mpm");
  await mpmJson(env, ["start", "login"]);
  await mpmJson(env, ["pause", "x", "--no-commit"]);
  await mpmJson(env, ["checkpoint", "save", "one"]);
  await mpmJson(env, ["saves", "rm", "latest"]);
  await mpmJson(env, ["pause", "y", "--no-commit"]);
  await mpmJson(env, ["saves", "list"]);
  const status = env.git("status", "--porcelain", "-uall").split("\n");
  assertEquals(status, [""]);
  assertEquals(
    env.read(".claude-mpm/.gitignore"),
    "logs/\n*.log\n*.pyc\n__pycache__/\n",
  );
  // A pause can still commit its save.
  const { branch_commit: commit } = await mpmJson<PauseResult>(
    env,
    ["pause", "z", "--commit"],
  );
  assert(commit?.made);
});

Deno.test("the log and the lock of version 0.1.0 are migrated once", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "one"]);
  const store = join(env.project, ".claude-mpm");
  // As that version left them.
  Deno.renameSync(
    join(store, "state/journal.jsonl"),
    join(store, "journal.jsonl"),
  );
  Deno.renameSync(join(store, "state/lock"), join(store, ".lock"));
  env.write(".claude-mpm/.gitignore", "logs/\n");
  const operations = async () =>
    (await mpmJson<UndoListResult>(env, ["log"])).operations
      .map(({ number, operation, own }) => `${number} ${operation} ${own}`);
  assertEquals(await operations(), ["1 pause true"]);
  await mpmJson(env, ["pause", "two"]);
  assertEquals(await operations(), ["2 pause true", "1 pause true"]);
  assertEquals(
    [env.exists(".claude-mpm/journal.jsonl"), env.exists(".claude-mpm/.lock")],
    [false, false],
  );
  await mpmJson(env, ["undo"]);
  await mpmJson(env, ["undo"]);
  assertEquals((await mpm(env, ["resume"])).status, 3);
  const status = env.git("status", "--porcelain", "-uall");
  assert(!/state|journal|lock/.test(status), status);
});

Deno.test("saves of claude-mpm in a linked worktree or a subfolder are found", async () => {
  using env = TestEnv.repository();
  const [at, id] = [".claude-mpm/sessions", "session-20261120-225740"];
  const text = formatText(`claude-mpm/v6.5.83-head/${at}/${id}.json`);
  const other = "session-20261120-230000";
  env.git("worktree", "add", "-q", "../linked", "-b", "linked");
  env.write(`../linked/${at}/${id}.json`, text);
  env.write(`packages/api/${at}/${other}.json`, text.replaceAll(id, other));
  const linked = join(env.root, "linked");
  const api = join(env.project, "packages", "api");
  const resume = (cwd: string, ...args: string[]) =>
    mpmJson<ResumeReport>(env, ["resume", ...args], { cwd });
  assertEquals((await resume(linked)).session.session_id, id);
  const found = await resume(api);
  assertEquals(found.source, join(api, at, `${other}.json`));
  assertEquals(found.origin, "foreign");
  assertStringIncludes(
    found.warnings.join("\n"),
    `claude-mpm saved it in ${api}. To import it: mpm saves import .`,
  );
  // Elsewhere it is found by its id, and lists, doctor and migrate name it.
  assertEquals((await resume(env.project, id)).session.session_id, id);
  assertEquals((await mpm(env, ["saves", "show", other])).status, 0);
  const none = await mpm(env, ["resume"]);
  assertEquals(none.status, 3);
  const hint =
    `1 save by claude-mpm is in packages/api, the newest is ${other}. To import ` +
    "it: mpm saves import packages/api";
  for (const args of [["saves", "list"], ["migrate", "--dry-run"]]) {
    const { stderr } = await mpm(env, args);
    assertStringIncludes(stderr, `Note: ${hint}\n`);
    assertStringIncludes(
      stderr,
      "by claude-mpm is in ../linked, the newest is",
    );
  }
  const layout = (await diagnose(env)).checks.layout!;
  assertEquals(layout.findings.map(({ hint }) => hint), [
    "mpm saves import ../linked",
    "mpm saves import packages/api",
  ]);
  // A newer mpm save is the right one again, and mpm reports that.
  const paused = await mpm(env, ["pause", "Mine"], { cwd: api });
  assertStringIncludes(
    paused.stderr,
    'Note: claude-mpm finds this save only if you run it in "$ROOT/project"\n',
  );
  assertEquals((await resume(api)).session.conversation.summary, "Mine");
  for (const folder of ["../linked", "packages/api"]) {
    await mpmJson(env, ["saves", "import", folder]);
  }
  assertEquals((await mpm(env, ["saves", "list"])).stderr, "");
  assertEquals((await diagnose(env)).checks.layout!.findings, []);
});

Deno.test("undo of a removal restores all of a claude-mpm save, and the pointer names the newest", async () => {
  using env = TestEnv.repository();
  copySample(env, "v6.5.83-head");
  const files = () =>
    [...Deno.readDirSync(join(env.project, SESSIONS))]
      .map(({ name }) => name).sort();
  const before = files();
  await mpmJson(env, ["saves", "rm", "latest"]);
  assertEquals(files(), [".gitignore"]);
  await mpmJson(env, ["undo"]);
  assertEquals(files(), [...before, ".gitignore"].sort());
  const { sessions } = await mpmJson<SavesVerifyResult>(env, [
    "sessions",
    "verify",
  ]);
  assertEquals(sessions.map(({ state }) => state), ["intact"]);
  const pointer = env.read(`${SESSIONS}/LATEST-SESSION.txt`);
  assertStringIncludes(pointer, ".json (machine-readable)\n- session-");
  assert(!pointer.includes(".yaml"), pointer);
});
