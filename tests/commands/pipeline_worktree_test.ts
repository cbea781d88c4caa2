import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { NotesResult } from "../../schemas/types.ts";
import { PATH, TestEnv } from "../helpers/env.ts";
import { binary, mpm, mpmJson, start } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { runFile, runIds, shell, until } from "../helpers/tasks.ts";

const FILE = ".claude-mpm/pipelines/work.yaml";
const LINES = "a\nb\nc\nd\ne\nf\ng\n";

type Steps = Record<string, Record<string, unknown>>;

/** A step in a worktree that runs a script. */
function inWorktree(script: string, more: Record<string, unknown> = {}) {
  return { run: shell(script), worktree: true, ...more };
}

/** A project with an allowed pipeline; one file of it is not committed. */
async function project(
  steps: Steps,
  env = TestEnv.repository(),
): Promise<TestEnv> {
  env.write("lines", LINES);
  env.write("crlf", "x\r\n");
  env.write(".gitignore", "dist/\n.claude-mpm/\n");
  env.commit("first");
  env.write("lines", `${LINES}mine\n`);
  env.write("dist/app.js", "old\n");
  env.write(FILE, `${JSON.stringify({ steps }, null, 2)}\n`);
  const { status, stderr } = await mpm(env, ["allow", FILE]);
  assertEquals(status, 0, stderr);
  return env;
}

/** The user's files, the index and the state of git. */
function look(env: TestEnv): string {
  return [
    env.git("status", "--porcelain"),
    env.git("ls-files", "--stage"),
    ...["lines", "crlf", "new", "late", "dist/app.js"].map((path) =>
      env.exists(path) ? env.read(path) : `no ${path}`
    ),
  ].join("\n");
}

function worktrees(env: TestEnv): string[] {
  return env.git("worktree", "list", "--porcelain").split("\n")
    .filter((line) => line.startsWith("worktree ")).slice(1);
}

posixTest(
  "results of steps with a worktree are merged, and one undo removes them",
  async () => {
    using env = await project({
      first: inWorktree("sed -i s/^a/A/ lines; rm crlf; cp lines seen"),
      second: inWorktree(
        "sed -i s/^g/G/ lines; mkdir -p dist; echo built >dist/app.js",
        { produces: ["dist/app.js"] },
      ),
      third: {
        ...inWorktree(
          "grep -q A lines && grep -q G lines && cat dist/app.js >new",
        ),
        needs: ["first", "second"],
      },
    });
    const before = look(env);
    const run = await mpm(env, ["pipeline", "run", "work"]);
    assertEquals(run.status, 0, run.stderr);
    // The worktrees had the file that is not committed.
    assertEquals(env.read("seen"), `${LINES.replace("a", "A")}mine\n`);
    const merged = LINES.replace("a", "A").replace("g", "G");
    assertEquals(env.read("lines"), `${merged}mine\n`);
    assertEquals([env.read("new"), env.read("dist/app.js")], [
      "built\n",
      "built\n",
    ]);
    assertEquals(env.exists("crlf"), false);
    assertEquals(worktrees(env), []);
    const { status, stderr } = await mpm(env, ["undo"]);
    assertEquals(status, 0, stderr);
    assertEquals(env.exists("seen"), false);
    assertEquals(look(env), before);
  },
);

posixTest(
  "a result in conflict is left out, and both sides are kept",
  async () => {
    using env = await project({
      one: inWorktree("sed -i s/^a/ONE/ lines"),
      two: inWorktree("sed -i s/^a/TWO/ lines"),
      three: { ...inWorktree("echo x >new"), needs: ["two"] },
      four: inWorktree("echo late >late"),
    });
    const run = await mpm(env, ["pipeline", "run", "work"]);
    assertEquals(run.status, 4, run.stderr);
    assertEquals(env.read("lines"), `${LINES.replace("a", "ONE")}mine\n`);
    assertEquals(env.read("late"), "late\n");
    // It needs the result that was left out.
    assertEquals(env.exists("new"), false);
    const report = await mpm(env, ["pipeline", "report"]);
    assertStringIncludes(report.stdout, "two");
    const [id] = [...Deno.readDirSync(join(env.project, ".claude-mpm/runs"))]
      .filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
    const side = (name: string) =>
      env.read(`.claude-mpm/runs/${id}/conflicts/two/${name}/lines`);
    assertEquals(side("ours"), `${LINES.replace("a", "ONE")}mine\n`);
    assertEquals(side("theirs"), `${LINES.replace("a", "TWO")}mine\n`);
    assertStringIncludes(side("merged"), "<<<<<<<");
    const kept = join(".claude/worktrees", `${id}-two-conflict`);
    assertEquals(env.read(join(kept, "lines")), side("theirs"));
  },
);

