import {
  cut,
  defineCommand,
  during,
  type Style,
  table,
} from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { Git } from "../../git/mod.ts";
import { readRescues } from "../rescue.ts";
import { ageWords } from "../../base/times.ts";
import type { WorktreesListResult } from "./results.ts";
import { sizeText } from "../../base/words.ts";
import {
  locateRepository,
  MIN_AGE,
  planPrune,
  rowOf,
  rulesOf,
} from "../prune.ts";

export const worktreesList = defineCommand({
  name: "worktrees list",
  summary: "List agents' worktrees and show which can be removed",
  description: `
Lists all folders under .claude/worktrees/ in the main worktree, with branch and size. For each folder, mpm shows whether "mpm worktrees prune" would remove it, and why. Then mpm lists the removed worktrees that "mpm worktrees restore" can
restore. If a cleanup was interrupted, mpm also finishes or undoes it.`,
  positionals: [],
  flags: { "min-age": MIN_AGE },
  examples: ["mpm worktrees list", "mpm worktrees list --json"],
  result: async () => (await import("./results.ts")).WorktreesListResult,
  async run(context, input) {
    const { system } = context;
    const workspace = await locateRepository(context);
    const rules = await rulesOf(system, workspace, input["min-age"]);
    const plan = await during(
      context,
      "Checking worktrees",
      () => planPrune(system, workspace, { rules, measure: true }),
    );
    const { survey, folder } = plan;
    const rescues = await readRescues(new Git(system, workspace.root));
    return {
      folder,
      skipped: survey?.skipped ?? null,
      worktrees: (survey?.items ?? []).map((item) => rowOf(item, folder)),
      removed: rescues.map(({ name, branch, head, removed_at, ref }) => ({
        ...{ name, branch, head, removed_at, rescue: ref },
      })),
      listed_at: system.now().toISOString(),
    };
  },
  render,
  next: ({ worktrees }) =>
    worktrees.some(({ remove }) => remove)
      ? '"mpm worktrees prune" removes the worktrees marked for removal'
      : undefined,
});

function render(result: WorktreesListResult, style: Style): string {
  const { worktrees, removed, skipped, listed_at: now } = result;
  const rows = worktrees.map((row) => [
    escapeText(row.name),
    style.green(cut(escapeText(row.branch ?? "-"), 24)),
    row.bytes === null ? "-" : sizeText(row.bytes),
    (row.remove ? style.yellow("goes:") : style.dim("stays:")) +
    ` ${escapeText(row.reason)}`,
  ]);
  const gone = removed.map((row) => [
    escapeText(row.name),
    style.green(cut(escapeText(row.branch ?? "-"), 24)),
    row.head.slice(0, 7),
    style.dim(ageWords(new Date(row.removed_at), new Date(now))),
  ]);
  const none = worktrees.length === 0 && skipped === null;
  return [
    ...skipped === null ? [] : [`Skipped: ${escapeText(skipped)}\n`],
    none ? "No worktrees.\n" : table(rows, style.columns),
    ...gone.length === 0 ? [] : [
      '\nRemoved; "mpm worktrees restore <name>" undoes one:\n',
      table(gone, style.columns),
    ],
  ].join("");
}
