import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  PartitionListResult,
  PartitionSuggestResult,
  PauseResult,
  ResumeResult,
  SavesShowResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

type Resumed = Extract<ResumeResult, { changes: unknown }>;

const CONFIG = ".claude-mpm/config.toml";

const PARTITIONS = `[partitions.frontend]
paths = ["/src/frontend"]
description = """
React components
State management"""
[partitions.backend]
paths = ["src/backend", "db/**/*.sql"]
context = ".claude/backend-context.md"
[partitions.testing]
paths = ["tests"]
`;

/** A project with three partitions. */
function project(): TestEnv {
  const env = TestEnv.repository();
  env.write(CONFIG, PARTITIONS);
  return env;
}

async function list(env: TestEnv): Promise<PartitionListResult> {
  return await mpmJson(env, ["partition", "list"]);
}

async function suggest(env: TestEnv, ...args: string[]) {
  return await mpmJson<PartitionSuggestResult>(env, [
    ...["partition", "suggest", ...args],
  ]);
}

Deno.test("partition list shows the partitions and the one with most changes", async () => {
  using env = project();
  env.write("src/backend/a.ts", "a");
  env.write("db/1/a.sql", "a");
  env.write("src/frontend/a.ts", "a");
  env.write(".claude/backend-context.md", "# Backend\n");
  assertEquals(await mpm(env, ["partition", "list"]), {
    status: 0,
    stdout: `Project Partitions:

1. frontend (/src/frontend)
   - React components
   - State management
   1 uncommitted file

2. backend (src/backend, db/**/*.sql)
   context: .claude/backend-context.md
   2 uncommitted files

3. testing (tests)

Working on partition: backend (most uncommitted files)
Load context: .claude/backend-context.md
`,
    stderr: "",
  });
  const shown = await mpm(env, ["partition", "show", "backend"]);
  assertStringIncludes(shown.stdout, "   src/backend/a.ts\n");
  const unknown = await mpm(env, ["partition", "show", "backnd"]);
  assertEquals(unknown.status, 3);
  assertStringIncludes(unknown.stderr, 'Did you mean "backend"?');
});

Deno.test("partition use is kept for the worktree, and undo undoes it", async () => {
  using env = project();
  env.write("src/backend/a.ts", "a");
  const use = (...args: string[]) =>
    mpmJson(env, ["partition", "use", ...args]);
  const inUse = async () => (await list(env)).in_use;
  await use("testing", "--dry-run");
  assertEquals(await inUse(), { name: "backend", by: "changes" });
  await use("testing");
  assertEquals(await inUse(), { name: "testing", by: "choice" });
  await use("--none");
  assertEquals(await inUse(), null);
  await mpmJson(env, ["undo"]);
  assertEquals(await inUse(), { name: "testing", by: "choice" });
  await use("--auto");
  assertEquals(await inUse(), { name: "backend", by: "changes" });
  env.commit("All");
  assertEquals(await inUse(), null);
  for (const wrong of [["x", "--none"], [], ["--none", "--auto"]]) {
    assertEquals((await mpm(env, ["partition", "use", ...wrong])).status, 2);
  }
  assertEquals((await mpm(env, ["partition", "use", "toString"])).status, 3);
  // An unconfigured or damaged partition is not a choice.
  await use("frontend");
  env.write(CONFIG, PARTITIONS.replace("partitions.frontend", "partitions.x"));
  assertEquals(await inUse(), null);
  env.write(".claude-mpm/state/partitions/main.json", '{"partition":[1]}');
  assertEquals(await inUse(), null);
});

Deno.test("partitions work outside git, and in a project without any", async () => {
  using env = new TestEnv();
  assertEquals(
    (await mpm(env, ["partition", "list"])).stdout,
    [
      "No partitions are configured.\n",
    ].join(),
  );
  env.write(CONFIG, PARTITIONS);
  await mpmJson(env, ["partition", "use", "frontend"]);
  assertEquals((await list(env)).in_use, { name: "frontend", by: "choice" });
  using empty = TestEnv.repository();
  assertEquals((await suggest(empty)).partitions, []);
  assert(!empty.exists(".claude-mpm"));
});

Deno.test("a partition with invalid fields is refused", async () => {
  using env = TestEnv.repository();
  const wrong = [
    "partitions = 3",
    "[partitions.a]",
    '[partitions.a]\npaths = "src"',
    '[partitions.a]\npaths = ["../src"]',
    `[partitions.a]\npaths = ["${"*a".repeat(30)}"]`,
    '[partitions.a]\npaths = ["src"]\ncontext = "/etc/passwd"',
    '[partitions.a]\npaths = ["src"]\nother = 1',
    '[partitions."a b"]\npaths = ["src"]',
    '[partitions.__proto__]\npaths = ["src"]',
  ];
  for (const text of wrong) {
    env.write(CONFIG, text);
    const found = await list(env);
    assertEquals([found.partitions, found.warnings.length], [[], 1], text);
    assertStringIncludes(found.warnings[0]!, CONFIG);
  }
});

