import { assertEquals } from "@std/assert";
import type { NotesResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { namesIn } from "../helpers/hook_events.ts";
import { mpmJson, start } from "../helpers/mpm.ts";
import { SOAKS } from "../helpers/posix.ts";

/** Simultaneous processes, and notes of each: 1,000 in a long run. */
const WRITERS = 20;
const EACH = SOAKS ? 50 : 2;

/** The exit status of a command that did not get the lock. */
const LOCKED = 4;

Deno.test("twenty processes write notes and lose none", async () => {
  using env = TestEnv.repository();
  const texts = Array.from({ length: WRITERS }, async (_, writer) => {
    const own: string[] = [];
    for (let at = 0; at < EACH; at++) {
      const text = `note ${at} of ${writer}`;
      const args = ["note", text, "--agent", `agent-${writer}`, "-q"];
      let { code, stderr } = await start(env, args).output();
      // On a busy machine others may hold the lock for long.
      while (code === LOCKED) {
        ({ code, stderr } = await start(env, args).output());
      }
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
      own.push(text);
    }
    return own;
  });
  const expected = (await Promise.all(texts)).flat().sort();
  const { notes, warnings } = await mpmJson<NotesResult>(env, ["notes"]);
  assertEquals(notes.map(({ text }) => text).sort(), expected);
  assertEquals(warnings, []);
  const files = namesIn(env, ".claude/shared-context");
  assertEquals(files.length, WRITERS * EACH);
  const view = env.read(".claude/shared-context.md");
  const shown = view.split("\n").filter((line) => line.startsWith("- "));
  assertEquals(shown.length, Math.min(200, expected.length));
  // Each writer got all notes that were written before.
  assertEquals(new Set(notes.map(({ id }) => id)).size, expected.length);
});
