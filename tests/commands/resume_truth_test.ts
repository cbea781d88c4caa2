import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { ResumeResult } from "../../src/session/results.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

/** The report without what the save itself says, `ID` for commit ids. */
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
  await mpmJson(env, ["sessions", "export", "0", "-o", join(env.root, "s")]);
  await mpmJson(env, ["sessions", "import", join(env.root, "s")], {
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
    • The save was made on feature/auth; here is main
    • feature/auth is not a local branch here
    • origin/feature/auth has commits that are not in main
`,
  );
  env.gitIn(clone, "merge", "-q", "--ff-only", "origin/feature/auth");
  assertStringIncludes(
    await report(env, { cwd: clone }),
    `    • feature/auth is not a local branch here; its commits at the pause are all in main
    • origin/feature/auth: its commits are all in main
`,
  );
  const { changes } = await mpmJson<ResumeResult>(env, ["resume", "--peek"], {
    cwd: clone,
  });
  assertEquals(
    [changes!.branch.change, changes!.branch.recorded, changes!.branch.remote],
    ["other-copy", "absent", { name: "origin/feature/auth", merged: true }],
  );
  // Where the branch was at the pause, it is known to have been deleted.
  env.git("switch", "-q", "main");
  env.git("branch", "-q", "-D", "feature/auth");
  const here = await report(env);
  assertStringIncludes(here, "Switched from feature/auth to main\n");
  assertStringIncludes(
    here,
    "feature/auth was deleted; its commits are not all in main\n",
  );
});

Deno.test("resume in a clone says nothing of an upstream that only the other copy had", async () => {
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
    await mpmJson(env, ["sessions", "export", "0", "-o", file], { cwd: other });
    const { imported } = await mpmJson<{ imported: { session_id: string }[] }>(
      env,
      ["sessions", "import", file],
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
