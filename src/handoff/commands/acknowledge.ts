import { AGENT_SESSION, sessionOf } from "../agent_session.ts";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { locate } from "../../git/mod.ts";
import {
  acknowledge,
  type AgentSession,
  changeLevels,
  type Client,
  crossLevels,
  readGauge,
  readLevels,
  thresholdsOf,
} from "../../clients/mod.ts";
import type { AcknowledgeResult } from "./results.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import type { System } from "../../system/system.ts";

/** `mpm context acknowledge` */
export const contextAcknowledge = defineCommand({
  name: "context acknowledge",
  summary: "Confirm that you have seen the recommendation to pause",
  description: `
Records that you have seen the warning at the current threshold. mpm warns again at the next threshold. This command does not unblock prompts. To unblock them, pause, compact or clear the session.`,
  positionals: [],
  flags: { "agent-session": AGENT_SESSION },
  examples: ["mpm context acknowledge"],
  result: async () => (await import("./results.ts")).AcknowledgeResult,
  run: (context, input) => acknowledgeLevel(context, input["agent-session"]),
  render,
});

function render({ level, changed }: AcknowledgeResult): string {
  if (level === "normal") return "Nothing to acknowledge.\n";
  return changed
    ? `Acknowledged: level "${level}".\n`
    : `Level "${level}" was already acknowledged.\n`;
}

/** Records that the current level was seen. */
async function acknowledgeLevel(
  { system, folder }: Context,
  given: string | undefined,
): Promise<AcknowledgeResult> {
  const workspace = await locate(system, folder);
  const { root, cwd } = workspace;
  const found = await sessionOf(system, workspace, given);
  if (found === undefined) {
    throw new MpmError("NOT_FOUND", `No agent session found in "${root}"`, {
      hint: "Name the session: mpm context acknowledge --agent-session <id>",
    });
  }
  const { client, id } = found;
  const session: AgentSession = { id, root };
  await takeReading(system, { ...session, client, cwd });
  const before = readLevels(system, session);
  const now = system.now();
  const wanted = acknowledge(before, now);
  const changed = wanted === before ? undefined : await changeLevels(
    system,
    session,
    (state) => ({ state: acknowledge(state, now) }),
  );
  // Another process may have recorded it first.
  const after = changed?.state ?? readLevels(system, session);
  if (acknowledge(after, now) !== after) {
    throw new MpmError("FILE_FAILED", "Cannot store the acknowledgement", {
      hint: "Check that you can write to your home folder",
    });
  }
  return {
    session_id: id,
    level: after.reached,
    acknowledged_at: after.acknowledged_at,
    changed: changed !== undefined,
  };
}

/**
 * A user who acknowledges has seen the current figure; the hooks may not have
 * seen it.
 */
async function takeReading(
  system: System,
  session: AgentSession & { client: Client; cwd: string },
): Promise<void> {
  const { config } = await readConfigAnyway(system, session.root);
  const { gauge } = await readGauge(system, {
    ...session,
    transcriptPath: undefined,
    config,
  });
  const thresholds = thresholdsOf(config);
  await crossLevels(system, session, { gauge, thresholds });
}
