import { currentAgentSession, isAgentId } from "../clients/claude/home.ts";
import { newestTranscript } from "../clients/claude/transcript.ts";
import type { Context } from "../cli/command.ts";
import { MpmError } from "../base/errors.ts";
import { locate } from "../git/workspace.ts";
import {
  changeLevels,
  crossLevels,
  readGauge,
  readLevels,
  statusFromJson,
  type Watch,
} from "../clients/read_gauge.ts";
import { UNKNOWN_GAUGE } from "../clients/gauge.ts";
import {
  acknowledge,
  levelOf,
  levelRows,
  NO_LEVELS,
  thresholdsOf,
} from "../clients/levels.ts";
import type { Workspace } from "../git/repository.ts";
import type { AcknowledgeResult, ContextResult } from "./commands/results.ts";
import { type AgentSession, listAgentFiles } from "../clients/agent_state.ts";
import { readConfigAnyway } from "../config/config.ts";
import type { System } from "../system/system.ts";
import { quickRoot } from "../git/place.ts";

/** `--agent-session`, the same wherever it is taken. */
export const AGENT_SESSION = {
  type: "string",
  value: "id",
  summary: "Which Claude Code session; else this one, or the project's latest",
} as const;

/** What `mpm context` shows. */
export async function readContext(
  context: Context,
  given: string | undefined,
): Promise<ContextResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const { root } = workspace;
  const id = sessionOf(system, workspace, given);
  const { config, faults } = await readConfigAnyway(system, root);
  const { cwd } = workspace;
  const watched = { root, cwd, transcriptPath: undefined, config };
  const watch: Pick<Watch, "gauge" | "transcriptPath"> = id === undefined
    ? { gauge: UNKNOWN_GAUGE, transcriptPath: undefined }
    : readGauge(system, { ...watched, id });
  const { gauge } = watch;
  const thresholds = thresholdsOf(config);
  const levels = id === undefined
    ? NO_LEVELS
    : readLevels(system, { id, root });
  return {
    session_id: id ?? null,
    transcript_path: watch.transcriptPath ?? null,
    gauge,
    level: levelOf(gauge, thresholds),
    thresholds: levelRows(thresholds, gauge.window),
    enabled: config["hooks.enabled"],
    acknowledged: levels.acknowledged,
    acknowledged_at: levels.acknowledged_at,
    crossings: [...levels.crossings],
    warnings: faults,
  };
}

/**
 * The agent's session: the given one, the one mpm runs in, else the latest of
 * this project that the status line or a transcript tells of.
 */
export function sessionOf(
  system: System,
  { root, cwd, worktree }: Workspace,
  given: string | undefined,
): string | undefined {
  if (given !== undefined && !isAgentId(given)) {
    throw new MpmError(
      "USAGE",
      `"${given}" is no id of a Claude Code session`,
      { hint: "It is the UUID that /status shows" },
    );
  }
  const current = given ?? currentAgentSession(system);
  if (current !== undefined) return current;
  const told = listAgentFiles(system, root, "status").flatMap((one) => {
    const record = statusFromJson(one.value);
    const folder = record?.projectDir ?? record?.cwd;
    if (!record || folder === undefined || !isAgentId(one.id)) return [];
    if (quickRoot(system, folder) !== root) return [];
    return [{ id: one.id, time: record.reading.time }];
  });
  const written = [cwd, worktree, root]
    .map((folder) => newestTranscript(system, folder))
    .filter((found) => found !== undefined);
  return [...told, ...written].sort((a, b) => b.time - a.time)[0]?.id;
}

/** Records that the level that is reached was seen. */
export async function acknowledgeLevel(
  { system, folder }: Context,
  given: string | undefined,
): Promise<AcknowledgeResult> {
  const workspace = await locate(system, folder);
  const { root, cwd } = workspace;
  const id = sessionOf(system, workspace, given);
  if (id === undefined) {
    throw new MpmError("NOT_FOUND", `No agent's session found in "${root}"`, {
      hint: "Name one: mpm context acknowledge --agent-session <id>",
    });
  }
  const session: AgentSession = { id, root };
  await takeReading(system, { ...session, cwd });
  const before = readLevels(system, session);
  const now = system.now();
  const wanted = acknowledge(before, now);
  const changed = wanted === before ? undefined : await changeLevels(
    system,
    session,
    (state) => ({ state: acknowledge(state, now) }),
  );
  // Another one may have been faster.
  const after = changed?.state ?? readLevels(system, session);
  if (acknowledge(after, now) !== after) {
    throw new MpmError("FILE_FAILED", "The acknowledgement cannot be kept", {
      hint: "Check that your home folder can be written to",
    });
  }
  return {
    session_id: id,
    level: after.reached,
    acknowledged_at: after.acknowledged_at,
    changed: changed !== undefined,
  };
}

/** Whoever acknowledges has seen the present figure, which no hook may have. */
async function takeReading(
  system: System,
  session: AgentSession & { cwd: string },
): Promise<void> {
  const { config } = await readConfigAnyway(system, session.root);
  const { gauge } = readGauge(system, {
    ...session,
    transcriptPath: undefined,
    config,
  });
  const thresholds = thresholdsOf(config);
  await crossLevels(system, session, { gauge, thresholds });
}
