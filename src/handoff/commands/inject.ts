import { defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import type { InjectResult } from "./results.ts";
import { INJECTED_PARTS, SETTINGS } from "../../config/mod.ts";
import { injected } from "../inject.ts";

/** `mpm context inject` */
export const contextInject = defineCommand({
  name: "context inject",
  summary: "Print the text for an agent at the start of its session",
  description: `
Prints the parts listed in context.inject, between fences with a random marker.
The fences mark text from saves and project files as data. The output has at
most context.inject_limit characters. If there is nothing to report, mpm prints
nothing.`,
  positionals: [],
  flags: {
    part: {
      type: "string",
      value: "part",
      choices: INJECTED_PARTS,
      repeatable: true,
      summary: "Print these parts instead of the configured parts",
    },
    limit: {
      type: "string",
      value: "characters",
      summary: "The maximum number of characters, up to 10000",
    },
  },
  examples: [
    "mpm context inject",
    "mpm context inject --part session --part commits --limit 2000",
  ],
  result: async () => (await import("./results.ts")).InjectResult,
  settles: true,
  async run(context, input) {
    const { result } = await injected(context, {
      parts: input.part.length > 0 ? input.part as Chosen[] : undefined,
      limit: limitOf(input.limit),
    });
    for (const warning of result.warnings) context.note(`Warning: ${warning}`);
    return result;
  },
  verbatim: () => true,
  render: ({ text }: InjectResult) => text,
});

type Chosen = typeof INJECTED_PARTS[number];

function limitOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const { least, most } = SETTINGS["context.inject_limit"];
  const limit = /^\d{1,6}$/.test(given) ? Number(given) : NaN;
  if (limit >= least && limit <= most) return limit;
  throw new MpmError(
    "USAGE",
    `--limit must be from ${least} to ${most}, not "${given}"`,
  );
}
