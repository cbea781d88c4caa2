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
  /** Including its dashes: `--json`. */
  name: text,
  /** `-q`; null: no short form. */
  short: z.nullable(text),
  /** Name of its value; null for a switch. */
  value: z.nullable(text),
  /** True if it can be repeated. */
  repeatable: z.boolean(),
  /** The allowed values; null: any value. */
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
    /** True if it takes all following words. */
    rest: z.boolean(),
    summary: text,
  })),
  /** The command's own options; every command also takes the global options. */
  options: z.array(Option),
  examples: z.array(text),
});

export const HelpResult = z.strictObject({
  /** The words after `mpm help`; null: there are no words. */
  topic: z.nullable(text),
  /** The page as it is printed. */
  text,
  /** The commands on the page; all commands if no page was requested. */
  commands: z.array(CommandInfo),
  /** Options of every command. */
  global_options: z.array(Option),
  /** The requested JSON Schema; null: none was requested. */
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
  /** null: there is no upstream, or it is gone. */
  ahead: z.nullable(z.int()),
  behind: z.nullable(z.int()),
  /** Number of staged, changed, untracked and conflicting paths. */
  staged: z.int(),
  changed: z.int(),
  untracked: z.int(),
  conflicts: z.int(),
});

export const StatusResult = z.strictObject({
  /** The project's folder; null without an mpm project. */
  project: z.nullable(text),
  /** The time of this answer, ISO 8601, for computing ages. */
  at: text,
  form: z.enum(["text", "porcelain", "short"]),
  session: z.nullable(WorkView),
  /** True if it is paused and has a save to resume. */
  resumable: z.boolean(),
  /** Its parents, nearest first. */
  parents: z.array(WorkView),
  /**
   * The newest save of this worktree; null if there is no save, or if
   * --porcelain was given.
   */
  last_save: z.nullable(z.strictObject({
    session_id: text,
    paused_at: text,
    summary: text,
    /** `own`, `trusted`, or `foreign`: not verified. */
    origin: z.enum(["own", "trusted", "foreign"]),
    /** The author's name from git, as written in the save; null if unknown. */
    author: maybeText,
    /** A short summary of the changes since the save; null: unknown. */
    changes: maybeText,
    /** Open next steps, most important first. */
    next_steps: z.array(text),
    /**
     * The command that continues the agent's conversation; null: no command.
     */
    agent_command: z.nullable(z.array(text)),
  })),
  checklist: z.array(ChecklistItem),
  /** The newest checkpoint; null: no checkpoint. */
  checkpoint: z.nullable(z.strictObject({
    name: text,
    created_at: text,
    /**
     * Its author: you on this machine (`own`), someone you trust (`trusted`),
     * or anyone (`foreign`).
     */
    origin: z.enum(["own", "trusted", "foreign"]),
  })),
  /** null: no repository, or git failed. */
  git: z.nullable(GitLine),
  /** Open items carried from save to save. */
  items: z.array(ItemView),
  /** Open hand-off documents, newest first; empty with --porcelain. */
  handoffs: z.array(schemaOf(OPEN_HANDOFF)),
  /**
   * The newest run of a task, if it is running or was interrupted; null with
   * --porcelain.
   */
  run: z.nullable(TaskRunView),
  /** The newest run of a pipeline, under the same conditions. */
  pipeline_run: z.nullable(PipelineRunView),
  /** Your name, or that of your agent; null if no hand-offs are open. */
  you: maybeText,
  /** Agent sessions in this project; only in the text format. */
  agents: z.array(z.strictObject({
    session_id: text,
    /** The name of its agent; null: no name. */
    name: maybeText,
    /** The top folder of its worktree, absolute. */
    worktree: text,
    /** null: detached, or unknown. */
    branch: maybeText,
    /** The time when it began, ISO 8601. */
    since: text,
    /** True if its process is known to be running; only Linux shows that. */
    alive: z.boolean(),
    subagents: z.array(z.strictObject({
      /** The ID given by its client. */
      id: text,
      /** Its type; null if the type is not a valid name. */
      name: maybeText,
      /** The time when it began, ISO 8601. */
      since: text,
    })),
  })),
  /** The current claims; only in the text format. */
  claims: z.array(ClaimView),
  /** The top folder of this worktree, absolute. */
  worktree: text,
  /**
   * The context use of the latest agent session; null: no session, no reading,
   * or with --porcelain.
   */
  context: z.nullable(z.strictObject({
    tokens: z.int(),
    /** The model's context window in tokens; null: unknown. */
    window: z.nullable(z.int()),
    /** The age of the reading, in seconds. */
    age: z.int(),
    /** The reason the reading does not count; null if it counts. */
    unknown: maybeText,
  })),
  problems: z.array(text),
});

/** `status --tree` returns all sessions. */
export const StatusAnswer = z.union([StackResult, StatusResult]);

export type StatusResult = z.infer<typeof StatusResult>;
export type StatusAnswer = z.infer<typeof StatusAnswer>;
