import { assertEquals } from "@std/assert";
import { TestEnv } from "../../tests/helpers/env.ts";
import type { Run } from "./item.ts";
import { keepRuns, keptRuns } from "./runs.ts";

function run(number: number): Run {
  const at = new Date(Date.UTC(2026, 10, 20, 12, number)).toISOString();
  const command = `npm run check-${number}`;
  return { command, kind: "test", exit: 0, at, tail: "", digest: "" };
}

Deno.test("keepRuns() keeps the last run of 50 commands", () => {
  using env = new TestEnv();
  const system = env.system();
  const runs = Array.from({ length: 60 }, (_, number) => run(number));
  for (const some of [runs.slice(0, 45), runs.slice(45)]) {
    keepRuns(system, env.project, some.toReversed());
  }
  assertEquals(
    keptRuns(system, env.project).map(({ command }) => command),
    runs.slice(10).toReversed().map(({ command }) => command),
  );
});
