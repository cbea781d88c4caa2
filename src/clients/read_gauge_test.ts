import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { ContextResult } from "../../schemas/types.ts";
import { TestEnv } from "../../tests/helpers/env.ts";
import { AGENT, NOON, talked } from "../../tests/helpers/hook_events.ts";
import { mpmJson } from "../../tests/helpers/mpm.ts";
import { DEFAULTS } from "../config/settings.ts";
import { crossLevels, readGauge, readLevels } from "./read_gauge.ts";
import { thresholdsOf } from "./levels.ts";

const now = () => NOON;

Deno.test("only one of a hundred simultaneous hooks crosses the threshold", async () => {
  using env = TestEnv.repository();
  talked(env, 171_000);
  const system = env.system({ now });
  const session = { id: AGENT, root: env.project };
  const { gauge } = await readGauge(system, {
    ...session,
    cwd: env.project,
    transcriptPath: undefined,
    config: DEFAULTS,
  });
  const thresholds = thresholdsOf(DEFAULTS);
  const cross = () => crossLevels(system, session, { gauge, thresholds });
  const crossed = await Promise.all(Array.from({ length: 100 }, cross));
  assertEquals(crossed.filter((level) => level !== null), ["urgent"]);
  assertEquals(readLevels(system, session).crossings.length, 1);
  assertEquals(await cross(), null);
});

Deno.test("a crossing that cannot be kept is not reported", async () => {
  using env = TestEnv.repository();
  talked(env, 171_000);
  env.extra.HOME = "";
  env.extra.XDG_STATE_HOME = join(env.project, "README.md");
  const system = env.system({ now });
  const session = { id: AGENT, root: env.project };
  const gauge = {
    ...(await mpmJson<ContextResult>(env, ["context"], { now })).gauge,
    unknown: null,
    tokens: 171_000,
    window: 200_000,
  };
  const thresholds = thresholdsOf(DEFAULTS);
  assertEquals(await crossLevels(system, session, { gauge, thresholds }), null);
});
