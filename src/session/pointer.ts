import { utcSeconds } from "./ids.ts";
import type { Save } from "./save.ts";
import { shellWord } from "./shell.ts";

/**
 * The text of `LATEST-SESSION.txt` in claude-mpm's words, which people and
 * its documents know. `sessions` is the absolute folder of the save.
 */
export function pointerText(save: Save, sessions: string): string {
  const id = save.session_id;
  return `Latest Session: ${id}
Paused At: ${utcSeconds(new Date(save.paused_at))} UTC
Project: ${save.project_path}

Files:
- ${id}.json (machine-readable)
- ${id}.yaml (human-readable config)
- ${id}.md (documentation)

Quick Resume:
  /mpm-init resume
  mpm resume

Full Context:
  cat ${shellWord(`${sessions}/${id}.md`)}

Validation:
  git status && git log -1 --stat
`;
}
