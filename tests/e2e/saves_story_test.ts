import { assert, assertEquals } from "@std/assert";
import type {
  PauseResult,
  ResumeReport,
  SavesListResult,
} from "../../schemas/types.ts";
import { branch, comeBack } from "../helpers/detours.ts";
import { TestEnv } from "../helpers/env.ts";
import { fire } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 20, 12);

/** The clock of each command, which a test moves. */
class Clock {
  #time = START;
  readonly options = { now: () => new Date(this.#time) };

  pass(hours: number): void {
    this.#time += hours * HOUR;
  }
}

/** Ten pauses, each with different uncommitted files and its own message. */
async function pauseTenTimes(env: TestEnv, clock: Clock): Promise<void> {
  for (let count = 0; count < 10; count++) {
    clock.pass(1);
    env.write("README.md", `# Draft ${count}\n`);
    env.write("notes.txt", `contents-${count}-quokka\n`);
    env.git("add", "notes.txt");
    const args = ["pause", `Words ${count} marzipan`];
    await mpmJson<PauseResult>(env, args, clock.options);
  }
}

async function detourTwice(env: TestEnv, clock: Clock): Promise<void> {
  for (const name of ["hotfix", "deeper"]) {
    clock.pass(1);
    await branch(env, [name, `Fix the ${name}`], clock.options);
    env.write(`${name}.txt`, "fixed\n");
  }
  for (let depth = 0; depth < 2; depth++) {
    clock.pass(1);
    await comeBack(env, [], clock.options);
  }
}

/** Two sessions a day, each saved when it ends, and then its files. */
async function workAWeek(env: TestEnv, clock: Clock): Promise<void> {
  for (let count = 0; count < 14; count++) {
    clock.pass(12);
    env.write(`week/${count}.txt`, `${count}\n`);
    const agent = {
      session_id: `6cfd0319-17de-40a5-84bf-0000000000${10 + count}`,
    };
    await fire(
      env,
      "SessionStart",
      { ...agent, source: "startup" },
      clock.options,
    );
    await fire(
      env,
      "UserPromptSubmit",
      { ...agent, prompt: `Task ${count}` },
      clock.options,
    );
    const call = { tool_name: "Edit", tool_input: {}, tool_use_id: "1" };
    await fire(
      env,
      "PostToolBatch",
      { ...agent, tool_calls: [call] },
      clock.options,
    );
    clock.pass(0.5);
    await fire(env, "SessionEnd", { ...agent, reason: "other" }, clock.options);
    await mpmJson(env, ["saves", "keep", "0"], clock.options);
  }
}

async function savesOf(env: TestEnv): Promise<SavesListResult["sessions"]> {
  return (await mpmJson<SavesListResult>(env, ["saves", "list"])).sessions;
}

/** The changes since a save that two versions of claude-mpm find. */
function peerChanges(env: TestEnv, id: string): string[] {
  const save = JSON.parse(env.read(`.claude-mpm/sessions/${id}.json`));
  const { branch, status, recent_commits: [last] } = save.git_context;
  const lines = (...args: string[]) =>
    env.git(...args).split("\n").filter((line) => line !== "");
  const now = lines("status", "--porcelain")
    .map((line) => line.slice(3));
  const then = [...status.modified_files, ...status.untracked_files];
  return [
    ...lines("log", `--since=${save.paused_at}`, "--format=%s", "--all"),
    ...lines("log", "--format=%s", `${last.sha}..HEAD`),
    ...branch === env.git("branch", "--show-current") ? [] : [branch],
    ...now.filter((path) => path.includes(".claude-mpm")),
    ...then.filter((path: string) => path.includes(".claude-mpm")),
  ];
}

Deno.test("weeks of saves are on no branch and in no status, and all can be resumed", async () => {
  using env = TestEnv.repository();
  const clock = new Clock();
  const refs = env.git("for-each-ref", "refs/heads");
  await pauseTenTimes(env, clock);
  await detourTwice(env, clock);
  await workAWeek(env, clock);

  assertEquals(
    env.git("log", "--branches", "--format=%s"),
    "Start the project",
  );
  assertEquals(env.git("for-each-ref", "refs/heads"), refs);
  assertEquals(env.git("status", "--porcelain").includes("mpm"), false);
  const saves = await savesOf(env);
  assert(saves.length >= 24, `${saves.length} saves`);
  for (const { session_id: id } of saves) {
    assertEquals(peerChanges(env, id), [], id);
    const args = ["resume", "--peek", id];
    const { origin, changes } = await mpmJson<ResumeReport>(
      env,
      args,
      clock.options,
    );
    assertEquals([origin, changes?.contents?.verified ?? true], ["own", true]);
  }
});

/** Returns the words that some object of the repository has. */
function wordsIn(env: TestEnv, words: readonly string[]): string[] {
  const all = env.git("cat-file", "--batch-all-objects", "--batch");
  return words.filter((word) => all.includes(word));
}

Deno.test("no object has the text of removed saves once the trash has expired", async () => {
  using env = TestEnv.repository();
  const clock = new Clock();
  await pauseTenTimes(env, clock);
  env.git("reset", "-q", "--hard");
  env.git("reflog", "expire", "--expire=now", "--all");
  const wordsOf = (count: number) => [
    ...[
      `Words ${count} marzipan`,
      `contents-${count}-quokka`,
      `# Draft ${count}`,
    ],
  ];
  const [kept, gone] = [wordsOf(9), [0, 1, 2, 3, 4].flatMap(wordsOf)];
  await mpmJson(env, ["saves", "rm", "9", "8"], clock.options);
  await mpmJson(env, ["saves", "prune", "--keep", "5"], clock.options);
  assertEquals((await savesOf(env)).length, 5);
  // The newest operations can still be undone, so others must follow.
  for (let count = 0; count < 21; count++) {
    await mpmJson(env, ["var", "set", "count", `${count}`], clock.options);
  }
  assertEquals(wordsIn(env, gone).length, gone.length);
  clock.pass(24 * 60);
  await mpm(env, ["undo", "trash", "--prune"], clock.options);
  env.git("gc", "-q", "--prune=now");
  assertEquals(wordsIn(env, gone), []);
  assertEquals(wordsIn(env, kept), kept);
});
