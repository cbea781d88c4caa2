import branch from "../../../skills/mpm-branch/SKILL.md" with { type: "text" };
import checkpoint from "../../../skills/mpm-checkpoint/SKILL.md" with {
  type: "text",
};
import init from "../../../skills/mpm-init/SKILL.md" with { type: "text" };
import pause from "../../../skills/mpm-pause/SKILL.md" with { type: "text" };
import resume from "../../../skills/mpm-resume/SKILL.md" with { type: "text" };
import back from "../../../skills/mpm-return/SKILL.md" with { type: "text" };

/** Skills under claude-mpm's names, with the same text; generated. */
export const SAME_SKILLS: Readonly<Record<string, string>> = {
  "mpm-session-pause": renamed(pause, "mpm-session-pause"),
  "mpm-session-resume": renamed(resume, "mpm-session-resume"),
};

/** The skills by their names, which are the commands typed in the client. */
export const SKILLS: Readonly<Record<string, string>> = {
  "mpm-pause": pause,
  "mpm-resume": resume,
  "mpm-checkpoint": checkpoint,
  "mpm-branch": branch,
  "mpm-return": back,
  "mpm-init": init,
  ...SAME_SKILLS,
};

function renamed(text: string, name: string): string {
  return text.replace(/^name: .*$/m, `name: ${name}`);
}
