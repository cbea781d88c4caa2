import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { MpmError } from "../base/errors.ts";
import { Git } from "./run/git.ts";
import { readState } from "./state.ts";
import { locate } from "./workspace.ts";
import type { RepositoryState } from "./repository.ts";
import type { System } from "../system/system.ts";
import { TestEnv } from "../../tests/helpers/env.ts";

async function stateOf(
  env: TestEnv,
  folder = env.project,
): Promise<RepositoryState> {
  const system = env.system();
  return await readState(system, await locate(system, folder));
}

/** Status and path of each file, one line each. */
function listed(state: RepositoryState): string[] {
  return state.files.map(({ status, path }) => `${status} ${path}`);
}

const SHA256_OF_X =
  "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";

Deno.test("readState() describes every kind of change", async () => {
  using env = TestEnv.repository();
  for (const name of ["gone", "old", "staged"]) env.write(name, `${name}\n`);
  const head = env.commit("Add files");
  env.write("README.md", "x");
  env.remove("gone");
  env.git("mv", "old", "new");
  env.write("staged", "x");
  env.git("add", "staged");
  Deno.symlinkSync("x", join(env.project, "link"));
  const state = await stateOf(env);
  const sum = env.run("sha256sum", ["new"]).stdout.slice(0, 64);
  assertEquals(
    state.files.map(({ path, status, sha256, size, object, from }) => [
      path,
      status,
      sha256,
      size,
      object,
      from,
    ]),
    [
      ["README.md", " M", SHA256_OF_X, 1, undefined, undefined],
      ["gone", " D", null, null, undefined, undefined],
      ["new", "R ", sum, 4, env.git("rev-parse", ":new"), "old"],
      [
        "staged",
        "M ",
        SHA256_OF_X,
        1,
        env.git("rev-parse", ":staged"),
        undefined,
      ],
      ["link", "??", SHA256_OF_X, 1, undefined, undefined],
    ],
  );
  assertEquals(
    state.files.map(({ path, mtime }) => [path, mtime]),
    state.files.map(({ path }) => [
      path,
      path === "gone"
        ? null
        : Deno.lstatSync(join(env.project, path)).mtime!.getTime(),
    ]),
  );
  assertEquals(
    [state.head, state.branch, state.detached, state.filesOmitted],
    [head, "main", false, 0],
  );
  assertEquals(
    state.recent.map(({ sha, author, message }) => [
      sha,
      author,
      message,
    ]),
    [
      [head, "Ada Lovelace", "Add files"],
      [env.git("rev-parse", "HEAD~1"), "Ada Lovelace", "Start the project"],
    ],
  );
});

Deno.test("readState() reads a repository without commits", async () => {
  using env = new TestEnv();
  env.git("init", "-q");
  env.write("a", "x");
  env.write("b", "x");
  env.git("add", "a");
  const state = await stateOf(env);
  assertEquals([state.head, state.branch, state.recent], [
    undefined,
    "main",
    [],
  ]);
  assertEquals(listed(state), ["A  a", "?? b"]);
});

Deno.test("readState() reads a detached HEAD, a subfolder and a linked worktree", async () => {
  using env = TestEnv.repository();
  const head = env.git("rev-parse", "HEAD");
  env.write("sub/new", "x");
  env.git("worktree", "add", "-q", "--detach", "../linked");
  const linked = join(env.root, "linked");
  Deno.writeTextFileSync(join(linked, "here"), "x");
  const detached = await stateOf(env, linked);
  assertEquals([detached.head, detached.branch, detached.detached], [
    head,
    undefined,
    true,
  ]);
  assertEquals(listed(detached), ["?? here"]);
  const sub = await stateOf(env, join(env.project, "sub"));
  assertEquals(listed(sub), ["?? sub/new"]);
});

Deno.test("readState() reads a submodule and the worktree of a bare repository", async () => {
  using env = TestEnv.repository();
  env.git("clone", "-q", "--bare", ".", "../bare.git");
  env.gitIn(join(env.root, "bare.git"), "worktree", "add", "-q", "../tree");
  env.git("submodule", "add", "-q", "../bare.git", "lib");
  for (const folder of [join(env.root, "tree"), join(env.project, "lib")]) {
    Deno.writeTextFileSync(join(folder, "README.md"), "x");
    assertEquals(listed(await stateOf(env, folder)), [" M README.md"]);
  }
});

