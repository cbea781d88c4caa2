import { join } from "@std/path";
import { SESSIONS } from "./stores.ts";

/** A session as claude-mpm lists it. */
export interface PeerRow {
  readonly id: string;
  readonly summary: string;
  readonly nextSteps: readonly string[];
}

/**
 * Lists a project as claude-mpm would, by the rules of its reader. Names match
 * its two patterns, the order is by modification time, and unparsable JSON is
 * left out. Every field has its type there, and only files of this project
 * count. claude-mpm itself needs a Python with its packages, so this stands in
 * for it.
 */
export function peerList(project: string): PeerRow[] {
  const rows = [`${SESSIONS}`, `${SESSIONS}/pause`].flatMap((folder) =>
    namesIn(join(project, folder)).flatMap((name) => {
      const path = join(project, folder, name);
      if (!/^session-\d{8}-\d{6}\.json$/.test(name)) return [];
      const row = readRow(path, project);
      return row
        ? [{ ...row, mtime: Deno.statSync(path).mtime!.getTime() }]
        : [];
    })
  );
  return rows.sort((a, b) => b.mtime - a.mtime)
    .map(({ mtime: _, ...row }) => row);
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function readRow(path: string, project: string): PeerRow | undefined {
  const save = JSON.parse(Deno.readTextFileSync(path));
  const { session_id: id, project_path: at, paused_at: time } = save;
  const { summary, next_steps: nextSteps, accomplishments } = save.conversation;
  const texts = [id, at, time, summary, ...nextSteps, ...accomplishments];
  if (!texts.every((text) => typeof text === "string")) {
    throw new Error(`${path}: claude-mpm needs texts`);
  }
  if (!Array.isArray(save.git_context.recent_commits)) {
    throw new Error(`${path}: claude-mpm needs a list of commits`);
  }
  if (Number.isNaN(Date.parse(time))) throw new Error(`${path}: ${time}`);
  const ours = at === "" || Deno.realPathSync(at) === project;
  return ours ? { id, summary, nextSteps } : undefined;
}
