import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { FileError } from "../../src/system/system.ts";
import type { ResumeReport } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson, type MpmOptions } from "../helpers/mpm.ts";
import { anotherUser } from "../helpers/users.ts";
import { copySample, SAMPLES } from "../helpers/stores.ts";

/**
 * The report without the texts of the save itself; `ID` stands for commit ids.
 */
async function report(
  env: TestEnv,
  { cwd, args = [] }: { cwd?: string; args?: string[] } = {},
): Promise<string> {
  const { status, stdout, stderr } = await mpm(
    env,
    ["resume", "--peek", ...args],
    cwd === undefined ? {} : { cwd },
  );
  assertEquals(status, 0, stderr);
  return stdout.slice(stdout.indexOf("🔄 Changes"))
    .replaceAll(/\b[0-9a-f]{7,64}\b/g, "ID");
}

/** A project that was cloned from a colleague's, with a save on a branch. */
async function colleague(): Promise<{ env: TestEnv; clone: string }> {
  const env = TestEnv.repository();
  env.git("switch", "-q", "-c", "feature/auth");
  env.write("auth.js", "one\n");
  env.commit("Add auth");
  await mpmJson(env, ["pause", "Hand-off", "--no-commit"]);
  const clone = join(env.root, "clone");
  env.gitIn(env.root, "clone", "-q", "-b", "main", env.project, clone);
  await mpmJson(env, ["saves", "export", "0", "-o", join(env.root, "s")]);
  await mpmJson(env, ["saves", "import", join(env.root, "s")], {
    cwd: clone,
  });
  return { env, clone };
}

Deno.test("resume in a clone does not say that a branch was deleted or left that it never had", async () => {
  const { env, clone } = await colleague();
  using _ = env;
  const before = await report(env, { cwd: clone });
  assertStringIncludes(
    before,
    `  Branch:
    • The save was made on feature/auth; this worktree is on main
    • No local branch feature/auth here
    • origin/feature/auth has commits that are not in main
`,
  );
  env.gitIn(clone, "merge", "-q", "--ff-only", "origin/feature/auth");
  assertStringIncludes(
    await report(env, { cwd: clone }),
    `    • No local branch feature/auth here; its commits at the pause are all in main
    • origin/feature/auth: its commits are all in main
`,
  );
  const { changes } = await mpmJson<ResumeReport>(env, ["resume", "--peek"], {
    cwd: clone,
  });
  assertEquals(
    [changes!.branch.change, changes!.branch.recorded, changes!.branch.remote],
    ["other-copy", "absent", { name: "origin/feature/auth", merged: true }],
  );
  // In the clone of the pause, the branch is known to be deleted.
  env.git("switch", "-q", "main");
  env.git("branch", "-q", "-D", "feature/auth");
  const here = await report(env);
  assertStringIncludes(here, "Switched from feature/auth to main\n");
  assertStringIncludes(
    here,
    "feature/auth was deleted; its commits are not all in main\n",
  );
  // A new clone gets the state folder, as from rsync, but never the branch.
  const copy = join(env.root, "copy");
  env.gitIn(env.root, "clone", "-q", "-b", "main", clone, copy);
  await new Deno.Command("cp", {
    args: ["-r", join(env.project, ".claude-mpm"), copy],
  }).output();
  assertStringIncludes(
    await report(env, { cwd: copy }),
    "No local branch feature/auth here",
  );
});

Deno.test("resume in a clone does not report an upstream that only the other copy had", async () => {
  const { env, clone } = await colleague();
  using _ = env;
  // The colleague's upstream is ahead of what this clone fetched, then unknown.
  for (const remote of ["known", "unknown"]) {
    const other = join(env.root, remote);
    env.gitIn(env.root, "clone", "-q", "-b", "main", clone, other);
    env.gitIn(other, "commit", "-q", "--allow-empty", "-m", "Published");
    if (remote === "known") {
      env.gitIn(clone, "fetch", "-q", other, "main:published");
    }
    env.gitIn(other, "update-ref", "refs/remotes/origin/main", "HEAD");
    await mpmJson(env, ["pause", "Theirs", "--no-commit"], { cwd: other });
    const file = join(env.root, `${remote}.json`);
    await mpmJson(env, ["saves", "export", "0", "-o", file], { cwd: other });
    const { imported } = await mpmJson<{ imported: { session_id: string }[] }>(
      env,
      ["saves", "import", file],
      { cwd: clone },
    );
    env.gitIn(clone, "remote", "set-url", "origin", clone);
    const text = await report(env, {
      cwd: clone,
      args: [imported[0]!.session_id],
    });
    assertEquals(text.includes("Upstream:"), false, text);
  }
});