posixTest(
  "a merge that stops keeps a worktree in use",
  async () => {
    const place = '"$ROOT/.claude/worktrees/$MPM_PIPELINE_RUN-two-conflict"';
    using env = await project({
      one: inWorktree("sed -i s/^a/ONE/ lines"),
      two: inWorktree("sed -i s/^a/TWO/ lines"),
      // The state after a killed merge; the user continues in their own tree.
      user: {
        run: shell(
          `git worktree add -q --detach ${place} && echo work >${place}/mine && ` +
            'echo since >>"$ROOT/lines"',
        ),
      },
    });
    env.extra.ROOT = env.project;
    const run = await mpm(env, ["pipeline", "run", "work"]);
    assertStringIncludes(run.stdout + run.stderr, "stopped");
    const [id] = runIds(env);
    const kept = `.claude/worktrees/${id}-two-conflict`;
    assertEquals(env.read(`${kept}/mine`), "work\n");
  },
);

posixTest(
  "a worktree of the user at the path of a step stays",
  async () => {
    const place = '"$ROOT/.claude/worktrees/$MPM_PIPELINE_RUN-$1"';
    const takes = (...names: string[]) => ({
      run: shell(
        `for one; do set -- "$one"; p=${place}; ` +
          'git worktree add -q --detach --no-checkout "$p" && echo work >"$p/mine" || exit; done',
        ...names,
      ),
    });
    using env = await project({
      user: takes("late", "two-conflict"),
      one: inWorktree("sed -i s/^a/ONE/ lines"),
      two: inWorktree("sed -i s/^a/TWO/ lines"),
      late: inWorktree("echo late >late", { needs: ["user"] }),
    });
    env.extra.ROOT = env.project;
    const path = (name: string) =>
      `.claude/worktrees/${runIds(env)[0]}-${name}`;
    for (const args of [["run", "work"], ["resume"]]) {
      const refused = await mpm(env, ["pipeline", ...args]);
      assertEquals(refused.status, 1, refused.stderr);
      assertStringIncludes(refused.stdout, `${path("late")}" already exists`);
      assertEquals(env.read(`${path("late")}/mine`), "work\n");
    }
    env.git("worktree", "remove", "--force", path("late"));
    Deno.mkdirSync(join(env.project, path("late")));
    const done = await mpm(env, ["pipeline", "resume"]);
    assertEquals(done.status, 4, done.stdout + done.stderr);
    assertEquals(env.read("late"), "late\n");
    assertEquals(env.read(`${path("two-conflict")}/mine`), "work\n");
  },
);

for (
  const [what, tree, command] of [
    ["removes the worktree of a step", "one", "worktree\\ remove*-one:"],
    ["makes the worktree of a conflict", "two-conflict", "checkout-index"],
  ]
) {
  posixTest(`a run that dies while it ${what} continues`, async () => {
    using env = await project({
      one: inWorktree("sed -i s/^a/ONE/ lines; echo one >one"),
      two: inWorktree("sed -i s/^a/TWO/ lines"),
    });
    const folder = join(env.root, "bin");
    Deno.mkdirSync(folder);
    // A file of the worktree is gone when git and mpm are killed.
    const script = `#!/bin/sh
case "$*:" in
*${command}*)
  for tree in "$ROOT"/.claude/worktrees/*-${tree}; do
    [ ! -e "$tree/.git" ] || { rm -f "$tree/crlf"; kill -9 $PPID $$; }
  done ;;
esac
PATH=\${PATH#*:} exec git "$@"
`;
    Deno.writeTextFileSync(join(folder, "git"), script, { mode: 0o755 });
    env.extra.ROOT = env.project;
    env.extra.PATH = `${folder}:${PATH}`;
    const killed = await start(env, ["pipeline", "run", "work"]).output();
    assertEquals(killed.signal, "SIGKILL");
    const left = worktrees(env).filter((path) => path.endsWith(`-${tree}`));
    assertEquals(left.length, 1);
    Deno.removeSync(join(folder, "git"));
    const { status, stderr } = await mpm(env, ["pipeline", "resume"]);
    assertEquals(status, 4, stderr);
    assertEquals(env.read("one"), "one\n");
    const [kept = "", ...others] = worktrees(env);
    assert(kept.endsWith("-two-conflict"), kept);
    assertEquals(others, []);
    const path = `.claude/worktrees/${runIds(env)[0]}-two-conflict/crlf`;
    assertEquals(env.read(path), "x\r\n");
    const list = env.git("worktree", "list", "--porcelain");
    assertEquals(list.includes("locked"), false, list);
  });
}

