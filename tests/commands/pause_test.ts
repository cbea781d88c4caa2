import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import type { PauseResult, Save } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { posixTest } from "../helpers/posix.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { misfits } from "../helpers/schemas.ts";
import { ROOT } from "../helpers/tree.ts";

const SESSIONS = ".claude-mpm/sessions";
const NOON = () => new Date("2026-11-20T12:00:00.123Z");
const ID = "session-20261120-120000";

function savedJson(env: TestEnv, id = ID): Save {
  return parsed(env.read(`${SESSIONS}/${id}.json`));
}

/** The JSON of a save, which must fit its schema. */
function parsed(json: string): Save {
  const save = JSON.parse(json);
  assertEquals(misfits("save", save), "");
  return save;
}

Deno.test("pause answers in six lines, with -v with the files, with -q with the id", async () => {
  using env = TestEnv.repository();
  env.write("src/a b.ts", "1\n");
  env.write("README.md", "# Changed\n");
  const words = "Working on [auth] \x1b[31mrefactor";
  const { status, stdout, stderr } = await mpm(
    env,
    ["pause", "--no-commit", "-m", words, "-n", "Add tests", "-n", "Ship"],
    { now: NOON },
  );
  assertEquals({ status, stdout, stderr }, {
    status: 0,
    stdout: `Session Paused Successfully: Working on [auth] \\x1b[31mrefactor
Saved: ${SESSIONS}/${ID}.json
Branch: main, no copy in git (--no-commit)
Files: 2 uncommitted; contents of 2 kept (12 B)
Next: Add tests (and 1 more)
Continue: mpm resume
`,
    stderr: "",
  });
  const verbose = await mpm(env, ["pause", "-v", "-s", "One\ntwo"]);
  assertStringIncludes(verbose.stdout, "Summary:\n  One\n  two\n");
  assertStringIncludes(verbose.stdout, "files:\n  README.md\n  src/a b.ts\n");
  assertMatch(verbose.stdout, /Files of the save in .*\n {2}session-\d/);
  assert(!verbose.stdout.includes("Ignored by git"), verbose.stdout);
  const quiet = await mpm(env, ["pause", "-q", "--no-commit"]);
  assertMatch(quiet.stdout, /^session-\d{8}-\d{6}\n$/);
});

Deno.test("pause counts deleted files, which have no contents to keep", async () => {
  using env = TestEnv.repository();
  env.write("new", "1\n");
  env.remove("README.md");
  const { stdout } = await mpm(env, ["pause", "--no-commit"]);
  const line = "Files: 2 uncommitted; contents of 1 kept (2 B); 1 deleted\n";
  assertStringIncludes(stdout, line);
});

Deno.test("pause stays within six lines of a terminal of 80 columns", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "refunds", "Refunds for partial payments"]);
  env.git("switch", "-q", "-c", "feature/refunds-of-partial-payments");
  for (const name of ["one", "two", "three"]) {
    env.write(`.env.${name}-of-the-staging-machines`, "KEY=1\n");
  }
  const { stdout } = await mpm(env, ["pause"], { typed: [] });
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.length, 6, stdout);
  assertStringIncludes(lines[3]!, "3 left out, see --verbose");
  const piped = await mpm(env, ["pause"]);
  assertStringIncludes(piped.stdout, "left out: .env.one-of-the-staging");
});

Deno.test("pause names the command that continues the agent's conversation", async () => {
  using env = TestEnv.repository();
  const agent = "6cfd0319-17de-40a5-84bf-078e9df60643";
  const pause = ["pause", "--no-commit", "--agent-session", agent, "-s", "One"];
  const { stdout } = await mpm(env, pause);
  assertStringIncludes(
    stdout,
    `Continue: mpm resume, or claude --resume ${agent}`,
  );
  const { agent_command: command } = await mpmJson<PauseResult>(env, pause);
  assertEquals(command, ["claude", "--resume", agent]);
});

