import { field, jsonIn } from "../../base/parsed_values.ts";

/** The effects of a hook in its scratch project. */
interface Effects {
  /** Its output. */
  readonly output: string;
  /** Names of new files below `.claude-mpm/`, with folders. */
  readonly files: readonly string[];
  /** The stored tasks, as JSON. */
  readonly tasks: string;
  /** The notes of the conversation, as JSON. */
  readonly notes: string;
  /** The stored agent and its sub-agents, as JSON. */
  readonly presence: string;
}

/** A synthetic event and its required effect. */
export interface Probe {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The same event with nothing special to do, for measuring. */
  readonly quiet?: Readonly<Record<string, unknown>>;
  /** Percentage of the context in use. */
  readonly used: number;
  readonly expected: string;
  holds(effects: Effects): boolean;
}

const TASK = {
  task_id: "1",
  task_subject: "Try the hooks",
  task_description: "",
};

const QUESTIONS = [{ question: "Which ledger?", options: [] }];

const ANSWERED = {
  tool_name: "AskUserQuestion",
  tool_input: { questions: QUESTIONS },
  tool_response: {
    questions: QUESTIONS,
    answers: { "Which ledger?": "The one of the hooks test" },
  },
};

const FAILED = {
  tool_name: "Bash",
  tool_input: { command: "exit 3" },
  error: "Exit code 3",
};

/** In the order of a session, so each probe finds what it needs. */
export const PROBES: readonly Probe[] = [
  {
    event: "UserPromptSubmit",
    fields: { prompt: "/mpm-pause Tried by hooks test" },
    quiet: { prompt: "Go on" },
    used: 96,
    expected: "answers /mpm-pause with a save at 96 %",
    holds: ({ output, files }) =>
      answer(output, "decision") === "block" && hasSave(files),
  },
  {
    event: "SessionStart",
    fields: { source: "startup" },
    used: 1,
    expected: "gives the agent the latest save",
    holds: ({ output }) =>
      `${answer(output, "additionalContext")}`.includes("Tried by hooks test"),
  },
  {
    event: "PreToolUse",
    fields: { tool_name: "Agent", tool_input: {} },
    used: 90,
    expected: "refuses a sub-agent at 90 %",
    holds: ({ output }) => answer(output, "permissionDecision") === "deny",
  },
  {
    event: "PreToolUse",
    fields: { tool_name: "Workflow", tool_input: {} },
    used: 90,
    expected: "refuses a workflow of sub-agents at 90 %",
    holds: ({ output }) => answer(output, "permissionDecision") === "deny",
  },
  {
    event: "Stop",
    fields: { last_assistant_message: "Answered by hooks test" },
    used: 1,
    expected: "records the last message",
    holds: ({ notes }) => notes.includes("Answered by hooks test"),
  },
  {
    event: "SubagentStart",
    fields: { agent_id: "a1", agent_type: "tried-by-hooks-test" },
    used: 1,
    expected: "records that the sub-agent is running",
    holds: ({ presence }) => presence.includes("tried-by-hooks-test"),
  },
  {
    event: "SubagentStop",
    fields: { agent_id: "a1", agent_type: "tried-by-hooks-test" },
    used: 1,
    expected: "records that the sub-agent stopped",
    holds: ({ presence }) => presence.includes('"subagents":[]'),
  },
  {
    event: "PostToolBatch",
    fields: { tool_calls: [] },
    used: 75,
    expected: "writes the resume file at 75 %",
    holds: ({ output, files }) =>
      hasResumeFile(files) && answer(output, "systemMessage") !== undefined,
  },
  {
    event: "PostToolUse",
    fields: ANSWERED,
    used: 1,
    expected: "records the answer to a question",
    holds: ({ notes }) => notes.includes("The one of the hooks test"),
  },
  {
    event: "PostToolUseFailure",
    fields: FAILED,
    used: 1,
    expected: "writes an error record",
    holds: ({ files }) => hasRecord(files),
  },
  {
    event: "StopFailure",
    fields: { error: "overloaded" },
    used: 1,
    expected: "writes an error record",
    holds: ({ files }) => hasRecord(files),
  },
  {
    event: "PreCompact",
    fields: { trigger: "manual", custom_instructions: null },
    used: 1,
    expected: "writes the resume file",
    holds: ({ files }) => hasResumeFile(files),
  },
  {
    event: "PostCompact",
    fields: { trigger: "manual", compact_summary: "Summed up by hooks test" },
    used: 1,
    expected: "records the summary",
    holds: ({ notes }) => notes.includes("Summed up by hooks test"),
  },
  {
    event: "TaskCreated",
    fields: TASK,
    used: 1,
    expected: "records the task",
    holds: ({ tasks }) => tasks.includes("Try the hooks"),
  },
  {
    event: "TaskCompleted",
    fields: TASK,
    used: 1,
    expected: "records that the task is done",
    holds: ({ tasks }) => tasks.includes('"completed":true'),
  },
  {
    event: "SessionEnd",
    fields: { reason: "other" },
    used: 1,
    expected: "saves the session",
    holds: ({ files }) => hasSave(files),
  },
];

/** The same probes for other clients, whatever the format of their answers. */
export const CLIENT_PROBES: readonly Probe[] = [
  {
    event: "UserPromptSubmit",
    fields: { prompt: "/mpm-pause Tried by hooks test" },
    used: 1,
    expected: "answers /mpm-pause with a save",
    holds: ({ files }) => hasSave(files),
  },
  {
    event: "SessionStart",
    fields: { source: "startup" },
    used: 1,
    expected: "gives the agent the latest save",
    holds: ({ output }) => output.includes("Tried by hooks test"),
  },
  {
    event: "Stop",
    fields: {
      last_assistant_message: "Answered by hooks test",
      prompt_response: "Answered by hooks test",
    },
    used: 1,
    expected: "does not delay the end of a turn",
    holds: ({ output }) => !output.includes("block"),
  },
  {
    event: "SessionEnd",
    fields: { reason: "other" },
    used: 1,
    expected: "saves the session",
    holds: ({ files }) => hasSave(files),
  },
];

function answer(output: string, name: string): unknown {
  const value = jsonIn(output);
  return field(value, name) ?? field(field(value, "hookSpecificOutput"), name);
}

const hasSave = (files: readonly string[]) =>
  files.some((path) => /^sessions\/session-\d{8}-\d{6}\.json$/.test(path));

const hasResumeFile = (files: readonly string[]) =>
  files.some((path) => path.startsWith("sessions/session-resume-"));

const hasRecord = (files: readonly string[]) =>
  files.some((path) => /^errors\/error-.*\.json$/.test(path));
