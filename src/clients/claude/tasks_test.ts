import { dirname, join } from "@std/path";
import { assertEquals } from "@std/assert";
import { currentAgentSession } from "../all.ts";
import { readAgentWork } from "./tasks.ts";
import { projectSlug } from "./slug.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { formatText, putHome } from "../../../tests/helpers/stores.ts";

const ID = "6cfd0319-17de-40a5-84bf-078e9df60643";
const WINDOWS = Deno.build.os === "windows";

const NOTHING = { pending: [], inProgress: [], completedCount: 0 };

function work(env: TestEnv, sessionId = ID) {
  return readAgentWork(env.system(), { sessionId, cwd: env.project });
}

function transcript(env: TestEnv, text: string): string {
  const path = `.claude/projects/${projectSlug(env.project)}/${ID}.jsonl`;
  putHome(env, path, text);
  return join(env.home, path);
}

function taskFile(env: TestEnv, name: string, task: unknown, list = ID): void {
  const text = typeof task === "string" ? task : JSON.stringify(task);
  putHome(env, `.claude/tasks/${list}/${name}`, text);
}

function line(entry: Record<string, unknown>): string {
  return JSON.stringify({ isSidechain: false, type: "user", ...entry }) + "\n";
}

function todoWrite(...contents: string[]): string {
  const newTodos = contents.map((content) => ({
    content,
    status: "pending",
    activeForm: content,
  }));
  return line({ toolUseResult: { oldTodos: [], newTodos } });
}

function created(id: string, subject: string): string {
  return line({ toolUseResult: { task: { id, subject } } });
}

function updated(taskId: string, to: string): string {
  return line({
    toolUseResult: { success: true, taskId, statusChange: { to } },
  });
}

Deno.test("readAgentWork() reads the task files by number", () => {
  using env = new TestEnv();
  const task = (id: string, subject: string, status: string) => ({
    id,
    subject,
    description: `${subject}!`,
    activeForm: subject,
    status,
    blocks: [],
    blockedBy: [],
  });
  taskFile(env, "10.json", task("10", "Last", "pending"));
  taskFile(env, "2.json", task("2", "Begun", "in_progress"));
  taskFile(env, "1.json", task("1", "First", "pending"));
  taskFile(env, "3.json", task("3", "Finished", "completed"));
  taskFile(env, "4.json", task("4", "Dropped", "deleted"));
  taskFile(env, "5.json", { id: "5", subject: "Odd", status: 7 });
  taskFile(env, "6.json", '{"id": "6", "subj');
  taskFile(env, "7.json", "[]");
  taskFile(env, "x.json", task("8", "Foreign", "pending"));
  taskFile(env, ".lock", "");
  taskFile(env, ".highwatermark", "10");
  const { tasks, todos, transcriptPath } = work(env);
  assertEquals(tasks.pending.map(({ title }) => title), [
    "First",
    "Odd",
    "Last",
  ]);
  assertEquals(tasks.inProgress, [{
    id: "2",
    title: "Begun",
    description: "Begun!",
    priority: "medium",
    created_at: null,
    file: "2.json",
  }]);
  assertEquals(tasks.completedCount, 1);
  assertEquals([todos, transcriptPath], [[], null]);
});

Deno.test("readAgentWork() reads the shared list that the environment names", () => {
  using env = new TestEnv();
  const task = { id: "1", subject: "Shared", status: "pending" };
  taskFile(env, "1.json", task, "team");
  taskFile(env, "1.json", { ...task, subject: "Own" });
  env.extra.CLAUDE_CODE_TASK_LIST_ID = "team";
  assertEquals(work(env).tasks.pending[0]?.title, "Shared");
  env.extra.CLAUDE_CODE_TASK_LIST_ID = "../../x";
  assertEquals(work(env).tasks.pending[0]?.title, "Own");
});

Deno.test("readAgentWork() finds files under CLAUDE_CONFIG_DIR", () => {
  using env = new TestEnv();
  env.extra.CLAUDE_CONFIG_DIR = join(env.home, "elsewhere");
  const task = { id: "1", subject: "Here", status: "pending" };
  putHome(env, `elsewhere/tasks/${ID}/1.json`, JSON.stringify(task));
  assertEquals(work(env).tasks.pending.length, 1);
});

Deno.test("readAgentWork() combines the tasks of a real transcript", () => {
  using env = new TestEnv();
  const text = formatText("claude-code/print-mode-tools-tasks.jsonl");
  const path = transcript(env, text);
  const { tasks, transcriptPath } = work(env);
  assertEquals(transcriptPath, path);
  assertEquals(tasks.inProgress, [{
    id: "1",
    title: "First task",
    description: "do it",
    priority: "medium",
    created_at: null,
    file: "",
  }]);
  assertEquals([tasks.pending, tasks.completedCount], [[], 0]);
});

Deno.test("readAgentWork() ignores todos of a refused TodoWrite", () => {
  using env = new TestEnv();
  transcript(env, formatText("claude-code/print-mode-todowrite.jsonl"));
  const { todos, tasks } = work(env);
  assertEquals([todos, tasks], [[], NOTHING]);
});

Deno.test("readAgentWork() reads the last todos despite damaged and garbage lines", () => {
  using env = new TestEnv();
  transcript(
    env,
    todoWrite("old") + todoWrite("one", "two") +
      line({ isSidechain: true, toolUseResult: { newTodos: [] } }) +
      '{"newTodos": garbage}\n[1,"newTodos"]\n\n' +
      todoWrite("torn").slice(0, -20),
  );
  assertEquals(work(env).todos, [
    { content: "one", status: "pending" },
    { content: "two", status: "pending" },
  ]);
});

