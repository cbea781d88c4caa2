import { resolve } from "@std/path";
import { cut, defineCommand, ProgressLine, type Style } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import { readSource, type Refused } from "../share/source.ts";
import {
  type ImportPlan,
  importSaves,
  type Incoming,
  planImport,
} from "../share/import.ts";
import type { ImportResult } from "./results.ts";
import { counted, firstLine } from "../../base/words.ts";
import { openStore } from "../store/recover.ts";
import { journaled } from "../../ops/mod.ts";

/** `mpm saves import` */
export const sessionsImport = defineCommand({
  name: "saves import",
  summary: "Import saves from a file, a bundle or another project",
  description: `
Imports a bundle of "mpm saves export", the file of a save (JSON, YAML, Markdown),
or a folder: another project or its folder of saves. mpm checks each save against its
checksum and converts it to the current format. It replaces nothing. If an ID is
taken, the import uses the next free second. It skips saves that already exist.
Imported saves count as someone else's. The exit status is 5 if mpm refused
a save.`,
  positionals: [{
    name: "source",
    summary: "The file or folder",
    names: "file",
  }],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show what would be imported and write nothing",
    },
  },
  examples: [
    "mpm saves import handoff.json",
    "mpm saves import ../other-clone --dry-run",
  ],
  result: async () => (await import("./results.ts")).ImportResult,
  async run(context, input) {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    const { root } = workspace;
    await openStore(system, root);
    using line = new ProgressLine(context);
    const path = resolve(folder, input.source);
    const source = await readSource(system, root, path);
    const { incoming, refused } = await validated(source);
    const { plan, warnings } = input["dry-run"]
      ? { plan: await planImport(system, root, incoming), warnings: [] }
      : await journaled(
        context,
        ({ system }) =>
          importSaves(system, workspace, {
            incoming,
            from: path,
            progress: line.show,
          }),
        {
          operation: "sessions import",
          workspace,
          title: ({ plan: { imports } }) =>
            `import ${counted(imports.length, "save")} from ${input.source}`,
        },
      );
    return {
      dry_run: input["dry-run"],
      source: input.source,
      imported: plan.imports.map(importedRow),
      present: [...plan.present],
      refused: [...refused],
      warnings: [...warnings],
    };
  },
  render,
  next: ({ dry_run: dry, imported }) =>
    dry || imported.length === 0
      ? undefined
      : `"mpm resume ${imported[0]!.session_id}" continues with it`,
  status: ({ refused }) => refused.length === 0 ? 0 : 5,
});

/** Refuses a save that still does not fit the schema. */
async function validated(
  { incoming, refused }: {
    incoming: readonly Incoming[];
    refused: readonly Refused[];
  },
): Promise<{ incoming: Incoming[]; refused: Refused[] }> {
  const { problemsOfSave } = await import("../schema.ts");
  const faults = incoming.map(({ save }) => problemsOfSave(save));
  return {
    incoming: incoming.filter((_, at) => faults[at]!.length === 0),
    refused: [
      ...refused,
      ...incoming.flatMap(({ source }, at) =>
        faults[at]!.length === 0
          ? []
          : [{ source, reason: faults[at]!.join("; ") }]
      ),
    ],
  };
}

function importedRow(
  { id, incoming: { save, warnings } }: ImportPlan["imports"][number],
): ImportResult["imported"][number] {
  return {
    session_id: id,
    original_id: save.session_id,
    summary: firstLine(save.conversation.summary, 500),
    warnings: [...warnings],
  };
}

function render(result: ImportResult, style: Style): string {
  const { imported, present, refused, warnings, dry_run: dry } = result;
  const verb = dry ? "Would import" : "Imported";
  const empty = imported.length + present.length + refused.length === 0;
  return [
    ...empty ? ["It contains no saves."] : [],
    ...imported.map(({ session_id: id, original_id: original, summary }) => {
      const moved = id === original ? "" : ` (there ${original})`;
      const text = cut(escapeText(summary) || "(no summary)", 50);
      return `${verb} ${id}${moved}  ${text}`;
    }),
    ...present.map((id) => `Already here: ${id}`),
    ...refused.map(({ source, reason }) =>
      style.red(`Refused ${escapeText(source)}: ${escapeText(reason)}`)
    ),
    ...warnings.map((text) => `Note: ${escapeText(text)}`),
    "",
  ].join("\n");
}
