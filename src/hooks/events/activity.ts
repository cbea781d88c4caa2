import {
  type Activity,
  activityFromJson,
  activityToJson,
} from "../activity.ts";
import { readAgentFiles, writeAgentFile } from "../../clients/agent_state.ts";
import type { HookWorld } from "./world.ts";

/** When the session last did something, as far as hooks were told. */
export function readActivity({ context, session }: HookWorld): Activity {
  const values = readAgentFiles(context.system, session, "activity");
  return activityFromJson(values);
}

/** Keeps it for whoever saves the session. */
export function noteActivity(
  { context, session, invited }: HookWorld,
  activity: Activity,
): void {
  if (!invited) return;
  writeAgentFile(context.system, session, {
    file: "activity",
    value: activityToJson(activity),
  });
}
