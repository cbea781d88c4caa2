/** The types of steps, as named by `--only`. */
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

/** The types of timeline events, as named by `--only`. */
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
