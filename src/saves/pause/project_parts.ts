import { agentNameIn } from "../../base/names.ts";
import { attempt } from "../../base/errors.ts";
import { sha256 } from "../../base/digest.ts";
import type { Context } from "../../cli/mod.ts";
import type { Config } from "../../config/mod.ts";
import { openHandoffs, readDocuments } from "../../documents/mod.ts";
import type { RepositoryState, Workspace } from "../../git/mod.ts";
import { layout, saveFiles } from "../../ops/mod.ts";
import {
  contextPaths,
  type FileText,
  partitionInUse,
  Partitions,
  readPlainFile,
} from "../../partitions/mod.ts";
import type { System } from "../../system/system.ts";
import type { Draft } from "../draft.ts";
import { ownSavesHere } from "../resume/select.ts";
import type { Save, SavedContext } from "../save.ts";
import type { Collected, Item } from "../../items/mod.ts";
import { currentStack } from "../../work/mod.ts";

/** The maximum number of open hand-off documents in a save. */
const MOST_HANDOFFS = 50;

/** The largest context file in a save, in bytes. */
const LARGEST = 64 * 1024;

/**
 * Returns the parts of a save about partition, context files, hand-offs and
 * agent. Reads the last save only for a context file.
 */
export async function projectParts(
  context: Context,
  workspace: Workspace,
  { config, state }: { config: Config; state: RepositoryState | undefined },
): Promise<Pick<Draft, "partition" | "contexts" | "handoffs" | "agentName">> {
  const { system } = context;
  const partitions = new Partitions(config);
  const changed = state?.files.map(({ path }) => path) ?? [];
  const inUse = partitionInUse(system, workspace, { partitions, changed });
  const files = contextPaths(inUse)
    .map((path) =>
      readPlainFile(system, workspace.worktree, { path, most: LARGEST + 1 })
    )
    .filter((file) => file !== undefined)
    .filter(({ bytes }) => bytes.length <= LARGEST && !bytes.includes(0));
  const name = inUse?.partition.name;
  // An error in an earlier save never prevents a new one.
  const last = files.length === 0
    ? undefined
    : await attempt(() => lastSave(context, workspace));
  const contexts = files.map((file) =>
    savedContext(system, workspace.root, { file, last })
  );
  const handoffs = openHandoffs(readDocuments(system, { ...workspace, config }))
    .slice(0, MOST_HANDOFFS);
  return {
    agentName: agentNameIn(system.env("MPM_AGENT") ?? "")?.name,
    ...name === undefined ? {} : { partition: name },
    ...contexts.length === 0 ? {} : { contexts },
    ...handoffs.length === 0 ? {} : { handoffs },
  };
}

/** Returns the user's own newest save of this worktree. */
export async function lastSave(
  context: Context,
  workspace: Workspace,
): Promise<Save | undefined> {
  for await (const save of ownSavesHere(context, workspace)) return save;
  return undefined;
}

/** Leaves the text out if a person's save, which lasts, has it. */
function savedContext(
  system: System,
  root: string,
  { file: { path, bytes }, last }: { file: FileText; last: Save | undefined },
): SavedContext {
  const digest = sha256(bytes);
  const before = last?.mpm?.contexts?.find((one) =>
    one.path === path && one.sha256 === digest
  );
  const holder = before?.held_by ??
    (last?.mpm?.kind === "pause" ? last.session_id : undefined);
  const { sessions } = layout(root);
  const isHeld = before !== undefined && holder !== undefined &&
    system.files.lstat(saveFiles(sessions, holder).json) !== undefined;
  return isHeld
    ? { path, sha256: digest, held_by: holder }
    : { path, sha256: digest, text: new TextDecoder().decode(bytes) };
}

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

/** Returns what the last agent session finished within a day, if it ended. */
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
