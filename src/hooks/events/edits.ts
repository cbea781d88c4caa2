import { agentOfEvent, judgeEdit, releaseSession } from "../../agents/mod.ts";
import { MpmError } from "../../base/errors.ts";
import {
  editedPaths,
  type HookAnswer,
  onAgent,
  startsAgents,
} from "../../clients/mod.ts";
import { noteFailure } from "../failures.ts";
import { lookAtGauge, waysOut } from "./gauge.ts";
import type { Handler, HookCall } from "./hook_call.ts";

/** Refuses a sub-agent at a full context, and edits of claimed paths. */
export const onToolUse: Handler = (hook) =>
  startsAgents(hook.input.text("tool_name")) ? ofAgent(hook) : ofEdit(hook);

async function ofAgent(hook: HookCall): Promise<HookAnswer> {
  const { gauge, level } = await lookAtGauge(hook);
  if (onAgent(level, gauge).allow) return {};
  return { deny: onAgent(level, gauge, waysOut(hook)).reason ?? "" };
}

/** Allows the edit if anything fails. */
async function ofEdit(hook: HookCall): Promise<HookAnswer> {
  const { context: { system }, input, session, config, event } = hook;
  if (!hook.invited) return {};
  const claims = config["claims.auto"];
  try {
    const deny = await judgeEdit(system, {
      paths: editedPaths(input.value("tool_input")),
      cwd: input.cwd,
      worktree: hook.worktree,
      session,
      agent: agentOfEvent(system, input),
      claims,
    });
    return deny === undefined ? {} : { deny };
  } catch (error) {
    const busy = error instanceof MpmError && error.code === "LOCKED";
    noteFailure(system, event, error);
    // Two simultaneous edits must not both count as the first.
    return busy && claims ? { deny: BUSY } : {};
  }
}

/** Releases the claims of a session that ends. */
export async function freeClaims(hook: HookCall): Promise<void> {
  const { context: { system }, session: { id, root }, event } = hook;
  try {
    await releaseSession(system, root, id);
  } catch (error) {
    // The client exits soon, which also ends its claims.
    noteFailure(system, event, error);
  }
}

const BUSY = "mpm refused this edit: many agents are claiming files at this " +
  "moment, and claims.auto is on. Nothing is wrong with the edit: try it again.";
