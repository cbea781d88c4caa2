import { defineCommand } from "../cli/command.ts";
import type { ConfigRow } from "../session/results_config.ts";
import { keyOf, readRows, valueText } from "./config_steps.ts";

/** `mpm config get` */
export const configGet = defineCommand({
  name: "config get",
  summary: "Print the value of one setting",
  description: `
Prints what counts here, of your file, the project's, its local one and the
environment. With --json also where it comes from.`,
  positionals: [{ name: "key", summary: "Which, e.g. context.stale_after" }],
  flags: {},
  examples: ["mpm config get commit", "mpm config get context.inject --json"],
  result: async () => (await import("../session/results_config.ts")).ConfigRow,
  async run(context, input): Promise<ConfigRow> {
    const { key, entry } = await keyOf(input.key);
    const row = (await readRows(context)).find((one) => one.key === key)!;
    if (entry === undefined) return row;
    const table = row.value as Record<string, unknown>;
    return {
      ...row,
      value: Object.hasOwn(table, entry) ? table[entry] : null,
    };
  },
  verbatim: () => true,
  render: ({ value }) =>
    typeof value === "object" || value === null
      ? `${value === null ? "" : valueText(value)}\n`
      : `${valueText(value).replace(/^"(.*)"$/, "$1")}\n`,
});
