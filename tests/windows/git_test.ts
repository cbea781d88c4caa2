import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { namesIn, type WineEnv, wineTest } from "../helpers/wine.ts";

/** Runs mpm.exe; throws with its output unless it exits with `expected`. */
async function mpm(env: WineEnv, args: readonly string[], expected = 0) {
  const outcome = await env.mpm(args);
  const said = outcome.stdout + outcome.stderr;
  assertEquals(outcome.status, expected, `mpm ${args.join(" ")}: ${said}`);
  return outcome.stdout;
}

wineTest("pause and resume know the repository", async (env) => {
  env.repository();
  env.write("README.md", "# Edited\n");
  env.write("src/new file.ts", "new\n");
  const paused = await mpm(env, ["pause", "-s", "Edit the title"]);
  assertStringIncludes(paused, "2 uncommitted; contents of 2 kept");
  assertStringIncludes(paused, "copy in git as ");
  env.git("checkout", "-q", "README.md");
  Deno.removeSync(join(env.project, "src"), { recursive: true });
  env.git("commit", "-q", "--allow-empty", "-m", "By another");
  const resumed = await mpm(env, ["resume"]);
  assertStringIncludes(resumed, "New Commits (1):");
  assertStringIncludes(resumed, "src/new file.ts");
  await mpm(env, ["restore", "--all", "--yes"]);
  assertEquals(env.read("README.md"), "# Edited\n");
  assertEquals(env.read("src/new file.ts"), "new\n");
  await mpm(env, ["undo"]);
  assertEquals(env.read("README.md"), "# Project\n");
  assertEquals(env.git("status", "--porcelain", "src"), "");
  assertEquals(
    env.git("log", "--branches", "--format=%s"),
    "By another\nFirst\n",
  );
});

wineTest("a detour comes back to the tree that it left", async (env) => {
  env.repository();
  env.write("README.md", "# Edited\n");
  env.git("add", "README.md");
  env.write("staged and more.txt", "1\n");
  const before = env.git("status", "--porcelain");
  await mpm(env, ["branch", "fix", "--stash", "--git-branch", "fix"]);
  assertEquals(env.git("status", "--porcelain"), "");
  assertEquals(env.git("branch", "--show-current"), "fix\n");
  env.write("fix.txt", "fixed\n");
  env.git("add", "-A");
  env.git("commit", "-q", "-m", "Fix");
  await mpm(env, ["return", "-s", "Fixed"]);
  assertEquals(env.git("branch", "--show-current"), "main\n");
  assertEquals(env.git("status", "--porcelain"), before);
  assertStringIncludes(await mpm(env, ["status", "--tree"]), "fix");
});

wineTest("a detour in a worktree leaves this tree alone", async (env) => {
  env.repository();
  env.write("README.md", "# Edited\n");
  await mpm(env, ["branch", "side", "--worktree"]);
  assertEquals(env.read("README.md"), "# Edited\n");
  const trees = join(env.project, ".claude", "worktrees");
  const [name = ""] = namesIn(trees);
  assert(namesIn(join(trees, name)).includes("README.md"));
  assertStringIncludes(env.git("worktree", "list"), name);
  assertStringIncludes(await mpm(env, ["worktrees", "list"]), name);
});

wineTest(
  "checkpoints are saved, shown, compared, restored and removed",
  async (env) => {
    env.repository();
    env.write("README.md", "# One\n");
    await mpm(env, ["checkpoint", "save", "one", "-m", "A note"]);
    env.write("README.md", "# Two\n");
    assertStringIncludes(await mpm(env, ["checkpoint"]), "one");
    assertStringIncludes(
      await mpm(env, ["checkpoint", "show", "one"]),
      "A note",
    );
    assertStringIncludes(
      await mpm(env, ["checkpoint", "diff", "one"]),
      "README.md",
    );
    await mpm(env, ["checkpoint", "restore", "one", "--yes"]);
    assertEquals(env.read("README.md"), "# One\n");
    const to = join(env.root, "elsewhere");
    await mpm(env, ["checkpoint", "restore", "one", "--to", env.windows(to)]);
    assertEquals(Deno.readTextFileSync(join(to, "README.md")), "# One\n");
    await mpm(env, ["checkpoint", "rm", "one"]);
    await mpm(env, ["checkpoint", "restore", "one", "--yes"], 3);
  },
);

