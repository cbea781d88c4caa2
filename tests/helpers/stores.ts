import { basename, dirname, join } from "@std/path";
import {
  FileError,
  type FileInfo,
  type Files,
  type System,
} from "../../src/system/system.ts";
import type { Save } from "../../schemas/types.ts";
import { jsonBytes, sha256 } from "./bytes.ts";
import type { TestEnv } from "./env.ts";

const FORMATS = join(import.meta.dirname!, "..", "formats");

/** A file of `tests/formats/`. */
export function formatText(path: string): string {
  return Deno.readTextFileSync(join(FORMATS, path));
}

/** The stores of claude-mpm's versions, and the save each one holds. */
export const SAMPLES = [
  { version: "v4.11.0", id: "session-20261120-231653", pause: true },
  { version: "v4.20.6", id: "session-20261120-231651", pause: true },
  { version: "v5.6.89", id: "session-20261120-231652", pause: false },
  { version: "v6.5.34", id: "session-20261120-231652", pause: false },
  { version: "v6.5.83-head", id: "session-20261120-225740", pause: false },
  {
    version: "v6.5.83-incremental",
    id: "session-20261120-230847",
    pause: false,
  },
] as const;

/** Copies the store of a sample into the project. */
export function copySample(env: TestEnv, version: string): void {
  copyFolder(join(FORMATS, "claude-mpm", version), env.project);
}

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (isDirectory) copyFolder(source, target);
    else Deno.copyFileSync(source, target);
  }
}

/** An mpm save with the fields that lists show. */
export function ownSave(
  id: string,
  {
    pausedAt = timeOf(id),
    summary = `Work ${id}`,
    name = null as
      | string
      | null,
    branch = "main",
  } = {},
): Save {
  return {
    session_id: id,
    paused_at: pausedAt,
    duration_hours: 0,
    context_usage: { tokens_used: 0, tokens_total: 200000, percentage: 0 },
    conversation: {
      primary_task: "",
      current_phase: "",
      summary,
      accomplishments: [],
      next_steps: [],
    },
    git_context: {
      is_git_repo: true,
      branch,
      commit: "a".repeat(40),
      commit_message: "Start",
      recent_commits: [],
      is_clean: true,
      ahead_behind: { ahead: 0, behind: 0 },
      status: {
        clean: true,
        modified: [],
        staged: [],
        untracked: [],
        modified_files: [],
        untracked_files: [],
      },
    },
    active_context: { working_directory: "/p" },
    important_reminders: [],
    resume_instructions: {
      quick_start: [],
      files_to_review: [],
      validation_commands: {},
    },
    open_questions: [],
    performance_metrics: {},
    todos: { active: [], completed: [] },
    task_list: {
      pending_tasks: [],
      in_progress_tasks: [],
      completed_count: 0,
    },
    version: "0.1.0",
    build: "source",
    project_path: "/p",
    mpm: {
      schema: 1,
      kind: "pause",
      name,
      worktree: "/p",
      agent: null,
      parent: null,
      template: null,
      checklist: [],
      decisions: [],
      blockers: [],
      head: "a".repeat(40),
      upstream: null,
      detached: false,
      operation: null,
      stashes: [],
      files: [],
      files_omitted: 0,
      checkpoint: null,
      store: null,
      redactions: {},
    },
  };
}

/** The time in an id as ISO 8601. */
export function timeOf(id: string): string {
  return id.replace(
    /^session-(....)(..)(..)-(..)(..)(..)$/,
    "$1-$2-$3T$4:$5:$6.000Z",
  );
}

/** The id of a second, counted from 2026-01-01 00:00:00. */
export function idAt(second: number): string {
  const digits = new Date(Date.UTC(2026, 0, 1) + 1000 * second).toISOString()
    .replaceAll(/[-:]/g, "");
  return `session-${digits.slice(0, 8)}-${digits.slice(9, 15)}`;
}

export const SESSIONS = ".claude-mpm/sessions";

/** Writes a save's JSON and, by default, its checksum file. */
export function putSave(
  env: TestEnv,
  save: Save,
  { folder = SESSIONS, checksum = true } = {},
): void {
  const bytes = jsonBytes(save);
  const path = `${folder}/${save.session_id}.json`;
  env.write(path, bytes);
  if (checksum) env.write(`${path}.sha256`, sha256(bytes));
}

/** Writes the JSON of `count` small saves, one a minute. */
export function putMany(env: TestEnv, count: number): void {
  const folder = join(env.project, SESSIONS);
  Deno.mkdirSync(folder, { recursive: true });
  const text = JSON.stringify(ownSave("ID", { pausedAt: "TIME" }));
  for (let at = 0; at < count; at++) {
    const id = idAt(60 * at);
    const path = join(folder, id);
    const save = text.replaceAll("ID", id).replace("TIME", timeOf(id));
    Deno.writeTextFileSync(`${path}.json`, save);
  }
  rest(env);
}

/** Makes the store's folders look unchanged for a while, without waiting. */
export function rest(env: TestEnv): void {
  const path = join(env.project, SESSIONS);
  const time = new Date(Math.floor(Date.now() / 1000) * 1000 - 10_000 + 123);
  Deno.utimeSync(path, time, time);
}

/** Writes a file below the home folder. */
export function putHome(env: TestEnv, path: string, text: string): void {
  const full = join(env.home, path);
  Deno.mkdirSync(dirname(full), { recursive: true });
  Deno.writeTextFileSync(full, text);
}

/**
 * A machine whose project at `/p` has `count` saves of four files each, one
 * every `apart` seconds; it exists in memory only. `done` counts the calls.
 */
export function manySaves(
  real: System,
  { count, apart }: { count: number; apart: number },
) {
  const folder = join("/p", SESSIONS);
  const names = new Set<string>();
  for (let at = 0; at < count; at++) {
    const id = idAt(apart * at);
    for (const end of [".json", ".json.sha256", ".yaml", ".md"]) {
      names.add(id + end);
    }
  }
  const save = JSON.stringify(ownSave("ID", { pausedAt: "TIME" }));
  const done = { listed: 0, read: 0 };
  const info = {
    size: save.length,
    mode: 0o600,
    uid: undefined,
    mtime: 1e12,
    changed: undefined,
    disk: 1,
    inode: 1,
    names: 1,
  };
  const look = (path: string): FileInfo | undefined => {
    if (path === folder) return { ...info, kind: "folder" };
    const known = dirname(path) === folder && names.has(basename(path));
    return known ? { ...info, kind: "file" } : undefined;
  };
  const files: Files = {
    ...real.files,
    lstat: look,
    peek: look,
    list() {
      done.listed++;
      return [...names].map((name) => ({ name, kind: "file" }));
    },
    readOwn(path) {
      if (dirname(path) !== folder) {
        throw new FileError("missing", "read", path);
      }
      done.read++;
      const id = basename(path, ".json");
      const text = save.replaceAll("ID", id).replace("TIME", timeOf(id));
      return new TextEncoder().encode(text);
    },
    mkdir(path) {
      throw new FileError("read-only", "create", path);
    },
  };
  return { system: { ...real, files }, done };
}
