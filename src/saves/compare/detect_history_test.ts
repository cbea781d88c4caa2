import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { detectChanges } from "./detect.ts";
import { locate } from "../../git/workspace.ts";
import type { RunResult } from "../../system/system.ts";
import type { Save } from "../save.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { changesSince, pauseIn, reportSince, STORE } from "./helpers_test.ts";

const CLEAN = `
  Working Directory:
    • No uncommitted changes
`;

Deno.test("detectChanges() reports nothing new for the same commit and a clean tree", async () => {
  using env = TestEnv.repository();
  const save = await pauseIn(env);
  assertEquals(await reportSince(env, save), `  No new commits\n${CLEAN}`);
});

Deno.test("detectChanges() reports commits made since, oldest first, and their files", async () => {
  using env = TestEnv.repository();
  env.write("old name.txt", "the same content in both\n");
  env.write("dropped.txt", "x");
  env.commit("Add files");
  const save = await pauseIn(env);
  env.write("a.txt", "a");
  env.commit("Add a");
  env.git("mv", "old name.txt", "new name.txt");
  env.remove("dropped.txt");
  env.write("README.md", "changed\n");
  env.commit("Change the rest");
  assertEquals(
    await reportSince(env, save),
    `  New Commits (2):
    ID - Add a (2h ago)
    ID - Change the rest (2h ago)

  Modified Files (4):
    M  README.md
    A  a.txt
    D  dropped.txt
    R  old name.txt → new name.txt
${CLEAN}`,
  );
});

Deno.test("detectChanges() reports a reset as behind, with the dropped commits", async () => {
  using env = TestEnv.repository();
  env.write("a.txt", "a");
  env.commit("Add a");
  const save = await pauseIn(env);
  env.git("reset", "-q", "--hard", "HEAD~1");
  assertEquals((await changesSince(env, save)).relation, "behind");
  assertEquals(
    await reportSince(env, save),
    `  No new commits

  ⚠️  Commits No Longer in HEAD (1):
    ID - Add a (2h ago)

  Modified Files (1):
    D  a.txt
${CLEAN}`,
  );
});

Deno.test("detectChanges() marks commits that a rebase rewrote", async () => {
  using env = TestEnv.repository();
  env.git("switch", "-q", "-c", "feature");
  env.write("a.txt", "a");
  env.commit("Add a");
  const save = await pauseIn(env);
  env.git("switch", "-q", "main");
  env.write("b.txt", "b");
  env.commit("Add b");
  env.git("switch", "-q", "feature");
  env.git("rebase", "-q", "main");
  const { relation, commits } = await changesSince(env, save);
  assertEquals(relation, "diverged");
  assertEquals(
    commits.rewritten.map(({ from, to, patch }) => ({
      from: from.message,
      to: to?.message,
      patch,
    })),
    [{ from: "Add a", to: "Add a", patch: "same" }],
  );
  assertEquals(
    await reportSince(env, save),
    `  New Commits (1):
    ID - Add b (2h ago)

  Rewritten Commits (1):
    ID → ID - Add a (2h ago)

  Modified Files (1):
    A  b.txt
${CLEAN}`,
  );
});

Deno.test("detectChanges() recognises an amended commit by its subject and author's time", async () => {
  using env = TestEnv.repository();
  env.write("a.txt", "a");
  env.commit("Add a");
  const save = await pauseIn(env);
  env.write("a.txt", "a, and more");
  env.git("commit", "-q", "-a", "--amend", "--no-edit");
  assertEquals(
    await reportSince(env, save),
    `  No new commits

  Rewritten Commits (1):
    ID → ID - Add a (changed, 2h ago)

  Modified Files (1):
    M  a.txt
${CLEAN}`,
  );
});

