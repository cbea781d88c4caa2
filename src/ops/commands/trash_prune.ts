import { defineCommand } from "../../cli/command.ts";
import { locate } from "../../git/workspace.ts";
import { parseDuration } from "../../base/times.ts";
import type { TrashResult } from "./results.ts";
import { trashText } from "../trash/trash_text.ts";
import { surveyTrash } from "../trash/trash_prune.ts";
import { chosenRoot, USER_FLAG } from "../log/journal_root.ts";
import { prunedTrash, trashRules } from "../trash/trash_steps.ts";

/** `mpm trash prune` */
export const trashPrune = defineCommand({
  name: "trash prune",
  summary: "Remove for good what is older than the trash keeps",
  description: `
What was removed or replaced stays in .claude-mpm/trash/ for trash.max_age (30
days), and the oldest goes earlier where all of it is over trash.max_mb (1024).
What the last 20 operations need to be taken back stays in any case. mpm does the
same by itself, once a day, when something is put there.`,
  positionals: [],
  flags: {
    "older-than": {
      type: "string",
      value: "age",
      summary: "The age from which it goes, instead of trash.max_age",
    },
    user: USER_FLAG,
    "dry-run": {
      type: "boolean",
      summary: "Show what would be removed and remove nothing",
    },
  },
  examples: ["mpm trash prune --dry-run", "mpm trash prune --older-than 1w"],
  result: async () => (await import("./results.ts")).TrashResult,
  async run(context, input): Promise<TrashResult> {
    const { system } = context;
    const { root: project } = await locate(system, context.folder);
    const root = chosenRoot(system, project, input.user);
    const configured = await trashRules(system, project);
    const age = input["older-than"];
    const rules = age === undefined
      ? configured
      : { ...configured, maxAge: parseDuration(age, "--older-than") };
    const dryRun = input["dry-run"];
    const items = dryRun
      ? surveyTrash(system, root, rules)
      : await prunedTrash(system, root, rules);
    return {
      dry_run: dryRun,
      listed_at: system.now().toISOString(),
      items: items.map(({ at, ...item }) => ({
        ...item,
        at: new Date(at).toISOString(),
      })),
    };
  },
  render: trashText,
});
