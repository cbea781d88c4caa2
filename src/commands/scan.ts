import { defineCommand } from "../cli/command.ts";
import type { Style } from "../cli/style.ts";
import { EXIT_FOUND } from "../errors.ts";
import { escapeText } from "../escape.ts";
import type { ScanResult } from "../session/results_scan.ts";
import { counted } from "../session/words.ts";
import { scanned } from "./scan_steps.ts";

/** `mpm scan` */
export const scan = defineCommand({
  name: "scan",
  summary: "Look for secrets in files, by the rules that saves are redacted by",
  description: `
Prints file, line, column and kind of each secret, never the secret. Without a
file everything in .claude-mpm is read: what claude-mpm or an older mpm wrote,
copies in the trash and in backups. A folder is read with all that is below it,
but for .git and node_modules, and links are not followed. "-" is standard input.
The exit status is 5 if something was found or could not be read. What is found
though it is no secret can be allowed in your own configuration: redaction.allow
in docs/configuration.md.`,
  positionals: [{
    name: "files",
    summary: "Files and folders, or - for standard input",
    rest: true,
  }],
  flags: {},
  examples: [
    "mpm scan",
    "mpm scan notes.md src --json",
    "mpm scan -",
  ],
  result: async () => (await import("../session/results_scan.ts")).ScanResult,
  async run(context, input) {
    return await scanned(context, input.files);
  },
  render,
  status: ({ findings, skipped }) =>
    findings.length + skipped.length === 0 ? 0 : EXIT_FOUND,
});

function render(result: ScanResult, style: Style): string {
  const { files, findings, skipped } = result;
  const found = counted(findings.length, "secret");
  return [
    ...findings.map(({ file, line, column, label }) =>
      `${escapeText(file)}:${line}:${column}: ${style.red(label)}`
    ),
    ...skipped.map(({ file, reason }) =>
      style.yellow(`${escapeText(file)}: not read: ${escapeText(reason)}`)
    ),
    `${found} in ${counted(files, "file")}`,
    "",
  ].join("\n");
}
