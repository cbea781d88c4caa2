import * as z from "zod/mini";
import { ClaimView } from "../../agents/claims/commands/results.ts";
import { schemaOf } from "../../base/schema.ts";
import { OPEN_HANDOFF } from "../../items/mod.ts";
import { ItemView } from "../../items/commands/results.ts";
import { PipelineRunView } from "../../pipelines/commands/results.ts";
import { TaskRunView } from "../../tasks/commands/results.ts";
import {
  ChecklistItem,
  StackResult,
  WorkView,
} from "../../work/commands/results.ts";

/** Results of `mpm help`, `mpm completions` and `mpm status`. */

const text = z.string();
const maybeText = z.nullable(text);

const Option = z.strictObject({
  /** With its dashes: `--json`. */
  name: text,
  /** `-q`; null: none. */
  short: z.nullable(text),
  /** Name of its value; null for a switch. */
  value: z.nullable(text),
  /** True if it can be given several times. */
  repeatable: z.boolean(),
  /** The only values it takes; null: any. */
  choices: z.nullable(z.array(text)),
  default: z.nullable(text),
  summary: text,
});

export const CommandInfo = z.strictObject({
  /** The words after `mpm`. */
  name: text,
  summary: text,
  usage: text,
  description: text,
  arguments: z.array(z.strictObject({
    name: text,
    required: z.boolean(),
    /** True if it takes all words that follow. */
    rest: z.boolean(),
    summary: text,
  })),
  /** Its own; every command takes the global ones as well. */
  options: z.array(Option),
  examples: z.array(text),
});

export const HelpResult = z.strictObject({
  /** The words that help was requested; null: none. */
  topic: z.nullable(text),
  /** The page as it is printed. */
  text,
  /** The commands it is about; all of them where nothing was requested. */
  commands: z.array(CommandInfo),
  /** Options of every command. */
  global_options: z.array(Option),
  /** The JSON Schema that was requested; null: none was. */
  schema: z.nullable(z.record(text, z.unknown())),
});

export const CompletionsResult = z.strictObject({
  shell: z.enum(["bash", "zsh", "fish", "powershell"]),
  script: text,
});

export type CommandInfo = z.infer<typeof CommandInfo>;
export type HelpResult = z.infer<typeof HelpResult>;

const GitLine = z.strictObject({
  /** null: detached. */
  branch: z.nullable(text),
  /** Full commit id; null: no commit yet. */
  head: z.nullable(text),
  upstream: z.nullable(text),
  /** null: no upstream, or it is gone. */
  ahead: z.nullable(z.int()),
  behind: z.nullable(z.int()),
  /** Paths that are staged, changed, not tracked, in conflict. */
  staged: z.int(),
  changed: z.int(),
  untracked: z.int(),
  conflicts: z.int(),
});

export const StatusResult = z.strictObject({
  /** The project's folder; null without an mpm project. */
  project: z.nullable(text),
  /** ISO 8601: ages count from here. */
  at: text,
  form: z.enum(["text", "porcelain", "short"]),
  session: z.nullable(WorkView),
  /** True if it is paused and a save of it is there to resume. */
  resumable: z.boolean(),
  /** Its parents, the nearest first. */
  parents: z.array(WorkView),
  /** The newest save of this worktree; null: no save, or porcelain. */
  last_save: z.nullable(z.strictObject({
    session_id: text,
    paused_at: text,
    summary: text,
    /** `own`, `trusted`, or `foreign`: no one vouches for it. */
    origin: z.enum(["own", "trusted", "foreign"]),
    /**
     * The name of git's user its author, by its own record; null if not known.
     */
    author: maybeText,
    /** The changes since then in a few words; null: not known. */
    changes: maybeText,
    /** Open next steps, the most important first. */
    next_steps: z.array(text),
    /** The command that continues the agent's own conversation; null: none. */
    agent_command: z.nullable(z.array(text)),
  })),
  checklist: z.array(ChecklistItem),
  /** The newest checkpoint; null: none. */
  checkpoint: z.nullable(z.strictObject({
    name: text,
    created_at: text,
    /**
     * Its author: this user here (`own`), someone the user trusts, or anyone.
     */
    origin: z.enum(["own", "trusted", "foreign"]),
  })),
  /** null: no repository, or git does not answer. */
  git: z.nullable(GitLine),
  /** Open items that are carried here from save to save. */
  items: z.array(ItemView),
  /** Open hand-off documents, the newest first; empty for porcelain. */
  handoffs: z.array(schemaOf(OPEN_HANDOFF)),
  /**
   * The newest run of a task, if it is under way or was interrupted; null for
   * porcelain.
   */
  run: z.nullable(TaskRunView),
  /** The same of a pipeline. */
  pipeline_run: z.nullable(PipelineRunView),
  /** Your name, or that of your agent; null unless hand-offs are open. */
  you: maybeText,
  /** Agent sessions that work in this project; only with `text` as the form. */
  agents: z.array(z.strictObject({
    session_id: text,
    /** The name of its agent; null: it has none. */
    name: maybeText,
    /** The top folder of its worktree, absolute. */
    worktree: text,
    /** null: detached, or not known. */
    branch: maybeText,
    /** When it began, ISO 8601. */
    since: text,
    /** True if its process is known to run: only Linux tells. */
    alive: z.boolean(),
    subagents: z.array(z.strictObject({
      /** As its client numbers it. */
      id: text,
      /** Its type; null for a type that is not a name. */
      name: maybeText,
      /** When it began, ISO 8601. */
      since: text,
    })),
  })),
  /** The claims that hold; only with `text` as the form. */
  claims: z.array(ClaimView),
  /** The top folder of this worktree, absolute. */
  worktree: text,
  /**
   * Use of the context of the latest agent session; null: no session, no
   * reading, or porcelain.
   */
  context: z.nullable(z.strictObject({
    tokens: z.int(),
    /** The model's window in tokens; null: not known. */
    window: z.nullable(z.int()),
    /** Seconds since the reading. */
    age: z.int(),
    /** Why the reading does not count; null: it does. */
    unknown: maybeText,
  })),
  problems: z.array(text),
});

/** `status --tree` answers with all sessions. */
export const StatusAnswer = z.union([StackResult, StatusResult]);

export type StatusResult = z.infer<typeof StatusResult>;
export type StatusAnswer = z.infer<typeof StatusAnswer>;
