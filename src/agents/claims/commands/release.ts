import { defineCommand, dryRunFlag } from "../../../cli/mod.ts";
import { escapeText } from "../../../base/escape.ts";
import { AGENT_FLAG } from "../../names.ts";
import { releasePaths } from "../claim_paths.ts";

export const release = defineCommand({
  name: "release",
  summary: "Release claims so that others can edit the paths",
  description: `
If you name a folder, mpm releases all claims in it. With --force, a person can release other holders' claims, and mpm informs them.`,
  positionals: [{
    name: "paths",
    summary: "Claimed paths, or folders that contain them",
    rest: true,
    names: "file",
  }],
  flags: {
    all: { type: "boolean", summary: "Release all your claims" },
    ...AGENT_FLAG,
    force: {
      type: "boolean",
      summary: "Also release other holders' claims; only for people",
    },
    "dry-run": dryRunFlag("released", "writing"),
  },
  examples: ["mpm release src/api", "mpm release --all"],
  result: async () => (await import("./results.ts")).ReleaseResult,
  run: (context, input) => releasePaths(context, input),
  render: ({ dry_run: dry, released }, style) =>
    released.length === 0
      ? "No claims to release.\n"
      : released.map(({ path, holder, yours }) =>
        `${dry ? "Would release" : "Released"} ${style.cyan(escapeText(path))}${
          yours ? "" : ` of ${escapeText(holder.name)}`
        }\n`
      ).join(""),
});
