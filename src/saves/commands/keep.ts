import { type Context, defineCommand } from "../../cli/mod.ts";
import { keepWith } from "../contents/keep_with.ts";
import { escapeText } from "../../base/escape.ts";
import { counted, sizeText } from "../../base/words.ts";
import { SESSION } from "../select.ts";
import type { KeepResult } from "./results.ts";

/** `mpm saves keep` */
export const savesKeep = defineCommand({
  name: "saves keep",
  summary: "Add uncommitted files to a save without file contents",
  description: `
"mpm pause" includes uncommitted files in its saves. A hook has too little time for this, so it starts this command in the background after the save. The command also
copies the save into git, and moves automatic saves that exceed "sessions.keep_auto" to the trash. It skips files that have changed since the save. "mpm restore"
restores the files.`,
  positionals: [SESSION],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show what would be added without writing anything",
    },
  },
  examples: ["mpm saves keep latest", "mpm saves keep 0 --dry-run"],
  result: async () => (await import("./results.ts")).KeepResult,
  settles: true,
  run: (context: Context, input) =>
    keepWith(context, input.selector, { dryRun: input["dry-run"] }),
  render: keepText,
});

function keepText({ session_id: id, dry_run: dry, contents }: KeepResult) {
  const { files, bytes, left_out: left, reason } = contents;
  const size = `${counted(files, "uncommitted file")} (${sizeText(bytes)})`;
  const done = reason !== null
    ? `No files were added to ${id}: ${escapeText(reason)}`
    : `${dry ? "Would keep" : "Kept"} ${size} with ${id}`;
  return [
    done,
    ...left.map(({ path, reason }) =>
      `  left out: ${escapeText(path)} (${escapeText(reason)})`
    ),
    "",
  ].join("\n");
}
