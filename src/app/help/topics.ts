import type { Summaries, Topic } from "../../cli/mod.ts";
import { exitMeanings } from "../../base/errors.ts";
import { allVariables } from "./environment.ts";
import { type FilePlace, PROJECT_FILES } from "./file_places.ts";
import { CONFIG_FILES, GIT_FILES, USER_FILES } from "./other_places.ts";
import { HOOK_ENTRIES, SHELL_HOOKS } from "../../clients/mod.ts";
import { getOwn } from "../../base/own.ts";
import { STORED } from "./schemas.ts";

/** `mpm help exit-codes` */
export function exitCodes(): Topic {
  return {
    name: "exit-codes",
    summary: "The exit statuses of mpm",
    sections: [
      {
        rows: exitMeanings().map((
          { status, meanings },
        ) => [String(status), meanings.join("; ")]),
      },
      {
        text: `
mpm prints an error as one line on standard error, often followed by a hint.
With --json, the error is one object, {"error": {"code", "message", "hint"}}.
The code is more specific than the exit status. Nothing is written to standard output.

"mpm hook" always exits with 0, so that a failure of mpm never disturbs the
agent's session.`,
      },
    ],
  };
}

/** `mpm help environment` */
export function environment(): Topic {
  return {
    name: "environment",
    summary: "The environment variables that mpm uses",
    sections: [
      {
        text: `
A setting's variable overrides the configuration files, and a command-line option overrides the variable. Separate list values with commas or spaces, and write a table as name=number. An empty variable counts as unset.`,
      },
      { rows: allVariables().map(({ name, summary }) => [name, summary]) },
    ],
  };
}

/** `mpm help files` */
export function files(): Topic {
  return {
    name: "files",
    summary: "The files that mpm writes, and files of other programs",
    sections: [
      {
        text: `
A project's data is in the folder .claude-mpm/ of the repository's main
worktree. Outside git, mpm uses the nearest .claude-mpm/ in a parent folder, or else in the current folder. Folders have mode 0700, and files have mode 0600.`,
      },
      { title: "In .claude-mpm/", rows: held(PROJECT_FILES) },
      { title: "In git's own folder", rows: held(GIT_FILES) },
      {
        title: "In ~/.local/state/mpm/ (XDG_STATE_HOME; on Windows " +
          "LOCALAPPDATA)",
        rows: held(USER_FILES),
      },
      {
        title: "In ~/.config/mpm/ (XDG_CONFIG_HOME; on Windows APPDATA)",
        rows: held(CONFIG_FILES),
      },
      {
        title: "Files of other programs",
        rows: [
          [
            ".claude/settings.json, .claude/settings.local.json",
            "Claude Code's settings; mpm hooks install adds hooks to them",
          ],
          [
            ".claude/skills/",
            "skills that mpm hooks install --skills installs",
          ],
          [".claude/worktrees/", "agents' worktrees, which mpm cleans up"],
          [
            ".claude/context.md",
            "project knowledge for agents; mpm context update writes one part",
          ],
          [
            ".claude/shared-context/<id>.json",
            "a note by an agent or a person: at most 2,000 notes of 32 KiB; " +
            "mpm notes rm removes notes",
          ],
          [
            ".claude/shared-context.md",
            "the newest 200 current notes, and your own text around them",
          ],
          [
            ".claude/.gitattributes",
            "lets git merge shared-context.md line by line",
          ],
        ],
      },
    ],
  };
}

function held(places: readonly FilePlace[]): [string, string][] {
  return places.map(({ path, holds }) => [path, holds]);
}

/**
 * The effects of each event; the events are listed in the table of hook
 * entries.
 */
const DONE: Readonly<Record<string, string>> = {
  SessionStart: "tells the agent where the work stopped and what changed since",
  UserPromptSubmit:
    "checks the context size, and if necessary recommends a pause or holds back the prompt; answers /mpm-resume and related commands; records the prompt",
  PreToolUse:
    "refuses new sub-agents when the context is nearly full; refuses edits to claimed paths",
  PostToolUse: "records answers to questions and approved plans",
  PostToolBatch:
    "checks the context size; takes an automatic checkpoint when it is due, or after each step if checkpoint.every is batch; records the results of sub-agents",
  PostToolUseFailure: "writes the error to .claude-mpm/errors/",
  Stop: "records the end of the turn for the save at the end of the session",
  SubagentStart: "records which sub-agents are running",
  SubagentStop: "records which sub-agents are running",
  StopFailure: "writes the error to .claude-mpm/errors/",
  PreCompact: "writes the resume file; adds the open items to the compaction",
  PostCompact: "records the summary of the compaction",
  SessionEnd: "saves the session if any work was done",
  TaskCreated: "records the agent's task list for the next save",
  TaskCompleted: "records the agent's task list for the next save",
};

