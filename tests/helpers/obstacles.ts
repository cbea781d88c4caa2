import type { TestEnv } from "./env.ts";

/** A file that once made a return fail. */
export interface Obstacle {
  readonly name: string;
  /** Made before the detour begins, or within it. */
  readonly when: "before" | "within";
  make(env: TestEnv): void;
}

/** More than a checkpoint accepts here. */
const LARGE = 1024 * 1024 + 1;

function large(env: TestEnv, path: string): void {
  env.write(path, new TextEncoder().encode(path.padEnd(LARGE, ".")));
}

function repository(env: TestEnv, path: string): void {
  env.git("init", "-q", path);
  env.write(`${path}/inner`, `in ${path}\n`);
}

/** Removes the path from the other branch. */
function clear(env: TestEnv, path: string): void {
  if (env.exists(path)) env.remove(path);
}

/** A change in the index and another one on disk, marked as unwatched. */
function hidden(env: TestEnv, path: string, mark: string): void {
  env.write(path, `${mark}, staged\n`);
  env.git("add", path);
  env.git("update-index", `--${mark}`, path);
  env.write(path, `${mark}, on disk\n`);
}

/** The same without a change in the index. */
function unseen(env: TestEnv, path: string, mark: string): void {
  env.git("update-index", `--${mark}`, path);
  env.write(path, `${mark}, unseen\n`);
}

export const OBSTACLES: readonly Obstacle[] = [
  {
    name: "a change",
    when: "before",
    make: (env) => env.write("a", "parked\n"),
  },
  {
    name: "a large file that the parent ignores",
    when: "before",
    make: (env) => large(env, "ignored.big"),
  },
  {
    name: "an ignore rule that is parked",
    when: "before",
    make(env) {
      env.write(".gitignore", "*.big\n*.vast\n");
      large(env, "ignored.vast");
    },
  },
  {
    name: "a parked file",
    when: "before",
    make(env) {
      env.write("notes", "parked\n");
      env.git("add", "-f", "notes");
    },
  },
  {
    name: "a staged change that git is not to look at",
    when: "before",
    make: (env) => hidden(env, "skip", "skip-worktree"),
  },
  {
    name: "an edit that git is not to look at",
    when: "before",
    make: (env) => unseen(env, "c", "assume-unchanged"),
  },
  {
    name: "an ignored file at the path of a parked one",
    when: "within",
    make(env) {
      env.git("rm", "-q", "--cached", "--ignore-unmatch", "notes");
      env.write("notes", "ignored\n");
    },
  },
  {
    name: "a large file",
    when: "within",
    make: (env) => large(env, "new.huge"),
  },
  {
    name: "a large change",
    when: "within",
    make: (env) => large(env, "b"),
  },
  {
    name: "a large file that is staged",
    when: "within",
    make(env) {
      large(env, "staged.huge");
      env.git("add", "staged.huge");
      env.write("staged.huge", `${env.read("staged.huge")} and more`);
    },
  },
  {
    name: "a repository",
    when: "within",
    make: (env) => repository(env, "nested"),
  },
  {
    name: "a repository instead of a file",
    when: "within",
    make(env) {
      clear(env, "vendor");
      repository(env, "vendor");
    },
  },
  {
    name: "an ignored file instead of a folder",
    when: "within",
    make(env) {
      clear(env, "build");
      env.write("build", "ignored\n");
    },
  },
  {
    name: "an ignored folder instead of a file",
    when: "within",
    make(env) {
      clear(env, "out");
      env.write("out/deep/er", "ignored\n");
    },
  },
  {
    name: "an edit that git is not to look at, of the detour",
    when: "within",
    make: (env) => unseen(env, "d", "skip-worktree"),
  },
  {
    name: "a staged change that git is not to look at, of the detour",
    when: "within",
    make: (env) => hidden(env, "e", "assume-unchanged"),
  },
  {
    name: "a repository instead of a file of both",
    when: "within",
    make(env) {
      clear(env, "f");
      repository(env, "f");
    },
  },
  {
    name: "a submodule",
    when: "within",
    make(env) {
      repository(env, "../module");
      env.git("-C", "../module", "commit", "-q", "--allow-empty", "-m", "One");
      env.git("submodule", "--quiet", "add", "../module", "module");
      env.git("commit", "-qm", "A submodule", "--", "module", ".gitmodules");
      env.write("module/inner", "in the submodule\n");
    },
  },
  {
    name: "a file that must be added",
    when: "within",
    make(env) {
      env.write("later", "later\n");
      env.git("add", "--intent-to-add", "later");
    },
  },
  {
    name: "commits on no branch",
    when: "within",
    make(env) {
      env.git("checkout", "-q", "--detach");
      env.git("commit", "-q", "--allow-empty", "-m", "On no branch");
    },
  },
  {
    name: "too many files together",
    when: "within",
    make(env) {
      for (const name of ["x", "y", "z"]) {
        env.write(`many/${name}`, name.repeat(LARGE - 2));
      }
    },
  },
  {
    name: "a change of the detour",
    when: "within",
    make: (env) => env.write("idea", "of the detour\n"),
  },
];