Deno.test("pause -e saves the text from the editor, and nothing for an empty text", async () => {
  using env = TestEnv.repository();
  env.extra.VISUAL = "my-editor --wait";
  const pause = ["pause", "-e", "--no-commit", "-n", "From the line"];
  const seen: string[] = [];
  const { status, stdout } = await mpm(env, pause, {
    typed: [],
    edit(path, editor) {
      const text = Deno.readTextFileSync(path);
      seen.push(editor, text);
      const more = text.replace("summary: ", "summary: Typed by hand")
        .replace("- From the line", "- From the line\n- Second");
      Deno.writeTextFileSync(path, more);
      return 0;
    },
  });
  assertEquals(status, 0);
  assertEquals(seen[0], "my-editor --wait");
  assertStringIncludes(seen[1]!, '\n# with "#", and an empty text cancels');
  assertStringIncludes(stdout, "Next: From the line (and 1 more)");
  const { session } = await mpmJson<{ session: Save }>(env, ["show"]);
  assertEquals(session.conversation.summary, "Typed by hand");
  assertEquals(session.conversation.next_steps, ["From the line", "Second"]);
  // The empty entries of the other fields do not count.
  const { accomplishments = [] } = session.conversation;
  assertEquals([accomplishments, session.open_questions ?? []], [[], []]);
  const count = async () =>
    (await mpmJson<{ total: number }>(env, ["saves", "list"])).total;
  for (
    const text of ["", "# only\n# comments\n", "summary:\nnext_steps:\n- \n"]
  ) {
    const left = await mpm(env, ["pause", "-e"], {
      typed: [],
      edit(path) {
        assert(Deno.readTextFileSync(path).includes("1 next: From the line"));
        Deno.writeTextFileSync(path, text);
        return 0;
      },
    });
    assertEquals(left.status, 130, left.stderr);
    assertStringIncludes(left.stderr, "Nothing was saved");
  }
  assertEquals(await count(), 1);
});

Deno.test("pause -e keeps a text that it cannot use, and opens it again", async () => {
  using env = TestEnv.repository();
  const pause = ["pause", "-e", "--no-commit"];
  const odd = "summary: Long text\nnonsense_field:\n- x\n";
  const first = await mpm(env, pause, {
    typed: [],
    edit: (path) => (Deno.writeTextFileSync(path, odd), 0),
  });
  assertEquals(first.status, 2);
  assertStringIncludes(first.stderr, "mpm kept your text");
  const second = await mpm(env, pause, {
    typed: [],
    edit(path) {
      const text = Deno.readTextFileSync(path);
      assertEquals(text, odd);
      Deno.writeTextFileSync(path, text.replace(/nonsense[^]*/, ""));
      return 0;
    },
  });
  assertEquals(second.status, 0, second.stderr);
  assertStringIncludes(second.stdout, "Successfully: Long text\n");
  const failed = await mpm(env, pause, { typed: [], edit: () => 1 });
  assertEquals(failed.status, 130);
  const piped = await mpm(env, pause);
  assertEquals(piped.status, 2);
  assertStringIncludes(piped.stderr, "without a terminal");
});

Deno.test("pause records everything from its options", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, [
    ...["pause", "-s", "Payments", "-a", "Added webhooks", "-a", "Added tests"],
    ...[
      "-n",
      "Add refunds",
      "-n",
      "- then taxes",
      "-d",
      "Use cents",
      "-b",
      "Keys",
    ],
    ...["-t", "Review", "--done", "Design", "--name", "pay"],
  ], { now: NOON });
  const { conversation, todos, mpm: own } = savedJson(env);
  assertEquals(conversation, {
    primary_task: "Payments",
    current_phase: "In progress",
    summary: "Payments",
    accomplishments: ["Added webhooks", "Added tests"],
    next_steps: ["Add refunds", "- then taxes"],
  });
  assertEquals(todos, {
    active: [{ content: "Review", status: "pending" }],
    completed: [{ content: "Design", status: "completed" }],
  });
  assertEquals([own?.decisions, own?.blockers, own?.name], [
    ["Use cents"],
    ["Keys"],
    "pay",
  ]);
});

