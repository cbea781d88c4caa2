import type {
  Capture,
  CapturedFile,
  RepositoryState,
  Workspace,
} from "../../git/mod.ts";
import { sessionId } from "../../base/ids.ts";
import { setOwn } from "../../base/own.ts";
import { shellWord } from "../../base/shell.ts";
import { BUILD, VERSION } from "../../base/version.ts";
import { layout } from "../../ops/mod.ts";
import {
  buildSave,
  NO_CONTENT,
  readStoreId,
  type Save,
} from "../../saves/mod.ts";
import { redactRecord } from "../redact.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import type { Checkpoint, CheckpointKind } from "../checkpoint.ts";
import type { CheckpointPlace } from "../place.ts";
import { printOf } from "../record.ts";
import type { Around } from "./around.ts";

/** The parameters of a new checkpoint. */
export interface CheckpointOrder {
  /** A name that has been checked and is not in use. */
  readonly name: string;
  readonly kind: CheckpointKind;
  readonly note?: string | undefined;
  /** The tool batch that it follows. */
  readonly batch?: Checkpoint["batch"] | undefined;
}

/** The maximum number of changed paths in a record. */
const LISTED = 10_000;

/** Returns the redacted record of a capture. */
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
  const { state, worktree, entries, marks, leftOut, size } = capture;
  const time = system.now();
  const session = sessionOf(system, workspace, {
    ...{ around, time, name },
    state: workspace.git === "repository" ? state : undefined,
  });
  const listed = entries.slice(0, LISTED);
  return redactRecord(redactorOf(system), {
    schema: 1,
    id,
    name,
    kind: order.kind,
    note: order.note ?? null,
    created_at: time.toISOString(),
    project_path: workspace.root,
    worktree: vault.workspace.worktree,
    branch: state.branch ?? null,
    head: state.head ?? null,
    detached: state.detached,
    operation: state.operation ?? null,
    print: printOf(capture),
    files: listed.map(({ path, status }) => {
      const file: Partial<CapturedFile> | undefined = worktree.get(path);
      return {
        path,
        status,
        hash: file?.id ?? null,
        mode: file?.mode ?? null,
        size: file?.size ?? null,
      };
    }),
    files_omitted: entries.length - listed.length,
    left_out: leftOut.map((one) => ({ ...one })),
    index: marks as Checkpoint["index"],
    permissions: permissionsIn(capture),
    size,
    context: around.context,
    environment: {
      folder: workspace.cwd,
      os: system.platform,
      runtimes: around.runtimes.map((one) => ({ ...one })),
    },
    ...around.lastSave && { last_save: around.lastSave },
    ...order.batch && { batch: order.batch },
    session,
    version: session.version,
    build: session.build,
  });
}

function permissionsIn({ worktree }: Capture): Record<string, number> {
  const permissions: Record<string, number> = {};
  for (const [path, file] of worktree) {
    const bits = (file as Partial<CapturedFile> | undefined)?.permissions;
    if (bits !== undefined) setOwn(permissions, path, bits);
  }
  return permissions;
}

/** Returns what a pause would save now, with this checkpoint's command. */
function sessionOf(
  system: System,
  workspace: Workspace,
  { state, around, time, name }: {
    state: RepositoryState | undefined;
    around: Around;
    time: Date;
    name: string;
  },
): Save {
  const { root } = workspace;
  const { agent, work, stack, usage } = around;
  const save = buildSave({
    content: NO_CONTENT,
    ...{ workspace, state, agent, work, stack, usage, time },
    kind: "checkpoint",
    version: VERSION,
    build: BUILD,
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
    // The files are in the record itself.
    ...save.mpm && { mpm: { ...save.mpm, files: [], files_omitted: 0 } },
  };
}
