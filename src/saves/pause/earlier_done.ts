import { attempt } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import type { Collected, Item } from "../../items/mod.ts";
import type { System } from "../../system/system.ts";
import { currentStack } from "../../work/mod.ts";
import type { Draft } from "../draft.ts";
import type { Save } from "../save.ts";
import { lastSave } from "./project_parts.ts";

/** Milliseconds for which saves repeat what was done. */
const DONE_FOR_MS = 24 * 3600 * 1000;

/** The save that repeats what was done. */
export interface DoneOrder {
  /** Id of the session of the worktree. */
  readonly session: string | undefined;
  readonly collected: Pick<Collected, "items">;
  readonly time: Date;
}

/** Returns what a save of the same session calls done. */
export function doneOf(
  save: Save | undefined,
  session: string | undefined,
): Item[] {
  return save === undefined || save.mpm?.session?.id !== session
    ? []
    : save.mpm?.handoff?.items.filter(({ kind }) => kind === "done") ?? [];
}

/**
 * Returns what an agent session before this one did within the last day; empty
 * if both worked at the same time.
 */
export function doneBefore(
  last: Save | undefined,
  { session, collected: { items }, time }: DoneOrder,
): Item[] {
  const began = items.map(({ at }) => at).sort()[0];
  if (last && began !== undefined && last.paused_at > began) return [];
  const since = new Date(time.getTime() - DONE_FOR_MS).toISOString();
  return doneOf(last, session).filter(({ at }) => at >= since);
}

/** Reads the last save of this worktree, once git has begun to look. */
export async function lastWhile(
  context: Context,
  workspace: Workspace,
): Promise<Save | undefined> {
  await context.system.sleep(0);
  // A fault in an earlier save never prevents a new one.
  return await attempt(() => lastSave(context, workspace));
}

/**
 * Returns what the last save of this worktree calls done. A pause repeats it,
 * because the next session is given the pause and not the save before it.
 */
export function earlierDone(
  system: System,
  { workspace, agent, time }: Pick<Draft, "workspace" | "agent" | "time">,
  { found, last }: { found: Collected; last: Save | undefined },
): Item[] {
  if (!last?.mpm?.handoff?.items.some(({ kind }) => kind === "done")) return [];
  const [current] = currentStack(system, workspace).chain;
  const by = last.mpm.agent?.session_id;
  const isOfIt = by === undefined || by === agent?.session_id;
  const collected = isOfIt ? { items: [] } : found;
  return doneBefore(last, { session: current?.id, collected, time });
}