posixTest("first notes of parallel steps are not in conflict", async () => {
  const note = (text: string) => ({
    run: shell('"$1" note "$2" && echo >"new-$2"', binary(), text),
    worktree: true,
  });
  using env = await project({
    one: note("one"),
    two: note("two"),
    three: { ...note("three"), needs: ["one", "two"] },
  });
  const run = await start(env, ["pipeline", "run", "work"]).output();
  assertEquals(run.code, 0, new TextDecoder().decode(run.stdout));
  const view = env.read(".claude/shared-context.md");
  for (const from of ["one", "two", "three"]) {
    assertStringIncludes(view, `: ${from}\n`);
  }
  assertEquals(/[<=>]{7}/.test(view), false, view);
  const listed = await mpmJson<NotesResult>(env, ["notes"]);
  assertEquals(listed.notes.length, 3);
  assertEquals(env.exists("new-two"), true);
});

posixTest(
  "files that the user changed in the meantime are never overwritten",
  async () => {
    // The step plays the user: it writes a file of the project.
    const edits = "[ -e ../../../seen ] || echo more >>../../../lines";
    using env = await project({
      slow: inWorktree(`${edits}; sed -i s/^a/A/ lines; echo x >new`),
    });
    const { status, stdout } = await mpm(env, ["pipeline", "run", "work"]);
    assertEquals(status, 1, stdout);
    assertStringIncludes(
      stdout,
      "You changed files that the steps also changed",
    );
    assertEquals(env.read("lines"), `${LINES}mine\nmore\n`);
    assertEquals([env.exists("new"), worktrees(env)], [false, []]);
    env.write("seen", "");
    const resumed = await mpm(env, ["pipeline", "resume"]);
    assertEquals(resumed.status, 0, resumed.stderr);
    assertEquals(env.read("lines"), `${LINES.replace("a", "A")}mine\nmore\n`);
  },
);

posixTest(
  "a killed run leaves a locked worktree, which resume and rm remove",
  async () => {
    using env = await project({
      slow: inWorktree(
        ": >../../../begun; while [ ! -e ../../../go ]; do sleep 0.01; done; echo x >new",
      ),
    });
    const child = start(env, ["pipeline", "run", "work"]);
    await until("the step begins", () => env.exists("begun"));
    child.kill("SIGKILL");
    await child.output();
    assertEquals(worktrees(env).length, 1);
    const pruned = await mpmJson(env, ["worktrees", "prune"]);
    assertEquals(pruned.removed, []);
    env.write("go", "");
    const resumed = await mpm(env, ["pipeline", "resume"]);
    assertEquals(resumed.status, 0, resumed.stderr);
    assertEquals([env.read("new"), worktrees(env)], ["x\n", []]);
    env.remove("begun");
    env.remove("go");
    const other = start(env, ["pipeline", "run", "work"]);
    await until("the step begins again", () => env.exists("begun"));
    other.kill("SIGKILL");
    await other.output();
    assertEquals(worktrees(env).length, 1);
    const removed = await mpm(env, ["pipeline", "rm", "work"]);
    assertEquals(removed.status, 0, removed.stderr);
    assertEquals(worktrees(env), []);
  },
);

posixTest("a step fails if its result does not fit into a commit", async () => {
  using env = await project({
    nested: inWorktree("git init -q inner && echo x >inner/x"),
  });
  const { status, stdout } = await mpm(env, ["pipeline", "run", "work"]);
  assertEquals(status, 1);
  assertStringIncludes(
    stdout,
    'Cannot store "inner/" in the result of "nested": it is its own repository',
  );
  assertEquals(worktrees(env), []);
});

posixTest("steps with a worktree need git", async () => {
  using env = new TestEnv();
  env.write(FILE, JSON.stringify({ steps: { one: inWorktree("true") } }));
  await mpm(env, ["allow", FILE]);
  const { status, stderr } = await mpm(env, ["pipeline", "run", "work"]);
  assertEquals(status, 4);
  assertStringIncludes(stderr, "this is not a git repository");
  assert(!env.exists("lines"));
});

posixTest(
  "only the step fails that removes or replaces its worktree",
  async () => {
    using env = await project({
      gone: inWorktree('rm -rf "$PWD"'),
      link: inWorktree(
        'd=$PWD; o=$(realpath ../../../dist); cp .git "$o"; cd ..; ' +
          'rm -rf "$d"; ln -s "$o" "$d"',
      ),
      other: inWorktree("echo other >other"),
    });
    const { status, stdout } = await mpm(env, [
      ...["pipeline", "run", "work", "--json"],
    ]);
    assertEquals(status, 1, stdout);
    const { status: { steps } } = JSON.parse(
      stdout.trim().split("\n").at(-1)!,
    );
    assertEquals(
      steps.map((step: Record<string, unknown>) => [
        ...[step.name, step.state, step.reason],
      ]),
      [
        ["gone", "failed", '"gone" removed or replaced its worktree'],
        ["link", "failed", '"link" removed or replaced its worktree'],
        ["other", "done", null],
      ],
    );
    // The link led to a folder of the user.
    assertEquals(env.read("dist/app.js"), "old\n");
    assertEquals(worktrees(env), []);
  },
);

