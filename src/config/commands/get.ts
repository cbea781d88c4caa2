import { defineCommand } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import type { ConfigRow } from "./results.ts";
import { keyOf, readEntry, readRows, valueText } from "../rows.ts";

/** `mpm config get` */
export const configGet = defineCommand({
  name: "config get",
  summary: "Print the value of one setting",
  description: `
Prints the effective value, from your file, the project's files or the
environment. --json also prints the source.`,
  positionals: [{
    name: "key",
    summary: "The setting, e.g. context.stale_after",
    names: "setting",
  }],
  flags: {},
  examples: ["mpm config get commit", "mpm config get context.inject --json"],
  result: async () => (await import("./results.ts")).ConfigRow,
  async run(context, input): Promise<ConfigRow> {
    const { key, entry } = keyOf(input.key);
    if (entry !== undefined) return await readEntry(context, key, entry);
    return (await readRows(context)).find((one) => one.key === key)!;
  },
  render: ({ value }) => {
    if (typeof value === "string") return `${escapeText(value)}\n`;
    return `${value === null ? "" : valueText(value)}\n`;
  },
  verbatim: () => true,
});
