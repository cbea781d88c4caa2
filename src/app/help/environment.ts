import { KEYS, settingOf, variableOf } from "../../config/mod.ts";

/** An environment variable that mpm reads. */
export interface Variable {
  readonly name: string;
  /** The variable's effect, without a final period. */
  readonly summary: string;
}

/**
 * Variables without a setting. A test checks that this lists every variable
 * that the code reads.
 */
export const VARIABLES: readonly Variable[] = [
  {
    name: "NO_COLOR",
    summary: "Disables colour if not empty, like --no-color (no-color.org)",
  },
  {
    name: "CLICOLOR_FORCE, FORCE_COLOR",
    summary: "Force colour, even if the output is not a terminal",
  },
  { name: "CLICOLOR", summary: "0 disables colour" },
  {
    name: "TERM",
    summary:
      "With the value dumb: no colour, only ASCII, no progress line, plain questions",
  },
  {
    name: "ACCESSIBLE",
    summary:
      "If not empty, mpm asks plain questions that a screen reader can read",
  },
  {
    name: "LC_ALL, LC_CTYPE, LANG",
    summary: "With C or POSIX, trees and lists have only ASCII characters",
  },
  {
    name: "CI",
    summary: "If not empty, mpm asks no questions and shows no progress line",
  },
  {
    name: "VISUAL, EDITOR",
    summary: "Your editor, for options such as mpm pause -e; default: vi",
  },
  {
    name: "HOME",
    summary: "Your home folder; on Windows, mpm reads USERPROFILE",
  },
  {
    name: "SHELL",
    summary: "Your shell, for which mpm setup installs completions",
  },
  {
    name: "XDG_CONFIG_HOME",
    summary:
      "Your configuration folder; default: ~/.config, on Windows APPDATA",
  },
  {
    name: "XDG_DATA_HOME",
    summary:
      "Your data folder, in which mpm setup installs completions; default: ~/.local/share",
  },
  {
    name: "XDG_STATE_HOME",
    summary:
      "The folder for mpm's data outside projects; default: ~/.local/state, on Windows LOCALAPPDATA",
  },
  {
    name: "PATH",
    summary:
      "The folders where mpm looks for git, and where hooks look for mpm",
  },
  {
    name: "GIT_INDEX_FILE",
    summary:
      "Set by git during a commit; mpm pause then does not commit. mpm runs git without other GIT_ variables",
  },
  {
    name: "GIT_ATTR_NOSYSTEM, GIT_CEILING_DIRECTORIES, GIT_CONFIG_GLOBAL",
    summary: "mpm passes these variables on to git",
  },
  {
    name: "GIT_CONFIG_NOSYSTEM, GIT_CONFIG_SYSTEM",
    summary: "mpm passes these variables on to git",
  },
  {
    name: "CLAUDE_CONFIG_DIR",
    summary:
      "The folder with Claude Code's settings and tasks; default: ~/.claude",
  },
  {
    name: "CODEX_HOME, GEMINI_CLI_HOME, COPILOT_HOME",
    summary:
      "The folders with the clients' files; by default in your home folder",
  },
  {
    name: "MPM_AGENT_CLIENT, MPM_AGENT_SESSION",
    summary: "Set by mpm's plugin in opencode: the session that runs a command",
  },
  {
    name: "COPILOT_CLI, GEMINI_CLI",
    summary: "Set by these clients: the client that runs a command",
  },
  {
    name: "CODEX_THREAD_ID, COPILOT_AGENT_SESSION_ID",
    summary: "Set by these clients: the session that runs a command",
  },
  {
    name: "MPM_AGENT",
    summary: "The name of the agent that runs mpm; --agent overrides it",
  },
  {
    name: "USER, LOGNAME, USERNAME",
    summary: "Your name, if git does not know it",
  },
  {
    name: "CLAUDECODE, CLAUDE_CODE_SESSION_ID",
    summary: "Set by Claude Code: the session whose todos mpm saves",
  },
  {
    name: "CLAUDE_CODE_TASK_LIST_ID",
    summary:
      "The name of the Claude Code session's task list, if it is not the session ID",
  },
  {
    name: "CLAUDE_CODE_AUTO_COMPACT_WINDOW",
    summary:
      "The number of tokens at which Claude Code compacts; mpm counts it as 100%",
  },
  {
    name: "CLAUDE_PROJECT_DIR, COPILOT_PROJECT_DIR, GEMINI_PROJECT_DIR",
    summary: "Set for hooks: the project in which the session was started",
  },
  {
    name: "CLAUDE_CODE_SESSION_ATTENDED, CLAUDE_CODE_ENTRYPOINT",
    summary: "Set for hooks: whether the session is interactive",
  },
  {
    name: "CLAUDE_PLUGIN_ROOT",
    summary:
      "Set for hooks of a plugin; the names of its skills begin with mpm:",
  },
  {
    name: "MPM_EVENT, MPM_CWD, MPM_SOURCE, MPM_INPUT, MPM_DETACHED",
    summary: "Set by mpm for shell hooks; mpm hooks test passes them on",
  },
];

/** Returns all variables: the variables above, and one for each setting. */
export function allVariables(): readonly Variable[] {
  const settings = KEYS.flatMap((key): Variable[] => {
    const name = variableOf(key);
    const summary = `${settingOf(key).summary} (${key})`;
    return name === undefined ? [] : [{ name, summary }];
  });
  return [...settings, ...VARIABLES];
}
