import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  PauseResult,
  RestoreResult,
  ResumeReport,
  SavesListResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { fire } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

/*
 * The program that a hook starts does not exist here, as if it had been killed
 * before it kept anything.
 */

/** A session that ended with two uncommitted files. Returns its save. */
async function ended(env: TestEnv): Promise<string> {
  env.write(".claude-mpm/config.toml", "");
  env.write("one.txt", "1\n");
  env.write("two.txt", "2\n");
  await fire(env, "UserPromptSubmit", { prompt: "Write two files" });
  await fire(env, "SessionEnd", { reason: "other" });
  const { sessions } = await mpmJson<SavesListResult>(env, ["saves", "list"]);
  return sessions[0]!.session_id;
}

const contentsOf = (env: TestEnv, id: string) =>
  env.git("for-each-ref", `refs/mpm/contents/${id}`);

async function changesAt(env: TestEnv, ...args: string[]) {
  const { changes } = await mpmJson<ResumeReport>(env, ["resume", ...args]);
  return changes!.contents;
}

for (const args of [["resume"], ["pause", "Goes on"]]) {
  Deno.test(`${args[0]} keeps what a killed process did not`, async () => {
    using env = TestEnv.repository();
    const id = await ended(env);
    await mpm(env, ["resume", "--peek"]);
    assertEquals(contentsOf(env, id), "");
    await mpmJson(env, args);
    env.remove("one.txt");
    env.remove("two.txt");
    const { written } = await mpmJson<RestoreResult>(env, [
      ...["restore", id, "--yes"],
    ]);
    assertEquals(written, ["one.txt", "two.txt"]);
    assertEquals([...Deno.readDirSync(uncopied(env))].length, 0);
  });
}

function uncopied(env: TestEnv): string {
  return join(env.project, ".claude-mpm/state/uncopied");
}

Deno.test("resume reports files that were lost before they were kept", async () => {
  using env = TestEnv.repository();
  const id = await ended(env);
  env.remove("one.txt");
  const doctor = await mpm(env, ["doctor"]);
  assertStringIncludes(
    doctor.stdout,
    `The uncommitted files of ${id} are not in the save yet`,
  );
  const lost = { path: "one.txt", change: "deleted" as const };
  const peeked = await changesAt(env, "--peek");
  assertEquals(peeked, {
    commit: null,
    verified: true,
    lost: [],
    restore: null,
    not_kept: [{ ...lost, reason: "mpm was stopped before it saved the file" }],
  });
  const text = await mpm(env, ["resume"]);
  assertStringIncludes(
    text.stdout,
    `Lost Since and Not Kept with the Save (1):
    • one.txt deleted: it changed since the save`,
  );
  env.remove("two.txt");
  const after = await changesAt(env);
  assertEquals([after!.lost, after!.not_kept], [
    [{ path: "two.txt", change: "deleted" }],
    [{ ...lost, reason: "it changed since the save" }],
  ]);
  const { stderr } = await mpm(env, ["restore", id, "one.txt", "--yes"]);
  assertStringIncludes(stderr, "it changed since the save");
});

Deno.test("nothing is due for a save that was removed", async () => {
  using env = TestEnv.repository();
  const id = await ended(env);
  assertEquals([...Deno.readDirSync(uncopied(env))].length > 0, true);
  await mpmJson(env, ["saves", "rm", id]);
  const left = [...Deno.readDirSync(uncopied(env))].map(({ name }) => name);
  assertEquals(left.filter((name) => name.startsWith(id)), []);
  const { stdout } = await mpm(env, ["doctor"]);
  assertEquals(stdout.includes("still to be kept"), false);
});

Deno.test("files that were lost before are not kept, and resume reports that", async () => {
  using env = TestEnv.repository();
  const id = await ended(env);
  env.git("clean", "-qfd");
  const contents = await changesAt(env);
  assertEquals(contents!.lost, []);
  assertEquals(contents!.not_kept.map(({ path }) => path), [
    ...["one.txt", "two.txt"],
  ]);
  assertEquals(contentsOf(env, id) === "", false);
  const { stdout } = await mpm(env, ["restore", id]);
  assertEquals(
    stdout,
    `Lost later, not in ${id}: 2 paths
  one.txt (it changed since the save)
  two.txt (it changed since the save)
`,
  );
});

Deno.test("resume reports excluded files, and files removed since then", async () => {
  using env = TestEnv.repository();
  env.write(".env", "KEY=1\n");
  env.write("new.txt", "1\n");
  const args = ["pause", "Working"];
  const { session_id: id } = await mpmJson<PauseResult>(env, args);
  env.git("clean", "-qfd");
  const contents = await changesAt(env);
  assertEquals(contents!.not_kept, [
    { path: ".env", change: "deleted", reason: "excluded by its name" },
  ]);
  env.git("update-ref", "-d", `refs/mpm/contents/${id}`);
  assertEquals((await changesAt(env))!.not_kept.map((one) => one.reason), [
    ...[
      "the saved files were removed later",
      "the saved files were removed later",
    ],
  ]);
});

Deno.test("contents without a note of their maker are kept again", async () => {
  using env = TestEnv.repository();
  const id = await ended(env);
  await mpmJson(env, ["resume"]);
  const ref = `refs/mpm/contents/${id}`;
  // As after a kill between the ref and the note.
  const forget = (path: string) => {
    const own = join(env.home, ".local/state/mpm/own");
    for (const { name } of Deno.readDirSync(own)) {
      const text = Deno.readTextFileSync(join(own, name));
      const lines = text.split("\n");
      Deno.writeTextFileSync(join(own, name), lines.slice(0, -1).join("\n"));
    }
    env.write(`${path}/${id}.contents`, "");
  };
  forget(".claude-mpm/state/uncopied");
  assertEquals((await mpm(env, ["saves", "keep", id])).status, 0);
  env.git("clean", "-qfd");
  assertEquals((await changesAt(env))!.verified, true);
  // If nothing else is left, they stay and are marked.
  const commit = env.git("rev-parse", ref);
  forget(".claude-mpm/state/uncopied");
  const contents = await changesAt(env);
  assertEquals([contents!.verified, contents!.lost.length], [false, 2]);
  assertEquals(env.git("rev-parse", ref), commit);
});
