import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  CompleteResult,
  PauseResult,
  ResumeReport,
  StackResult,
  StatusReport,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import {
  at,
  CURRENT,
  detour,
  recordOf,
  states,
  WORK,
} from "../helpers/works.ts";

/** A detour within a session from a template, paused and committed. */
async function pausedDetour(): Promise<{ env: TestEnv; save: string }> {
  const env = TestEnv.repository();
  await mpmJson(env, [
    ...["start", "feature", "--template", "feature-development"],
  ], { now: at(0) });
  await mpmJson(env, ["check", "1", "2"], { now: at(1) });
  detour(env, { name: "fix", task: "Fix the login", minute: 2 });
  const { session_id } = await mpmJson<PauseResult>(
    env,
    ["pause", "--commit"],
    {
      now: at(3),
    },
  );
  return { env, save: session_id };
}

Deno.test("a pause inside a detour saves the whole stack", async () => {
  const { env, save } = await pausedDetour();
  using _ = env;
  const { mpm: own } = JSON.parse(
    env.read(`.claude-mpm/sessions/${save}.json`),
  );
  assertEquals(own.parent, "work-20261121-120000");
  const [parent] = own.stack;
  assertEquals(
    [parent.name, parent.state, parent.branch, parent.checkpoint],
    ["feature", "paused", "branch-of-feature", "parked-fix"],
  );
  assertEquals(
    parent.checklist.filter(({ done }: { done: boolean }) => done)
      .length,
    2,
  );
});

Deno.test("a resume in a clone rebuilds the stack from the save", async () => {
  const { env, save } = await pausedDetour();
  using _ = env;
  env.git("clone", "-q", ".", "../clone");
  const clone = join(env.root, "clone");
  const { work } = await mpmJson<ResumeReport>(env, ["resume", save], {
    cwd: clone,
    now: at(10),
  });
  assertEquals([work?.name, work?.change, work?.state], [
    "fix",
    "rebuilt",
    "active",
  ]);
  const { sessions, current } = await mpmJson<StackResult>(env, ["stack"], {
    cwd: clone,
  });
  assertEquals(
    sessions.map(({ session, depth }) =>
      `${depth} ${session.name} ${session.state} ${session.done}/${session.total}`
    ),
    ["0 feature paused 2/16", "1 fix active 0/0"],
  );
  assertEquals(current, work?.id);
  const read = (path: string) =>
    JSON.parse(Deno.readTextFileSync(join(clone, WORK, path)));
  const there = read("work-20261121-120200.json");
  assertEquals(there.saves, [save]);
  assertEquals(there.detour, recordOf(env, work!.id).detour);
  assertEquals(there.worktree, clone);
  // In its original place, nothing changed.
  assertEquals(states(env), {
    feature: "new active working active paused",
    fix: "new active paused",
  });
  const parent = await mpm(env, ["complete"], { cwd: clone });
  assertEquals(parent.status, 4);
  assertStringIncludes(parent.stderr, 'it is a detour of "feature"');
});

Deno.test("two worktrees have their own sessions", async () => {
  using env = TestEnv.repository();
  env.git("worktree", "add", "-q", "../linked");
  const linked = join(env.root, "linked");
  await mpmJson(env, ["start", "here"], { now: at(0) });
  await mpmJson(env, ["start", "there"], { now: at(1), cwd: linked });
  const current = async (cwd: string) =>
    (await mpmJson<StatusReport>(env, ["status"], { cwd })).session?.name;
  assertEquals([await current(env.project), await current(linked)], [
    "here",
    "there",
  ]);
  const { session } = await mpmJson<CompleteResult>(env, ["complete"], {
    cwd: linked,
  });
  assertEquals(session.name, "there");
  assertEquals([await current(env.project), await current(linked)], [
    "here",
    undefined,
  ]);
});

Deno.test("a session follows its worktree when git moves it", async () => {
  using env = TestEnv.repository();
  env.git("worktree", "add", "-q", "../linked");
  await mpmJson(env, ["start", "there"], {
    now: at(1),
    cwd: join(env.root, "linked"),
  });
  env.git("worktree", "move", "../linked", "../moved");
  const { session } = await mpmJson<StatusReport>(env, ["status"], {
    cwd: join(env.root, "moved"),
  });
  assertEquals(session?.name, "there");
});

Deno.test("a paused session can continue in another worktree, and only there", async () => {
  using env = TestEnv.repository();
  env.git("worktree", "add", "-q", "../linked");
  const linked = join(env.root, "linked");
  await mpmJson(env, ["start", "login"], { now: at(0) });
  await mpmJson(env, ["pause", "--no-commit"], { now: at(1) });
  const { work } = await mpmJson<ResumeReport>(env, ["resume", "login"], {
    cwd: linked,
    now: at(2),
  });
  assertEquals(work?.change, "resumed");
  const here = await mpmJson<StatusReport>(env, ["status"]);
  const there = await mpmJson<StatusReport>(env, ["status"], { cwd: linked });
  assertEquals([here.session, there.session?.name], [null, "login"]);
  const active = await mpmJson<ResumeReport>(env, ["resume", "login"], {
    now: at(3),
  });
  assertEquals([active.work?.change, active.warnings], ["unchanged", [
    `The session is active in ${linked}`,
  ]]);
  env.git("worktree", "remove", "--force", "../linked");
  const back = await mpmJson<ResumeReport>(env, ["resume", "login"]);
  assertEquals([back.work?.change, back.work?.state], ["resumed", "active"]);
  const { session } = await mpmJson<StatusReport>(env, ["status"]);
  assertEquals(session?.worktree, env.project);
});

