import { defineCommand } from "../../cli/command.ts";
import { locate } from "../../git/workspace.ts";
import { planPrune, pruneRule } from "../removal.ts";
import { listSaves } from "../store/read_saves.ts";
import { openStore } from "../store/recover.ts";
import { removalText, remove } from "../manage/removal_steps.ts";

/** `mpm sessions prune` */
export const sessionsPrune = defineCommand({
  name: "sessions prune",
  summary: "Move old saved sessions into the trash",
  description: `
Takes what is beyond the newest --keep, what is older than --older-than, or,
with both, what is both. The newest session of each branch always stays, and so
do those that cannot be read, claude-mpm's logs, and the ones in the home
folder. It moves as "mpm sessions rm" does.`,
  positionals: [],
  flags: {
    keep: {
      type: "string",
      value: "number",
      summary: "Leave so many of the newest",
    },
    "older-than": {
      type: "string",
      value: "age",
      summary: "Take only what is older, e.g. 30d, 12h, 8w, 6mo, 1y",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be moved and move nothing",
    },
  },
  examples: [
    "mpm sessions prune --older-than 30d --dry-run",
    "mpm sessions prune --keep 50 --older-than 6mo",
  ],
  result: async () => (await import("./results.ts")).RemovalResult,
  async run(context, input) {
    const { system, folder } = context;
    const rule = pruneRule(input.keep, input["older-than"]);
    const workspace = await locate(system, folder);
    await openStore(system, workspace.root);
    const entries = await listSaves(system, workspace.root, { global: false });
    return await remove(context, {
      operation: "sessions prune",
      workspace,
      plan: planPrune(entries, { rule, now: system.now() }),
      dryRun: input["dry-run"],
    });
  },
  render: removalText,
});