Deno.test("readAgentWork() combines updates with the input of their calls", () => {
  using env = new TestEnv();
  const call = (id: string, input: unknown) =>
    line({
      type: "assistant",
      message: {
        content: [{ type: "tool_use", id, name: "TaskUpdate", input }],
      },
    });
  const result = (id: string, toolUseResult: unknown) =>
    line({
      message: { content: [{ type: "tool_result", tool_use_id: id }] },
      toolUseResult,
    });
  transcript(
    env,
    created("1", "First") + created("2", "Second") + created("3", "Third") +
      updated("2", "completed") + updated("3", "deleted") +
      call("a", { taskId: "1", subject: "Renamed" }) +
      result("a", { success: true, taskId: "1" }) +
      call("b", { taskId: "1", subject: "Refused" }) +
      result("b", { success: false, taskId: "1" }) +
      updated("9", "in_progress"),
  );
  const { tasks } = work(env);
  assertEquals(tasks.pending.map(({ title }) => title), ["Renamed"]);
  assertEquals(tasks.inProgress.map(({ title }) => title), ["Task 9"]);
  assertEquals(tasks.completedCount, 1);
});

Deno.test("readAgentWork() begins with the last complete list", () => {
  using env = new TestEnv();
  const content = [
    { id: "1", subject: "Kept", status: "pending" },
    { id: 2, subject: "Numbered", status: "completed" },
    "odd",
  ];
  transcript(
    env,
    created("7", "Forgotten") +
      line({
        type: "attachment",
        attachment: { type: "task_reminder", content },
      }) +
      updated("1", "in_progress"),
  );
  const { tasks } = work(env);
  assertEquals(tasks.inProgress.map(({ title }) => title), ["Kept"]);
  assertEquals([tasks.pending, tasks.completedCount], [[], 1]);
});

Deno.test("readAgentWork() reads only the last 4 MiB of a long transcript", () => {
  using env = new TestEnv();
  const filler = line({ content: "ä".repeat(1000) });
  const before = todoWrite("too far back") + created("1", "Too far back");
  const after = created("2", "Near") +
    filler.repeat(Math.floor(3_000_000 / filler.length / 2));
  transcript(env, before + filler.repeat(2500) + after);
  const { todos, tasks } = work(env);
  assertEquals(todos, []);
  assertEquals(tasks.pending.map(({ title }) => title), ["Near"]);
});

Deno.test("readAgentWork() survives one line longer than it reads", () => {
  using env = new TestEnv();
  transcript(env, todoWrite("x".repeat(5_000_000)) + todoWrite("short"));
  assertEquals(work(env).todos.map(({ content }) => content), ["short"]);
  transcript(env, todoWrite("short") + todoWrite("x".repeat(5_000_000)));
  assertEquals(work(env).todos, []);
});

Deno.test("readAgentWork() finds the transcript of a session that has moved", () => {
  using env = new TestEnv();
  const path = `.claude/projects/-somewhere-else/${ID}.jsonl`;
  putHome(env, ".claude/projects/file", "");
  putHome(env, path, todoWrite("one"));
  const { todos, transcriptPath } = work(env);
  assertEquals(transcriptPath, join(env.home, path));
  assertEquals(todos.length, 1);
});

for (const id of ["", "../../x", "a/b", ".", "a\0b", "x".repeat(129)]) {
  Deno.test(`readAgentWork() makes no path from ${JSON.stringify(id.slice(0, 9))}`, () => {
    using env = new TestEnv();
    putHome(env, ".claude/projects/x.jsonl", todoWrite("one"));
    assertEquals(work(env, id), {
      todos: [],
      tasks: NOTHING,
      done: [],
      transcriptPath: null,
    });
  });
}

Deno.test({
  name: "readAgentWork() does not hang on a FIFO",
  ignore: WINDOWS,
  fn() {
    using env = new TestEnv();
    taskFile(env, "2.json", { id: "2", subject: "Plain", status: "pending" });
    const path = transcript(env, "");
    Deno.removeSync(path);
    env.run("mkfifo", [path]);
    env.run("mkfifo", [join(env.home, `.claude/tasks/${ID}/1.json`)]);
    const { tasks, transcriptPath } = work(env);
    assertEquals([tasks.pending.length, transcriptPath], [1, null]);
  },
});

Deno.test("readAgentWork() finds nothing if the home is missing or a file", () => {
  using env = new TestEnv();
  putHome(env, ".claude", "a file");
  assertEquals(work(env).tasks, NOTHING);
  env.extra.HOME = "";
  assertEquals(work(env).transcriptPath, null);
});

Deno.test("projectSlug() makes the names that Claude Code makes", () => {
  assertEquals(
    projectSlug("/home/x/Weird Dir_x.y@z-é"),
    "-home-x-Weird-Dir-x-y-z--",
  );
  assertEquals(
    projectSlug("/home/u/proj/.claude/worktrees/foo"),
    "-home-u-proj--claude-worktrees-foo",
  );
  assertEquals(projectSlug("/😀"), "---");
  const long = projectSlug(`/${"a".repeat(300)}`);
  assertEquals(long.slice(0, 201), `-${"a".repeat(199)}-`);
  assertEquals(dirname(long), ".");
});

Deno.test("currentAgentSession() needs Claude Code's mark and a valid id", () => {
  using env = new TestEnv();
  const current = () => currentAgentSession(env.system());
  assertEquals(current(), undefined);
  env.extra.CLAUDE_CODE_SESSION_ID = ID;
  assertEquals(current(), undefined);
  env.extra.CLAUDECODE = "1";
  assertEquals(current(), ID);
  env.extra.CLAUDE_CODE_SESSION_ID = "../x";
  assertEquals(current(), undefined);
});