wineTest(
  "each save can be listed, removed, brought back and verified",
  async (env) => {
    env.repository();
    await mpm(env, ["pause", "-s", "First"]);
    await mpm(env, ["pause", "-s", "Second"]);
    assertEquals((await mpm(env, ["list"])).split("\n").length, 3);
    await mpm(env, ["saves", "rm", "0"]);
    assertEquals((await mpm(env, ["list"])).includes("Second"), false);
    await mpm(env, ["undo"]);
    assertStringIncludes(await mpm(env, ["list"]), "Second");
    await mpm(env, ["saves", "verify"]);
    Deno.removeSync(join(env.project, ".claude-mpm", "sessions"), {
      recursive: true,
    });
    await mpm(env, ["saves", "recover", "--all"]);
    assertStringIncludes(await mpm(env, ["list"]), "First");
    assertStringIncludes(await mpm(env, ["doctor"]), "git");
  },
);

wineTest(
  "hooks are installed, answer as the client calls them, and go",
  async (env) => {
    env.repository();
    const settings = env.write(
      ".claude/settings.json",
      '{ "model": "opus" }\n',
    );
    await mpm(env, ["hooks", "install", "--scope", "project"]);
    const text = Deno.readTextFileSync(settings);
    assertStringIncludes(text, "mpm.exe");
    await mpm(env, ["hooks", "test"]);
    await mpm(env, ["pause", "-s", "Before the session"]);
    const input = JSON.stringify({
      session_id: "11111111-2222-4333-8444-555555555555",
      transcript_path: env.windows(join(env.home, "none.jsonl")),
      cwd: env.windows(env.project),
      hook_event_name: "SessionStart",
      source: "startup",
    });
    const { status, stdout, stderr } = await env.mpm(["hook", "SessionStart"], {
      stdin: input,
    });
    assertEquals([status, stderr], [0, ""]);
    assertStringIncludes(stdout, "Before the session");
    await mpm(env, ["hooks", "uninstall", "--scope", "project"]);
    assertEquals(Deno.readTextFileSync(settings), '{ "model": "opus" }\n');
  },
);

wineTest("setup is taken back to the byte by one undo", async (env) => {
  env.repository();
  await mpm(env, ["setup", "--yes"]);
  assert(namesIn(env.project).includes(".claude-mpm"));
  await mpm(env, ["undo"]);
  assertEquals(env.git("status", "--porcelain"), "");
});

wineTest(
  "a file with a long path is kept, or said to be left out",
  async (env) => {
    env.repository();
    const at = env.windows(env.project).length + 1;
    const path = (length: number) =>
      join("d".repeat(100), "x".repeat(length - at - 101));
    env.write(path(250), "one\n");
    // Wine itself resolves no path of more than 260 characters.
    const beyond = join("d".repeat(100), "y".repeat(100), "z".repeat(100));
    env.write(beyond, "two\n");
    assertStringIncludes(await mpm(env, ["pause", "-s", "Deep"]), beyond);
    Deno.removeSync(join(env.project, "d".repeat(100)), { recursive: true });
    assertStringIncludes(await mpm(env, ["resume"]), "Not Kept with the Save");
    await mpm(env, ["restore", "--all", "--yes"]);
    assertEquals(env.read(path(250)), "one\n");
  },
);

wineTest("next, var, decide and done carry over", async (env) => {
  env.repository();
  await mpm(env, ["next", "Write the test"]);
  await mpm(env, ["decide", "Use SQLite"]);
  await mpm(env, ["var", "set", "port", "8080"]);
  await mpm(env, ["pause"]);
  const resumed = await mpm(env, ["resume", "--format", "context"]);
  for (const fact of ["Write the test", "Use SQLite", "8080"]) {
    assertStringIncludes(resumed, fact);
  }
  await mpm(env, ["done", "1"]);
  await mpm(env, ["summary"]);
});

wineTest("hooks of a project run in git's shell", async (env) => {
  env.repository();
  await mpm(env, ["init", "--no-ignore"]);
  await mpm(env, ["hooks", "eject"]);
  await mpm(env, ["hooks", "allow"]);
  const words = ["hooks", "test", "pre-session"];
  assertStringIncludes(await mpm(env, words), "ended with status 0");
  const PATH = "C:\\windows\\system32";
  const { status, stdout } = await env.mpm(words, { env: { PATH } });
  assertEquals(status, 6);
  assertStringIncludes(stdout, "no sh was found");
});
