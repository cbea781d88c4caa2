import type { System } from "../../system/system.ts";

/** Notes an error of mpm's own for whoever looks for it. */
export async function noteFailure(
  system: System,
  event: string,
  error: unknown,
): Promise<void> {
  try {
    const { quickRoot } = await import("../../git/place.ts");
    const { noteHookFailure } = await import("../hook_failures.ts");
    const root = quickRoot(system, system.cwd());
    noteHookFailure(system, root, { event, error });
  } catch {
    // Even the working folder is gone.
  }
}
