/**
 * The names of the clients, as options take them. Each has a folder of that
 * name in `clients/`. The first one is the default.
 */
export const CLIENT_NAMES = [
  "claude",
  "codex",
  "gemini",
  "opencode",
  "copilot",
] as const;

export type ClientName = typeof CLIENT_NAMES[number];