Deno.test("an imported save rebuilds its session and changes no existing one", async () => {
  const { env, save } = await pausedDetour();
  using _ = env;
  using other = TestEnv.repository();
  await mpmJson(env, [
    "saves",
    "export",
    save,
    "-o",
    `${other.root}/s.json`,
  ]);
  await mpmJson(other, ["saves", "import", `${other.root}/s.json`]);
  assertEquals(other.exists(WORK), false);
  // It counts as someone else's until the user trusts it.
  await mpmJson(other, ["resume", "latest"]);
  assertEquals(other.exists(WORK), false);
  await mpmJson(other, ["saves", "trust", "latest"]);
  const { work } = await mpmJson<ResumeReport>(other, ["resume", "latest"]);
  assertEquals([work?.name, work?.change], ["fix", "rebuilt"]);
  assertEquals(Object.keys(states(other)), ["feature", "fix"]);
});

Deno.test("a resume that cannot write still prints its report", async () => {
  const { env, save } = await pausedDetour();
  using _ = env;
  env.remove(CURRENT);
  env.write(CURRENT, "in the way");
  const { work, warnings } = await mpmJson<ResumeReport>(
    env,
    ["resume", save],
    { now: at(4) },
  );
  assertEquals([work, warnings.length], [null, 1]);
  assertStringIncludes(warnings[0]!, "Its session could not continue: ");
});

/** A session in a project and in its clone, paused at minute 1 in both. */
async function twoClones(): Promise<{ env: TestEnv; clone: string }> {
  const env = TestEnv.repository();
  await mpmJson(env, [
    ...["start", "feature", "--template", "feature-development"],
  ], { now: at(0) });
  await mpmJson(env, ["pause", "--commit"], { now: at(1) });
  env.git("clone", "-q", ".", "../clone");
  const clone = join(env.root, "clone");
  await mpmJson(env, ["resume"], { cwd: clone, now: at(2) });
  return { env, clone };
}

/**
 * Returns the ticks of the session after a resume, and the lines of the report.
 */
async function resumed(env: TestEnv, minute: number) {
  const { work, warnings } = await mpmJson<ResumeReport>(env, ["resume"], {
    now: at(minute),
  });
  const { checklist, session } = await mpmJson<StatusReport>(env, ["status"]);
  const ticked = checklist.filter(({ done }) => done)
    .map(({ number }) => number);
  assertEquals(work!.open.length, work!.total - ticked.length);
  return { ticked, save: session?.save, done: work?.done, warnings };
}

Deno.test("a session that continued in a clone continues from there", async () => {
  const { env, clone } = await twoClones();
  using _ = env;
  await mpmJson(env, ["check", "1-3"], { cwd: clone, now: at(3) });
  await mpmJson(env, ["check", "2", "--undo"], { cwd: clone, now: at(4) });
  const { session_id } = await mpmJson<PauseResult>(
    env,
    ["pause", "--commit"],
    {
      cwd: clone,
      now: at(5),
    },
  );
  env.git("pull", "-q", "--rebase", "../clone", "main");
  assertEquals(await resumed(env, 6), {
    ticked: [1, 3],
    save: session_id,
    done: 2,
    warnings: [],
  });
  assertEquals(states(env), {
    feature: "new active paused active working active paused active",
  });
});

Deno.test("ticks of two clones are combined", async () => {
  const { env, clone } = await twoClones();
  using _ = env;
  await mpmJson(env, ["resume"], { now: at(2) });
  await mpmJson(env, ["check", "5"], { now: at(3) });
  await mpmJson(env, ["pause", "--commit"], { now: at(4) });
  await mpmJson(env, ["check", "1"], { cwd: clone, now: at(5) });
  await mpmJson(env, ["pause", "--commit"], { cwd: clone, now: at(6) });
  env.git("pull", "-q", "--rebase", "../clone", "main");
  const { ticked, done, warnings } = await resumed(env, 7);
  assertEquals([ticked, done], [[1, 5], 2]);
  assertEquals(warnings.filter((text) => text.includes("elsewhere")), [
    "The session continued both here and elsewhere: items ticked in either " +
    "place are now ticked",
  ]);
});

Deno.test("an older save does not restore an older checklist", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, [
    ...["start", "feature", "--template", "feature-development"],
  ], { now: at(0) });
  const { session_id: first } = await mpmJson<PauseResult>(env, ["pause"], {
    now: at(1),
  });
  await mpmJson(env, ["resume"], { now: at(2) });
  await mpmJson(env, ["check", "1-4"], { now: at(3) });
  await mpmJson(env, ["pause"], { now: at(4) });
  const { stdout } = await mpm(env, ["resume", first], { now: at(5) });
  assertStringIncludes(stdout, "Checklist: 4 of 16 done");
  assertStringIncludes(stdout, "Open Checklist Items (12):");
});
