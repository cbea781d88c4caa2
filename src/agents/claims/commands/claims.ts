import { defineCommand } from "../../../cli/mod.ts";
import { AGENT_FLAG } from "../../names.ts";
import { listClaims } from "../claim_paths.ts";
import { claimLines, teamLines } from "../text.ts";

export const claims = defineCommand({
  name: "claims",
  summary: "List claimed paths, their holders and expiry times",
  description: `
Lists the active claims in all worktrees of the project. It omits claims that have ended and claims by agent sessions that are no longer running. It includes claims that "mpm sync" fetched from other machines, but these do not prevent edits on this machine.`,
  positionals: [],
  flags: AGENT_FLAG,
  examples: ["mpm claims", "mpm claims --json"],
  result: async () => (await import("./results.ts")).ClaimsResult,
  run: (context, { agent }) => listClaims(context, agent),
  render: ({ claims, team, at, worktree }, style) => {
    const lines = [
      ...claimLines(claims, { at, worktree, style }),
      ...teamLines(team, { at, style }),
    ];
    return lines.length === 0 ? "No claims.\n" : `${lines.join("\n")}\n`;
  },
  next: ({ claims }) =>
    claims.length > 0 ? undefined : '"mpm claim <paths>" claims paths',
});
