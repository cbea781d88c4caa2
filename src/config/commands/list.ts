import { defineCommand } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import type { ConfigListResult, ConfigRow } from "./results.ts";
import { readRows, valueText } from "../rows.ts";

/** `mpm config list` */
export const configList = defineCommand({
  name: "config list",
  summary: "List all settings with their values",
  description: `
Lists all settings with their effective values. --show-origin adds the source of
each value. If a file has an error, mpm prints the file and line.`,
  positionals: [],
  flags: {
    "show-origin": {
      type: "boolean",
      summary: "Show which file and line, or which variable, sets each value",
    },
  },
  examples: ["mpm config list", "mpm config list --show-origin"],
  result: async () => (await import("./results.ts")).ConfigListResult,
  async run(context, input): Promise<ConfigListResult> {
    return {
      settings: await readRows(context),
      show_origin: input["show-origin"],
    };
  },
  verbatim: () => true,
  render: ({ settings, show_origin: origin }) =>
    settings.map((row) =>
      `${row.key} = ${valueText(row.value)}${origin ? originText(row) : ""}\n`
    ).join(""),
});

function originText({ origin, source, line, adds_to }: ConfigRow): string {
  if (source === null) return "  # default";
  const all = [...adds_to, { origin, source, line }].map((one) =>
    `${one.origin}: ${escapeText(one.source)}` +
    (one.line === null ? "" : `:${one.line}`)
  );
  return `  # ${all.join("; ")}`;
}
