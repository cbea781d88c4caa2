import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { UndoListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { binary, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

const JOURNAL = ".claude-mpm/state/journal.jsonl";

/** Blocks of 512 bytes that a file may have in the test below. */
const BLOCKS = 128;

posixTest(
  "a line of the journal that the disk stores only in part is reported and removed",
  async () => {
    using env = TestEnv.repository();
    await mpmJson(env, ["template", "new", "first"]);
    const lines = env.read(JOURNAL);
    const room = 100;
    const filler = "{}\n".padStart(BLOCKS * 512 - room - lines.length, " ");
    env.write(JOURNAL, filler + lines);
    const { status, stderr } = env.run("sh", [
      ...["-c", 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"', "sh"],
      ...[String(BLOCKS), binary(), "template", "new", "second"],
    ]);
    assertEquals(status, 0, stderr);
    assertStringIncludes(stderr, 'done, but not recorded in "mpm undo list"');
    assert(env.exists(".claude-mpm/templates/second.md"));
    assertEquals(env.read(JOURNAL), filler + lines);
    const { operations } = await mpmJson<UndoListResult>(env, ["log"]);
    assertEquals(operations[0]!.title.includes("first"), true);
  },
);

posixTest(
  "contents that do not fit on the disk are left out, and the save is made",
  () => {
    using env = TestEnv.repository();
    const noise = new Uint8Array(200_000);
    for (let at = 0; at < noise.length; at += 50_000) {
      crypto.getRandomValues(noise.subarray(at, at + 50_000));
    }
    env.write("noise", noise);
    const { status, stdout, stderr } = env.run("sh", [
      ...["-c", 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"', "sh"],
      ...[String(BLOCKS), binary(), "pause", "--no-commit", "--json", "x"],
    ]);
    assertEquals(status, 0, stderr);
    const { session_id: id, contents } = JSON.parse(stdout);
    assert(env.exists(`.claude-mpm/sessions/${id}.json`));
    assertEquals([contents.kept, contents.reason !== null], [false, true]);
    const left = env.run("sh", [
      "-c",
      "find .git -name 'tmp_*' -o -name '*crash*'",
    ]);
    assertEquals(left.stdout, "");
    const again = env.run(binary(), ["pause", "--no-commit", "--json", "x"]);
    assertEquals(JSON.parse(again.stdout).contents.kept, true);
  },
);
