import { escapeLines, escapeText } from "../../../base/escape.ts";
import { counted } from "../../../base/words.ts";
import { defineCommand, dryRunFlag } from "../../../cli/mod.ts";
import { writeHandoff } from "../write.ts";

/** An option that can be given several times. */
function listOf(summary: string, value = "text") {
  return { type: "string", value, repeatable: true, summary } as const;
}

export const handoffNew = defineCommand({
  name: "handoff new",
  summary: "Write a hand-off document for another agent",
  description: `
Writes a Markdown document with the work that you completed, what you need, and the acceptance criteria. If you omit a part, mpm fills it from the current
session: finished and next steps, edited files, decisions, and checks that hold.
With --bare, mpm does not use the session.

The agent gets the document when its next session or sub-agent starts. mpm writes it to
.claude-mpm/handoffs, which is shared by all worktrees and ignored by git. With --git, mpm
writes it to docs/handoffs in this worktree, for you to commit. The settings
handoff.git and handoff.folder change these places.

The sender is the agent named by --from or by MPM_AGENT, or else you.`,
  positionals: [],
  flags: {
    to: {
      type: "string",
      value: "agent",
      summary: "The agent that receives the document",
      default: "",
    },
    from: {
      type: "string",
      value: "agent",
      summary: "The agent that writes the document",
    },
    completed: listOf("A completed piece of work"),
    file: {
      ...listOf("A file that belongs to the completed work", "path"),
      names: "file",
    },
    need: listOf("Something that the other agent must do"),
    criterion: listOf("A condition that the result must meet"),
    message: {
      type: "string",
      value: "text",
      summary: "A request to the other agent",
    },
    reference: listOf("A path to read, e.g. docs/api.md#users", "link"),
    bare: {
      type: "boolean",
      summary: "Do not use the current session",
    },
    git: {
      type: "boolean",
      summary: "Write to a folder that you can commit to git",
    },
    local: {
      type: "boolean",
      summary: "Write to a folder that git ignores",
    },
    edit: {
      type: "boolean",
      short: "e",
      summary: "Edit the text before mpm writes it",
    },
    "dry-run": dryRunFlag("written", "writing"),
  },
  examples: [
    'mpm handoff new --to backend --need "GET /api/users/:id endpoint"',
    "mpm handoff new --to backend --from frontend -e",
    'mpm handoff new --to qa --criterion "npm test passes" --git --dry-run',
  ],
  result: async () => (await import("./results.ts")).HandoffNewResult,
  settles: true,
  run: (context, input) => writeHandoff(context, input),
  render({ dry_run: dry, path, text, findings, warnings }, style) {
    const notes = warnings.map((one) =>
      style.yellow(`Note: ${escapeText(one)}\n`)
    );
    if (dry) {
      return [
        `Would write ${escapeText(path)}:\n\n${escapeLines(text)}`,
        ...notes,
      ].join("");
    }
    const found = findings === 0
      ? ""
      : `${counted(findings, "finding")}: mpm handoff check\n`;
    return [`Wrote ${escapeText(path)}\n`, found, ...notes].join("");
  },
  brief: ({ id }) => id,
  next: ({ findings, to }) =>
    findings > 0
      ? '"mpm handoff check" lists what is missing'
      : `${to} gets it when its next session starts`,
});