Deno.test("detectChanges() lists commits without a twin on the other side as lost", async () => {
  using env = TestEnv.repository();
  env.write("a.txt", "a");
  env.commit("Add a");
  const save = await pauseIn(env);
  env.git("reset", "-q", "--hard", "HEAD~1");
  env.write("b.txt", "b");
  env.commit("Add b");
  const { relation, commits } = await changesSince(env, save);
  const subjects = (list: { message: string }[]) =>
    list.map(({ message }) => message);
  assertEquals(
    [relation, subjects(commits.new), subjects(commits.lost)],
    ["diverged", ["Add b"], ["Add a"]],
  );
});

Deno.test("detectChanges() reports a missing commit of the pause", async () => {
  using env = TestEnv.repository();
  env.write("a.txt", "a");
  env.commit("Add a");
  const save = await pauseIn(env);
  env.git("reset", "-q", "--hard", "HEAD~1");
  env.git("reflog", "expire", "--expire=now", "--all");
  env.git("gc", "-q", "--prune=now");
  env.write("b.txt", "b");
  env.commit("Add b");
  assertEquals((await changesSince(env, save)).relation, "unknown");
  assertEquals(
    await reportSince(env, save),
    `  New Commits (1):
    ID - Add b (2h ago)

  Modified Files (1):
    A  b.txt
${CLEAN}
  Notes:
    • Commit ID from the pause is not in this repository; compared with ID, an earlier commit in the save
`,
  );
});

Deno.test("detectChanges() uses times if no recorded commit is left, and reports it", async () => {
  using env = TestEnv.repository();
  const save = await pauseIn(env);
  save.paused_at = "2026-01-01T00:00:05.500Z";
  const id = "1234567890".repeat(4);
  save.mpm!.head = id;
  save.git_context.commit = id;
  save.git_context.recent_commits = [];
  for (const subject of ["One", "Two", "Three"]) env.commit(subject);
  const report = await reportSince(env, save);
  assertEquals(
    report.replace(/\((\d)\):\n( +ID.*\n)+/, "(n):\n    …\n"),
    `  Commits Dated Since the Pause (n):
    …
${CLEAN}
  Notes:
    • Commit ID from the pause is not in this repository; showing commits dated after the pause
`,
  );
});

Deno.test("detectChanges() compares with the start of the history for a save made before the first commit", async () => {
  using env = new TestEnv();
  env.git("init", "-q");
  env.write("a.txt", "a");
  const save = await pauseIn(env);
  assertEquals((await changesSince(env, save)).relation, "same");
  env.remove("a.txt");
  assertEquals((await changesSince(env, save)).missing, ["a.txt"]);
  env.write("a.txt", "a");
  env.commit("Add a");
  const { relation, compared_by } = await changesSince(env, save);
  assertEquals([relation, compared_by], ["ahead", "start"]);
  assertEquals(
    await reportSince(env, save),
    `  New Commits (1):
    ID - Add a (2h ago)

  Modified Files (1):
    A  a.txt
${CLEAN}    • a.txt committed
`,
  );
});

Deno.test("detectChanges() never counts the commits of saves", async () => {
  using env = TestEnv.repository();
  const save = await pauseIn(env);
  const own = (id: number) => {
    env.write(`.claude-mpm/sessions/session-20260101-00000${id}.json`, "{}");
    env.commit(
      `session: pause at 2026-01-01 00:00:0${id}\n\nSession ID: session-${id}`,
    );
  };
  own(1);
  own(2);
  const changes = await changesSince(env, save);
  assertEquals([changes.relation, changes.commits.own], ["same", 2]);
  assertEquals(await reportSince(env, save), `  No new commits\n${CLEAN}`);
  env.write("a.txt", "a");
  env.commit("session: pause at noon\n\nSession ID: session-3");
  own(4);
  assertEquals(
    await reportSince(env, save),
    `  New Commits (1):
    ID - session: pause at noon (2h ago)

  Modified Files (1):
    A  a.txt
${CLEAN}`,
  );
});

