/**
 * The names of the clients, as used in options. Each client has a folder of
 * that name in `clients/`. The first client is the default.
 */
export const CLIENT_NAMES = [
  "claude",
  "codex",
  "gemini",
  "opencode",
  "copilot",
] as const;

export type ClientName = typeof CLIENT_NAMES[number];
