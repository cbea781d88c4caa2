import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { type Block, blocksOf, pages } from "../helpers/markdown.ts";
import { binary, mpmJson } from "../helpers/mpm.ts";
import { smallStore } from "../helpers/old_stores.ts";
import { programTest } from "../helpers/programs.ts";
import { ROOT } from "../helpers/tree.ts";
import { addWorktree, agentProject } from "../helpers/worktrees.ts";

/** Lines of commands in these kinds of blocks are run. */
const COMMANDS = ["sh", "bash", "shell", "zsh", "console"];

/**
 * Commands that are not run here, by their beginnings: the effect of each, and
 * the test that covers it instead.
 */
const NOT_RUN: Readonly<Record<string, string>> = {
  'curl -fsSL "$MPM_RELEASES': "downloads; install_sh_test.ts has a server",
  "git ls-remote https://": "asks the network; only a maintainer types it",
  "deno run -A scripts/release.ts": "makes a release; release_test.ts does so",
  "deno run -A scripts/reproduce.ts": "builds twice; targets_test.ts does so",
};

/** Pages whose lines their own test runs. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "docs/install.md": "install_sh_test.ts, against a server on loopback",
  "docs/clients.md": "hooks_clients_test.ts and the tests of each client",
  "docs/schedules.md":
    "schedule_examples_test.ts, with the files that it shows",
  "docs/tasks.md": "task_examples_test.ts, with the files that it shows",
  "docs/team.md":
    "sync_test.ts, team_test.ts and bundle_test.ts, with a remote",
};

/**
 * Deno commands for the project itself; the test only checks that the named
 * files exist.
 */
const DENO =
  /^(?:[A-Z_]+=\S+ )*(?:npx -y deno@\S+|deno) (?<verb>task|test) (?<names>.+)/;

/** The projects for pages that need more than a commit at the start. */
const PROJECTS: Readonly<Record<string, () => Promise<TestEnv> | TestEnv>> = {
  "README.md": withBuild,
  "docs/handoff.md": withModules,
  "docs/migrate.md": withOldStore,
  "docs/replay.md": withTranscript,
  "docs/security.md": withSave,
  "docs/sessions.md": withSaves,
  "docs/worktrees.md": withWorktree,
};

/** Shell lines between two commands: the line after a command. */
const MEANWHILE: Readonly<Record<string, string>> = {
  "mpm checkpoint save": "echo more >>src/app.js",
};

/** Commands that take long unless they do less. */
const LESS: Readonly<Record<string, string>> = {
  "mpm hooks test --runs 20": "mpm hooks test --runs 1",
  "mpm evidence --run --link":
    "mpm evidence --run --dry-run --link node_modules -- npm test",
};

/** Commands that find nothing without hooks; step_trees_test.ts has them. */
const FIND_NOTHING = ["mpm replay --at", "mpm replay fork"];

/** The line that runs: in `sh -e` a failing line ends the block. */
function lineToRun(line: string): string {
  const finds = !FIND_NOTHING.some((start) => line.startsWith(start));
  return startOf(LESS, line) ?? (finds ? line : `${line} || [ $? -eq 3 ]`);
}

/** The clone in which mpm was built, and a place for it on PATH. */
function withBuild(): TestEnv {
  const env = TestEnv.repository();
  env.write("dist/mpm", `#!/bin/sh\nexec "${binary()}" "$@"\n`);
  Deno.mkdirSync(join(env.home, ".local", "bin"), { recursive: true });
  return env;
}

/** A repository with an ignored folder of packages. */
function withModules(): TestEnv {
  const env = TestEnv.repository();
  env.write(".gitignore", "node_modules/\n");
  env.write("node_modules/left-pad/index.js", "");
  return env;
}

/** A repository with an agent session. */
function withTranscript(): TestEnv {
  const env = TestEnv.repository();
  const slug = env.project.replaceAll(/[^A-Za-z0-9]/g, "-");
  const folder = join(env.home, ".claude/projects", slug);
  Deno.mkdirSync(folder, { recursive: true });
  const id = "8d518361-c807-4e18-b7c8-72863a2bb80c";
  Deno.copyFileSync(
    join(ROOT, "tests/handoff/work.jsonl"),
    join(folder, `${id}.jsonl`),
  );
  return env;
}

/** A repository with a save. */
async function withSave(): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, ["pause", "-s", "A save"]);
  return env;
}

/** A repository with saves of an older claude-mpm. */
function withOldStore(): TestEnv {
  const env = smallStore();
  env.git("init", "-q");
  env.write("README.md", "# Project\n");
  env.git("add", "README.md");
  env.git("commit", "-q", "-m", "Start the project");
  return env;
}

/**
 * Five saves, one of them from a day that the page names, and another clone.
 */
