import { defineCommand } from "../../cli/command.ts";
import type { Style } from "../../cli/style.ts";
import { cut } from "../../cli/table.ts";
import { escapeText } from "../../base/escape.ts";
import type { TrustResult } from "./trust_result.ts";
import { listTrusted, trust } from "../trust/steps.ts";

/** `mpm sessions trust` */
export const sessionsTrust = defineCommand({
  name: "sessions trust",
  summary: "Take saves that somebody else made for yours",
  description: `
A save that you did not make on this machine is shown as foreign: one of a clone
or a pull, an imported one, one of claude-mpm's. Read it first ("mpm sessions
show"), then trust it. What is kept is a digest of the content, in your own state
folder: once anything in the save is changed, it is foreign again. --revoke takes
the trust back; --list shows what you trust, in every project. A checkpoint is
named by "checkpoint/" and its name.`,
  positionals: [{
    name: "selectors",
    summary: "Which: ids, parts of them, numbers, names; checkpoint/<name>",
    rest: true,
  }],
  flags: {
    all: {
      type: "boolean",
      summary: "Every session and checkpoint of this project",
    },
    revoke: { type: "boolean", summary: "Trust them no longer" },
    list: { type: "boolean", summary: "List what is trusted" },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be done and change nothing",
    },
  },
  examples: [
    "mpm sessions trust session-20261120-143022",
    "mpm sessions trust checkpoint/before-refactoring",
    "mpm sessions trust --all --dry-run",
    "mpm sessions trust 0 --revoke",
    "mpm sessions trust --list",
  ],
  result: async () => (await import("./trust_result.ts")).TrustResult,
  async run(context, input) {
    return input.list
      ? listTrusted(context, input)
      : await trust(context, input);
  },
  render,
});

const WORDS = {
  trusted: "Trusted",
  revoked: "No longer trusted",
  own: "Yours already",
  unchanged: "As it was",
  unreadable: "Cannot be read",
};

function render(result: TrustResult, style: Style): string {
  const { dry_run: dry, sessions, trusted } = result;
  if (trusted !== null) {
    const rows = trusted.map(({ session_id: id, project, at }) =>
      `${id}  ${at.slice(0, 10)}  ${escapeText(project)}\n`
    );
    return rows.length === 0 ? "No save of anybody else is trusted.\n" : rows
      .join("");
  }
  const lines = sessions.map(({ session_id: id, change, summary }) => {
    const text = cut(escapeText(summary) || "(no summary)", 50);
    return `${WORDS[change]}: ${style.cyan(id)}  ${text}\n`;
  });
  const head = dry ? "Dry run: nothing was changed\n" : "";
  return head +
    (lines.length === 0 ? "There is no session.\n" : lines.join(""));
}