Deno.test("readState() reads shallow and sparse clones and SHA-256 repositories", async () => {
  using env = TestEnv.repository();
  env.write("in/a", "a");
  env.write("out/b", "b");
  env.commit("Add folders");
  env.git("clone", "-q", "--depth=1", `file://${env.project}`, "../shallow");
  const shallow = join(env.root, "shallow");
  assertEquals((await stateOf(env, shallow)).recent.length, 1);
  env.gitIn(shallow, "sparse-checkout", "set", "in");
  Deno.writeTextFileSync(join(shallow, "in/a"), "x");
  assertEquals(listed(await stateOf(env, shallow)), [" M in/a"]);
  env.git("init", "-q", "--object-format=sha256", "../long");
  const long = join(env.root, "long");
  Deno.writeTextFileSync(join(long, "a"), "x");
  env.gitIn(long, "add", "a");
  env.gitIn(long, "commit", "-q", "-m", "One");
  const head = env.gitIn(long, "rev-parse", "HEAD");
  assertEquals([(await stateOf(env, long)).head, head.length], [head, 64]);
});

Deno.test("readState() names the operation in progress", async () => {
  using env = TestEnv.repository();
  const base = env.git("rev-parse", "HEAD");
  env.git("switch", "-q", "-c", "other");
  env.write("README.md", "theirs\n");
  const theirs = env.commit("Theirs");
  env.git("format-patch", "-q", "-1", "-o", "../patches");
  env.git("switch", "-q", "main");
  env.write("README.md", "ours\n");
  env.commit("Ours");
  env.commit("Empty");
  const steps: [string, string[], string[]][] = [
    ["merge", ["merge", "other"], ["merge", "--abort"]],
    ["rebase", ["rebase", "other"], ["rebase", "--abort"]],
    ["rebase", ["rebase", "--apply", "other"], ["rebase", "--abort"]],
    ["cherry-pick", ["cherry-pick", theirs], ["cherry-pick", "--abort"]],
    ["revert", ["revert", "--no-edit", base], ["revert", "--abort"]],
    ["am", ["am", "../patches/0001-Theirs.patch"], ["am", "--abort"]],
    ["bisect", ["bisect", "start"], ["bisect", "reset"]],
  ];
  for (const [operation, begin, end] of steps) {
    env.run("git", begin);
    assertEquals((await stateOf(env)).operation, operation, begin.join(" "));
    env.git(...end);
  }
  assertEquals((await stateOf(env)).operation, undefined);
});

Deno.test("readState() knows the upstream, present, gone and absent", async () => {
  using env = TestEnv.repository();
  assertEquals((await stateOf(env)).upstream, undefined);
  env.git("clone", "-q", ".", "../clone");
  const clone = join(env.root, "clone");
  const commit = env.git("rev-parse", "HEAD");
  env.gitIn(clone, "commit", "-q", "--allow-empty", "-m", "Mine");
  assertEquals((await stateOf(env, clone)).upstream, {
    name: "origin/main",
    commit,
    ahead: 1,
    behind: 0,
  });
  env.gitIn(clone, "update-ref", "-d", "refs/remotes/origin/main");
  assertEquals((await stateOf(env, clone)).upstream, {
    name: "origin/main",
    commit: undefined,
    ahead: 0,
    behind: 0,
  });
});

Deno.test("readState() lists stashes, newest first", async () => {
  using env = TestEnv.repository();
  for (const name of ["one", "two\nlines"]) {
    env.write("README.md", `${name}\n`);
    env.git("stash", "push", "-q", "-m", name);
  }
  const { stashes } = await stateOf(env);
  assertEquals(stashes.map(({ message }) => message), [
    "On main: two lines",
    "On main: one",
  ]);
  assertEquals(stashes[0]!.commit, env.git("rev-parse", "refs/stash"));
});

Deno.test("readState() leaves saves out, tracked or not, and still finds renames", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/sessions/tracked.json", "{}");
  env.write("old", "enough\nlines\nto find it\n");
  env.commit("Add a save");
  env.write(".claude-mpm/sessions/tracked.json", "{ }");
  env.write(".claude-mpm/sessions/new.json", "{}");
  env.git("mv", "old", "new");
  env.write("sub/.claude-mpm/other", "not ours");
  assertEquals(listed(await stateOf(env)), [
    "R  new",
    "?? sub/.claude-mpm/other",
  ]);
});

