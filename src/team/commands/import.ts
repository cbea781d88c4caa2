import { defineCommand, dryRunFlag } from "../../cli/mod.ts";
import { importAny, importedText } from "../import_bundle.ts";

export const importCommand = defineCommand({
  name: "import",
  summary: "Import saves, hand-offs and notes from a file or another project",
  description: `
Imports a bundle from "mpm export", as if "mpm sync" had fetched its entries. mpm lists the entries as "from NAME". A newer bundle replaces an older bundle. To read an encrypted bundle, mpm needs one of your keys ("mpm team list").

The command also imports saves: a bundle from "mpm saves export", or a single save (JSON, YAML or Markdown). You can also specify another project or its saves folder. mpm checks each save
against its checksum and converts it to the current format. mpm skips saves that
you already have, and never replaces a save. If a different save has the same ID, the imported save gets a new ID with a later time. Imported saves are marked as not verified. The exit status is 5 if mpm rejected a save or an entry.

"mpm undo" undoes the import of saves. It does not undo the import of a bundle from "mpm export", which only adds other people's entries.`,
  positionals: [{
    name: "source",
    summary: "The file or folder",
    names: "file",
  }],
  flags: {
    "dry-run": dryRunFlag("imported", "writing"),
  },
  examples: [
    "mpm import handoff.age",
    "mpm import ../other-clone --dry-run",
  ],
  result: async () => (await import("./results.ts")).ImportResult,
  run: (context, input) =>
    importAny(context, { typed: input.source, dryRun: input["dry-run"] }),
  render: importedText,
  next: ({ dry_run: dry, imported, entries }) =>
    dry
      ? undefined
      : imported.length > 0
      ? `"mpm resume ${imported[0]!.session_id}" continues with it`
      : entries
      ? '"mpm list" lists the saves'
      : undefined,
  status: ({ refused }) => refused.length === 0 ? 0 : 5,
});
