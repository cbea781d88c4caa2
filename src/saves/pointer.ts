import { utcSeconds } from "../git/ids.ts";
import type { Save } from "./save.ts";
import { shellWord } from "../base/shell.ts";

/**
 * The text of `LATEST-SESSION.txt` in claude-mpm's words, which people and
 * its documents know. `sessions` is the absolute folder of the save, `has` says
 * whether it has a file of that ending: claude-mpm writes no YAML any more.
 */
export function pointerText(
  save: Save,
  sessions: string,
  has: (ending: string) => boolean = () => true,
): string {
  const id = save.session_id;
  const lines = [
    [".json", "machine-readable"],
    [".yaml", "human-readable config"],
    [".md", "documentation"],
  ].filter(([ending]) => has(ending!))
    .map(([ending, what]) => `- ${id}${ending} (${what})`).join("\n");
  return `Latest Session: ${id}
Paused At: ${utcSeconds(new Date(save.paused_at))} UTC
Project: ${save.project_path}

Files:
${lines}

Quick Resume:
  /mpm-init resume
  mpm resume

Full Context:
  cat ${shellWord(`${sessions}/${id}.md`)}

Validation:
  git status && git log -1 --stat
`;
}
