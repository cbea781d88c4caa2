import { isAgentId } from "../base/ids.ts";
import {
  currentAgentSession,
  listAgentFiles,
  newestTranscript,
  statusFromJson,
} from "../clients/mod.ts";
import { MpmError } from "../base/errors.ts";
import { quickRoot, type Workspace } from "../git/mod.ts";
import type { System } from "../system/system.ts";

/** `--agent-session`, the same wherever it is taken. */
export const AGENT_SESSION = {
  type: "string",
  value: "id",
  summary: "Which Claude Code session; else this one, or the project's latest",
} as const;

/**
 * Returns the agent's session: the given one, the one mpm runs in, else the
 * latest of this project by the status line or a transcript.
 */
export function sessionOf(
  system: System,
  { root, cwd, worktree }: Workspace,
  given: string | undefined,
): string | undefined {
  if (given !== undefined && !isAgentId(given)) {
    throw new MpmError(
      "USAGE",
      `"${given}" is not an id of a Claude Code session`,
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
