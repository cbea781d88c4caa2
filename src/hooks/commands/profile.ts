import { defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { hooksProfileText } from "../install/text.ts";
import { profileHooks } from "../install/probe.ts";

/** `mpm hooks profile` */
export const hooksProfile = defineCommand({
  name: "hooks profile",
  summary: "Measure what each installed hook costs on this machine",
  description: `
Starts what the settings start, again and again, with an event that asks nothing
special of it, in a scratch project, and tells the time of the whole process and
the size of what it prints.`,
  positionals: [],
  flags: {
    runs: {
      type: "string",
      value: "number",
      default: "20",
      summary: "How often each is started, from 1 to 1000",
    },
  },
  examples: ["mpm hooks profile", "mpm hooks profile --runs 100 --json"],
  result: async () => (await import("./results.ts")).HooksProfileResult,
  run(context, { runs }) {
    const count = /^\d{1,4}$/.test(runs) ? Number(runs) : 0;
    if (count >= 1 && count <= 1000) return profileHooks(context, count);
    throw new MpmError("USAGE", `--runs must be from 1 to 1000: "${runs}"`);
  },
  render: hooksProfileText,
});