posixTest("a failed merge shows how to continue", async () => {
  using env = await project({
    one: inWorktree("echo made >new"),
    two: inWorktree("echo late >late"),
  });
  const before = look(env);
  const folder = join(env.root, "bin");
  const git = join(folder, "git");
  Deno.mkdirSync(folder);
  const script = `#!/bin/sh
case "$*" in *merge-tree*) echo "fatal: No space left" >&2; exit 128 ;; esac
PATH=\${PATH#*:} exec git "$@"
`;
  Deno.writeTextFileSync(git, script, { mode: 0o755 });
  env.extra.PATH = `${folder}:${PATH}`;
  const run = await mpm(env, ["pipeline", "run", "work"]);
  assertEquals(run.status, 6, run.stdout);
  assertStringIncludes(run.stderr, "Error: The run stopped: ");
  const [id = ""] = runIds(env);
  assertStringIncludes(run.stderr, `then: mpm pipeline resume ${id}\n`);
  assertEquals(look(env), before);
  Deno.removeSync(git);
  assertEquals((await mpm(env, ["pipeline", "resume"])).status, 0);
  assertEquals([env.read("new"), env.read("late")], ["made\n", "late\n"]);
});

posixTest(
  "resume keeps a folder of the user, and rejects a forged log",
  async () => {
    using env = await project({
      one: inWorktree("echo made >new"),
      two: inWorktree("", {
        run: shell("test -e ../../../go && echo late >late"),
      }),
    });
    const status = async (args: string[]) =>
      (await mpm(env, ["pipeline", ...args])).status;
    assertEquals(await status(["run", "work"]), 1);
    const [id = ""] = runIds(env);
    const mine = `.claude/worktrees/${id}-two/mine`;
    env.write(mine, "mine\n");
    env.write("go", "");
    // A commit without a parent is not the result of a step.
    const log = runFile(id, "log.jsonl");
    const first = env.git("rev-list", "--max-parents=0", "HEAD").trim();
    const forged = env.read(log).replace(
      /"result":"\w+"/,
      `"result":"${first}"`,
    );
    env.write(log, `${forged}{"event":"over","at":"x","state":"done"}\n`);
    const refused = await mpm(env, ["pipeline", "resume"]);
    assertEquals(refused.status, 1, refused.stderr);
    assertStringIncludes(refused.stdout, "already exists");
    assertEquals(env.read(mine), "mine\n");
    Deno.removeSync(join(env.project, mine, ".."), { recursive: true });
    assertEquals(await status(["resume"]), 0);
    assertEquals([env.read("new"), env.read("late")], ["made\n", "late\n"]);
    // mpm died after it applied the results, and the record is damaged.
    const cut = env.read(log).split("\n")
      .filter((line) => !/"event":"(merged|over)"/.test(line)).join("\n");
    env.write(log, cut);
    const record = runFile(id, "merge.json");
    env.write(record, env.read(record).replace(/"merged":\[[^\]]*\]/, '"x":1'));
    const again = await mpm(env, ["pipeline", "resume"]);
    assertEquals(again.status, 0, again.stderr);
    assertEquals([env.read("new"), env.read("late")], ["made\n", "late\n"]);
  },
);

posixTest(
  "a worktree of the user stays, even if its lock names a deleted run",
  async () => {
    using env = await project({ only: inWorktree("echo made >new") });
    const gone = "gone-20260101-000000";
    const paths = [
      join(env.project, "../mine"),
      join(env.project, ".claude/worktrees/mine"),
      join(env.project, `.claude/worktrees/deeper/${gone}-mine`),
    ];
    for (const path of paths) {
      env.git("worktree", "add", "-q", "--detach", path);
      env.git("worktree", "lock", "--reason", `mpm run ${gone}`, path);
      Deno.writeTextFileSync(join(path, "work"), "mine\n");
    }
    const { status, stderr } = await mpm(env, ["pipeline", "run", "work"]);
    assertEquals(status, 0, stderr);
    for (const path of paths) {
      assertEquals(Deno.readTextFileSync(join(path, "work")), "mine\n");
    }
  },
);
