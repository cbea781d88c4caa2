import { join } from "@std/path";
import { claudeHome } from "../../ops/user_state.ts";
import { isFile } from "../../clients/claude/transcript.ts";
import { isAttended } from "../../clients/claude/prompts.ts";
import type { WaysOut } from "../../clients/levels.ts";
import type { HookWorld } from "./world.ts";

/**
 * Finds out what can be typed in this session. Asked for only where a text
 * names it.
 */
export function waysOut({ context: { system }, worktree }: HookWorld): WaysOut {
  const attended = isAttended(system);
  const home = claudeHome(system);
  const folders = [join(worktree, ".claude"), ...home ? [home] : []];
  const installed = folders.some((folder) =>
    isFile(system, join(folder, "skills", "mpm-pause", "SKILL.md"))
  );
  if (installed) return { attended, skills: "" };
  const plugin = system.env("CLAUDE_PLUGIN_ROOT") !== undefined;
  return { attended, skills: plugin ? "mpm:" : undefined };
}
