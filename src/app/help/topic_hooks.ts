import { HOOK_ENTRIES } from "../../clients/claude/hook_entries.ts";
import { SHELL_HOOKS } from "../../clients/claude/shell_hooks.ts";
import type { Topic } from "../../cli/topic.ts";
import { getOwn } from "../../base/own.ts";
import type { Summaries } from "./names.ts";

/** What comes of each event; the table of entries says which there are. */
const DONE: Readonly<Record<string, string>> = {
  SessionStart: "gives the agent where the work stopped and what changed since",
  UserPromptSubmit: "looks at the gauge: recommends a pause, or holds the " +
    "prompt back; answers /mpm-pause and its kin without a model call",
  PreToolUse: "denies new sub-agents when the context is nearly full",
  PostToolBatch:
    "looks at the gauge; takes an automatic checkpoint if one is " +
    "due",
  PostToolUseFailure: "keeps a record of the error in .claude-mpm/errors/",
  StopFailure: "the same",
  PreCompact: "writes the resume file, before the context is lost",
  SessionEnd: "saves the session, if something was done in it",
  TaskCreated: "keeps the agent's task list for the next save",
  TaskCompleted: "the same",
};

/** `mpm help hooks` */
export function hooks(summaries: Summaries): Topic {
  const commands = Object.entries(summaries)
    .filter(([name]) => /^hooks? ?/.test(name));
  return {
    name: "hooks",
    summary: "What mpm does at the events of Claude Code",
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
They are made by "mpm hooks eject" with everything switched off, and run on this
machine only as they were when "mpm hooks allow" was last called.

A hook never fails, never waits for long, never uses the network, and blocks
nothing because of what it does not know. MPM_HOOKS=off switches all of them off
before anything is read, hooks.enabled = false in your own configuration before
anything is done.`,
      },
      {
        title: "Commands",
        rows: commands.map(([name, summary]) => [`mpm ${name}`, summary]),
      },
    ],
  };
}
