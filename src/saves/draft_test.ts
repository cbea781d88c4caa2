import { assertEquals, assertNotMatch } from "@std/assert";
import { readState } from "../git/state.ts";
import { locate } from "../git/workspace.ts";
import { gitFields, toGitContext } from "./draft.ts";
import { TestEnv } from "../../tests/helpers/env.ts";

Deno.test("toGitContext() sorts paths by the type of change and keeps full ids", async () => {
  using env = TestEnv.repository();
  env.write("both", "1");
  const head = env.commit("Add both");
  env.write("both", "2");
  env.git("add", "both");
  env.write("both", "3");
  env.write("README.md", "x");
  env.git("mv", "README.md", "READ ME.md");
  env.write("new", "x");
  const system = env.system();
  const workspace = await locate(system, env.project);
  const state = await readState(system, workspace);
  const { status, recent_commits: recent, ...context } = toGitContext(state);
  assertEquals(context, {
    is_git_repo: true,
    branch: "main",
    commit: head,
    commit_message: "Add both",
    is_clean: false,
    ahead_behind: { ahead: 0, behind: 0 },
  });
  assertEquals(recent.map(({ sha }) => sha.length), [40, 40]);
  assertNotMatch(recent[0]!.timestamp, /T/);
  const { modified_files, untracked_files, ...lists } = status;
  assertEquals(
    [...modified_files].sort(),
    [
      ...new Set([...lists.modified, ...lists.staged]),
    ].sort(),
  );
  assertEquals(untracked_files, ["new"]);
  assertEquals([...lists.modified].sort(), ["READ ME.md", "both"]);
  assertEquals([lists.clean, lists.untracked], [false, ["new"]]);
  const { files, worktree } = gitFields(state, workspace);
  assertEquals([files.length, worktree], [state.files.length, env.project]);
});

Deno.test("toGitContext() without a repository is empty", () => {
  assertEquals(toGitContext(undefined), {
    is_git_repo: false,
    branch: null,
    commit: null,
    commit_message: null,
    recent_commits: [],
    is_clean: true,
    ahead_behind: { ahead: 0, behind: 0 },
    status: {
      clean: true,
      modified: [],
      staged: [],
      untracked: [],
      modified_files: [],
      untracked_files: [],
    },
  });
});