posixTest(
  "pause writes every file private, with the time of the pause",
  async () => {
    using env = TestEnv.repository();
    await mpmJson(env, ["pause", "--no-commit"], { now: NOON });
    const folder = join(env.project, ".claude-mpm");
    const found: string[] = [];
    const visit = (path: string) => {
      for (const { name, isDirectory } of Deno.readDirSync(path)) {
        const full = join(path, name);
        const mode = (Deno.lstatSync(full).mode! & 0o777).toString(8);
        assertEquals(mode, isDirectory ? "700" : "600", full);
        found.push(full.slice(folder.length + 1));
        if (isDirectory) visit(full);
      }
    };
    visit(folder);
    assert(found.length >= 10, found.join());
    for (const name of [`${ID}.json`, `${ID}.md`, `${ID}.yaml`]) {
      const { mtime } = Deno.statSync(join(folder, "sessions", name));
      assertEquals(mtime, NOON(), name);
    }
  },
);

Deno.test("pause writes a checksum of the exact bytes of the JSON", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "--no-commit", "Grüße 🎉"], { now: NOON });
  const bytes = Deno.readFileSync(join(env.project, SESSIONS, `${ID}.json`));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assertEquals(env.read(`${SESSIONS}/${ID}.json.sha256`), digest.toHex());
  assert(bytes.every((byte) => byte < 0x80), "the JSON is ASCII");
  assertEquals(savedJson(env).conversation.summary, "Grüße 🎉");
});

Deno.test("pause makes a summary from the state of the project", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "# Changed\n");
  env.write("new.txt", "new\n");
  const { summary, summary_generated: generated } = await mpmJson<PauseResult>(
    env,
    ["pause", "--no-commit", "-t", "Test it"],
  );
  assertMatch(
    summary,
    /^On main at [0-9a-f]{7} "Start the project"; 1 changed file \(README\.md\), 1 untracked; 1 open todo$/,
  );
  assert(generated);
});

Deno.test("pause --commit commits only its own files to the branch", async () => {
  using env = TestEnv.repository();
  env.write("staged.txt", "staged\n");
  env.git("add", "staged.txt");
  env.write("README.md", "# Changed\n");
  env.write(".git/hooks/pre-commit", "#!/bin/sh\ntouch ran\nexit 1\n");
  Deno.chmodSync(join(env.project, ".git/hooks/pre-commit"), 0o755);
  const before = env.git("status", "--porcelain");

  const { branch_commit: commit } = await mpmJson<PauseResult>(
    env,
    ["pause", "Half way", "--commit"],
    { now: NOON },
  );

  assertEquals([commit?.made, commit?.branch], [true, "main"]);
  assertEquals(env.git("rev-parse", "HEAD"), commit?.sha);
  assertEquals(
    env.git("log", "-1", "--format=%B"),
    `session: pause at 2026-11-20 12:00:00

Session ID: ${ID}
Context: Half way`,
  );
  assertEquals(
    env.git("show", "--name-status", "--format=", "HEAD").split("\n"),
    [
      `A\t${SESSIONS}/${ID}.json`,
      `A\t${SESSIONS}/${ID}.json.sha256`,
      `A\t${SESSIONS}/${ID}.md`,
      `A\t${SESSIONS}/${ID}.yaml`,
    ],
  );
  assertEquals(env.git("status", "--porcelain"), before);
  assert(!env.exists("ran"), "no hook ran");
  assertEquals(env.git("fsck", "--strict"), "");
});

const UNCOMMITTED: [string, (env: TestEnv) => void, string][] = [
  ["ignored folder", (env) => {
    env.write(".gitignore", ".claude-mpm/\n");
  }, "git ignores .claude-mpm"],
  ["detached HEAD", (env) => {
    env.git("checkout", "-q", "--detach");
  }, "HEAD is detached"],
  ["merge in progress", (env) => {
    env.git("checkout", "-q", "-b", "other");
    env.write("README.md", "# Other\n");
    env.commit("Other");
    env.git("checkout", "-q", "main");
    env.write("README.md", "# Main\n");
    env.commit("Main");
    env.run("git", ["merge", "-q", "other"]);
  }, "a merge is in progress"],
];