async function withSaves(): Promise<TestEnv> {
  const env = TestEnv.repository();
  for (const day of [16, 17, 18, 19, 20]) {
    const now = () => new Date(Date.UTC(2026, 10, day));
    await mpmJson(env, ["pause", "-s", `Day ${day}`], { now });
  }
  const other = join(env.root, "other-clone");
  env.git("clone", "-q", env.project, other);
  await mpmJson(env, ["pause", "-s", "Elsewhere"], { cwd: other });
  return env;
}

/** A worktree of an agent that is no longer needed. */
function withWorktree(): TestEnv {
  const env = agentProject();
  addWorktree(env, "agent-abc");
  env.extra.MPM_CONFIG_WORKTREES_MIN_AGE = "0s";
  return env;
}

/** Returns the project of a page. */
async function projectOf(page: string): Promise<TestEnv> {
  const env = await (PROJECTS[page] ?? TestEnv.repository)();
  const bin = join(env.root, "bin");
  Deno.mkdirSync(bin);
  Deno.symlinkSync(binary(), join(bin, "mpm"));
  env.extra.PATH = `${bin}:${Deno.env.get("PATH")}`;
  env.extra.TERM = "dumb";
  if (env.exists("src/app.js")) return env;
  env.write("src/app.js", "work in progress\n");
  return env;
}

/** The command lines of a block; a transcript's begin with a dollar sign. */
function commandLines({ kind, lines }: Block): string[] {
  return kind === "console"
    ? lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2))
    : lines.filter((line) => line.trim() !== "");
}

/** Returns the text of a table about a line, by its beginning. */
function startOf(
  table: Readonly<Record<string, string>>,
  line: string,
): string | undefined {
  return Object.entries(table).find(([start]) => line.startsWith(start))?.[1];
}

/** Runs lines as one script at a terminal, where questions are answered. */
async function run(
  env: TestEnv,
  lines: readonly string[],
): Promise<{ status: number; output: string }> {
  const path = join(env.root, "block.sh");
  Deno.writeTextFileSync(path, lines.join("\n"));
  const child = new Deno.Command("script", {
    args: ["-qec", `sh -e "${path}"`, "/dev/null"],
    cwd: env.project,
    env: env.env(),
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(120_000),
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("y\n".repeat(5)));
  const { code, stdout } = await child.output();
  await writer.close().catch(() => {});
  return { status: code, output: new TextDecoder().decode(stdout) };
}

const PAGES = pages().filter((page) =>
  blocksOf(page).some(({ kind }) => COMMANDS.includes(kind)) &&
  !Object.hasOwn(ELSEWHERE, page)
);

for (const page of PAGES) {
  programTest(`the commands of ${page} work`, ["script"], async () => {
    using env = await projectOf(page);
    for (const block of blocksOf(page)) {
      // Transcripts are compared word for word by transcript_test.ts.
      if (!COMMANDS.includes(block.kind) || block.kind === "console") continue;
      const lines = commandLines(block).filter((line) =>
        !DENO.test(line) && startOf(NOT_RUN, line) === undefined
      ).flatMap((line) => [
        lineToRun(line),
        startOf(MEANWHILE, line) ?? "true",
      ]);
      const { status, output } = await run(env, lines);
      assertEquals(status, 0, `${page}:${block.line}\n${output}`);
    }
  });
}

Deno.test("tasks and tests that pages name exist", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`));
  const named = pages().flatMap(blocksOf)
    .filter(({ kind }) => COMMANDS.includes(kind))
    .flatMap(commandLines)
    .map((line) => DENO.exec(line)?.groups)
    .filter((groups) => groups !== undefined);
  assert(named.length > 0);
  for (const { verb, names } of named) {
    const words = names!.split(" ").filter((word) => !word.startsWith("-"));
    if (verb === "task") assert(Object.hasOwn(tasks, words[0]!), names);
    else words.forEach((path) => Deno.statSync(`${ROOT}/${path}`));
  }
});

Deno.test("blocks that do not run are on a page, and few", () => {
  const lines = PAGES.flatMap(blocksOf).flatMap(commandLines);
  const starts = Object.keys(NOT_RUN);
  for (const start of starts) {
    assert(lines.some((line) => line.startsWith(start)), start);
  }
  assert(starts.length <= 5);
});

Deno.test("every transcript is compared with what mpm prints", () => {
  const tested = Deno.readTextFileSync(`${ROOT}/tests/transcript_test.ts`);
  for (const block of PAGES.flatMap(blocksOf)) {
    if (block.kind !== "console") continue;
    for (const line of commandLines(block)) {
      assert(tested.includes(line), `${block.page}:${block.line}: ${line}`);
    }
  }
});
