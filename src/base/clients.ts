/** The clients in options, each with a folder; the first is the default. */
export const CLIENT_NAMES = [
  "claude",
  "codex",
  "gemini",
  "opencode",
  "copilot",
] as const;

export type ClientName = typeof CLIENT_NAMES[number];