for (const [name, prepare, reason] of UNCOMMITTED) {
  Deno.test(`pause --commit does not commit to the branch: ${name}`, async () => {
    using env = TestEnv.repository();
    prepare(env);
    const head = env.git("rev-parse", "HEAD");
    const branch = env.git("branch", "--show-current") || null;
    const { commit, branch_commit: onBranch } = await mpmJson<PauseResult>(
      env,
      ["pause", "--commit"],
    );
    assertEquals(onBranch, { made: false, sha: null, branch, reason });
    assertEquals(env.git("rev-parse", "HEAD"), head);
    assertEquals([commit.made, commit.reason], [true, null]);
  });
}

Deno.test("git keeps a save of a user it does not know, but commits it to no branch", async () => {
  using env = TestEnv.repository();
  for (const name of ["AUTHOR", "COMMITTER"]) {
    env.extra[`GIT_${name}_NAME`] = "";
    env.extra[`GIT_${name}_EMAIL`] = "";
  }
  env.git("config", "user.useConfigOnly", "true");
  const { commit, branch_commit: onBranch } = await mpmJson<PauseResult>(
    env,
    ["pause", "--commit"],
  );
  assertEquals([commit.made, onBranch?.made], [true, false]);
  assertStringIncludes(
    onBranch!.reason!,
    "git does not know your name and email",
  );
});

Deno.test("pause before the first commit, outside git, without git", async () => {
  using env = new TestEnv();
  const outside = await mpmJson<PauseResult>(env, ["pause"]);
  assertEquals(outside.commit.reason, "not a git repository");
  assertEquals([outside.summary, outside.repository], ["Outside git", false]);
  const { stdout } = await mpm(env, ["pause"]);
  assertStringIncludes(stdout, "\nFiles: unknown, because this is not a git");
  const status = await mpm(env, ["status"]);
  assertStringIncludes(status.stdout, "\nSince then: unknown\n");
  const setup = await mpm(env, ["setup", "--dry-run"]);
  assertStringIncludes(setup.stdout, "git version ");
  assertStringIncludes(
    setup.stdout,
    "Saves do not keep the contents of uncommitted files.",
  );

  env.git("init", "-q");
  env.write("a.txt", "a\n");
  const unborn = await mpmJson<PauseResult>(env, ["pause"]);
  assertEquals([unborn.commit.made, unborn.commit.reason], [true, null]);
  assertEquals(unborn.summary, "On main without commits yet; 1 untracked");

  env.extra.PATH = join(env.root, "tmp");
  const without = await mpmJson<PauseResult>(env, ["pause"]);
  assertEquals(without.commit.reason, "git is not installed");
});

Deno.test("two pauses in one second are two saves", async () => {
  using env = TestEnv.repository();
  const first = await mpmJson<PauseResult>(env, ["pause", "one"], {
    now: NOON,
  });
  const second = await mpmJson<PauseResult>(env, ["pause", "two"], {
    now: NOON,
  });
  assertEquals([first.session_id, second.session_id], [
    ID,
    "session-20261120-120001",
  ]);
  assertEquals(savedJson(env).conversation.summary, "one");
});

Deno.test("pause --dry-run writes nothing and prints what it would write", async () => {
  using env = TestEnv.repository();
  const { stdout } = await mpm(env, ["pause", "--dry-run", "x"], { now: NOON });
  assertStringIncludes(stdout, "Dry run: nothing was written");
  assertStringIncludes(stdout, `Would save: ${SESSIONS}/${ID}.json`);
  assertStringIncludes(stdout, "Branch: main, with a copy in git");
  assertEquals(env.exists(".claude-mpm"), false);
});

