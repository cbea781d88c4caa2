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
mpm prints an error to standard error as one line, with a hint if there is one.
With --json, the error is one object, {"error": {"code", "message", "hint"}}. Its code is more specific than the status. Standard output stays empty.

"mpm hook" always exits with 0, so that no failure of mpm disturbs the session
that runs it.`,
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
The variable of a setting overrides the files, and a command's option overrides the variable. Separate the values of a list with commas or spaces, and write a table as name=number. An empty variable counts as unset.`,
      },
      { rows: allVariables().map(({ name, summary }) => [name, summary]) },
    ],
  };
}

/** `mpm help files` */
export function files(): Topic {
  return {
    name: "files",
    summary: "The files that mpm writes, and those of other programs",
    sections: [
      {
        text: `
A project's data is in .claude-mpm/ in the top folder of the repository's main
worktree. Outside git, it is in the nearest parent folder that has one, else in
the current folder. Folders have mode 0700, files 0600.`,
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
        title: "Of other programs",
        rows: [
          [
            ".claude/settings.json, .claude/settings.local.json",
            "Claude Code's settings, which mpm hooks install adds to",
          ],
          [".claude/skills/", "where mpm hooks install --skills puts skills"],
          [".claude/worktrees/", "worktrees of agents, which mpm cleans up"],
          [
            ".claude/context.md",
            "project knowledge for agents; mpm context update writes its part",
          ],
          [
            ".claude/shared-context/<id>.json",
            "a note of an agent or a person: 32 KiB each, 2,000 at most; " +
            "mpm notes rm",
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

/** Effects of each event; the table of entries lists the events. */
const DONE: Readonly<Record<string, string>> = {
  SessionStart: "tells the agent where the work stopped and what changed since",
  UserPromptSubmit:
    "checks the context size: recommends a pause, or holds the " +
    "prompt back; answers /mpm-resume and related commands; " +
    "notes the prompt",
  PreToolUse:
    "denies new sub-agents when the context is nearly full, and edits of " +
    "claimed paths",
  PostToolUse: "notes answers to questions and approved plans",
  PostToolBatch:
    "checks the context size; takes an automatic checkpoint if one is " +
    "due, and of each step if checkpoint.every is batch; " +
    "notes the results of sub-agents",
  PostToolUseFailure: "writes the error to .claude-mpm/errors/",
  Stop: "keeps the end of the turn for the save at the end of the session",
  SubagentStart: "records which sub-agents are running",
  SubagentStop: "the same",
  StopFailure: "writes the error to .claude-mpm/errors/",
  PreCompact: "writes the resume file; gives the open items to the compaction",
  PostCompact: "notes the summary of the compaction",
  SessionEnd: "saves the session if any work was done",
  TaskCreated: "keeps the agent's task list for the next save",
  TaskCompleted: "the same",
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
"mpm hooks install" adds an entry for each of these events to Claude Code's
settings; each starts "mpm hook <event>".`,
      },
      {
        title: "Events",
        rows: HOOK_ENTRIES.map((
          { event },
        ) => [event, getOwn(DONE, event) ?? ""]),
      },
      {
        title: "Shell scripts of the project, in .claude-mpm/hooks/",
        rows: Object.entries(SHELL_HOOKS).map(([name, { events, summary }]) => [
          name,
          events.length === 0 ? summary : `${summary} (${events.join(", ")})`,
        ]),
      },
      {
        text: `
"mpm hooks eject" creates them with everything switched off. They run on this
machine only in the version that "mpm allow <file>" last allowed.

A hook never fails, never waits for long, never uses the network, and never
blocks anything because of missing data. MPM_HOOKS=off turns all hooks off before they read anything. hooks.enabled = false in your own configuration turns them off before they do anything.`,
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
  summary:
    "Data that mpm writes, who can read it, and what stays on this machine",
  sections: [
    {
      text: `
mpm has no network: the executable is built without the permission to open a
connection. It has no telemetry and does not check for updates. Only "mpm sync" makes git fetch and push.`,
    },
    {
      title: "The contents of a save",
      rows: [
        ["your words", "summary, next steps, decisions, blockers, todos"],
        [
          "git's state",
          "branch, commits with author and subject, stashes by their message",
        ],
        [
          "uncommitted files",
          "path, status, size, time and SHA-256; the contents are kept beside the save",
        ],
        ["paths", "of the project, the worktree, the agent's transcript"],
      ],
    },
    {
      text: `
A checkpoint also holds the contents of changed and untracked files, and in a
git repository a pause keeps them beside the save. They are objects in the
repository's own git folder, under refs that git pushes only on request. Ignored
files are in neither. mpm does not scan contents for secrets. Files that match pause.contents_exclude, such as .env* and *.pem, stay out of saves. "mpm config
set pause.contents false" keeps all contents out.

mpm reads the end of an agent's transcript for the number of tokens, the task list and the conversation. In a project that uses mpm, the hooks
record prompts, answers, plans, summaries, reports and errors of each agent
session. The record is redacted, at most 64 KiB, and kept for a month. To switch off any of these, use the settings handoff.*.`,
    },
    {
      title: "Readers",
      text: `
Folders have mode 0700 and files 0600, so no other user of this machine can read them.
In a git repository each pause adds its save to refs/mpm/saves/, which a plain
push leaves out and "git push --mirror" includes. "mpm config set commit false" turns this off. With "mpm pause --commit" the save is also on your branch: everyone who gets the branch can read it.

mpm replaces secrets in everything that it writes. These are keys and tokens of
providers, private keys, passwords in addresses, assignments such as
PASSWORD=value, and text between <private> and </private>. No set of rules finds every secret, and a checkpoint holds files as they are. "mpm scan" looks for secrets
in existing files; docs/security.md lists the rules.

Text by someone else in a save, a clone or a template is data. mpm runs
nothing in it, and gives it to an agent in a fence that names its author.`,
    },
    {
      title: "How to delete data",
      rows: [
        ["mpm saves rm", "moves a save with its copies to the trash"],
        [
          "mpm checkpoint rm",
          "removes a checkpoint; git keeps its objects while you can undo that",
        ],
        [
          "mpm undo trash --prune",
          "deletes the parts of the trash that are older than your setting",
        ],
        [
          ".claude-mpm/",
          "holds all mpm data of a project, except the refs in git",
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
formats <name>" prints the JSON Schema (draft 2020-12) of a format below. For the answer of a command, name the command: "mpm help formats saves list". schemas/<name>.json in the source has
the same schema with a description of each field. An answer has exactly the fields of its
schema. A file may have fields that mpm does not know, and mpm keeps them.

A reader must accept fields that it does not know, because later versions may add some. The changelog lists each field that is removed or gets another meaning.`,
      },
      {
        title: "Formats",
        rows: STORED.map(({ name, summary }) => [name, summary]),
      },
    ],
  };
}
