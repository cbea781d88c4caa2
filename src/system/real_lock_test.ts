import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../../tests/helpers/env.ts";

Deno.test("a held lock is tried at growing intervals until the time is up", async () => {
  using env = new TestEnv();
  const path = join(env.root, "lock");
  const { files } = env.system();
  const held = await files.lock(path, 0);
  const waits: number[] = [];
  const real = globalThis.setTimeout;
  globalThis.setTimeout = ((work: () => void, wait: number) => {
    waits.push(wait);
    return real(work, wait);
  }) as typeof setTimeout;
  try {
    assertEquals(await files.lock(path, 1000), undefined);
  } finally {
    globalThis.setTimeout = real;
  }
  // With 5 ms each it would be two hundred; a busy machine has time for few.
  assert(waits.length > 0 && waits.length < 60, waits.join(" "));
  assert(Math.max(...waits) <= 50, waits.join(" "));
  held![Symbol.dispose]();
  // A program that another test is starting has it until it begins.
  using free = await files.lock(path, 10_000);
  assert(free);
});
