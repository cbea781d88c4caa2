import type { Gauge } from "../../clients/gauge.ts";
import type { HookAnswer } from "../hook_answer.ts";
import {
  type Level,
  levelOf,
  onCrossing,
  thresholdsOf,
} from "../../clients/levels.ts";
import { crossLevels, readGauge } from "../../clients/read_gauge.ts";
import { noteFailure } from "./failure.ts";
import type { HookWorld } from "./world.ts";

export interface Look {
  readonly gauge: Gauge;
  readonly level: Level;
}

/** How full the session's context is. */
export function lookAtGauge(
  { context, input, config, session }: HookWorld,
): Look {
  const { gauge } = readGauge(context.system, {
    ...session,
    cwd: input.cwd,
    transcriptPath: input.transcriptPath,
    config,
  });
  return { gauge, level: levelOf(gauge, thresholdsOf(config)) };
}

/**
 * Looks at the gauge, and says what follows where a level was crossed; then the
 * resume file is written.
 */
export async function watchGauge(
  world: HookWorld,
): Promise<Look & { answer: HookAnswer }> {
  const { context, config, session } = world;
  const look = lookAtGauge(world);
  const crossed = await crossLevels(context.system, session, {
    gauge: look.gauge,
    thresholds: thresholdsOf(config),
  });
  if (crossed === null) return { ...look, answer: {} };
  const written = await keepResumeFile(world);
  const { waysOut } = await import("./ways.ts");
  const out = waysOut(world);
  const { message, note } = onCrossing(crossed, look.gauge, { written, out });
  return { ...look, answer: { message, context: note } };
}

/** Writes the resume file where it may be; returns whether it is there. */
export async function keepResumeFile(world: HookWorld): Promise<boolean> {
  if (!world.invited) return false;
  const { context, session, input, event } = world;
  try {
    const { writeResumeFile } = await import(
      "../../handoff/resume_file.ts"
    );
    await writeResumeFile(context, {
      given: session.id,
      transcriptPath: input.transcriptPath,
      dryRun: false,
    });
    return true;
  } catch (error) {
    await noteFailure(context.system, event, error);
    return false;
  }
}
