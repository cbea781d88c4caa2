import { startScript } from "./hook_scripts.ts";
import type { Handler } from "./hook_world.ts";
import { noteFailure } from "./hook_failure.ts";
import { autoSave } from "./hook_save.ts";

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
    const { recordTurnError } = await import("./hook_error.ts");
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
