import { attempt } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import type { Collected, Item } from "../../items/mod.ts";
import type { System } from "../../system/system.ts";
import { currentStack } from "../../work/mod.ts";
import type { Draft } from "../draft.ts";
import type { Save } from "../save.ts";
import { lastSave } from "./project_parts.ts";

/** Milliseconds for which later saves repeat the finished work. */
const DONE_FOR_MS = 24 * 3600 * 1000;

/** The save that repeats the finished work. */
export interface DoneOrder {
  /** ID of the worktree's session. */
  readonly session: string | undefined;
  readonly collected: Pick<Collected, "items">;
  readonly time: Date;
}

/** Returns the finished work in a save of the same session. */
export function doneOf(
  save: Save | undefined,
  session: string | undefined,
): Item[] {
  return save === undefined || save.mpm?.session?.id !== session
    ? []
    : save.mpm?.handoff?.items.filter(({ kind }) => kind === "done") ?? [];
}

/**
 * Returns what an earlier agent session finished within the last day; empty if
 * both sessions ran at the same time.
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

/** Reads the last save of this worktree after git has started its search. */
export async function lastWhile(
  context: Context,
  workspace: Workspace,
): Promise<Save | undefined> {
  await context.system.sleep(0);
  // An error in an earlier save never prevents a new one.
  return await attempt(() => lastSave(context, workspace));
}

/**
 * Returns the finished work in the last save of this worktree. A pause repeats
 * it, because the next session is given only the newest save.
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
