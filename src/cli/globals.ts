import type { Flags } from "./command.ts";

/** Returns `--dry-run` of a command that does something, e.g. "removed". */
export function dryRunFlag(done: string, doing = "changing") {
  return {
    type: "boolean",
    summary: `Show what would be ${done} without ${doing} anything`,
  } as const;
}

/** Flags that every command takes, before or after its name. */
export const GLOBAL_FLAGS = {
  project: {
    type: "string",
    short: "C",
    value: "folder",
    names: "folder",
    summary: "Run as if mpm was started in this folder",
  },
  json: { type: "boolean", summary: "Print the result as one JSON value" },
  quiet: {
    type: "boolean",
    short: "q",
    summary: "Print only the result and errors",
  },
  "no-color": { type: "boolean", summary: "Print without colour" },
  "no-input": { type: "boolean", summary: "Never ask a question" },
  debug: { type: "boolean", summary: "Show where an error came from" },
  help: { type: "boolean", short: "h", summary: "Show help" },
  version: { type: "boolean", summary: "Show the version and the build" },
} as const satisfies Flags;