Deno.test("pause --input reads the same as JSON, from a file or stdin", async () => {
  using env = TestEnv.repository();
  const input = JSON.stringify({
    summary: "From the agent",
    next_steps: ["One", "Two"],
    todos: ["Open", { content: "Doing", status: "in_progress" }],
    done: ["Finished"],
    open_questions: ["Why?"],
  });
  await mpmJson(env, ["pause", "--input", "-", "-n", "Three"], {
    stdin: input,
    now: NOON,
  });
  const save = savedJson(env);
  assertEquals(save.conversation.summary, "From the agent");
  assertEquals(save.conversation.next_steps, ["One", "Two", "Three"]);
  assertEquals(save.open_questions, ["Why?"]);
  assertEquals(save.todos.active, [
    { content: "Open", status: "pending" },
    { content: "Doing", status: "in_progress" },
  ]);

  env.write("in.json", '{"sumary": "typo"}');
  const typo = await mpm(env, ["pause", "--input", "in.json"]);
  assertEquals(typo.status, 2);
  assertStringIncludes(typo.stderr, '"sumary"');
  env.write("in.json", '{"summary": ');
  const torn = await mpm(env, ["pause", "--input", "in.json"]);
  assertEquals(torn.status, 2);
  assertStringIncludes(torn.stderr, 'Cannot read "in.json" as JSON');
  const missing = await mpm(env, ["pause", "--input", "gone.json"]);
  assertEquals(missing.status, 6);
  assertStringIncludes(missing.stderr, "no such file");
});

Deno.test("pause --export writes a copy to a file or into a folder", async () => {
  using env = TestEnv.repository();
  Deno.mkdirSync(join(env.project, "out"));
  const into = await mpmJson<PauseResult>(
    env,
    ["pause", "--no-commit", "--export", "out"],
    { now: NOON },
  );
  assertEquals(into.exported, join(env.project, `out/${ID}.json`));
  assertEquals(env.read(`out/${ID}.json`), env.read(`${SESSIONS}/${ID}.json`));

  const file = ["pause", "--no-commit", "--export", "copy.json"];
  await mpmJson(env, file);
  await mpmJson(env, file); // an earlier export may be replaced

  env.write("notes.txt", "mine\n");
  const count = [...Deno.readDirSync(join(env.project, SESSIONS))].length;
  const foreign = await mpm(env, ["pause", "--export", "notes.txt"]);
  assertEquals(foreign.status, 4);
  assertEquals(env.read("notes.txt"), "mine\n");
  const nowhere = await mpm(env, ["pause", "--export", "no/such/x.json"]);
  assertEquals(nowhere.status, 3);
  assertStringIncludes(nowhere.stderr, 'folder "$ROOT/project/no/such"');
  assertEquals(
    [...Deno.readDirSync(join(env.project, SESSIONS))].length,
    count,
  );
});

Deno.test("pause leaves out what is marked private", async () => {
  using env = TestEnv.repository();
  const { redactions } = await mpmJson<PauseResult>(env, [
    ...["pause", "--no-commit", "Key <private>hunter2</private> is set"],
    ...["-n", "Rotate <private>it"],
  ], { now: NOON });
  // The summary is also the headline.
  assertEquals(redactions, { private: 3 });
  const { conversation } = savedJson(env);
  assertEquals(conversation.summary, "Key [redacted:private] is set");
  for (const { name } of Deno.readDirSync(join(env.project, SESSIONS))) {
    assert(!env.read(`${SESSIONS}/${name}`).includes("hunter2"), name);
  }
});

Deno.test("pause refuses a summary given twice and a bad name", async () => {
  using env = TestEnv.repository();
  const twice = await mpm(env, ["pause", "one", "-s", "two"]);
  assertEquals([twice.status, twice.stderr], [
    2,
    "Error: The summary was given more than once\nHint: Use only one of: " +
    "words, -s, -m\n",
  ]);
  for (const name of ["12", "latest", "session-x", "a/b", "../x", "a\nb", ""]) {
    const { status } = await mpm(env, ["pause", "--name", name]);
    assertEquals(status, 2, name);
  }
  assertEquals(env.exists(".claude-mpm"), false);
});

