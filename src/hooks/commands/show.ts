import { defineCommand } from "../../cli/mod.ts";
import { hookNamed } from "../scripts/run.ts";

/** `mpm hooks show` */
export const hooksShow = defineCommand({
  name: "hooks show",
  summary: "Print a shell hook as it is shipped",
  description: `
Its switches stand at the top. To use one: mpm hooks eject <name>.`,
  positionals: [{
    name: "name",
    summary: "Which, e.g. pre-session",
    names: "shell-hook",
  }],
  flags: {},
  examples: ["mpm hooks show pre-session"],
  result: async () => (await import("./results.ts")).HooksShowResult,
  run(_, input) {
    const { name, text } = hookNamed(input.name);
    return Promise.resolve({ name, text });
  },
  verbatim: () => true,
  render: ({ text }) => text,
});
