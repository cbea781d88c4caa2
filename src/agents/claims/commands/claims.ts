import { defineCommand } from "../../../cli/mod.ts";
import { AGENT_FLAG } from "../../names.ts";
import { listClaims } from "../claim_paths.ts";
import { claimLines } from "../text.ts";

/** `mpm claims` */
export const claims = defineCommand({
  name: "claims",
  summary: "List the claimed paths, with holder, end and task",
  description: `
Lists the active claims in all worktrees of the project. Claims that have ended, and
claims of agent sessions that no longer run, are not listed.`,
  positionals: [],
  flags: AGENT_FLAG,
  examples: ["mpm claims", "mpm claims --json"],
  result: async () => (await import("./results.ts")).ClaimsResult,
  run: (context, { agent }) => listClaims(context, agent),
  render: ({ claims, at, worktree }, style) =>
    claims.length === 0
      ? "No claims.\n"
      : claimLines(claims, { at, worktree, style }).map((line) => `${line}\n`)
        .join(""),
  next: ({ claims }) =>
    claims.length > 0 ? undefined : '"mpm claim <paths>" claims some',
});
