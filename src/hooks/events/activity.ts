import { field } from "../../base/parsed_values.ts";
import { readAgentFiles, writeAgentFile } from "../../clients/mod.ts";
import type { HookCall } from "./hook_call.ts";

/** When an agent's session last did something. */
interface Activity {
  /** Milliseconds since the epoch; `undefined`: nothing yet. */
  readonly at: number | undefined;
  /** When an automatic checkpoint was last thought of. */
  readonly checkpoint: number | undefined;
}

/** The newest kept value; empty for a damaged file. */
export function activityFromJson(values: readonly unknown[]): Activity {
  const newest = (name: string) => {
    const times = values.map((value) => Date.parse(`${field(value, name)}`))
      .filter((time) => !Number.isNaN(time));
    return times.length === 0 ? undefined : Math.max(...times);
  };
  return { at: newest("at"), checkpoint: newest("checkpoint") };
}

/** As it is kept. */
export function activityToJson({ at, checkpoint }: Activity) {
  const text = (time: number | undefined) =>
    time === undefined ? null : new Date(time).toISOString();
  return { version: 1, at: text(at), checkpoint: text(checkpoint) };
}

/** Calls that do no work of the session's: of mpm, which may save it. */
const OWN = /^\s*(?:[^\s"']*\/)?mpm\s/;

/** Returns whether one of these calls of tools did something worth a save. */
export function isWork(calls: readonly unknown[]): boolean {
  return calls.some((call) => {
    const command = field(field(call, "tool_input"), "command");
    const own = field(call, "tool_name") === "Bash" &&
      typeof command === "string" && OWN.test(command);
    return !own;
  });
}

/** Tools of Claude Code with which an agent schedules a prompt to itself. */
const SCHEDULERS = ["CronCreate", "ScheduleWakeup"];

/** The prompts that these calls of tools schedule. */
export function scheduledPrompts(calls: readonly unknown[]): string[] {
  return calls.filter((call) =>
    SCHEDULERS.some((name) => name === field(call, "tool_name"))
  ).map((call) => field(field(call, "tool_input"), "prompt"))
    .filter((prompt) => typeof prompt === "string");
}

/** Time of the last activity that hooks saw in the session. */
export function readActivity({ context, session }: HookCall): Activity {
  const values = readAgentFiles(context.system, session, "activity");
  return activityFromJson(values);
}

/** Keeps it for the command that saves the session. */
export function noteActivity(
  { context, session, invited }: HookCall,
  activity: Activity,
): void {
  if (!invited) return;
  writeAgentFile(context.system, session, {
    file: "activity",
    value: activityToJson(activity),
  });
}