Deno.test("resume names the commit into which several commits were squash-merged", async () => {
  using env = TestEnv.repository();
  const commit = (path: string, subject: string) => {
    env.write(path, `${subject}\n`);
    env.commit(subject);
  };
  env.write("shared.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  env.commit("Begin");
  env.git("switch", "-q", "-c", "feature");
  for (const name of ["one", "two", "three"]) commit(`${name}.txt`, name);
  env.write("shared.txt", "1\n2\n3\n4\n5\n6\n7\n8\nnine\n");
  env.commit("nine");
  // The pause commits its save on the branch, and the squash includes it.
  await mpmJson(env, ["pause", "On the branch"]);
  env.git("switch", "-q", "main");
  const begin = env.git("rev-parse", "HEAD");
  const squash = () => {
    env.git("merge", "-q", "--squash", "feature");
    env.git("commit", "-q", "-m", "Add the feature (#12)");
  };
  const section = `  Squash-Merged Commits (4):
    ID - one (10mo ago)
    ID - two (10mo ago)
    ID - three (10mo ago)
    ID - nine (10mo ago)
    → ID - Add the feature (#12) (10mo ago)
`;
  squash();
  const alone = await report(env);
  assertStringIncludes(alone, section);
  assertStringIncludes(alone, "No new commits");
  assertEquals(alone.includes("No Longer in HEAD"), false, alone);

  // The main branch has other commits, before and after, in the same file.
  env.git("reset", "-q", "--hard", begin);
  env.write("shared.txt", "one\n2\n3\n4\n5\n6\n7\n8\n9\n");
  env.commit("Other work");
  squash();
  commit("three.txt", "Go on");
  const beside = await report(env);
  assertStringIncludes(beside, section);
  assertStringIncludes(beside, "New Commits (2):");

  // After the pause the branch continued; all of it is in one commit.
  env.git("reset", "-q", "--hard", "feature");
  env.git("switch", "-q", "feature");
  commit("four.txt", "four");
  env.git("switch", "-q", "main");
  env.git("reset", "-q", "--hard", begin);
  squash();
  assertStringIncludes(await report(env), section);
  env.git("branch", "-q", "-m", "feature", "renamed");
  assertStringIncludes(await report(env), section);
  env.git("branch", "-q", "-D", "renamed");
  const deleted = await report(env);
  assertStringIncludes(deleted, section);
  assertStringIncludes(
    deleted,
    "feature was deleted; the changes of its commits are all in main\n",
  );
  // Without a reflog nothing shows where the branch was at its end.
  env.git("reflog", "expire", "--expire=now", "--all");
  const unknown = await report(env);
  assertStringIncludes(unknown, "Commits No Longer in HEAD (4):");
  assertStringIncludes(unknown, "No local branch feature here\n");

  // Neither of two commits has all changes, but the result is the same.
  env.git("reset", "-q", "--hard", begin);
  const { session } = await mpmJson<ResumeReport>(env, ["resume", "--peek"]);
  const head = session.mpm!.head!;
  env.git("checkout", "-q", head, "--", "one.txt", "two.txt");
  env.git("commit", "-q", "-m", "First half");
  env.git("checkout", "-q", head, "--", ".");
  env.git("commit", "-q", "-m", "Second half");
  const halves = await report(env);
  assertStringIncludes(
    halves,
    "Commits Replaced With the Same Result (4):\n    ID - one",
  );
  assertStringIncludes(halves, "    → ID - Second half");
  assertStringIncludes(
    halves,
    "No local branch feature here; the changes of its commits are all in " +
      "main\n",
  );
  // If a part is missing, all of it counts as lost.
  env.git("reset", "-q", "--hard", "HEAD~1");
  assertStringIncludes(await report(env), "Commits No Longer in HEAD (4):");
  // A branch of that name without them does not count.
  env.git("branch", "-q", "feature", begin);
  const again = await report(env);
  assertStringIncludes(again, "Commits No Longer in HEAD (4):");
  assertEquals(again.includes("its commits are all in"), false, again);
});

/** Commits as claude-mpm's pause does: its folder, and whatever is staged. */
function peerCommit(env: TestEnv, id: string, folder = "."): void {
  env.git("add", "-f", `${folder}/.claude-mpm`);
  env.git(
    ...["commit", "-q", "-m"],
    `session: pause at 2026-11-20 23:16:53 UTC\n\nSession ID: ${id}\n` +
      "Context: Working on payment integration\n\n" +
      "🤖👥 Generated with [Claude MPM](https://example.com)",
  );
}

Deno.test("resume does not treat a commit of a pause as a new commit or a conflict", async () => {
  for (const { version, id, pause } of SAMPLES.slice(0, 4)) {
    using env = TestEnv.repository();
    env.write("staged.txt", "one\n");
    env.commit("Work");
    copySample(env, version);
    const path = `.claude-mpm/sessions/${pause ? "pause/" : ""}${id}.json`;
    const save = JSON.parse(env.read(path));
    const head = env.git("rev-parse", "--short", "HEAD");
    save.git_context.recent_commits = [
      { ...save.git_context.recent_commits[0], sha: head },
    ];
    save.git_context.status = {
      clean: false,
      modified_files: ["taged.txt"],
      untracked_files: [],
    };
    save.project_path = env.project;
    env.write(path, JSON.stringify(save));
    env.write("staged.txt", "two\n");
    env.git("add", "staged.txt");
    peerCommit(env, id);
    // Someone else's pause, in a subfolder.
    env.write("sub/.claude-mpm/sessions/session-20261121-000000.json", "{}");
    peerCommit(env, "session-20261121-000000", "sub");
    const text = await report(env, { args: [id] });
    assertStringIncludes(text, "  No new commits\n");
    assertEquals(text.includes("Conflicts"), false, text);
    assertStringIncludes(text, "Modified Files (1):\n    M  staged.txt\n");
    assertStringIncludes(text, "    • staged.txt committed\n");
    assertStringIncludes(
      text,
      "The commit made by the pause, ID, also includes files that were " +
        "already staged: staged.txt",
    );
    // A commit since then makes it a conflict; the commit of another pause is a
    // new commit.
    env.write("staged.txt", "three\n");
    env.git("add", "staged.txt");
    env.write("sub/.claude-mpm/sessions/session-20261121-000000.json", "[]");
    peerCommit(env, "session-20261121-000000", "sub");
    const later = await report(env, { args: [id] });
    assertStringIncludes(later, "New Commits (1):");
    assertStringIncludes(later, "staged.txt modified both before and after");
  }
});

Deno.test("resume reports work that was amended into the commit of mpm's pause", async () => {
  using env = TestEnv.repository();
  env.write("work.txt", "one\n");
  env.git("add", "work.txt");
  await mpmJson(env, ["pause", "--commit"]);
  env.git("commit", "-q", "--amend", "--no-edit");
  const text = await report(env);
  assertStringIncludes(text, "New Commits (1):\n    ID - session: pause at");
  assertEquals(text.includes("also took"), false, text);
});

Deno.test("a pause quotes the user's last commit, not one made by a pause", async () => {
  using env = TestEnv.repository();
  env.write("work.txt", "one\n");
  const head = env.commit("Fix the login");
  const pause = async (...args: string[]) => {
    await mpmJson(env, ["pause", "--commit", ...args]);
    const resume = ["resume", "--peek", "--no-changes"];
    return (await mpmJson<ResumeReport>(env, resume)).session;
  };
  for (const args of [[], ["-m", "A word"], []]) {
    const { git_context: git, conversation } = await pause(...args);
    assertEquals(
      [git.commit_message, git.commit, git.recent_commits.length],
      ["Fix the login", head, 2],
    );
    if (args.length > 0) continue;
    assertStringIncludes(
      conversation.summary,
      `at ${head.slice(0, 7)} "Fix the login"`,
    );
  }
  assertEquals(
    env.git("log", "-3", "--format=%s").match(/pause at/g)?.length,
    3,
  );
  // Regardless of the number of pauses.
  for (let at = 0; at < 20; at++) {
    env.git(
      ...["commit", "-q", "--allow-empty", "-m"],
      `session: pause at ${at}\n\nSession ID: session-20261120-120000`,
    );
  }
  const { git_context: git, mpm: own } = await pause();
  assertEquals(git.commit_message, "Fix the login");
  assertEquals(own!.head, env.git("rev-parse", "HEAD~1"));
});

Deno.test("resume reports for each file why its content was not compared", async () => {
  using env = TestEnv.repository();
  for (const name of ["locked.txt", "opened.txt", "big.bin", "lib.txt"]) {
    env.write(name, "committed\n");
  }
  env.commit("Add files");
  for (const name of ["locked.txt", "opened.txt"]) env.write(name, "edited\n");
  env.write("big.bin", new Uint8Array(10 * 1024 * 1024 + 1));
  const without = (name: string): MpmOptions => ({
    wrap: (system) => {
      const read = (path: string) => {
        if (!path.endsWith(name)) return system.files.read(path);
        throw new FileError("denied", "read", path);
      };
      return { ...system, files: { ...system.files, read } };
    },
  });
  const save = ["pause", "--no-commit"];
  assertEquals((await mpm(env, save, without("opened.txt"))).status, 0);
  for (const name of ["locked.txt", "opened.txt", "big.bin"]) {
    Deno.utimeSync(join(env.project, name), 1, 1);
  }
  const { stdout } = await mpm(
    env,
    ["resume", "--peek"],
    without("locked.txt"),
  );
  assertEquals(
    stdout.slice(stdout.indexOf("  Notes:")).replaceAll("    • ", "").trim()
      .split("\n"),
    [
      "Notes:",
      "1 recorded file not hashed (larger than 10 MiB: big.bin): compared by " +
      "size and time",
      "1 recorded file not hashed (could not be read: opened.txt): compared " +
      "by size and time",
      "1 changed path could not be compared (larger than 10 MiB: big.bin)",
      "2 changed paths could not be compared (could not be read: locked.txt, " +
      "opened.txt)",
    ],
  );
});

Deno.test("a list names remote branches with saves that are missing here, and the author of a save", async () => {
  using env = TestEnv.repository();
  const clone = join(env.root, "clone");
  env.git("switch", "-q", "-c", "feature/auth");
  await mpmJson(env, ["pause", "Theirs", "--commit"], {
    now: () => new Date("2026-11-20T12:00:00Z"),
  });
  anotherUser(env);
  env.gitIn(env.root, "clone", "-q", "-b", "main", env.project, clone);
  const hint =
    "origin/feature/auth has 1 save that is not here. To list them: git " +
    "switch --track origin/feature/auth, then mpm resume --list\n";
  const none = await mpm(env, ["resume"], { cwd: clone });
  assertEquals(
    [none.status, none.stderr],
    [
      3,
      `Error: No paused sessions found in "$ROOT/clone"\nHint: ${hint}`,
    ],
  );
  await mpmJson(env, ["pause", "Mine", "--no-commit"], {
    cwd: clone,
    now: () => new Date("2026-11-20T13:00:00Z"),
  });
  for (const list of [["resume", "--list"], ["saves", "list"]]) {
    const { stdout, stderr } = await mpm(env, list, { cwd: clone });
    assertEquals([stdout.includes("Theirs"), stderr], [false, `Note: ${hint}`]);
  }
  env.gitIn(clone, "switch", "-q", "--no-track", "-c", "feature/auth");
  const behind = await mpm(env, ["resume", "--list"], { cwd: clone });
  assertStringIncludes(
    behind.stderr,
    "To list them: git merge origin/feature/auth,",
  );
  env.gitIn(clone, "switch", "-q", "main");
  const free = await mpm(env, ["resume", "--list"], { cwd: clone });
  assertStringIncludes(
    free.stderr,
    "git switch feature/auth, then git merge origin/feature/auth, then mpm",
  );
  const linked = join(env.root, "linked");
  env.gitIn(clone, "worktree", "add", "-q", linked, "feature/auth");
  const taken = await mpm(env, ["resume", "--list"], { cwd: clone });
  assertStringIncludes(
    taken.stderr,
    "git switch --detach origin/feature/auth,",
  );
  // A switch there brings the files, but not into mpm's folder of saves.
  env.gitIn(linked, "merge", "-q", "origin/feature/auth");
  const brought = await mpm(env, ["resume", "--list"], { cwd: linked });
  assertStringIncludes(
    brought.stderr,
    "To list them: mpm saves import .claude-mpm/sessions, then mpm resume --list",
  );
  await mpmJson(env, ["saves", "import", ".claude-mpm/sessions"], {
    cwd: linked,
  });
  const after = await mpm(env, ["resume", "--list"], { cwd: linked });
  assertEquals(after.stderr, "");
  assertStringIncludes(after.stdout, "Summary: Theirs\n");
  await mpm(env, ["undo"], { cwd: linked });
  env.gitIn(clone, "worktree", "remove", linked);
  env.gitIn(clone, "branch", "-q", "-D", "feature/auth");
  // The named command shows it, although two remotes have the branch.
  env.gitIn(clone, "remote", "add", "fork", env.project);
  env.gitIn(clone, "fetch", "-q", "fork");
  env.gitIn(clone, "switch", "-q", "--track", "origin/feature/auth");
  const { stdout, stderr } = await mpm(env, ["resume", "--list"], {
    cwd: clone,
  });
  assertEquals(stderr, "");
  assertStringIncludes(stdout, "Summary: Mine\n");
  assertStringIncludes(
    stdout,
    ", from Ada Lovelace (not verified)\n      Summary: Theirs\n",
  );
  const picker = await mpm(env, ["resume", "--list"], {
    cwd: clone,
    keys: ["\x03"],
  });
  assertStringIncludes(
    picker.stderr,
    "from Ada Lovelace (not verified): Theirs",
  );
  assertEquals(picker.stderr.includes("(not verified): Mine"), false);
});

Deno.test("resume reports files that git is configured to skip, and ignored submodules", async () => {
  using env = TestEnv.repository();
  const module = join(env.root, "module");
  env.gitIn(env.root, "init", "-q", module);
  env.gitIn(module, "commit", "-q", "--allow-empty", "-m", "One");
  env.gitIn(module, "commit", "-q", "--allow-empty", "-m", "Two");
  env.git(
    ...["-c", "protocol.file.allow=always", "submodule", "add", "-q"],
    ...[module, "lib"],
  );
  env.git("config", "submodule.lib.ignore", "all");
  for (const name of ["assumed", "gone", "skipped", "same", "crlf"]) {
    env.write(name, "committed\nlines\n");
  }
  env.commit("Add files");
  env.git("update-index", "--assume-unchanged", "assumed", "gone", "same");
  env.git("update-index", "--skip-worktree", "skipped", "crlf", "README.md");
  env.write("crlf", "committed\r\nlines\r\n");
  Deno.removeSync(join(env.project, "README.md"));
  await mpmJson(env, ["pause", "--no-commit", "Clean"]);
  assertStringIncludes(await report(env), "No uncommitted changes");
  env.write("assumed", "edited\n");
  env.write("skipped", "edited\n");
  Deno.removeSync(join(env.project, "gone"));
  env.gitIn(join(env.project, "lib"), "reset", "-q", "--hard", "HEAD~1");
  const text = await report(env);
  assertStringIncludes(
    text,
    `  Working Directory:
    • 4 uncommitted files
    • lib edited
    • assumed edited
    • gone deleted
    • skipped edited

  Notes:
    • Git is configured to ignore 3 changed files (assume-unchanged or skip-worktree): assumed, gone, skipped
`,
  );
  // With a filter, the stored file and an edit look the same.
  env.write(".gitattributes", "skipped filter=lfs\n");
  const filtered = await report(env);
  assertStringIncludes(
    filtered,
    "1 file that git is configured to ignore was not compared\n",
  );
  Deno.removeSync(join(env.project, ".gitattributes"));
  // A pause records them, so they count as unchanged.
  await mpmJson(env, ["pause", "--no-commit", "Edited"]);
  assertStringIncludes(
    await report(env),
    "• 4 uncommitted files (unchanged since the pause)\n",
  );
  // For an older save, the state at the pause is unknown.
  const folder = join(env.project, ".claude-mpm", "sessions");
  const [id] = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => /^session-.*\.json$/.test(name)).sort();
  const path = join(folder, id!);
  const save = JSON.parse(Deno.readTextFileSync(path));
  delete save.mpm.unwatched;
  Deno.writeTextFileSync(path, JSON.stringify(save));
  Deno.removeSync(`${path}.sha256`);
  const older = await report(env, { args: [id!.replace(".json", "")] });
  assertStringIncludes(older, "• lib changed before or after the pause\n");
  assertStringIncludes(older, "• assumed changed before or after the pause\n");
});

Deno.test("resume reports folders that git could not read", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "--no-commit"]);
  // Root may read every folder, so the test adds git's warning.
  const warning = "warning: could not open directory 'private/': " +
    "Permission denied\n";
  const { stdout } = await mpm(env, ["resume", "--peek"], {
    wrap: (system) => ({
      ...system,
      run: async (program, options) => {
        const done = await system.run(program, options);
        return options.args.includes("status")
          ? { ...done, stderr: new TextEncoder().encode(warning) }
          : done;
      },
    }),
  });
  assertStringIncludes(
    stdout,
    "• private/ was not compared: git cannot read it\n",
  );
});