Deno.test("a partition may have a name that every object has", async () => {
  using env = TestEnv.repository();
  const names = ["a", "constructor", "toString"];
  env.write(
    CONFIG,
    names.map((name) => `[partitions.${name}]\npaths = ["src/${name}"]\n`)
      .join(""),
  );
  const { partitions, warnings } = await list(env);
  assertEquals([partitions.map(({ name }) => name), warnings], [names, []]);
});

Deno.test("config sets a field of a partition, and leaves the rest", async () => {
  using env = project();
  const set = (...args: string[]) =>
    mpm(env, ["config", "set", ...args, "--scope", "project"]);
  assertEquals(
    (await set("partitions.docs.paths", "docs", "*.md")).status,
    0,
  );
  assertEquals(
    (await set("partitions.docs.description", "The docs")).status,
    0,
  );
  assertEquals(
    env.read(CONFIG),
    `${PARTITIONS}\n[partitions.docs]\npaths = ["docs", "*.md"]\n` +
      'description = "The docs"\n',
  );
  for (
    const wrong of [
      ["partitions.docs", "x"],
      ["partitions.docs.paths.x", "x"],
      ["partitions.docs.color", "x"],
      ["partitions.docs.paths", "/etc/../x"],
    ]
  ) assertEquals((await set(...wrong)).status, 2, wrong.join());
});

Deno.test("partition suggest reads workspaces and CODEOWNERS", async () => {
  using env = TestEnv.repository();
  env.write(
    "package.json",
    '{"workspaces":{"packages":["packages/*","./app"]}}',
  );
  env.write("pnpm-workspace.yaml", "packages:\n  - 'packages/**'\n  - '!x'\n");
  env.write("Cargo.toml", '[workspace]\nmembers = ["crates/core", "gone"]\n');
  env.write("go.work", "go 1.22\nuse ./svc/api // x\nuse (\n\t./web/api\n)\n");
  env.write(
    ".github/CODEOWNERS",
    "* @all\n/infra/ @org/platform # x\n/deploy/** @org/platform\n/app @me\n",
  );
  for (
    const folder of [
      ...["packages/ui", "packages/node_modules/x", "packages/.git-x", "app"],
      ...["crates/core", "svc/api", "web/api"],
    ]
  ) env.write(`${folder}/file`, "");
  const { stdout } = await mpm(env, ["partition", "suggest"]);
  assertEquals(
    stdout,
    `[partitions.ui]
paths = ["packages/ui"]
description = "npm workspace"

[partitions.app]
paths = ["app"]
description = "npm workspace"

[partitions.core]
paths = ["crates/core"]
description = "Cargo workspace"

[partitions.svc-api]
paths = ["svc/api"]
description = "Go workspace"

[partitions.web-api]
paths = ["web/api"]
description = "Go workspace"

[partitions.platform]
paths = ["infra", "deploy"]
description = "owned by @org/platform"
`,
  );
  env.write(CONFIG, "# Ours\ncommit = false\n");
  const planned = await suggest(env, "--write", "--dry-run");
  assertEquals([planned.written, planned.partitions.length], [false, 6]);
  assertEquals(env.read(CONFIG), "# Ours\ncommit = false\n");
  const written = await suggest(env, "--write");
  assertEquals(written.written, true);
  assert(env.read(CONFIG).startsWith("# Ours\ncommit = false\n"));
  assertEquals(
    (await list(env)).partitions.map(({ name }) => name),
    planned.partitions.map(({ name }) => name),
  );
  assertEquals((await suggest(env, "--write")).partitions, []);
  await mpmJson(env, ["undo"]);
  assertEquals(env.read(CONFIG), "# Ours\ncommit = false\n");
});

posixTest(
  "partition suggest handles hostile, huge and broken files",
  async () => {
    using env = TestEnv.repository();
    env.write(
      "package.json",
      `{"workspaces":["${"a/*".repeat(9)}", 3, "../.."]}`,
    );
    env.write("pnpm-workspace.yaml", "packages: [&a [*a, *a], ..\n");
    env.write("Cargo.toml", "x".repeat(100_000));
    env.write("go.work", "use ../../etc\nuse /etc\nuse (\n");
    Deno.symlinkSync("/etc", join(env.project, "linked"));
    Deno.symlinkSync("/etc/passwd", join(env.project, "CODEOWNERS"));
    const found = await suggest(env);
    assertEquals(found.partitions, []);
    assertEquals(found.notes.length, 3, found.notes.join("\n"));
    env.write("pnpm-workspace.yaml", "packages:\n  - 'linked/*'\n  - '*'\n");
    env.write("\x1b[2Jevil name/x", "");
    env.write("__proto__/x", "");
    env.write("constructor/x", "");
    const names = (await suggest(env)).partitions.map(({ name }) => name);
    assertEquals(names, ["2Jevil-name", "proto", "constructor-1"]);
    assertEquals((await suggest(env, "--write")).written, true);
    assertEquals((await list(env)).warnings, []);
  },
);

