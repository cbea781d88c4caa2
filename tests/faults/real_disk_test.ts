import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { UndoListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { binary, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

const JOURNAL = ".claude-mpm/state/journal.jsonl";

/** Blocks of 512 bytes that a file may have in the test below. */
const BLOCKS = 128;

posixTest(
  "a line of the journal that the disk takes half of is reported, and not there",
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
    assertStringIncludes(stderr, "it is done, but not in mpm undo list");
    assert(env.exists(".claude-mpm/templates/second.md"));
    assertEquals(env.read(JOURNAL), filler + lines);
    const { operations } = await mpmJson<UndoListResult>(env, ["log"]);
    assertEquals(operations[0]!.title.includes("first"), true);
  },
);
