import { escapeText } from "../../base/escape.ts";
import { ageWords, parseDuration } from "../../base/times.ts";
import { counted, sizeText } from "../../base/words.ts";
import { aligned, defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { chosenRoot, USER_FLAG } from "../journal.ts";
import { prunedTrash, surveyTrash } from "../prune_trash.ts";
import type { TrashResult } from "./results.ts";

/** `mpm undo trash` */
export const undoTrash = defineCommand({
  name: "undo trash",
  summary: "List or prune the files that mpm removed or replaced",
  description: `
Each operation's files are in a folder under .claude-mpm/trash/, with a manifest of their original paths. "mpm undo" restores the files.

--prune permanently deletes folders older than trash.max_age (30 days). If the
trash is larger than trash.max_mb (1024), it also deletes the oldest folders. It keeps folders that undoing the last 20 operations requires. Once a day, when mpm moves files to the trash, it also prunes the trash.`,
  positionals: [],
  flags: {
    prune: { type: "boolean", summary: "Delete old files permanently" },
    "older-than": {
      type: "string",
      value: "age",
      summary: "With --prune: the age to use instead of trash.max_age",
    },
    user: USER_FLAG,
    "dry-run": {
      type: "boolean",
      summary:
        "With --prune: show what would be removed without removing anything",
    },
  },
  examples: [
    "mpm undo trash",
    "mpm undo trash --prune --dry-run",
    "mpm undo trash --prune --older-than 1w",
  ],
  result: async () => (await import("./results.ts")).TrashResult,
  async run(context, input): Promise<TrashResult> {
    const { system } = context;
    const { root: project } = await locate(system, context.folder);
    const root = chosenRoot(system, project, input.user);
    const configured = context.trashRules(project);
    const age = input["older-than"];
    const rules = age === undefined
      ? configured
      : { ...configured, maxAge: parseDuration(age, "--older-than") };
    const dryRun = !input.prune || input["dry-run"];
    const decisions = dryRun
      ? surveyTrash(system, root, rules)
      : await prunedTrash(system, root, rules);
    if (!dryRun && root === project) await context.forgetRemoved(system, root);
    return {
      dry_run: dryRun,
      listed_at: system.now().toISOString(),
      items: decisions.map(({ at, ...item }) => ({
        ...item,
        at: new Date(at).toISOString(),
      })),
    };
  },
  render({ items, listed_at, dry_run: dry }) {
    const now = new Date(listed_at);
    const shown = dry ? items : items.filter(({ remove }) => remove);
    const rows = shown.map(({ name, at, bytes, remove, reason }) => [
      escapeText(name),
      ageWords(new Date(at), now),
      sizeText(bytes),
      remove && dry ? `goes: ${reason}` : remove ? reason : "",
    ]);
    if (items.length === 0) return "The trash is empty.\n";
    if (rows.length === 0) return "Nothing in the trash is old enough.\n";
    const bytes = shown.reduce((sum, item) => sum + item.bytes, 0);
    const total = `${counted(shown.length, "operation")}, ${sizeText(bytes)}`;
    return [...aligned(rows), dry ? total : `Removed ${total}`, ""].join("\n");
  },
  next: ({ items, dry_run: dry }) =>
    dry && items.length > 0
      ? '"mpm undo list" shows which of these "mpm undo" restores'
      : undefined,
});
