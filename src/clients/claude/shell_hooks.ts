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

/** A shell hook as it is shipped. */
export interface ShellHook {
  /** The events of Claude Code it serves; none: run by hand or by others. */
  readonly events: readonly string[];
  /** What it can do, one line. */
  readonly summary: string;
  readonly text: string;
}

/** The shipped shell hooks by the names of their files. */
export const SHELL_HOOKS: Readonly<Record<string, ShellHook>> = {
  "pre-session.sh": {
    events: ["SessionStart"],
    summary: "Pull, install dependencies, check the environment",
    text: preSession,
  },
  "session-start.sh": {
    events: ["SessionStart"],
    summary: "Print parts of the project for the agent's context",
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
    summary: "Tell somebody that something failed",
    text: onError,
  },
  "update-context.sh": {
    events: [],
    summary: "Keep branch and time in .claude/context.md",
    text: updateContext,
  },
};