/** `mpm help hooks` */
export function hooks(summaries: Summaries): Topic {
  const commands = Object.entries(summaries)
    .filter(([name]) => /^hooks? ?/.test(name));
  return {
    name: "hooks",
    summary: "How mpm hooks respond to Claude Code events",
    sections: [
      {
        text: `
"mpm hooks install" adds a hook for each of these events to Claude Code's
settings. Each hook starts "mpm hook <event>".`,
      },
      {
        title: "Events",
        rows: HOOK_ENTRIES.map((
          { event },
        ) => [event, getOwn(DONE, event) ?? ""]),
      },
      {
        title: "The project's shell scripts, in .claude-mpm/hooks/",
        rows: Object.entries(SHELL_HOOKS).map(([name, { events, summary }]) => [
          name,
          events.length === 0 ? summary : `${summary} (${events.join(", ")})`,
        ]),
      },
      {
        text: `
"mpm hooks eject" creates these scripts, with every action switched off. mpm
runs a script only if you allowed exactly this version with "mpm allow <file>"
on this machine.

A hook never fails, never waits for long, never uses the network, and never
blocks anything because of missing data. MPM_HOOKS=off turns all hooks off before they read anything. hooks.enabled = false in your own configuration also turns them off, after they have read the configuration.`,
      },
      {
        title: "Commands",
        rows: commands.map(([name, summary]) => [`mpm ${name}`, summary]),
      },
    ],
  };
}

/** `mpm help privacy` */
export const PRIVACY: Topic = {
  name: "privacy",
  summary: "The data that mpm writes and who can read it",
  sections: [
    {
      text: `
mpm cannot use the network: the executable is built without the permission to
open a connection. mpm has no telemetry and does not check for updates. Only
"mpm sync" runs git to fetch and push.`,
    },
    {
      title: "The contents of a save",
      rows: [
        ["your texts", "summary, next steps, decisions, blockers, todos"],
        [
          "git's state",
          "branch, commits with author and subject, stashes with their messages",
        ],
        [
          "uncommitted files",
          "path, status, size, time and SHA-256; mpm keeps the contents in separate refs",
        ],
        [
          "paths",
          "the paths of the project, the worktree and the agent's transcript",
        ],
      ],
    },
    {
      text: `
A checkpoint also contains changed and untracked files, and so does a save in a
git repository. The contents of these files are objects in the repository's own git folder,
under refs that git pushes only on request. Saves and checkpoints leave out
ignored files. mpm does not scan contents for secrets. Saves also leave out
files that match pause.contents_exclude, such as .env* and *.pem. "mpm config
set pause.contents false" leaves out all contents.

From the end of an agent's transcript, mpm reads the number of tokens, the task list and the conversation. In a project that uses mpm, the hooks
record prompts, answers, plans, summaries, reports and errors of each agent
session. mpm redacts this record, limits it to 64 KiB, and keeps it for a month.
The handoff.* settings turn off each kind of data separately.`,
    },
    {
      title: "Readers",
      text: `
Folders have mode 0700 and files 0600, so other users of this machine cannot
read them. In a git repository, each pause adds its save to refs/mpm/saves/,
which "git push --mirror" pushes, but a plain push does not. "mpm config set
commit false" turns this off. With "mpm pause --commit", the save is also on
your branch, so everyone who gets the branch can read the save.

mpm replaces secrets in everything that it writes. Secrets are keys and tokens
of providers, private keys, passwords in URLs, assignments such as
PASSWORD=value, and text between <private> and </private>. No set of rules finds
every secret, and mpm does not redact files in a checkpoint. "mpm scan" looks for secrets
in existing files; docs/security.md lists the rules.

mpm treats text that someone else wrote as data, whether it is in a save, a
clone or a template. It does not run commands from this text. When it passes the
text to an agent, it adds the name of the author.`,
    },
    {
      title: "How to delete data",
      rows: [
        ["mpm saves rm", "moves a save with its copies to the trash"],
        [
          "mpm checkpoint rm",
          "removes a checkpoint; git keeps the objects while you can undo the removal",
        ],
        [
          "mpm undo trash --prune",
          "deletes files in the trash that are older than trash.max_age",
        ],
        [
          ".claude-mpm/",
          "contains all mpm data of a project, except the refs in git",
        ],
      ],
    },
  ],
};

/** `mpm help formats` */
export function formats(): Topic {
  return {
    name: "formats",
    summary: "The JSON that mpm prints and stores, and its schemas",
    sections: [
      {
        text: `
Every command takes --json and then prints one JSON value in ASCII. "mpm help
formats <name>" prints the JSON Schema (draft 2020-12) of a format below. For
the answer of a command, use the command as the name: "mpm help formats saves
list". In the source, schemas/<name>.json contains the same schema, with a
description of each field. An answer has exactly the fields of its
schema. A file may have fields that mpm does not know, and mpm keeps them.

A program that reads these formats must ignore unknown fields, because later versions may add some. The changelog lists each field that is removed or changes its meaning.`,
      },
      {
        title: "Formats",
        rows: STORED.map(({ name, summary }) => [name, summary]),
      },
    ],
  };
}
