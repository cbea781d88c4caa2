// Helpers for the tests in this folder; no tests.
import { assertEquals } from "@std/assert";
import * as z from "zod/mini";
import { TestEnv } from "../../../tests/helpers/env.ts";
import type { RepositoryState, Workspace } from "../../git/repository.ts";
import { gitFields, toGitContext } from "../draft.ts";
import { readState } from "../../git/state.ts";
import { locate } from "../../git/workspace.ts";
import type { Save } from "../save.ts";
import { Changes } from "./changes.ts";
import { detectChanges } from "./detect.ts";
import { renderChanges } from "./report.ts";

/** The store ID for saves in tests. */
export const STORE = "teststore";

/** A save of `workspace` in `state`, with nothing else in it. */
export function saveOf(
  state: RepositoryState | undefined,
  workspace: Workspace,
  pausedAt = "2026-01-01T00:00:00.000Z",
): Save {
  return {
    session_id: "session-20260101-000000",
    paused_at: pausedAt,
    duration_hours: 0,
    context_usage: { tokens_used: 0, tokens_total: 200_000, percentage: 0 },
    conversation: {
      primary_task: "",
      current_phase: "",
      summary: "",
      accomplishments: [],
      next_steps: [],
    },
    git_context: toGitContext(state),
    active_context: { working_directory: workspace.cwd },
    important_reminders: [],
    resume_instructions: {
      quick_start: [],
      files_to_review: [],
      validation_commands: {},
    },
    open_questions: [],
    performance_metrics: {},
    todos: { active: [], completed: [] },
    task_list: { pending_tasks: [], in_progress_tasks: [], completed_count: 0 },
    version: "0.1.0",
    build: "test",
    project_path: workspace.root,
    mpm: {
      schema: 1,
      kind: "pause",
      name: null,
      agent: null,
      parent: null,
      template: null,
      checklist: [],
      decisions: [],
      blockers: [],
      checkpoint: null,
      store: STORE,
      redactions: {},
      ...gitFields(state, workspace),
    },
  };
}

/** Returns the save that a pause in `folder` would write now. */
export async function pauseIn(
  env: TestEnv,
  folder = env.project,
): Promise<Save> {
  const system = env.system();
  const workspace = await locate(system, folder);
  const state = workspace.git === "repository"
    ? await readState(system, workspace)
    : undefined;
  return saveOf(state, workspace);
}

/** `save` in claude-mpm's format, with `lists` of changed paths. */
export function peerSave(
  save: Save,
  lists: { modified?: string[]; untracked?: string[] } = {},
): Save {
  const { mpm: _, git_context: context, ...rest } = save;
  const { modified = [], untracked = [] } = lists;
  return {
    ...rest,
    git_context: {
      ...context,
      commit: null,
      commit_message: null,
      recent_commits: context.recent_commits.map((commit) => ({
        ...commit,
        sha: commit.sha.slice(0, 7),
      })),
      status: {
        clean: modified.length + untracked.length === 0,
        modified: [],
        staged: [],
        untracked: [],
        modified_files: modified,
        untracked_files: untracked,
      },
    },
  };
}

/** About two hours after the commits of a test. */
export const NOW = new Date("2026-01-01T02:30:00Z");

/**
 * Returns the changes in `folder` since `save`, checked against their schema.
 */
export async function changesSince(
  env: TestEnv,
  save: Save,
  folder = env.project,
): Promise<Changes> {
  const system = env.system();
  const workspace = await locate(system, folder);
  const changes = await detectChanges(system, workspace, {
    save,
    store: STORE,
  });
  assertEquals(z.parse(Changes, changes), changes);
  return changes;
}

/**
 * The report of the changes without its first lines, with `ID` for IDs and
 * `$ROOT`.
 */
export async function reportSince(
  env: TestEnv,
  save: Save,
  folder = env.project,
): Promise<string> {
  const changes = await changesSince(env, save, folder);
  return renderChanges(changes, { now: NOW })
    .replace("🔄 Changes Since Pause:\n\n", "")
    .replaceAll(env.root, "$ROOT")
    .replaceAll(/\b[0-9a-f]{7,64}\b/g, "ID");
}

/** Each path with its state, as in `README.md: M>MM staged`. */
export async function pathsSince(env: TestEnv, save: Save): Promise<string[]> {
  const { working_directory: found } = await changesSince(env, save);
  return found.paths.map(({ path, from, then, now, change }) => {
    const names = from === undefined ? path : `${from} -> ${path}`;
    return `${names}: ${then ?? "-"}>${now ?? "-"} ${change}`;
  });
}

/** A repository with tracked files `a` to `d`, each containing its name. */
export function withFiles(): TestEnv {
  const env = TestEnv.repository();
  for (const name of ["a", "b", "c", "d"]) env.write(name, `${name}\n`);
  env.commit("Add files");
  return env;
}
