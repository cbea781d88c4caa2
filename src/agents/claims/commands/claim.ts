import { defineCommand, dryRunFlag } from "../../../cli/mod.ts";
import { escapeText } from "../../../base/escape.ts";
import { AGENT_FLAG } from "../../names.ts";
import { claimPaths } from "../claim_paths.ts";
import { endOf } from "../text.ts";

export const claim = defineCommand({
  name: "claim",
  summary: "Claim files and folders so that other agents do not edit them",
  description: `
Claiming a folder claims everything in it. Until the claim ends, the hooks prevent other agent sessions from editing these paths and tell them who holds the claim. The hooks do not check shell commands. When an agent session ends, its
claims end too. A claim applies only to this worktree: others can edit the same
file in another worktree.

With --force, a person can take over a claim, and mpm informs its holder. An agent cannot use --force. If you already hold the claim, mpm renews it.`,
  positionals: [{
    name: "paths",
    summary: "Files and folders of this worktree; they do not have to exist",
    rest: true,
    names: "file",
  }],
  flags: {
    for: {
      type: "string",
      value: "time",
      default: "30m",
      summary: "The duration of the claim, at most 24h",
    },
    task: {
      type: "string",
      value: "text",
      summary: "The purpose of the claim, shown to other agents",
    },
    ...AGENT_FLAG,
    force: {
      type: "boolean",
      summary: "Take over other holders' claims; only for people",
    },
    "dry-run": dryRunFlag("claimed", "writing"),
  },
  examples: [
    "mpm claim src/api --for 1h --task 'Add the users endpoint'",
    "mpm claim docs/api.md --agent backend",
  ],
  result: async () => (await import("./results.ts")).ClaimResult,
  run: (context, input) => claimPaths(context, input),
  render: ({ dry_run: dry, at, claims, taken_over: lost }, style) =>
    [
      ...lost.map(({ path, holder }) =>
        style.yellow(
          `${dry ? "Would take" : "Took"} over "${escapeText(path)}" from ${
            escapeText(holder.name)
          }`,
        )
      ),
      ...claims.map((claim) =>
        `${dry ? "Would claim" : "Claimed"} ${
          style.cyan(escapeText(claim.path))
        } until ${endOf(claim, at)}`
      ),
      "",
    ].join("\n"),
  next: () => '"mpm release --all" releases your claims',
});
