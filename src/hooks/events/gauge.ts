import { join } from "../../base/join.ts";
import {
  CLAUDE,
  crossLevels,
  type Gauge,
  type HookAnswer,
  isAttended,
  isFile,
  type Level,
  levelOf,
  onCrossing,
  readGauge,
  thresholdsOf,
  type WaysOut,
} from "../../clients/mod.ts";
import { claudeHome } from "../../ops/mod.ts";
import type { Save } from "../../saves/mod.ts";
import type { System } from "../../system/system.ts";
import { noteFailure } from "../failures.ts";
import { keepStatements } from "./notes.ts";
import type { HookCall } from "./hook_call.ts";

export interface Look {
  readonly gauge: Gauge;
  readonly level: Level;
}

/** Reads how full the session's context is. */
export async function lookAtGauge(
  { client, context, input, config, session }: HookCall,
): Promise<Look> {
  const { gauge } = await readGauge(context.system, {
    ...session,
    client,
    cwd: input.cwd,
    transcriptPath: input.transcriptPath,
    config,
  });
  return { gauge, level: levelOf(gauge, thresholdsOf(config)) };
}

/** Checks the gauge, and responds if a level was crossed. */
export async function watchGauge(
  hook: HookCall,
): Promise<Look & { answer: HookAnswer }> {
  const { context, config, session } = hook;
  const look = await lookAtGauge(hook);
  const crossed = await crossLevels(context.system, session, {
    gauge: look.gauge,
    thresholds: thresholdsOf(config),
  });
  if (crossed === null) return { ...look, answer: {} };
  const written = await keepResumeFile(hook) !== undefined;
  const out = waysOut(hook);
  const { message, note } = onCrossing(crossed, look.gauge, { written, out });
  return { ...look, answer: { message, context: note } };
}

/** Writes the resume file if allowed, and returns the work's state. */
export async function keepResumeFile(
  hook: HookCall,
): Promise<Save | undefined> {
  if (!hook.invited) return undefined;
  const { context, session, input, event } = hook;
  try {
    // Loaded here because it is large and few events need it.
    const { writeResumeFile } = await import("../../handoff/resume_file.ts");
    const { save } = await writeResumeFile(context, {
      given: session.id,
      transcriptPath: input.transcriptPath,
      dryRun: false,
    });
    await keepStatements(hook, save.mpm?.handoff?.items ?? []);
    return save;
  } catch (error) {
    noteFailure(context.system, event, error);
    return undefined;
  }
}

/** Finds the commands that the user can type, for texts about them. */
export function waysOut(hook: HookCall): WaysOut {
  const { client, context: { system } } = hook;
  const attended = client === CLAUDE && isAttended(system);
  if (hasSkill(hook, "mpm-pause")) return { attended, skills: "" };
  return { attended, skills: isPlugin(system) ? "mpm:" : undefined };
}

/** Returns whether a skill is installed for the project or for the user. */
export function hasSkill(
  { client, context: { system }, worktree }: HookCall,
  name: string,
): boolean {
  const home = system.home();
  const own = client === CLAUDE
    ? claudeHome(system)
    : home && join(home, ".agents");
  const near = client === CLAUDE ? ".claude" : ".agents";
  const folders = [join(worktree, near), ...own ? [own] : []];
  return folders.some((folder) =>
    isFile(system, join(folder, "skills", name, "SKILL.md"))
  );
}

/** Returns whether the hook is the plugin's, which has all skills. */
export function isPlugin(system: System): boolean {
  return system.env("CLAUDE_PLUGIN_ROOT") !== undefined;
}
