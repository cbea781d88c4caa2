import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { StackResult } from "../../schemas/types.ts";
import { intentsOf, isUnderWay } from "../helpers/intents.ts";
import { featureUnderWay, stackLines, treeOf } from "../helpers/detours.ts";
import { runDying } from "../helpers/dying.ts";
import { mpm, mpmJson, start } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { FolderCopy } from "../helpers/folder_copy.ts";

const ARGS = ["hotfix", "Fix", "--stash", "--git-branch", "fix/login"];

posixTest("only one of two simultaneous branches succeeds", async () => {
  using env = featureUnderWay();
  const parent = treeOf(env);
  const done = await Promise.all(
    [0, 1].map(() => start(env, ["branch", ...ARGS]).output()),
  );
  assertEquals(done.map(({ code }) => code).sort(), [0, 4]);
  assertEquals(await stackLines(env), ["feature:paused", "  hotfix:active *"]);
  const back = await Promise.all(
    [0, 1].map(() => start(env, ["return"]).output()),
  );
  assertEquals(back.map(({ code }) => code).sort(), [0, 4]);
  assertEquals(treeOf(env), parent);
});

Deno.test("edits after a death are in a checkpoint", async () => {
  let edited = 0;
  let finished = false;
  using env = featureUnderWay();
  env.settle();
  const begun = new FolderCopy(env.root);
  for (let at = 0; !finished; at += 7) {
    begun.restore();
    const now = () => new Date("2026-11-20T12:00:00Z");
    finished = await runDying(env, ["branch", ...ARGS], {
      at,
      now,
      programs: "changing-git",
    });
    if (!isUnderWay(env)) continue;
    env.write("README.md", "edited in between\n");
    env.write("fresh.txt", "fresh\n");
    const past = (await stackLines(env)).includes("  hotfix:active *");
    assertEquals(
      env.git("branch", "--show-current"),
      past ? "fix/login" : "feature",
    );
    assertEquals(env.read("fresh.txt"), "fresh\n");
    const list = JSON.parse(
      (await mpm(env, ["checkpoint", "list", "--all", "--json"])).stdout,
    ).checkpoints as { name: string }[];
    const texts = [env.read("README.md")];
    for (const [nth, { name }] of list.entries()) {
      await mpm(env, ["checkpoint", "restore", name, "--to", `../out-${nth}`]);
      if (env.exists(`../out-${nth}/README.md`)) {
        texts.push(env.read(`../out-${nth}/README.md`));
      }
    }
    assertStringIncludes(texts.join(), "edited in between");
    edited++;
  }
  assert(edited > 3);
});

Deno.test("a worktree that an interrupted git left is removed", async () => {
  let met = 0;
  let finished = false;
  using env = featureUnderWay();
  env.settle();
  const begun = new FolderCopy(env.root);
  const args = ["branch", "review", "--worktree"];
  for (let at = 0; !finished; at += 4) {
    begun.restore();
    finished = await runDying(env, args, {
      at,
      now: () => new Date("2026-11-20T12:00:00Z"),
      programs: "changing-git",
    });
    const made = ".git/worktrees/review/index";
    if (finished || !isUnderWay(env) || !env.exists(made)) {
      continue;
    }
    // As git leaves it: no index yet, and a half-written file.
    env.remove(made);
    env.remove(".claude/worktrees/review/run.sh");
    env.write(".claude/worktrees/review/login.js", "bro");
    if ((await stackLines(env)).length > 0) continue;
    assertEquals(env.exists(".claude/worktrees/review"), false);
    assertEquals(env.exists(".git/worktrees/review"), false);
    assertEquals(env.git("branch", "--list", "review"), "");
    await mpmJson(env, args);
    met++;
  }
  assert(met > 0);
});

Deno.test("after a death and a switch by hand the parked work is named", async () => {
  let switched = 0;
  let finished = false;
  using env = featureUnderWay();
  env.settle();
  const begun = new FolderCopy(env.root);
  for (let at = 0; !finished; at += 5) {
    begun.restore();
    finished = await runDying(env, ["branch", ...ARGS], {
      at,
      now: () => new Date("2026-11-20T12:00:00Z"),
      programs: "changing-git",
    });
    const intent = intentsOf(env).find(({ kind }) => kind === "branch");
    if (finished || intent === undefined) continue;
    if (JSON.parse(env.read(intent.path)).facts.before === null) continue;
    env.git("checkout", "-q", "-f", "--detach", "main");
    const { sessions, problems } = await mpmJson<StackResult>(env, ["stack"]);
    const reported = [...problems, ...sessions.map(({ parked }) => parked)];
    assertStringIncludes(reported.join(), "parked-hotfix");
    assertEquals(intentsOf(env), []);
    switched++;
  }
  assert(switched > 1);
});
