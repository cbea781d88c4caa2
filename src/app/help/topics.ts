import type { Summaries, Topic } from "../../cli/mod.ts";
import { pairs } from "./rows.ts";
import { exitMeanings } from "../../base/errors.ts";
import { KEYS, settingOf, variableOf } from "../../config/mod.ts";
import {
  CONFIG_FILES,
  type FilePlace,
  GIT_FILES,
  PROJECT_FILES,
  USER_FILES,
} from "./file_places.ts";
import { HOOK_ENTRIES, SHELL_HOOKS } from "../../clients/mod.ts";
import { getOwn } from "../../base/own.ts";
import { STORED } from "./schemas.ts";

type Sections = Topic["sections"];

/** `mpm help exit-codes` */
export function exitCodes(): Sections {
  return [
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
  ];
}

/** `mpm help environment` */
export function environment(): Sections {
  return [
    {
      text: `
A setting's variable overrides the configuration files, and a command-line option overrides the variable. Separate list values with commas or spaces, and write a table as name=number. An empty variable counts as unset.`,
    },
    { rows: allVariables().map(({ name, summary }) => [name, summary]) },
  ];
}

/** `mpm help files` */
export function files(): Sections {
  return [
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
      rows: pairs([
        ".claude/settings.json, .claude/settings.local.json | Claude Code's settings; mpm hooks install adds hooks to them",
        ".claude/skills/ | skills that mpm hooks install --skills installs",
        ".claude/worktrees/ | agents' worktrees, which mpm cleans up",
        ".claude/context.md | project knowledge for agents; mpm context update writes one part",
        ".claude/shared-context/<id>.json | a note by an agent or a person: at most 2,000 notes of 32 KiB; mpm notes rm removes notes",
        ".claude/shared-context.md | the newest 200 current notes, and your own text around them",
        ".claude/.gitattributes | lets git merge shared-context.md line by line",
      ]),
    },
  ];
}

function held(places: readonly FilePlace[]): [string, string][] {
  return places.map(({ path, holds }) => [path, holds]);
}

