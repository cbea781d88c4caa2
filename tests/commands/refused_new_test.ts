import { assert, assertEquals } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { FolderCopy } from "../helpers/folder_copy.ts";
import { mpm } from "../helpers/mpm.ts";

/** Commands that have nothing to work on in a new project. */
const REFUSED: readonly (readonly string[])[] = [
  ["branch", "fix", "--template", "nothing"],
  ["branch", "fix", "--git-branch", "bad..name"],
  ["return"],
  ["replay", "fork", "1"],
  ["check", "1"],
  ["complete"],
  ["cancel"],
  ["archive"],
  ["start", "login", "--template", "nothing"],
  ["done", "5"],
  ["decide", "Use Postgres", "--supersedes", "4"],
  ["notes", "rm", "abcd"],
  ["notes", "settle", "abcd"],
  ["var", "unset", "port"],
  ["release", "src"],
  ["undo"],
  ["checkpoint", "restore", "one", "--yes"],
  ["checkpoint", "rm", "one"],
  ["restore", "latest"],
  ["saves", "rm", "0"],
  ["saves", "import", "missing.json"],
  ["saves", "trust", "0"],
  ["resume", "0"],
  ["task", "run", "nothing"],
  ["task", "rm", "nothing"],
  ["pipeline", "run", "nothing"],
  ["pipeline", "new", "nothing"],
  ["template", "new", "a/b"],
  ["partition", "use", "api"],
  ["handoff", "accept", "0"],
  ["hooks", "eject", "nothing"],
  ["schedule", "remove", "nothing"],
  ["team", "remove", "Eve"],
  ["worktrees", "restore", "nothing"],
  ["migrate", "--rollback"],
  ["config", "set", "commit", "maybe", "--scope", "project"],
];

Deno.test("a refused command changes nothing in a new project", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "changed\n");
  env.git("status");
  env.settle();
  const before = new FolderCopy(env.project);
  for (const args of REFUSED) {
    const where = args.join(" ");
    const { status, stderr } = await mpm(env, args);
    assert([2, 3, 4].includes(status), `${where}: ${status} ${stderr}`);
    assertEquals(env.exists(".claude-mpm"), false, where);
    assert(before.equals(new FolderCopy(env.project)), where);
  }
});
