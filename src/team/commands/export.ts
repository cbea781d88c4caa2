import { escapeText } from "../../base/escape.ts";
import { counted } from "../../base/words.ts";
import { defineCommand, dryRunFlag, type Style } from "../../cli/mod.ts";
import { exportBundle } from "../export_bundle.ts";
import type { ExportResult } from "./results.ts";

export const exportCommand = defineCommand({
  name: "export",
  summary: "Export your saves, hand-offs and notes to a file",
  description: `
Writes your saves, hand-off documents, notes and claims in this project to a bundle, for people who cannot use your remote. The bundle contains the same
signed entries that "mpm sync" sends. To read it, use "mpm import". With
recipients, or if the project has a team, mpm encrypts the file in the age format. mpm never writes conversations or file contents without encryption.

To export single saves unchanged, use "mpm saves export".`,
  positionals: [],
  flags: {
    to: {
      type: "string",
      names: "file",
      value: "path",
      summary: "The file to write, or a folder",
    },
    recipient: {
      type: "string",
      repeatable: true,
      value: "key",
      summary: "Encrypt for this key instead of the team's keys",
    },
    "with-conversation": {
      type: "boolean",
      summary: "Include prompts, messages and tool output",
    },
    "with-contents": {
      type: "boolean",
      summary: "Include the uncommitted files in saves",
    },
    "dry-run": dryRunFlag("written", "writing"),
  },
  examples: [
    "mpm export --to bundle.json",
    "mpm export --to ann.age --recipient age1zdy22l5qej0d8jau7h2c472v2xmmgc3f8xwzt2unz6kpfrpeefjqfm882a",
  ],
  result: async () => (await import("./results.ts")).ExportResult,
  run: (context, input) =>
    exportBundle(context, {
      to: input.to,
      recipients: input.recipient,
      sending: {
        conversation: input["with-conversation"],
        contents: input["with-contents"],
      },
      dryRun: input["dry-run"],
    }),
  render,
  next: ({ file, dry_run: dry }) =>
    dry || file === null ? undefined : '"mpm import <file>" imports it',
});

function render(result: ExportResult, style: Style): string {
  const { dry_run: dry, file, entries, recipients, problems } = result;
  const kinds = Map.groupBy(entries, ({ kind }) => kind);
  const parts = [...kinds].map(([kind, all]) => counted(all.length, kind));
  const what = parts.join(", ") || "nothing, because there is nothing to share";
  const verb = dry ? "Would export" : "Exported";
  return [
    file === null ? `${verb} ${what}.` : `${verb} ${what}: ${escapeText(file)}`,
    ...file === null ? [] : [
      recipients.length === 0
        ? "Not encrypted: anyone with the file can read it."
        : `Encrypted to ${counted(recipients.length, "key")}.`,
    ],
    ...problems.map((text) => style.red(escapeText(text))),
    "",
  ].join("\n");
}
