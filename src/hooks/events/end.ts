import { startScript } from "../scripts/events.ts";
import type { Handler } from "./world.ts";
import { noteFailure } from "./failure.ts";
import { autoSave } from "./save.ts";

/** A session ends, is cleared, or left for another one: it is saved. */
export const onSessionEnd: Handler = async (world) => {
  const { input, invited, context } = world;
  if (!invited) return {};
  let save: string | undefined;
  try {
    save = await autoSave(world);
  } catch (error) {
    await noteFailure(context.system, world.event, error);
  }
  try {
    const { recordTurnError } = await import("./error.ts");
    await recordTurnError(world);
  } catch (error) {
    await noteFailure(context.system, world.event, error);
  }
  await startScript(world, "post-session.sh", {
    MPM_REASON: input.text("reason") ?? "other",
    ...save === undefined ? {} : { MPM_SAVE: save },
  });
  return {};
};
