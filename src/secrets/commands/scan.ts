import { defineCommand, type Style } from "../../cli/mod.ts";
import { EXIT_FOUND } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import type { ScanResult } from "./results.ts";
import { counted } from "../../base/words.ts";
import { scanned } from "../scan_files.ts";

/** `mpm scan` */
export const scan = defineCommand({
  name: "scan",
  summary: "Find secrets in files",
  description: `
Prints the file, line, column and kind of each secret, but never the secret itself. Without a file, mpm scans every project file that git tracks or does not ignore. Outside git, it scans the current folder. In a folder, mpm scans everything except .git and node_modules, and does not follow links. It
skips binary files and text files above 32 MB unless you name them; the last lines of the output show how many it skipped. "-" reads standard input. To scan mpm's files, including
the trash and backups, use "mpm scan .claude-mpm". The exit status is 5 if mpm
found a secret or could not read a file. To allow a value that is not a secret, see
redaction.allow in docs/configuration.md.`,
  positionals: [{
    name: "files",
    summary: "Files and folders, or - for standard input",
    rest: true,
  }],
  flags: {},
  examples: [
    "mpm scan",
    "mpm scan .claude-mpm",
    "mpm scan notes.md src --json",
    "mpm scan -",
  ],
  result: async () => (await import("./results.ts")).ScanResult,
  async run(context, input) {
    return await scanned(context, input.files);
  },
  render,
  status: ({ findings, skipped }) =>
    findings.length + skipped.length === 0 ? 0 : EXIT_FOUND,
});

function render(result: ScanResult, style: Style): string {
  const { files, findings, skipped, scope, left_out: leftOut } = result;
  const found = counted(findings.length, "secret");
  const left = Object.entries(leftOut).map(([what, count]) =>
    LEFT_OUT.get(what)?.(count) ?? counted(count, `${what} folder`)
  );
  return [
    ...findings.map(({ file, line, column, label }) =>
      `${escapeText(file)}:${line}:${column}: ${style.red(label)}`
    ),
    ...skipped.map(({ file, reason }) =>
      style.yellow(`${escapeText(file)}: not read: ${escapeText(reason)}`)
    ),
    `${found} in ${counted(files, "file")}${SCOPES[scope]}${rate(result)}`,
    ...left.length > 0 ? [`Left out: ${left.join(", ")}`] : [],
    "",
  ].join("\n");
}

/** Returns the findings per megabyte of a large scan. */
function rate({ bytes, findings }: ScanResult): string {
  const megabytes = bytes / 1_000_000;
  if (megabytes < 1) return "";
  const each = (findings.length / megabytes).toFixed(2);
  return `, ${megabytes.toFixed(1)} MB: ${each} per MB`;
}

const SCOPES = {
  project: " of the project (what git tracks or does not ignore)",
  folder: " of this folder (no git repository)",
  named: "",
};

const LEFT_OUT = new Map([
  ["binary", (count: number) => counted(count, "binary file")],
  [
    "repository",
    (count: number) => counted(count, "other repository", "other repositories"),
  ],
]);
