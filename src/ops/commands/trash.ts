import { escapeText } from "../../base/escape.ts";
import { ageWords, parseDuration } from "../../base/times.ts";
import { counted, sizeText } from "../../base/words.ts";
import { aligned, type Context, defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { chosenRoot, USER_FLAG } from "../journal.ts";
import {
  prunedTrash,
  surveyTrash,
  type TrashDecision,
} from "../prune_trash.ts";
import type { TrashResult } from "./results.ts";

type Item = TrashResult["items"][number];

function line({ name, at, bytes }: Item, now: Date): string[] {
  return [escapeText(name), ageWords(new Date(at), now), sizeText(bytes)];
}

function total(items: readonly Item[]): string {
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
  return `${counted(items.length, "operation")}, ${sizeText(bytes)}`;
}

function resultOf(
  { system }: Context,
  decisions: readonly TrashDecision[],
  dryRun: boolean,
): TrashResult {
  return {
    dry_run: dryRun,
    listed_at: system.now().toISOString(),
    items: decisions.map(({ at, ...item }) => ({
      ...item,
      at: new Date(at).toISOString(),
    })),
  };
}

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
  async run(context, input): Promise<TrashResult> {
    const { system } = context;
    const { root: project } = await locate(system, context.folder);
    const root = chosenRoot(system, project, input.user);
    const rules = context.trashRules(project);
    return resultOf(context, surveyTrash(system, root, rules), true);
  },
  render({ items, listed_at }) {
    if (items.length === 0) return "The trash is empty.\n";
    const now = new Date(listed_at);
    const rows = items.map((item) => [
      ...line(item, now),
      item.remove ? `goes: ${item.reason}` : "",
    ]);
    return [...aligned(rows), total(items), ""].join("\n");
  },
  next: ({ items }) =>
    items.length > 0
      ? '"mpm log" says which of these "mpm undo" brings back'
      : undefined,
});

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
    const configured = context.trashRules(project);
    const age = input["older-than"];
    const rules = age === undefined
      ? configured
      : { ...configured, maxAge: parseDuration(age, "--older-than") };
    const dryRun = input["dry-run"];
    const items = dryRun
      ? surveyTrash(system, root, rules)
      : await prunedTrash(system, root, rules);
    return resultOf(context, items, dryRun);
  },
  render({ items, listed_at, dry_run: dry }) {
    const gone = items.filter(({ remove }) => remove);
    if (gone.length === 0) return "Nothing in the trash is to go.\n";
    const now = new Date(listed_at);
    const rows = gone.map((item) => [...line(item, now), item.reason]);
    return [
      `${dry ? "Would remove" : "Removed"} ${total(gone)}:`,
      ...aligned(rows).map((row) => `  ${row}`),
      "",
    ].join("\n");
  },
});
