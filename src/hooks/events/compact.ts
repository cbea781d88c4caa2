import { keepResumeFile } from "./gauge.ts";
import type { Handler } from "./world.ts";

/**
 * Writes down where the work stands before the context is lost. Prints nothing:
 * Claude Code would add it to the instructions for the summary.
 */
export const onCompact: Handler = async (world) => {
  await keepResumeFile(world);
  return {};
};
