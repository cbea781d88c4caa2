import { defineCommand } from "../../cli/mod.ts";
import { escapeLines } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import { hereOf } from "../open_items.ts";
import { valueOf } from "../set_var.ts";
import { readVars } from "../vars.ts";

export const varGet = defineCommand({
  name: "var get",
  summary: "Print the value of a state variable",
  description: `
Prints only the value, for use in scripts. The exit status is 3 if the variable is
not set.`,
  positionals: [{ name: "name", summary: "The variable", names: "var" }],
  flags: {},
  examples: ["mpm var get port"],
  result: async () => (await import("./results.ts")).VarView,
  async run({ system, folder }, { name }) {
    const workspace = await locate(system, folder);
    const here = hereOf(system, workspace);
    const vars = readVars(system, workspace.root, here);
    return { name, value: valueOf(vars, name) };
  },
  render: ({ value }) => `${escapeLines(value)}\n`,
  verbatim: () => true,
});
