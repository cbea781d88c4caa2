import type { Topic } from "../../cli/topic.ts";
import { exitMeanings } from "../../base/errors.ts";
import { allVariables } from "./environment.ts";
import { GIT_FILES, PROJECT_FILES, USER_FILES } from "./file_places.ts";

/** `mpm help exit-codes` */
export function exitCodes(): Topic {
  return {
    name: "exit-codes",
    summary: "What the exit status of mpm says",
    sections: [
      {
        rows: exitMeanings().map((
          { status, meanings },
        ) => [String(status), meanings.join("; ")]),
      },
      {
        text: `
An error goes to standard error as one line, with a hint where there is one.
With --json it is one object there, {"error": {"code", "message", "hint"}}, whose
code says more than the status; standard output stays empty.

"mpm hook" ends with 0 whatever happens, so that no failure of mpm's stands in
the way of the session that runs it.`,
      },
    ],
  };
}

/** `mpm help environment` */
export function environment(): Topic {
  return {
    name: "environment",
    summary: "The environment variables that mpm looks at",
    sections: [
      {
        text: `
A variable of a setting stands over the files and under the option of a command.
Lists are written with commas or blanks, tables as name=number; an empty
variable counts as unset.`,
      },
      { rows: allVariables().map(({ name, summary }) => [name, summary]) },
    ],
  };
}

/** `mpm help files` */
export function files(): Topic {
  return {
    name: "files",
    summary: "Where mpm keeps what, and what it reads of others",
    sections: [
      {
        text: `
Everything of a project lies in .claude-mpm/ in the top folder of the
repository's main worktree; outside git in the nearest folder above that has
one, else in the present one. Folders have mode 0700, files 0600.`,
      },
      { title: "In .claude-mpm/", rows: PROJECT_FILES },
      { title: "In git's own folder", rows: GIT_FILES },
      {
        title: "In ~/.local/state/mpm/ (XDG_STATE_HOME; on Windows " +
          "LOCALAPPDATA)",
        rows: USER_FILES,
      },
      {
        title: "In ~/.config/mpm/ (XDG_CONFIG_HOME; on Windows APPDATA)",
        rows: [
          ["config.toml", "your settings, for all projects"],
          ["templates/", "your own templates"],
        ],
      },
      {
        title: "Of others",
        rows: [
          [
            ".claude/settings.json, .claude/settings.local.json",
            "Claude Code's settings, which mpm hooks install adds to",
          ],
          [".claude/skills/", "where mpm hooks install --skills puts skills"],
          [".claude/worktrees/", "worktrees of agents, which are cleaned up"],
          [
            ".claude/context.md",
            "what an agent is given, kept up by mpm context update",
          ],
        ],
      },
    ],
  };
}
