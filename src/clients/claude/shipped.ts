import checkpoint from "../../../hooks/checkpoint.sh" with { type: "text" };
import onError from "../../../hooks/on-error.sh" with { type: "text" };
import postSession from "../../../hooks/post-session.sh" with { type: "text" };
import preSession from "../../../hooks/pre-session.sh" with { type: "text" };
import sessionStart from "../../../hooks/session-start.sh" with {
  type: "text",
};
import updateContext from "../../../hooks/update-context.sh" with {
  type: "text",
};
import branch from "../../../skills/mpm-branch/SKILL.md" with { type: "text" };
import checkpointSkill from "../../../skills/mpm-checkpoint/SKILL.md" with {
  type: "text",
};
import init from "../../../skills/mpm-init/SKILL.md" with { type: "text" };
import pause from "../../../skills/mpm-pause/SKILL.md" with { type: "text" };
import resume from "../../../skills/mpm-resume/SKILL.md" with { type: "text" };
import back from "../../../skills/mpm-return/SKILL.md" with { type: "text" };

/** A shell hook as shipped with mpm. */
export interface ShellHook {
  /** The events that it handles; empty: other scripts or a person run it. */
  readonly events: readonly string[];
  /** Its purpose, one line. */
  readonly summary: string;
  readonly text: string;
}

/** The shipped shell hooks by file name. */
export const SHELL_HOOKS: Readonly<Record<string, ShellHook>> = {
  "pre-session.sh": {
    events: ["SessionStart"],
    summary: "Pull, install dependencies, check the environment",
    text: preSession,
  },
  "session-start.sh": {
    events: ["SessionStart"],
    summary: "Print facts about the project for the agent's context",
    text: sessionStart,
  },
  "checkpoint.sh": {
    events: ["PostToolBatch"],
    summary: "Commit work in progress with an automatic checkpoint",
    text: checkpoint,
  },
  "post-session.sh": {
    events: ["SessionEnd"],
    summary: "Update the context file, test, clean up",
    text: postSession,
  },
  "on-error.sh": {
    events: ["PostToolUseFailure", "StopFailure"],
    summary: "Notify someone of an error",
    text: onError,
  },
  "update-context.sh": {
    events: [],
    summary: "Update the branch and the time in .claude/context.md",
    text: updateContext,
  },
};

/** The same skills under claude-mpm's names; generated. */
export const SAME_SKILLS: Readonly<Record<string, string>> = {
  "mpm-session-pause": renamed(pause, "mpm-session-pause"),
  "mpm-session-resume": renamed(resume, "mpm-session-resume"),
};

/** The skills by name. The name is also the command to type in the client. */
export const SKILLS: Readonly<Record<string, string>> = {
  "mpm-pause": pause,
  "mpm-resume": resume,
  "mpm-checkpoint": checkpointSkill,
  "mpm-branch": branch,
  "mpm-return": back,
  "mpm-init": init,
  ...SAME_SKILLS,
};

function renamed(text: string, name: string): string {
  return text.replace(/^name: .*$/m, `name: ${name}`);
}
