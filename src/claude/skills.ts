import branch from "../../skills/mpm-branch/SKILL.md" with { type: "text" };
import checkpoint from "../../skills/mpm-checkpoint/SKILL.md" with {
  type: "text",
};
import pause from "../../skills/mpm-pause/SKILL.md" with { type: "text" };
import resume from "../../skills/mpm-resume/SKILL.md" with { type: "text" };
import back from "../../skills/mpm-return/SKILL.md" with { type: "text" };

/** The skills by their names, which are the commands typed in the client. */
export const SKILLS: Readonly<Record<string, string>> = {
  "mpm-pause": pause,
  "mpm-resume": resume,
  "mpm-checkpoint": checkpoint,
  "mpm-branch": branch,
  "mpm-return": back,
};
