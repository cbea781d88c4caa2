import { field } from "../../base/parsed_values.ts";
import {
  agentFileTime,
  type AgentSession,
  readAgentFiles,
  touchAgentFile,
  writeAgentFile,
} from "../../clients/mod.ts";
import type { System } from "../../system/system.ts";
import type { HookCall } from "./hook_call.ts";

interface Activity {
  /** Milliseconds since the epoch; `undefined`: no activity yet. */
  readonly at: number | undefined;
  /** The time when an automatic checkpoint was last considered. */
  readonly checkpoint: number | undefined;
}

const FILE = "activity";

/** Returns the time of the last activity that hooks saw in a session. */
export function activityOf(system: System, session: AgentSession): Activity {
  const values = readAgentFiles(system, session, FILE);
  const newest = (name: string, more: readonly number[] = []) => {
    const times = values.map((value) => Date.parse(`${field(value, name)}`))
      .filter((time) => !Number.isNaN(time)).concat(more);
    return times.length === 0 ? undefined : Math.max(...times);
  };
  // Zero: a checkpoint was considered before any activity.
  const touched = agentFileTime(system, session, FILE);
  return {
    // Earlier versions stored the time in the file's content.
    at: newest("at", touched ? [touched] : []),
    checkpoint: newest("checkpoint"),
  };
}

/** Stores the activity; its time is the file's, so most events touch it. */
export function keepActivity(
  system: System,
  session: AgentSession,
  { at, checkpoint }: Activity,
): void {
  const value = {
    version: 1,
    checkpoint: checkpoint === undefined
      ? null
      : new Date(checkpoint).toISOString(),
  };
  if (writeAgentFile(system, session, { file: FILE, value })) {
    touchAgentFile(system, session, { file: FILE, time: at ?? 0 });
  }
}

/** Calls of mpm itself, which may save the session, are not work. */
const OWN = /^\s*(?:[^\s"']*\/)?mpm\s/;

/** Returns whether one of these tool calls did something worth saving. */
export function isWork(calls: readonly unknown[]): boolean {
  return calls.some((call) => {
    const command = field(field(call, "tool_input"), "command");
    const own = field(call, "tool_name") === "Bash" &&
      typeof command === "string" && OWN.test(command);
    return !own;
  });
}

/** Claude Code tools with which an agent schedules a prompt for itself. */
const SCHEDULERS = ["CronCreate", "ScheduleWakeup"];

/** Returns the prompts that these tool calls schedule. */
export function scheduledPrompts(calls: readonly unknown[]): string[] {
  return calls.filter((call) =>
    SCHEDULERS.some((name) => name === field(call, "tool_name"))
  ).map((call) => field(field(call, "tool_input"), "prompt"))
    .filter((prompt) => typeof prompt === "string");
}

/** Returns the time of the last activity in the event's session. */
export function readActivity({ context, session }: HookCall): Activity {
  return activityOf(context.system, session);
}

/** Records that the session is active now. */
export function noteActivity({ context, session, invited }: HookCall): void {
  if (!invited) return;
  const { system } = context;
  const at = system.now().getTime();
  if (touchAgentFile(system, session, { file: FILE, time: at })) return;
  keepActivity(system, session, { at, checkpoint: undefined });
}
