import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { ResumeReport, StackResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { fire } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { anotherUser } from "../helpers/users.ts";
import { CURRENT, WORK, workIds } from "../helpers/works.ts";

/** A project whose worktree is at a detour of someone else's work. */
async function withTheirWork(): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, ["start", "refunds", "Their task"]);
  await mpmJson(env, ["branch", "outage", "Their detour"]);
  anotherUser(env);
  return env;
}

Deno.test("someone else's session does not belong to this user", async () => {
  using env = await withTheirWork();
  for (const args of [["status"], ["stack", "--all"], ["context", "inject"]]) {
    const { stdout } = await mpm(env, args);
    // The save in which the detour was left is reported as foreign.
    assert(!/Their detour|outage/.test(stdout), `${args}: ${stdout}`);
  }
  env.write(".claude-mpm/config.toml", "");
  const shown = JSON.stringify(
    await fire(env, "SessionStart", { source: "startup" }),
  );
  assertStringIncludes(
    shown,
    "is from someone else (not verified), so it does not",
  );
  assert(!/Their detour|outage/.test(shown), shown);
  const { sessions, problems } = await mpmJson<StackResult>(env, ["stack"]);
  assertEquals(sessions, []);
  assertStringIncludes(problems[0]!, "2 sessions from someone else");
  for (const args of [["check"], ["complete"], ["return"], ["cancel"]]) {
    const { status, stderr } = await mpm(env, args);
    assertEquals(status, 4, `${args}: ${stderr}`);
    assertStringIncludes(stderr, "mpm start");
  }
  const doctor = await mpm(env, ["doctor"]);
  assertStringIncludes(doctor.stdout, "2 sessions from someone else");
});

Deno.test("no word of someone else's session gets into a save", async () => {
  using env = await withTheirWork();
  await mpmJson(env, ["pause", "--no-commit"]);
  const { session, origin } = await mpmJson<ResumeReport>(env, [
    "resume",
    "--peek",
  ]);
  assertEquals(origin, "own");
  assert(!/Their|refunds|outage/.test(JSON.stringify(session)));
  assertEquals(session.mpm!.session ?? null, null);
});

Deno.test("one's own session replaces someone else's", async () => {
  using env = await withTheirWork();
  const theirs = workIds(env);
  await mpmJson(env, ["branch", "mine", "My detour"]);
  await mpmJson(env, ["start", "other", "x", "--dry-run"])
    .then(
      () => assert(false),
      (error) => assertStringIncludes(`${error}`, "mine"),
    );
  const { stdout } = await mpm(env, ["status"]);
  assertStringIncludes(stdout, "mine: My detour");
  assertEquals(workIds(env).filter((id) => theirs.includes(id)), theirs);
});

Deno.test("one's own record that someone else overwrote counts as theirs", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "mine", "My task"]);
  await mpmJson(env, ["pause", "--no-commit", "Here"]);
  const [id] = workIds(env);
  const path = `${WORK}/${id}.json`;
  const own = env.read(path);
  env.write(path, own.replace("My task", "Do something else"));
  const { stdout, stderr } = await mpm(env, ["status"]);
  assert(!(stdout + stderr).includes("Do something else"));
  // Nor can the text of a save hide a save of the user.
  env.write(path, own.replaceAll('"paused"', '"archived"'));
  assertStringIncludes((await mpm(env, ["saves", "list"])).stdout, "Here");
  // Its save restores it.
  await mpmJson(env, ["resume"]);
  assertStringIncludes((await mpm(env, ["status"])).stdout, "mine: My task");
  assert(env.exists(`${CURRENT}/main.json`));
});

Deno.test("on another machine, work continues from a trusted save", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "mine", "My task"]);
  await mpmJson(env, ["pause", "--no-commit", "Here"]);
  anotherUser(env);
  const { warnings } = await mpmJson<ResumeReport>(env, ["resume"]);
  assertStringIncludes(
    warnings.join("\n"),
    "Its session does not continue",
  );
  await mpmJson(env, ["saves", "trust", "latest"]);
  const { work } = await mpmJson<ResumeReport>(env, ["resume"]);
  assertEquals([work!.name, work!.change], ["mine", "rebuilt"]);
  assertStringIncludes((await mpm(env, ["status"])).stdout, "mine: My task");
});

Deno.test("no session begins if no key can be stored", async () => {
  using env = TestEnv.repository();
  env.extra.XDG_STATE_HOME = join(env.project, "README.md");
  const { status, stderr } = await mpm(env, ["start", "mine", "x"]);
  assertEquals(status, 6);
  assertStringIncludes(stderr, "Cannot write the key");
  assertEquals(workIds(env), []);
});
