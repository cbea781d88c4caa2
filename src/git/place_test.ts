import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { quickPlace, quickWorkspace } from "./place.ts";
import { locate } from "./workspace.ts";
import { TestEnv } from "../../tests/helpers/env.ts";

/** Returns git's answers about a folder, for the fields of `quickPlace`. */
async function asked(env: TestEnv, folder: string): Promise<unknown> {
  const { root, worktree, linked, gitDir } = await locate(
    env.system(),
    join(env.root, folder),
  );
  return { root, worktree, linked, gitDir };
}

const REPOSITORIES: Record<string, (env: TestEnv) => string[]> = {
  "a repository and a folder in it": (env) => {
    env.write("sub/deep/file", "");
    return ["project", "project/sub/deep"];
  },
  "linked worktrees, one of them moved": (env) => {
    env.git("worktree", "add", "-q", "../linked");
    env.git("worktree", "add", "-q", "../other");
    env.git("worktree", "move", "../other", "../moved");
    return ["linked", "moved"];
  },
  "a worktree of a bare repository": (env) => {
    env.git("clone", "-q", "--bare", ".", "../bare.git");
    env.gitIn(join(env.root, "bare.git"), "worktree", "add", "-q", "../w");
    return ["w"];
  },
  "a bare repository called .git": (env) => {
    env.git("clone", "-q", "--bare", ".", "../home/all/.git");
    const all = join(env.root, "home/all");
    env.gitIn(join(all, ".git"), "worktree", "add", "-q", "../w");
    return ["home/all/w"];
  },
  "a submodule, and a linked worktree of it": (env) => {
    env.git("clone", "-q", ".", "../lib");
    env.git("submodule", "--quiet", "add", "../lib", "lib");
    env.gitIn(join(env.project, "lib"), "worktree", "add", "-q", "../../lw");
    return ["project/lib", "lw"];
  },
  "a git folder apart from its worktree": (env) => {
    env.run("git", ["init", "-q", "--separate-git-dir", "../apart", "../sep"]);
    return ["sep"];
  },
};

for (const [name, make] of Object.entries(REPOSITORIES)) {
  Deno.test(`quickPlace() agrees with git: ${name}`, async () => {
    using env = TestEnv.repository();
    for (const folder of make(env)) {
      assertEquals<unknown>(
        quickPlace(env.system(), join(env.root, folder)),
        await asked(env, folder),
        folder,
      );
    }
  });
}

Deno.test("quickPlace() finds nothing outside a worktree", () => {
  using env = new TestEnv();
  env.write(".git/config", "");
  env.write("broken/.git", "no gitdir");
  for (const folder of ["project", "project/broken", "home"]) {
    assertEquals(quickPlace(env.system(), join(env.root, folder)), undefined);
  }
});

Deno.test("quickWorkspace() leaves cases to git that git may see differently", () => {
  using env = TestEnv.repository();
  const system = env.system();
  const at = (folder: string) => quickWorkspace(system, join(env.root, folder));
  env.run("git", ["init", "-q", "inner"]);
  assertEquals(at("project/inner")?.worktree, join(env.project, "inner"));
  // Git accepts none of these as a repository, and finds the one around it.
  env.write("inner/.git/HEAD", "nothing useful\n");
  assertEquals(at("project/inner"), undefined);
  env.write("hollow/.git/HEAD", "ref: refs/heads/main\n");
  assertEquals(at("project/hollow"), undefined);
  env.write("elsewhere", "[core]\n\tworktree = /\n");
  env.git("config", "include.path", "../elsewhere");
  assertEquals(at("project"), undefined);
});

Deno.test("quickWorkspace() agrees with git, or leaves the case to git", async () => {
  using env = TestEnv.repository();
  env.write("sub/deep/file", "");
  env.git("worktree", "add", "-q", "../linked");
  const system = env.system();
  const quick = (folder: string) =>
    quickWorkspace(system, join(env.root, folder));
  for (const folder of ["project", "project/sub/deep"]) {
    const located = await locate(system, join(env.root, folder));
    assertEquals(quick(folder), located, folder);
  }
  for (const folder of ["linked", "project/.git", "project/.git/refs", "."]) {
    assertEquals(quick(folder), undefined, folder);
  }
  env.git("config", "core.worktree", join(env.root, "linked"));
  assertEquals(quick("project"), undefined, "core.worktree");
});

Deno.test("quickWorkspace() finds core.worktree and includes however they are written", async () => {
  const ways = [
    "[core] worktree = /",
    "[user][CORE] WorkTree=/ ; not here",
    "[core]\n\t# a comment does not continue \\\n\tworktree = /",
    '[alias]\n\tx = "a \\\n[user]\n\tname = "\n[core]\n\tworktree = "/"',
    "[core]\r\n\tbare = true",
    "[core] [include] path = elsewhere",
    '[includeIf "gitdir:**"] path = elsewhere',
    "[core",
  ];
  for (const way of ways) {
    using env = TestEnv.repository();
    const config = `${env.read(".git/config")}${way}\n`;
    env.write(".git/config", config);
    assertEquals(quickWorkspace(env.system(), env.project), undefined, way);
  }
  using env = TestEnv.repository();
  const text = "[core]\n\tbare =\n\teditor = a \\\n\tworktree = / # none\n" +
    '[x "[core]"]\n\tworktree = /\n[x "]"]\n\ty = "; [include]"\n';
  env.write(".git/config", `${env.read(".git/config")}${text}`);
  assertEquals(
    quickWorkspace(env.system(), env.project),
    await locate(env.system(), env.project),
  );
});

Deno.test("a bare repository in a worktree is not that worktree", async () => {
  using env = TestEnv.repository();
  env.git("init", "-q", "--bare", "bare.git");
  env.write("data/objects/x", "");
  env.write("data/refs/x", "");
  const system = env.system();
  for (const folder of ["bare.git", "bare.git/refs"]) {
    const path = join(env.project, folder);
    assertEquals(quickPlace(system, path), undefined, folder);
    assertEquals(quickWorkspace(system, path), undefined, folder);
  }
  const data = join(env.project, "data/refs");
  assertEquals(quickWorkspace(system, data), await locate(system, data));
});
