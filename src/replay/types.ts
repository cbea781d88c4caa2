/** The types of steps, in the words of `--only`. */
export const STEP_TYPES = [
  "prompt",
  "answer",
  "thinking",
  "tool_call",
  "file_edit",
  "todo",
  "question",
  "plan",
  "agent",
  "compaction",
  "rewind",
  "model",
  "usage",
  "error",
  "pause",
  "resume",
  "checkpoint",
  "detour",
  "operation",
  "commit",
] as const;

export type StepType = typeof STEP_TYPES[number];

/** The types of timeline events, in the words of `--only`. */
export const TIMELINE_TYPES = [
  "session",
  "detour",
  "save",
  "checkpoint",
  "agent_session",
  "commit",
  "operation",
  "error",
] as const;

export type TimelineType = typeof TIMELINE_TYPES[number];
