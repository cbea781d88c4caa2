import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { branch, comeBack, treeOf } from "../helpers/detours.ts";
import { TestEnv } from "../helpers/env.ts";
import { posixTest } from "../helpers/posix.ts";

posixTest("modes are kept if git ignores them", async () => {
  using env = TestEnv.repository();
  env.write("tracked.sh", "1\n");
  env.commit("A program");
  env.git("config", "core.fileMode", "false");
  env.write("tracked.sh", "2\n");
  env.write("new.sh", "new\n");
  for (const path of ["tracked.sh", "new.sh"]) {
    Deno.chmodSync(join(env.project, path), 0o755);
  }
  const before = treeOf(env);
  await branch(env, ["fix", "--stash"]);
  await comeBack(env);
  assertEquals(treeOf(env), before);
});

posixTest("a link that git keeps as a file stays unchanged", async () => {
  using env = TestEnv.repository();
  Deno.symlinkSync("README.md", join(env.project, "link"));
  env.commit("A link");
  env.git("config", "core.symlinks", "false");
  env.git("config", "core.fileMode", "false");
  env.remove("link");
  env.git("checkout", "-q", "--", "link");
  assert(Deno.lstatSync(join(env.project, "link")).isFile);
  env.write("link", "elsewhere");
  Deno.symlinkSync("README.md", join(env.project, "untracked"));
  const before = treeOf(env);
  await branch(env, ["fix", "--stash"]);
  await comeBack(env);
  assertEquals(treeOf(env), before);
});