/** The effects of the events in the table of hook entries. */
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
export function hooks(summaries: Summaries): Sections {
  const commands = Object.entries(summaries)
    .filter(([name]) => /^hooks? ?/.test(name));
  return [
    {
      text: `
"mpm hooks install" adds a hook for each of these events to Claude Code's
settings. Each hook starts "mpm hook <event>".`,
    },
    {
      title: "Events",
      rows: HOOK_ENTRIES.map(({ event }) => [event, getOwn(DONE, event) ?? ""]),
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
  ];
}

/** `mpm help privacy` */
export const PRIVACY: Sections = [
  {
    text: `
mpm cannot use the network: the executable is built without the permission to
open a connection. mpm has no telemetry and does not check for updates. Only
"mpm sync" runs git to fetch and push.`,
  },
  {
    title: "The contents of a save",
    rows: pairs([
      "your texts | summary, next steps, decisions, blockers, todos",
      "git's state | branch, commits with author and subject, stashes with their messages",
      "uncommitted files | path, status, size, time and SHA-256; mpm keeps the contents in separate refs",
      "paths | the paths of the project, the worktree and the agent's transcript",
    ]),
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
    rows: pairs([
      "mpm saves rm | moves a save with its copies to the trash",
      "mpm checkpoint rm | removes a checkpoint; git keeps the objects while you can undo the removal",
      "mpm undo trash --prune | deletes files in the trash that are older than trash.max_age",
      ".claude-mpm/ | contains all mpm data of a project, except the refs in git",
    ]),
  },
];

/** `mpm help formats` */
export function formats(): Sections {
  return [
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
  ];
}

/** An environment variable that mpm reads. */
export interface Variable {
  readonly name: string;
  /** The variable's effect, without a final period. */
  readonly summary: string;
}

/** Variables without a setting; a test checks that the list is complete. */
export const VARIABLES: readonly Variable[] = pairs([
  "NO_COLOR | Disables colour if not empty, like --no-color (no-color.org)",
  "CLICOLOR_FORCE, FORCE_COLOR | Force colour, even if the output is not a terminal",
  "CLICOLOR | 0 disables colour",
  "TERM | With the value dumb: no colour, only ASCII, no progress line, plain questions",
  "ACCESSIBLE | If not empty, mpm asks plain questions that a screen reader can read",
  "LC_ALL, LC_CTYPE, LANG | With C or POSIX, trees and lists have only ASCII characters",
  "CI | If not empty, mpm asks no questions and shows no progress line",
  "VISUAL, EDITOR | Your editor, for options such as mpm pause -e; default: vi",
  "HOME | Your home folder; on Windows, mpm reads USERPROFILE",
  "SHELL | Your shell, for which mpm setup installs completions",
  "XDG_CONFIG_HOME | Your configuration folder; default: ~/.config, on Windows APPDATA",
  "XDG_DATA_HOME | Your data folder, in which mpm setup installs completions; default: ~/.local/share",
  "XDG_STATE_HOME | The folder for mpm's data outside projects; default: ~/.local/state, on Windows LOCALAPPDATA",
  "PATH | The folders where mpm looks for git, and where hooks look for mpm",
  "GIT_INDEX_FILE | Set by git during a commit; mpm pause then does not commit. mpm runs git without other GIT_ variables",
  "GIT_ATTR_NOSYSTEM, GIT_CEILING_DIRECTORIES, GIT_CONFIG_GLOBAL | mpm passes these variables on to git",
  "GIT_CONFIG_NOSYSTEM, GIT_CONFIG_SYSTEM | mpm passes these variables on to git",
  "CLAUDE_CONFIG_DIR | The folder with Claude Code's settings and tasks; default: ~/.claude",
  "CODEX_HOME, GEMINI_CLI_HOME, COPILOT_HOME | The folders with the clients' files; by default in your home folder",
  "MPM_AGENT_CLIENT, MPM_AGENT_SESSION | Set by mpm's plugin in opencode: the session that runs a command",
  "COPILOT_CLI, GEMINI_CLI | Set by these clients: the client that runs a command",
  "CODEX_THREAD_ID, COPILOT_AGENT_SESSION_ID | Set by these clients: the session that runs a command",
  "MPM_AGENT | The name of the agent that runs mpm; --agent overrides it",
  "USER, LOGNAME, USERNAME | Your name, if git does not know it",
  "CLAUDECODE, CLAUDE_CODE_SESSION_ID | Set by Claude Code: the session whose todos mpm saves",
  "CLAUDE_CODE_TASK_LIST_ID | The name of the Claude Code session's task list, if it is not the session ID",
  "CLAUDE_CODE_AUTO_COMPACT_WINDOW | The number of tokens at which Claude Code compacts; mpm counts it as 100%",
  "CLAUDE_PROJECT_DIR, COPILOT_PROJECT_DIR, GEMINI_PROJECT_DIR | Set for hooks: the project in which the session was started",
  "CLAUDE_CODE_SESSION_ATTENDED, CLAUDE_CODE_ENTRYPOINT | Set for hooks: whether the session is interactive",
  "CLAUDE_PLUGIN_ROOT | Set for hooks of a plugin; the names of its skills begin with mpm:",
  "MPM_EVENT, MPM_CWD, MPM_SOURCE, MPM_INPUT, MPM_DETACHED | Set by mpm for shell hooks; mpm hooks test passes them on",
]).map(([name, summary]) => ({ name, summary }));

/** Returns all variables: the variables above, and one for each setting. */
export function allVariables(): readonly Variable[] {
  const settings = KEYS.flatMap((key): Variable[] => {
    const name = variableOf(key);
    const summary = `${settingOf(key).summary} (${key})`;
    return name === undefined ? [] : [{ name, summary }];
  });
  return [...settings, ...VARIABLES];
}
