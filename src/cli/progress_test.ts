import { assertEquals } from "@std/assert";
import { during, ProgressLine } from "./progress.ts";
import type { System } from "../system/system.ts";

/** A context with a clock set by the test, and the texts of the last line. */
function startProgress() {
  const shown: string[] = [];
  let now = 0;
  const sleepers: (() => void)[] = [];
  const system = {
    now: () => new Date(now),
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        sleepers.push(resolve);
        signal?.addEventListener("abort", () => resolve());
      }),
  } as unknown as System;
  return {
    shown,
    context: { system, status: (text: string) => void shown.push(text) },
    at: (time: number) => now = time,
    pass: () => sleepers.splice(0).forEach((wake) => wake()),
  };
}

Deno.test("progress prints nothing for quick work", async () => {
  const { shown, context, at } = startProgress();
  {
    using line = new ProgressLine(context);
    line.waiting("Looking");
    at(400);
    line.show("Reading", 1, 2);
  }
  assertEquals(await during(context, "Looking", () => Promise.resolve(1)), 1);
  assertEquals(shown, []);
});

Deno.test("progress counts long work, not too often, and erases itself", () => {
  const { shown, context, at } = startProgress();
  {
    using line = new ProgressLine(context);
    for (let time = 0; time <= 800; time += 50) {
      at(time);
      line.show("Reading", time, 1000);
    }
  }
  assertEquals(shown, [
    ...["Reading: 500 of 1000", "Reading: 600 of 1000"],
    ...["Reading: 700 of 1000", "Reading: 800 of 1000", ""],
  ]);
});

Deno.test("progress names the reason for a long wait", async () => {
  const { shown, context, pass } = startProgress();
  await during(context, "Looking", async () => {
    pass();
    await Promise.resolve();
    await Promise.resolve();
  });
  assertEquals(shown, ["Looking …", ""]);
});