Deno.test("readState() is not misled by the user's settings and runs none of their programs", async () => {
  using env = TestEnv.repository();
  env.write("a", "x");
  env.git("add", "a");
  env.write("README.md", "x");
  const expected = await stateOf(env);
  const trap = join(env.root, "trap");
  Deno.writeTextFileSync(trap, `#!/bin/sh\ntouch ${env.root}/sprung\n`);
  Deno.chmodSync(trap, 0o755);
  Deno.mkdirSync(join(env.root, "hooks"));
  Deno.copyFileSync(trap, join(env.root, "hooks/post-index-change"));
  const settings: Record<string, string> = {
    "color.ui": "always",
    "color.status": "always",
    "status.short": "true",
    "status.branch": "true",
    "status.showUntrackedFiles": "no",
    "status.aheadBehind": "false",
    "status.relativePaths": "true",
    "status.renames": "copies",
    "core.quotePath": "true",
    "core.pager": trap,
    "diff.noprefix": "true",
    "diff.external": trap,
    "diff.renames": "false",
    "log.showSignature": "true",
    "log.decorate": "full",
    "format.pretty": "oneline",
    "i18n.logOutputEncoding": "ISO-8859-1",
    "gpg.program": trap,
    "core.fsmonitor": trap,
    "core.hooksPath": join(env.root, "hooks"),
  };
  for (const [name, value] of Object.entries(settings)) {
    env.git("config", name, value);
  }
  Object.assign(env.extra, {
    GIT_DIR: "/nowhere",
    GIT_INDEX_FILE: "/nowhere/index",
    GIT_WORK_TREE: "/nowhere",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_EXTERNAL_DIFF: trap,
    GIT_PAGER: trap,
    GIT_TRACE: "1",
    LC_ALL: "de_DE.UTF-8",
  });
  assertEquals(await stateOf(env, join(env.project)), expected);
  assertEquals(
    [...Deno.readDirSync(env.root)].some(({ name }) => name === "sprung"),
    false,
  );
});

Deno.test("readState() does not write to the repository", async () => {
  using env = TestEnv.repository();
  const index = join(env.project, ".git/index");
  Deno.utimeSync(join(env.project, "README.md"), 1, 1);
  const before = Deno.readFileSync(index);
  await stateOf(env);
  assertEquals(Deno.readFileSync(index), before);
});

Deno.test("readState() describes files that vanish or cannot be read as far as possible", async () => {
  using env = TestEnv.repository();
  env.write("vanishing", "x");
  env.write("refusing", "x");
  const system = env.system();
  const { files } = system;
  const workspace = await locate(system, env.project);
  const state = await readState({
    ...system,
    files: {
      ...files,
      lstat: (path) =>
        path.endsWith("/vanishing") ? undefined : files.lstat(path),
      read: (path) =>
        files.read(path.endsWith("/refusing") ? "/no/such" : path),
    },
  }, workspace);
  assertEquals(
    state.files.map(({ path, sha256, size }) => [path, sha256, size]),
    [
      ["refusing", null, 1],
      ["vanishing", null, null],
    ],
  );
});

Deno.test("readState() lists at most 10,000 files and counts the rest", async () => {
  using env = TestEnv.repository();
  const system = env.system();
  const workspace = await locate(system, env.project);
  const many = Array.from({ length: 10_003 }, (_, at) => `? ${at}\0`).join("");
  const state = await readState({
    ...system,
    run: async (program, options) => {
      const result = await system.run(program, options);
      const isStatus = options.args.includes("status");
      return isStatus
        ? { ...result, stdout: new TextEncoder().encode(many) }
        : result;
    },
  }, workspace);
  assertEquals([state.files.length, state.filesOmitted], [10_000, 3]);
});

Deno.test("readState() throws where git cannot read the repository", async () => {
  using env = TestEnv.repository();
  const workspace = await locate(env.system(), env.project);
  env.write(".git/index", "no index");
  const error = await assertRejects(
    () => readState(env.system(), workspace),
    MpmError,
  );
  assertEquals(error.code, "GIT_FAILED");
  assertEquals(
    error.message,
    '"git status" ended with status 128: fatal: ' +
      `${env.project}/.git/index: index file smaller than expected`,
  );
});

// The ended program is not waited for.
const unwatched = { sanitizeOps: false, sanitizeResources: false };

Deno.test("Git ends a command that takes too long", unwatched, async () => {
  using env = TestEnv.repository();
  const folder = join(env.root, "slow");
  Deno.mkdirSync(folder);
  const program = "#!/bin/sh\nexec /bin/sleep 60\n";
  Deno.writeTextFileSync(join(folder, "git"), program, { mode: 0o755 });
  env.extra.PATH = folder;
  const system = env.system();
  const git = new Git({
    ...system,
    run: (name, options) => system.run(name, { ...options, timeout: 50 }),
  }, env.project);
  const error = await assertRejects(
    () => git.read(["status"]),
    MpmError,
  );
  assertEquals(error.message, '"git status" took too long');
});

Deno.test("git looks at a small tree with one thread only on a local disk", async () => {
  using env = TestEnv.repository();
  const system = env.system();
  for (const isLocal of [true, false]) {
    const seen: string[] = [];
    const watched: System = {
      ...system,
      files: { ...system.files, isLocal: () => isLocal },
      run(program, options) {
        if (options.args.includes("status")) seen.push(options.args.join(" "));
        return system.run(program, options);
      },
    };
    await readState(watched, await locate(watched, env.project));
    assertEquals(
      seen.map((args) => args.includes(" -c core.preloadIndex=false status ")),
      [isLocal],
    );
  }
});