Deno.test("a save has the partition, and resume groups changes by partition", async () => {
  using env = project();
  env.commit("Configure");
  await mpmJson(env, ["partition", "use", "frontend"]);
  const { session_id: id } = await mpmJson<PauseResult>(env, [
    ...["pause", "x", "--no-commit"],
  ]);
  const { session } = await mpmJson<SavesShowResult>(env, [
    ...["saves", "show", id],
  ]);
  assertEquals(session.mpm?.handoff?.partition, "frontend");
  env.write("README.md", "# More\n");
  env.write("src/backend/a.ts", "a");
  env.commit("Add the backend");
  env.write("tests/a.ts", "a");
  env.write("b.txt", "b");
  const { stdout } = await mpm(env, ["resume", "--peek"]);
  assertStringIncludes(
    stdout,
    `  Modified Files in backend (1):
    A  src/backend/a.ts

  Modified Files in No Partition (1):
    M  README.md

  Working Directory:
    • 2 uncommitted files

  Working Directory in testing (1):
    • tests/a.ts new

  Working Directory in No Partition (1):
    • b.txt new
`,
  );
  const md = await mpm(env, ["resume", "--peek", "--format", "md"]);
  assertStringIncludes(md.stdout, "### Modified Files in backend (1)\n");
  const { changes } = await mpmJson<Resumed>(env, ["resume", "--peek"]);
  assertEquals(
    changes?.files.map(({ path, partition }) => [path, partition ?? null]),
    [["README.md", null], ["src/backend/a.ts", "backend"]],
  );
});

Deno.test("an agent gets the context file of the partition in use", async () => {
  using env = project();
  env.write(".claude/context.md", "Everything\n");
  env.write(".claude/backend-context.md", "The API\n");
  const inject = async () =>
    (await mpm(env, ["context", "inject", "--part", "context"])).stdout;
  // Both context files are uncommitted, and in no partition.
  assertStringIncludes(await inject(), "## Context file .claude/context.md\n");
  assert(!(await inject()).includes("The API"));
  env.write("src/backend/a.ts", "a");
  assertStringIncludes(
    await inject(),
    `## Context files
Working on partition: backend (src/backend, db/**/*.sql)

### .claude/context.md
Everything

### .claude/backend-context.md
The API
`,
  );
  await mpmJson(env, ["pause", "x", "--no-commit"]);
  env.commit("All");
  // Nothing is uncommitted: the last changed files count.
  assertStringIncludes(await inject(), "Working on partition: backend");
  await mpmJson(env, ["partition", "use", "--none"]);
  assert(!(await inject()).includes("backend"));
});

posixTest(
  "a configuration never gives an agent a file that is not a context file",
  async () => {
    using env = project();
    env.write(".env", "gherkin\n");
    env.write("outside/context.md", "gherkin\n");
    Deno.symlinkSync(join(env.project, "outside"), join(env.project, "link"));
    env.write("src/backend/a.ts", "a");
    for (const context of [".env", ".git/config", ".git/x.md", "a/.GIT/x.md"]) {
      env.write(
        CONFIG,
        PARTITIONS.replace(".claude/backend-context.md", context),
      );
      const { stdout, stderr } = await mpm(env, ["partition", "list"]);
      assertEquals(stdout, "No partitions are configured.\n");
      assertStringIncludes(stderr, '"partitions" in ');
      assert(stderr.length < 800);
    }
    env.write(
      CONFIG,
      PARTITIONS.replace(".claude/backend-context.md", "link/context.md"),
    );
    const { stdout } = await mpm(env, ["partition", "list"]);
    assertStringIncludes(stdout, "context: link/context.md (missing)");
  },
);

Deno.test("a partition needs paths first, and the error says how to set them", async () => {
  using env = TestEnv.repository();
  for (const scope of ["user", "project"]) {
    const set = (...words: string[]) =>
      mpm(env, ["config", "set", ...words, "--scope", scope]);
    const context = ["partitions.a.context", ".claude/a.md"];
    const { status, stderr } = await set(...context);
    assertEquals(status, 2);
    assert(
      /^Error: Partition "a" in ".*" line 1 has no paths\n/.test(stderr),
      stderr,
    );
    assertStringIncludes(
      stderr,
      "Hint: First set its paths, with the same --scope: " +
        "mpm config set partitions.a.paths <folder>\n",
    );
    assertEquals((await set("partitions.a.paths", "src")).status, 0);
    assertEquals((await set(...context)).status, 0);
  }
});
