import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ResumeReport, SavesListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { idAt, ownSave, putSave } from "../helpers/stores.ts";

const NEWER = idAt(60);
const OLDER = idAt(0);

/** Two saves whose ids hold every digit that is tried. */
function twoSaves(): TestEnv {
  const env = TestEnv.repository();
  for (const id of [OLDER, NEWER]) putSave(env, ownSave(id));
  return env;
}

Deno.test("a number beyond a list selects nothing, in any command", async () => {
  using env = twoSaves();
  await mpmJson(env, ["checkpoint", "save", "before-8"]);
  const lines = [
    ["resume", "6"],
    ["resume", "--session-id", "2026"],
    ["session", "resume", "--select", "6"],
    ["saves", "show", "6"],
    ["saves", "rm", "6"],
    ["saves", "export", "6"],
    ["saves", "diff", "0", "6"],
    ["saves", "verify", "6"],
    ["saves", "trust", "6"],
    ["complete", "6"],
    ["cancel", "6"],
    ["archive", "6"],
    ["checkpoint", "load", "8"],
    ["checkpoint", "rm", "8"],
    ["checkpoint", "restore", "8"],
    ["saves", "trust", "checkpoint/8"],
    ["worktrees", "restore", "6"],
    ["undo", "66"],
  ];
  for (const line of lines) {
    const { status, stdout, stderr } = await mpm(env, line);
    assertEquals([line, status, stdout], [line, 3, ""], stderr);
    const negative = [...line.slice(0, -1), "--", "-1"];
    if (line.some((word) => word.startsWith("--"))) negative.splice(-2, 1);
    const refused = await mpm(env, negative);
    if (line.at(-1) !== "checkpoint/8") {
      assertEquals([negative, refused.status], [negative, 2], refused.stderr);
    }
  }
  const negative = ["resume -1", "session resume -1", "undo -12", "check -1"];
  for (const line of negative.map((text) => text.split(" "))) {
    assertEquals(await mpm(env, line), {
      status: 2,
      stdout: "",
      stderr:
        `Error: Invalid number "${line.at(-1)}"\nHint: Use a number from the ` +
        "list\n",
    });
  }
  const { sessions } = await mpmJson<SavesListResult>(env, [
    "saves",
    "list",
  ]);
  assertEquals(sessions.map(({ session_id: id }) => id), [NEWER, OLDER]);
  assertEquals(await mpm(env, ["resume", "6"]), {
    status: 3,
    stdout: "",
    stderr:
      "Error: No save 6: the list has numbers 0 to 1\nHint: Available: 0 " +
      `${NEWER}, 1 ${OLDER}\n`,
  });
  for (const verb of ["complete", "cancel", "archive"]) {
    const { stderr } = await mpm(env, [verb, "6"]);
    assertStringIncludes(stderr, "No save 6: the list has numbers 0 to 1");
  }
  const operation = await mpm(env, ["undo", "66"]);
  assertStringIncludes(operation.stderr, "The log has operations 1 to 1: ");
  const checkpoint = await mpm(env, ["checkpoint", "show", "8"]);
  assertEquals(
    checkpoint.stderr,
    "Error: No checkpoint 8: the only number in the list is 0\nHint: " +
      "Available: 0 before-8\n",
  );
});

Deno.test("the case of an id does not matter", async () => {
  using env = twoSaves();
  for (const selector of [OLDER, OLDER.slice(4), OLDER.slice(-6)]) {
    const typed = selector.toUpperCase();
    const { status, stdout } = await mpm(env, ["resume", "--peek", typed]);
    assertEquals([typed, status], [typed, 0]);
    assertStringIncludes(stdout, `Session Resume: ${OLDER}`);
  }
  await mpmJson(env, ["start", "login", "Fix it"]);
  const [work] = [...Deno.readDirSync(`${env.project}/.claude-mpm/state/work`)]
    .map(({ name }) => name).filter((name) => name.startsWith("work-"));
  const id = work!.replace(".json", "").toUpperCase();
  const done = await mpm(env, ["complete", id]);
  assertEquals(done.status, 0, done.stderr);
});

Deno.test("with claude-mpm's spelling, the list, the question and the selectors count from 1", async () => {
  using env = twoSaves();
  const listed = await mpm(env, ["session", "resume", "--list"]);
  assertStringIncludes(listed.stdout, `  [1] ${NEWER}`);
  assertStringIncludes(listed.stdout, `  [2] ${OLDER}`);
  const chosen = async (...args: string[]) =>
    (await mpmJson<ResumeReport>(env, ["session", "resume", "--peek", ...args]))
      .session.session_id;
  assertEquals(
    [
      await chosen("--select", "1"),
      await chosen("--select", "2"),
      await chosen("2"),
    ],
    [NEWER, OLDER, OLDER],
  );
  for (const beyond of ["0", "3"]) {
    const none = await mpm(env, ["session", "resume", "--select", beyond]);
    assertEquals(none.status, 3);
    assertStringIncludes(none.stderr, "the list has numbers 1 to 2");
  }
  const peek = ["session", "resume", "--list", "--peek"];
  const keys = await mpm(env, peek, { keys: ["2", "\r"] });
  assertStringIncludes(keys.stdout, `Session Resume: ${OLDER}`);
  env.extra.ACCESSIBLE = "1";
  const asked = await mpm(env, peek, { keys: [], typed: [""] });
  assertStringIncludes(asked.stderr, "Select session to resume [1]: ");
  assertStringIncludes(asked.stdout, `Session Resume: ${NEWER}`);
});

Deno.test("a number at the prompt chooses the line that shows it", async () => {
  using env = TestEnv.repository();
  for (let at = 0; at < 12; at++) putSave(env, ownSave(idAt(60 * at)));
  const list = ["resume", "--list", "--peek"];
  for (
    const [typed, at] of [["0", 0], ["1", 1], ["2", 2], ["11", 11]] as const
  ) {
    const { stdout } = await mpm(env, list, { keys: [typed, "\r"] });
    assertStringIncludes(stdout, `Session Resume: ${idAt(60 * (11 - at))}`);
  }
  const none = await mpm(env, list, { keys: ["40", "\r", "\x03"] });
  assertEquals([none.status, none.stdout], [130, ""]);
  assertStringIncludes(
    none.stderr,
    "The list has no number 40, only 0 to 11",
  );
  const searched = await mpm(env, list, { keys: ["/000500", "\r"] });
  assertStringIncludes(searched.stdout, `Session Resume: ${idAt(300)}`);
});

Deno.test("show says that a project has no saves", async () => {
  using env = TestEnv.repository();
  const { status, stderr } = await mpm(env, ["show"]);
  assertEquals([status, stderr], [
    3,
    'Error: This project has no saves\nHint: "mpm pause" creates one\n',
  ]);
});
