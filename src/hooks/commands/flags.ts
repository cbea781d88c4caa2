import { SCOPES } from "../../clients/claude/settings/layers.ts";

/** The option of commands that change Claude Code's settings. */
export const SCOPE_FLAG = {
  type: "string",
  value: "scope",
  choices: SCOPES,
  default: "local",
  summary: "Whose settings",
} as const;

/** The dry run of the same. */
export const DIFF_FLAG = {
  type: "boolean",
  summary: "Show the change as a diff and write nothing",
} as const;
