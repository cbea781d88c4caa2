import { readContextFile } from "./context_file.ts";
import type { Context } from "../../cli/command.ts";
import type { Capture } from "../../git/tree/capture.ts";
import type { Checkpoint, LastSave } from "../checkpoint.ts";
import { buildRecord } from "../record.ts";
import { NO_CONTENT } from "../../saves/content.ts";
import { buildSave, type Draft } from "../../saves/draft.ts";
import { sessionId } from "../../git/ids.ts";
import { redactRecord } from "../redact.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { Runtime } from "./runtimes.ts";
import type { Save } from "../../saves/save.ts";
import { shellWord } from "../../base/shell.ts";
import { layout } from "../../ops/layout.ts";
import { readRuntimes } from "./read_runtimes.ts";
import { readStoreId } from "../../saves/store/store_id.ts";
import { currentStack } from "../../work/current.ts";
import type { System } from "../../system/system.ts";
import { BUILD, VERSION } from "../../base/version.ts";
import type { CheckpointPlace } from "../place.ts";
import type { CheckpointOrder } from "./take.ts";
import { lastSteps } from "../../saves/resume/select.ts";
import { agentOf } from "../../saves/pause/agent.ts";
import { contextUsage } from "../../clients/read_gauge.ts";

/** What a checkpoint tells beside the files. */
export interface Around
  extends Required<Pick<Draft, "agent" | "work" | "stack" | "usage">> {
  /** `.claude/context.md`. */
  readonly context: string | null;
  readonly runtimes: readonly Runtime[];
  readonly lastSave: LastSave | null;
}

/** Reads that, which needs nothing of git. */
export async function aroundOf(
  context: Context,
  { workspace, vault, config }: CheckpointPlace,
): Promise<Around> {
  const { system } = context;
  const { root, cwd } = workspace;
  const { worktree } = vault.workspace;
  const agent = agentOf(context, { given: undefined, cwd });
  return {
    ...agent,
    stack: currentStack(system, workspace).chain,
    usage: contextUsage(system, { ...agent, config, root, cwd }),
    context: readContextFile(system, worktree) ?? null,
    runtimes: readRuntimes(system, { cwd, worktree }),
    lastSave: await lastSteps(context, workspace),
  };
}

/** A number that was added to the id is part of the name too. */
export function recordName(
  { kind, name }: CheckpointOrder,
  id: string,
): string {
  return kind === "named" ? name : id;
}

/** The record of what was captured, redacted. */
export function recordFor(
  system: System,
  { workspace, vault }: CheckpointPlace,
  { order, id, name, capture, around }: {
    order: CheckpointOrder;
    id: string;
    name: string;
    capture: Capture;
    around: Around;
  },
): Checkpoint {
  const { kind, note } = order;
  const time = system.now();
  const record = buildRecord({
    id,
    name,
    kind,
    note: note ?? null,
    time,
    workspace: { ...workspace, worktree: vault.workspace.worktree },
    snapshot: capture,
    ...around,
    os: system.platform,
    session: sessionOf(system, {
      workspace,
      capture,
      order,
      around,
      time,
      name,
    }),
  });
  return redactRecord(redactorOf(system), record);
}

/** What a pause would save now, with the way back to this checkpoint. */
function sessionOf(
  system: System,
  { workspace, capture, order, around, time, name }: {
    workspace: CheckpointPlace["workspace"];
    capture: Capture;
    order: CheckpointOrder;
    around: Around;
    time: Date;
    name: string;
  },
): Save {
  const { root } = workspace;
  const { agent, work, stack, usage } = around;
  const save = buildSave({
    content: order.content ?? NO_CONTENT,
    workspace,
    state: workspace.git === "repository" ? capture.state : undefined,
    ...{ agent, work, stack, usage },
    kind: "checkpoint",
    version: VERSION,
    build: BUILD,
    time,
  }, {
    id: sessionId(time),
    sessions: layout(root).sessions,
    store: readStoreId(system, root) ?? null,
  });
  const restore = `mpm checkpoint restore ${shellWord(name)}`;
  return {
    ...save,
    resume_instructions: {
      quick_start: [
        `Run: ${restore}`,
        "Run: git status to check current state",
      ],
      files_to_review: save.resume_instructions.files_to_review,
      validation_commands: { check_git: "git status && git log -1 --stat" },
    },
  };
}
