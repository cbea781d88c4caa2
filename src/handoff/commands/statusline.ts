import { defineCommand } from "../../cli/command.ts";
import { makeStyle } from "../../cli/style.ts";
import { statusLineText } from "../text.ts";
import { readStatusLine, UNKNOWN_STATUS } from "../statusline_steps.ts";

/** `mpm statusline` */
export const statusline = defineCommand({
  name: "statusline",
  summary: "Print Claude Code's status line and keep its figure for the hooks",
  description: `
Reads what Claude Code pipes into its status line command, 1 MiB and one second
at most, and prints one line: model, how full the context is, branch, name. The
reading is kept for "mpm context" and the hooks. In Claude Code's settings:
"statusLine": {"type": "command", "command": "mpm statusline"}.

Whatever goes wrong, the status is 0 and the line may be empty.`,
  positionals: [],
  flags: {},
  examples: ["mpm statusline"],
  result: async () => (await import("./results.ts")).StatusLineResult,
  async run({ system }) {
    try {
      return await readStatusLine(system);
    } catch {
      // Even a bug of mpm's must not stand in somebody's status line.
      return UNKNOWN_STATUS;
    }
  },
  next: ({ session_id }) =>
    session_id === null
      ? "Claude Code runs this and tells it on standard input; " +
        '"mpm hooks install --statusline" sets it up'
      : undefined,
  verbatim: () => true,
  render: (result) => statusLineText(result, makeStyle(result.color)),
});
