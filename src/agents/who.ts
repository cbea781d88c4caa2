import type { Context } from "../cli/mod.ts";
import { listAgentFiles, runningClients } from "../clients/mod.ts";
import { branchByFiles, quickPlace } from "../git/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";
import { listClaims } from "./claims/claim_paths.ts";
import type { ClaimsResult } from "./claims/commands/results.ts";
import { hasClaims } from "./claims/store.ts";
import { presenceFromJson, type Subagent } from "./presence.ts";

/** An agent session that works in the project. */
export interface AgentAtWork {
  readonly session_id: string;
  /** The name of its agent; null: no name. */
  readonly name: string | null;
  /** The top folder of its worktree, absolute. */
  readonly worktree: string;
  /** null: detached, or unknown. */
  readonly branch: string | null;
  /** The time when it began, ISO 8601. */
  readonly since: string;
  /** True if its process is known to be running; only Linux shows that. */
  readonly alive: boolean;
  readonly subagents: Subagent[];
}

/** The maximum number of agent sessions to list, and of lines of names. */
const MOST = 50;

/**
 * Returns the agent sessions in a project, with their sub-agents, and the
 * current claims. Throws USAGE for an invalid `MPM_AGENT`.
 */
export async function whoWorks(
  context: Context,
  root: string,
): Promise<{ agents: AgentAtWork[]; claims: ClaimsResult["claims"] }> {
  const { system } = context;
  const claims = hasClaims(system, root)
    ? (await listClaims(context, undefined)).claims
    : [];
  return { agents: await agentsAt(system, root), claims };
}

async function agentsAt(system: System, root: string): Promise<AgentAtWork[]> {
  const kept = listAgentFiles(system, root, "presence");
  if (kept.length === 0) return [];
  const clients = (await runningClients(system))
    .filter(({ state }) => state !== "dead");
  return kept.flatMap(({ id, value }) => {
    const client = clients.find((one) => one.id === id);
    const { agent, worktree, since, subagents } = presenceFromJson(value);
    if (!client || worktree === null || since === null) return [];
    const place = quickPlace(system, worktree);
    if (place?.root !== root) return [];
    // Git would slow down a status with many worktrees.
    const branch = branchByFiles(system, worktree);
    return [{
      ...{ session_id: id, name: agent, worktree, since },
      subagents: [...subagents],
      branch: branch === undefined ? null : redactorOf(system).name(branch),
      alive: client.state === "alive",
    }];
  }).sort((a, b) => a.since < b.since ? -1 : 1).slice(0, MOST);
}