Deno.test("pause in a linked worktree saves in the main one", async () => {
  using env = TestEnv.repository();
  const side = join(env.root, "side");
  env.git("worktree", "add", "-q", side, "-b", "side");
  const result = await mpmJson<PauseResult>(env, ["pause"], {
    cwd: side,
    now: NOON,
  });
  assertEquals(result.folder, join(env.project, SESSIONS));
  assertEquals(result.commit.made, true);
  assertEquals(savedJson(env).mpm?.worktree, side);
});

Deno.test("pause takes a message of several paragraphs and 200 kB", async () => {
  using env = TestEnv.repository();
  const long = `One [b]\n\nTwo \u202e bidi 🎉\n\n${"x".repeat(200_000)}`;
  const { status, stdout } = await mpm(env, [
    "pause",
    "-v",
    "--no-commit",
    long,
  ], {
    now: NOON,
  });
  assertEquals(status, 0);
  assertStringIncludes(
    stdout,
    "Summary:\n  One [b]\n  \n  Two \\u{202e} bidi 🎉",
  );
  assertEquals(savedJson(env).conversation.summary, long);
  const resumed = await mpm(env, ["resume", "--format", "context"]);
  assert(resumed.stdout.length <= 10_000);
});

posixTest("pause works in a folder with spaces and é", async () => {
  using env = TestEnv.repository();
  const odd = join(env.root, "mon projét 'x'");
  Deno.mkdirSync(odd);
  env.gitIn(odd, "init", "-q");
  Deno.writeTextFileSync(join(odd, 'a\nb\t"c".txt'), "odd\n");
  const { session_id: id } = await mpmJson<PauseResult>(env, ["pause"], {
    cwd: odd,
  });
  const json = Deno.readTextFileSync(join(odd, SESSIONS, `${id}.json`));
  const save = parsed(json);
  assertEquals(save.mpm?.files.map(({ path }) => path), ['a\nb\t"c".txt']);
  assertEquals(save.project_path, odd);
});

Deno.test("pause saves the tasks and todos of the agent's session", async () => {
  using env = TestEnv.repository();
  const agent = "6cfd0319-0000-4000-8000-000000000000";
  const tasks = join(env.home, ".claude/tasks", agent);
  Deno.mkdirSync(tasks, { recursive: true });
  const task = (id: string, status: string) =>
    Deno.writeTextFileSync(
      join(tasks, `${id}.json`),
      JSON.stringify({
        id,
        subject: `Task ${id}`,
        description: "Do it",
        status,
        blocks: [],
        blockedBy: [],
      }),
    );
  task("1", "completed");
  task("2", "in_progress");
  task("3", "pending");
  // As within Claude Code, which names its session itself.
  env.extra.CLAUDECODE = "1";
  env.extra.CLAUDE_CODE_SESSION_ID = agent;
  await mpmJson(env, ["pause", "--no-commit"], { now: NOON });
  const { task_list: list, mpm: own, conversation } = savedJson(env);
  assertEquals(list.completed_count, 1);
  assertEquals(list.in_progress_tasks.map(({ title }) => title), ["Task 2"]);
  assertEquals(list.pending_tasks.map(({ title }) => title), ["Task 3"]);
  assertEquals(own?.agent?.session_id, agent);
  assert(conversation.summary.endsWith("2 open todos"), conversation.summary);
  const { stdout } = await mpm(env, ["resume"]);
  assertStringIncludes(
    stdout,
    "• #1 Task 2 (Do it) (in progress)\n  • #2 Task 3 (Do it)\n",
  );
});

/**
 * Properties that claude-mpm's reader checks in a save before resuming it. They
 * are the name, the time of the file, an object of texts and lists of texts,
 * the project.
 */
