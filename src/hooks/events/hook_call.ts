import { isAbsolute } from "@std/path";
import type { Context } from "../../cli/mod.ts";
import {
  type AgentSession,
  type HookInput,
  usesMpm,
} from "../../clients/mod.ts";
import { type Config, readConfigAnyway } from "../../config/mod.ts";
import { quickPlace, quickRoot } from "../../git/mod.ts";
import type { System } from "../../system/system.ts";

/** The parameters of an event's handler. */
export interface HookCall {
  readonly event: string;
  readonly input: HookInput;
  /** In the session's folder, with a machine that waits for no lock for long. */
  readonly context: Context;
  readonly config: Config;
  readonly session: AgentSession & { readonly root: string };
  /** The top folder of the worktree. */
  readonly worktree: string;
  /** True if something may be written into the project. */
  readonly invited: boolean;
}

export type Handler = (
  hook: HookCall,
) => HookAnswer | Promise<HookAnswer>;

/**
 * Milliseconds that a hook waits for a lock, and for a program that is not the
 * user's. Someone waits for the hook, and ends it after ten seconds.
 */
const PATIENCE = 1000;
const PROGRAM_PATIENCE = 5000;

/** Finds out where an event belongs; `undefined`: there is nothing to do. */
export async function hookCallOf(
  context: Context,
  { event, input }: { event: string; input: HookInput },
): Promise<HookCall | undefined> {
  const system = impatient(context.system);
  const place = placeOf(system, input.cwd);
  if (!place) return undefined;
  const { root, folder } = place;
  const { config } = await readConfigAnyway(system, root);
  if (!config["hooks.enabled"]) return undefined;
  const worktree = quickPlace(system, folder)?.worktree ?? root;
  return {
    event,
    input,
    context: { ...context, system, folder, interactive: false },
    config,
    session: { id: input.sessionId, root },
    worktree,
    invited: usesMpm(system, { root, worktree }),
  };
}

/**
 * The project is the one in which the session was started, wherever the agent
 * goes in the meantime. The folder is the agent's folder, as long as that is
 * inside.
 */
function placeOf(
  system: System,
  cwd: string,
): { root: string; folder: string } | undefined {
  const here = quickRoot(system, cwd);
  const started = system.env("CLAUDE_PROJECT_DIR");
  const root = started !== undefined && isAbsolute(started)
    ? quickRoot(system, started)
    : undefined;
  if (root !== undefined && root !== here) return { root, folder: started! };
  return here === undefined ? undefined : { root: here, folder: cwd };
}

function impatient(system: System): System {
  const { files } = system;
  const lock: System["files"]["lock"] = (path, wait) =>
    files.lock(path, Math.min(wait, PATIENCE));
  const run: System["run"] = (program, options) => {
    const timeout = Math.min(options.timeout, PROGRAM_PATIENCE);
    return system.run(program, { ...options, timeout });
  };
  return { ...system, files: { ...files, lock }, run };
}

/**
 * The answer of a hook to Claude Code. No answer: the event continues as if
 * there were no hook.
 */
export interface HookAnswer {
  /** Why the prompt is not sent, or what was done in its place. */
  readonly block?: string;
  /** True if the prompt that is not sent need not be shown again. */
  readonly answered?: boolean;
  /** Why the tool is not run. */
  readonly deny?: string;
  /** For the agent, as facts; at a PreCompact for who sums up. */
  readonly context?: string;
  /** For the person. */
  readonly message?: string;
}

/** Characters of a text that Claude Code takes. */
export const LONGEST = 10_000;

/** The answer in the form of Claude Code's protocol; empty without one. */
export function answerText(event: string, answer: HookAnswer): string {
  const { block, deny, context, message } = answer;
  // That event takes only plain text, for the model that summarizes the
  // conversation.
  if (event === "PreCompact") return context ? `${cut(context)}\n` : "";
  const specific = {
    ...context ? { additionalContext: cut(context) } : {},
    ...deny === undefined ? {} : {
      permissionDecision: "deny",
      permissionDecisionReason: cut(deny),
    },
    ...answer.answered ? { suppressOriginalPrompt: true } : {},
  };
  const output = {
    ...block === undefined ? {} : { decision: "block", reason: cut(block) },
    ...message ? { systemMessage: cut(message) } : {},
    ...Object.keys(specific).length === 0
      ? {}
      : { hookSpecificOutput: { hookEventName: event, ...specific } },
  };
  return Object.keys(output).length === 0 ? "" : `${JSON.stringify(output)}\n`;
}

function cut(text: string): string {
  return text.length <= LONGEST
    ? text
    : `${text.slice(0, LONGEST - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
