import { join } from "@std/path";
import type {
  BranchResult,
  ReturnResult,
  StackResult,
} from "../../schemas/types.ts";
import { TestEnv } from "./env.ts";
import { mpmJson, type MpmOptions } from "./mpm.ts";

/** All data of the user in a worktree, so that two moments can be compared. */
export interface TreeState {
  /** By path: mode and bytes, or a link's target; ignored files too. */
  readonly files: Readonly<Record<string, string>>;
  /** `git ls-files --stage`, saves left out. */
  readonly index: readonly string[];
  /** `git status --porcelain=v2`. */
  readonly status: readonly string[];
  /** Full name of HEAD's branch, or its commit. */
  readonly branch: string;
}

/** mpm's folder and git's are not part of it. */
export function treeOf(env: TestEnv, folder = env.project): TreeState {
  const files: Record<string, string> = {};
  const walk = (path: string) => {
    for (
      const { name, isDirectory, isSymlink } of Deno.readDirSync(
        join(folder, path),
      )
    ) {
      const below = path === "" ? name : `${path}/${name}`;
      if ([".git", ".claude-mpm"].includes(below)) continue;
      if (below === ".claude/worktrees") continue;
      const full = join(folder, below);
      if (isSymlink) files[below] = `link ${Deno.readLinkSync(full)}`;
      else if (isDirectory) walk(below);
      else {
        const mode = (Deno.statSync(full).mode ?? 0) & 0o777;
        const bytes = Deno.readFileSync(full);
        files[below] = `${mode.toString(8)} ${bytes.toBase64()}`;
      }
    }
  };
  walk("");
  const lines = (...args: string[]) =>
    env.gitIn(folder, ...args).split("\n").filter((line) =>
      line !== "" && !line.includes(".claude-mpm/")
    );
  const status = lines(
    ...["status", "--porcelain=v2", "--branch", "--untracked-files=all"],
  );
  const idOf = (name: string) =>
    status.find((line) => line.startsWith(`# branch.${name} `))!
      .split(" ")[2]!;
  const head = idOf("head");
  return {
    files: Object.fromEntries(Object.entries(files).sort()),
    index: lines("ls-files", "--stage"),
    status: status.filter((line) => !line.startsWith("#")),
    branch: head === "(detached)" ? idOf("oid") : `refs/heads/${head}`,
  };
}

/**
 * A project with `main`, and a `feature` under way: staged, unstaged, both,
 * new, deleted, executable, linked, renamed, in folders, and ignored.
 */
export function featureUnderWay(): TestEnv {
  const env = TestEnv.repository();
  env.write(".gitignore", "/dist/\n*.log\n");
  env.write("login.js", "broken\n");
  env.write("deep/er/file.txt", "one\n");
  env.write("run.sh", "#!/bin/sh\n");
  env.write("gone.txt", "gone\n");
  env.write("old-name.txt", "a\nb\nc\nd\n");
  env.write("both.txt", "1\n");
  env.commit("Lay the ground");
  env.git("switch", "-q", "-c", "feature");
  env.write("feature.js", "half\n");
  env.commit("Begin the feature");
  env.write("dist/out.bin", new Uint8Array([0, 1, 2, 255]));
  env.write("debug.log", "ignored\n");
  env.write("both.txt", "2\n");
  env.git("add", "both.txt");
  env.write("both.txt", "3\n");
  env.write("feature.js", "more\n");
  env.write("staged.txt", "staged\n");
  env.git("add", "staged.txt");
  env.write("deep/er/file.txt", "two\n");
  env.write("deep/new/untracked ü.txt", "untracked\n");
  env.remove("gone.txt");
  env.git("mv", "old-name.txt", "new-name.txt");
  Deno.chmodSync(join(env.project, "run.sh"), 0o755);
  Deno.symlinkSync("feature.js", join(env.project, "link"));
  return env;
}

/** The same with one file of each kind, for tests that make it often. */
export function smallFeature(): TestEnv {
  const env = TestEnv.repository();
  env.write("login.js", "broken\n");
  env.write("gone.txt", "gone\n");
  env.write("both.txt", "1\n");
  env.commit("Lay the ground");
  env.git("switch", "-q", "-c", "feature");
  env.write("both.txt", "2\n");
  env.git("add", "both.txt");
  env.write("both.txt", "3\n");
  env.write("deep/untracked.txt", "untracked\n");
  env.remove("gone.txt");
  return env;
}

/** Begins a detour. */
export function branch(
  env: TestEnv,
  args: readonly string[],
  options?: MpmOptions,
): Promise<BranchResult> {
  return mpmJson<BranchResult>(env, ["branch", ...args], options);
}

/** Ends one. */
export function comeBack(
  env: TestEnv,
  args: readonly string[] = [],
  options?: MpmOptions,
): Promise<ReturnResult> {
  return mpmJson<ReturnResult>(env, ["return", ...args], options);
}

/** Each session as `name:state`, indented, the current one with a star. */
export async function stackLines(
  env: TestEnv,
  options?: MpmOptions,
): Promise<string[]> {
  const stack = await mpmJson<StackResult>(env, ["stack", "--all"], options);
  return stack.sessions.map(({ session: { id, name, state }, depth }) =>
    `${"  ".repeat(depth)}${name}:${state}${id === stack.current ? " *" : ""}`
  );
}