Deno.test("pause writes files that claude-mpm's reader accepts", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "# Edited\n");
  await mpmJson(env, [
    ...["pause", "-s", "Half way [done]", "-a", "One", "-n", "Two", "-t", "x"],
  ], { now: NOON });
  const folder = join(env.project, SESSIONS);
  const read = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => /^session-\d{8}-\d{6}\.json$/.test(name));
  assertEquals(read, [`${ID}.json`]);
  const path = join(folder, `${ID}.json`);
  assertEquals(Deno.statSync(path).mtime, NOON());
  const save = JSON.parse(Deno.readTextFileSync(path));
  assertEquals(save.session_id, ID);
  assertEquals(new Date(save.paused_at), NOON());
  assertEquals(save.project_path, Deno.realPathSync(env.project));
  const { summary, accomplishments, next_steps: steps } = save.conversation;
  assertEquals([summary, accomplishments, steps], [
    "Half way [done]",
    ["One"],
    ["Two"],
  ]);
  const { status, recent_commits: commits, branch } = save.git_context;
  assertEquals(branch, "main");
  assertEquals(Object.keys(commits[0]), [
    "sha",
    "author",
    "timestamp",
    "message",
  ]);
  assertMatch(
    commits[0].timestamp,
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}$/,
  );
  assertEquals([status.clean, status.modified_files], [false, ["README.md"]]);
  assertEquals(save.context_usage, {
    tokens_used: 0,
    tokens_total: 200000,
    percentage: 0,
    source: null,
  });
  const pointer = env.read(`${SESSIONS}/LATEST-SESSION.txt`).split("\n");
  assertEquals(pointer.slice(0, 9), [
    `Latest Session: ${ID}`,
    "Paused At: 2026-11-20 12:00:00 UTC",
    `Project: ${env.project}`,
    "",
    "Files:",
    `- ${ID}.json (machine-readable)`,
    `- ${ID}.yaml (human-readable config)`,
    `- ${ID}.md (documentation)`,
    "",
  ]);
  const markdown = env.read(`${SESSIONS}/${ID}.md`);
  for (
    const line of [
      "# Claude MPM Session Pause Document",
      `**Session ID**: \`${ID}\``,
      "**Paused At**: 2026-11-20T12:00:00.123Z",
      `**Project**: \`${env.project}\``,
      "**Summary**:\nHalf way [done]\n",
      "## Accomplishments This Session\n\n- One\n",
      "## Next Steps (Priority Order)\n\n1. Two\n",
    ]
  ) assertStringIncludes(markdown, line);
});

Deno.test("pause records what claude-mpm counted of the agent's session", async () => {
  using env = TestEnv.repository();
  const usage = JSON.parse(Deno.readTextFileSync(
    `${ROOT}/tests/formats/claude-mpm/context-usage-state/.claude-mpm/state/context-usage.json`,
  ));
  const agent = "6cfd0319-0000-4000-8000-000000000000";
  const paused = async (text: string) => {
    env.write(".claude-mpm/state/context-usage.json", text);
    const { session_id: id } = await mpmJson<PauseResult>(env, [
      ...["pause", "--no-commit", "--agent-session", agent],
    ]);
    return savedJson(env, id).context_usage;
  };
  const unknown = {
    tokens_used: 0,
    tokens_total: 200000,
    percentage: 0,
    source: null,
  };
  assertEquals(await paused(JSON.stringify({ ...usage, session_id: agent })), {
    tokens_used: 186000,
    tokens_total: 200000,
    percentage: 93,
    source: "claude-mpm",
  });
  assertEquals(await paused(JSON.stringify(usage)), unknown, "another session");
  assertEquals(await paused("{torn"), unknown);
  assertEquals(await paused("[1]"), unknown);
});

Deno.test("pause --verbose names an ignored folder without the paths below it", async () => {
  using env = TestEnv.repository();
  env.write(".gitignore", "/build/a/\n/build/b/\n/logs/\n");
  env.commit("Ignore");
  for (const name of ["a/x", "b/y"]) env.write(`build/${name}`, "1\n");
  env.write("logs/z", "1\n");
  const { ignored } = await mpmJson<PauseResult>(env, ["pause", "--verbose"]);
  assertEquals(ignored, ["build/", "logs/"]);
});
