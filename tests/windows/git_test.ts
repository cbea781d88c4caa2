import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { AGENT, EVENTS } from "../helpers/hook_events.ts";
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

wineTest("a detour returns to the tree that it left", async (env) => {
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

wineTest("evidence --run runs a program on a copy", async (env) => {
  env.repository();
  const words = ["git", "cat-file", "-e", "HEAD:README.md"];
  await mpm(env, ["allow", words.join(" ")]);
  const shown = await mpm(env, ["evidence", "--run", "--", ...words]);
  assertStringIncludes(shown, "holds");
  words[3] = "HEAD:missing.md";
  await mpm(env, ["allow", words.join(" ")]);
  await mpm(env, ["evidence", "--run", "--", ...words], 1);
});

wineTest("a detour in a worktree does not change this tree", async (env) => {
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
  "each save can be listed, removed, restored and verified",
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
  "hooks are installed, answer the client's calls, and are removed",
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
    for (const { event, fields } of EVENTS) {
      const { status, stdout, stderr } = await callHook(env, text, {
        session_id: AGENT,
        transcript_path: env.windows(join(env.home, "none.jsonl")),
        cwd: env.windows(env.project),
        hook_event_name: event,
        ...fields,
      });
      assertEquals([event, status, stderr], [event, 0, ""]);
      if (event !== "SessionStart") continue;
      // The first of these events was a prompt that pauses.
      assertStringIncludes(stdout, "Tried by hooks test");
    }
    await mpm(env, ["hooks", "uninstall", "--scope", "project"]);
    assertEquals(Deno.readTextFileSync(settings), '{ "model": "opus" }\n');
  },
);

/** Starts the program that settings name for an event, without a shell. */
async function callHook(
  env: WineEnv,
  settings: string,
  input: { hook_event_name: string; [name: string]: unknown },
) {
  const { hooks } = JSON.parse(settings);
  const [group] = new Map<string, Hooks[]>(Object.entries(hooks))
    .get(input.hook_event_name)!;
  const [{ command, args }] = group!.hooks;
  return await env.run(command, args, { stdin: JSON.stringify(input) });
}

/** Hooks of one event, as settings have them. */
interface Hooks {
  readonly hooks: readonly [{ command: string; args: string[] }];
}

wineTest("one undo removes all of a setup", async (env) => {
  env.repository();
  await mpm(env, ["setup", "--yes"]);
  assert(namesIn(env.project).includes(".claude-mpm"));
  await mpm(env, ["undo"]);
  assertEquals(env.git("status", "--porcelain"), "");
});

wineTest("a path of 300 characters is kept and restored", async (env) => {
  env.repository();
  const folder = join("d".repeat(100), "y".repeat(100));
  const path = join(folder, "z".repeat(100));
  const long = async (...args: string[]) => {
    const done = await env.mpm(args, { verb: ["long"] });
    assertEquals(done.status, 0, done.stdout + done.stderr);
    return done.stdout;
  };
  env.write(path, "one\n");
  assertStringIncludes(await long("pause", "Deep"), "contents of 1 kept");
  await long("checkpoint", "save", "deep");
  for (
    const words of [["restore", "--all"], ["checkpoint", "restore", "deep"]]
  ) {
    Deno.removeSync(join(env.project, "d".repeat(100)), { recursive: true });
    await long(...words, "--yes");
    assertEquals(env.read(path), "one\n");
  }
  await long("undo");
  assertEquals(env.git("status", "--porcelain"), "");
  // Wine itself fails at 260 characters: then mpm reports what it left out.
  env.write(path, "two\n");
  assertStringIncludes(await mpm(env, ["pause", "Deep"]), path);
});

wineTest(
  "names that Windows cannot have are left out, and named",
  async (env) => {
    env.repository();
    const unusable = ["a:b", "aux.c", "con", "end."];
    for (const path of [...unusable, "fine.txt"]) env.write(path, "text\n");
    const paused = JSON.parse(await mpm(env, ["pause", "Names", "--json"]));
    const saved = JSON.parse(
      await mpm(env, ["checkpoint", "save", "names", "--json"]),
    );
    type LeftOut = { path: string; reason: string }[];
    const lists: LeftOut[] = [paused.contents.left_out, saved.left_out];
    for (const list of lists) {
      assertEquals(list.map(({ path }) => path), unusable);
      const [stream, ...devices] = list;
      assertStringIncludes(stream!.reason, "its path is not allowed");
      for (const { reason } of devices) {
        assertStringIncludes(reason, "Windows cannot use this name");
      }
    }
  },
);

wineTest("a save and a note reach another clone", async (env) => {
  env.repository();
  const server = join(env.root, "server.git");
  const [clone, home] = [join(env.root, "clone"), join(env.root, "home b")];
  env.git("init", "-q", "--bare", server);
  env.git("remote", "add", "origin", server);
  env.git("push", "-q", "origin", "main");
  env.git("clone", "-q", "-b", "main", server, clone);
  Deno.mkdirSync(home);
  await mpm(env, ["pause", "-s", "Halfway"]);
  await mpm(env, ["note", "The API is frozen"]);
  await mpm(env, ["sync", "origin"]);
  const bob = {
    cwd: clone,
    env: {
      USERPROFILE: env.windows(home),
      APPDATA: env.windows(join(home, "Roaming")),
      LOCALAPPDATA: env.windows(join(home, "Local")),
      GIT_AUTHOR_NAME: "Bob",
      GIT_COMMITTER_NAME: "Bob",
    },
  };
  const got = await env.mpm(["sync", "origin"], bob);
  assertEquals([got.status, got.stderr], [0, ""]);
  const listed = await env.mpm(["list", "--all"], bob);
  assertStringIncludes(listed.stdout, "Halfway");
  const notes = await env.mpm(["notes"], bob);
  assertStringIncludes(notes.stdout, "The API is frozen");
});

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
  assertStringIncludes(stdout, "found neither sh nor");
});