Deno.test("detectChanges() copes with unrelated histories and with a branch without commits", async () => {
  using env = TestEnv.repository();
  env.write("gone.txt", "x");
  const save = await pauseIn(env);
  env.remove("gone.txt");
  env.git("switch", "-q", "--orphan", "pages");
  assertEquals(
    await reportSince(env, save),
    `  Branch:
    • Switched from main to pages

  No new commits

  ⚠️  Missing Files (1):
    • gone.txt is missing, but no commit removed it

  Working Directory:
    • No uncommitted changes
    • gone.txt deleted

  Notes:
    • The current branch has no commits
`,
  );
  env.write("index.html", "x");
  env.commit("Start pages");
  const { relation, commits } = await changesSince(env, save);
  assertEquals([relation, commits.new.length, commits.lost.length], [
    "diverged",
    1,
    1,
  ]);
});

Deno.test("detectChanges() works in a shallow clone, with the available commits", async () => {
  using env = TestEnv.repository();
  const save = await pauseIn(env);
  env.commit("Two");
  env.commit("Three");
  env.git("clone", "-q", "--depth=1", `file://${env.project}`, "../shallow");
  const changes = await changesSince(env, save, join(env.root, "shallow"));
  assertEquals([changes.relation, changes.compared_by], ["unknown", "time"]);
});

/** Returns the changes, and the git commands that ran for them. */
async function askedSince(
  env: TestEnv,
  save: Save,
  before: (command: string) => void = () => {},
) {
  const system = env.system();
  const commands: string[] = [];
  const counting = {
    ...system,
    run: (...[program, options]: Parameters<typeof system.run>) => {
      const command = options.args.find((arg) =>
        /^[a-z-]+$/.test(arg) && !arg.startsWith("-")
      )!;
      before(command);
      commands.push(command);
      return system.run(program, options);
    },
  };
  const workspace = await locate(system, env.project);
  const changes = await detectChanges(counting, workspace, {
    save,
    store: STORE,
  });
  return { changes, commands: commands.sort() };
}

Deno.test("detectChanges() reads only the necessary files", async () => {
  using env = TestEnv.repository();
  const save = await pauseIn(env);
  assertEquals((await askedSince(env, save)).commands, ["status"]);
  env.git("pack-refs", "--all");
  const all = ["cat-file", "diff-tree", "log", "status"];
  assertEquals((await askedSince(env, save)).commands, all);
  env.commit("Two");
  assertEquals((await askedSince(env, save)).commands, all);
});

Deno.test("detectChanges() asks for other names at the commit of the pause", async () => {
  using env = TestEnv.repository();
  const save = await pauseIn(env);
  env.git("switch", "-q", "-c", "other");
  const { changes, commands } = await askedSince(env, save);
  assertEquals(commands, ["cat-file", "status"]);
  assertEquals(changes.relation, "same");
  assertEquals(changes.branch?.recorded, "exists");
});

Deno.test("detectChanges() sees a commit that is made while it asks", async () => {
  using env = TestEnv.repository();
  const save = await pauseIn(env);
  let made = false;
  const { changes } = await askedSince(env, save, () => {
    if (!made) env.commit("Meanwhile");
    made = true;
  });
  assertEquals(changes.relation, "ahead");
  assertEquals(changes.commits.new.map(({ message }) => message), [
    "Meanwhile",
  ]);
});

Deno.test("detectChanges() fails if git does not answer, and does not assume no change", async () => {
  using env = TestEnv.repository();
  const save = await pauseIn(env);
  env.commit("Two");
  const system = env.system();
  const workspace = await locate(system, env.project);
  const timeout: RunResult = {
    outcome: "timeout",
    status: -1,
    stdout: new Uint8Array(),
    stderr: new Uint8Array(),
  };
  for (const command of ["status", "cat-file", "log"]) {
    const running: Promise<unknown>[] = [];
    const failing: typeof system = {
      ...system,
      run: (program, options) => {
        const fails = options.args.includes(command);
        const run = fails
          ? Promise.resolve(timeout)
          : system.run(program, options);
        running.push(run);
        return run;
      },
    };
    await assertRejects(
      () => detectChanges(failing, workspace, { save, store: STORE }),
      MpmError,
      `"git ${command}" took too long`,
    );
    await Promise.all(running);
  }
});
