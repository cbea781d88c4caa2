import { defineCommand } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import type { ResumeFileResult } from "./results.ts";
import { locate } from "../../git/mod.ts";
import { journaled, pathBelow } from "../../ops/mod.ts";
import { AGENT_SESSION } from "../agent_session.ts";
import { writeResumeFile } from "../resume_file.ts";

/** `mpm context resume-file` */
export const contextResumeFile = defineCommand({
  name: "context resume-file",
  summary: "Write the state of the work to a file before the context is lost",
  description: `
Writes .claude-mpm/sessions/session-resume-YYYY-MM-DD-HHMMSS.md. The file lists
completed, current and pending work, and the next steps. It also contains the
size of the context, the branch, commits and working tree. If the agent has no
task lists, mpm uses the lists of the newest save. "mpm saves list" shows the
file as a log.`,
  positionals: [],
  flags: {
    "agent-session": AGENT_SESSION,
    "dry-run": {
      type: "boolean",
      summary: "Print the text without writing anything",
    },
  },
  examples: ["mpm context resume-file", "mpm context resume-file --dry-run"],
  result: async () => (await import("./results.ts")).ResumeFileResult,
  settles: true,
  async run(context, input) {
    const workspace = await locate(context.system, context.folder);
    return await journaled(
      context,
      async (context) => {
        const { result } = await writeResumeFile(context, {
          given: input["agent-session"],
          dryRun: input["dry-run"],
        });
        return result;
      },
      {
        operation: "context resume-file",
        workspace,
        title: ({ file }) =>
          `write the resume file ${pathBelow(workspace.root, file)}`,
      },
    );
  },
  render,
});

function render({ file, text, dry_run: dry }: ResumeFileResult): string {
  return dry ? text : `Wrote ${escapeText(file)}\n`;
}
