import { defineCommand } from "../../cli/command.ts";
import { locate } from "../../git/workspace.ts";
import { trashListText } from "../trash/trash_text.ts";
import { surveyTrash } from "../trash/trash_prune.ts";
import { chosenRoot, USER_FLAG } from "../log/journal_root.ts";
import { trashRules } from "../trash/trash_steps.ts";

/** `mpm trash list` */
export const trashList = defineCommand({
  name: "trash list",
  summary: "List what was removed or replaced and can be brought back",
  description: `
A folder for each operation, below .claude-mpm/trash/, with a manifest of what
was where. "mpm undo" brings it back; "mpm trash prune" removes what is old.`,
  positionals: [],
  flags: { user: USER_FLAG },
  examples: ["mpm trash list", "mpm trash list --json"],
  result: async () => (await import("./results.ts")).TrashResult,
  async run(context, input) {
    const { system } = context;
    const { root: project } = await locate(system, context.folder);
    const root = chosenRoot(system, project, input.user);
    const rules = await trashRules(system, project);
    return {
      dry_run: true,
      listed_at: system.now().toISOString(),
      items: surveyTrash(system, root, rules).map(({ at, ...item }) => ({
        ...item,
        at: new Date(at).toISOString(),
      })),
    };
  },
  render: trashListText,
  next: ({ items }) =>
    items.length > 0
      ? '"mpm log" says which of these "mpm undo" brings back'
      : undefined,
});
