import { defineCommand, flag, table } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { ageWords } from "../../base/times.ts";
import { ownMark } from "../record.ts";
import { isHidden, listed } from "../select.ts";
import type { CheckpointListResult } from "./results.ts";
import { counted, sizeText } from "../../base/words.ts";
import { fromWhom, Origins } from "../../saves/mod.ts";
import { findPlace, listCheckpoints } from "../place.ts";

/** The columns that are shortened if a line is too long. */
const BRANCH = 3;
const NAME = 2;

export const checkpointList = defineCommand({
  name: "checkpoint list",
  summary: "List the checkpoints of this project",
  description: `
Lists the checkpoints of all worktrees, newest first. Each row shows the number, age, name, branch, size of the changed files, and note. --all adds the checkpoints that mpm took before restores and after an agent's steps. The mark "from
someone else (not verified)" means that you did not take the checkpoint on this
machine.`,
  positionals: [],
  flags: {
    all: flag(
      "Include checkpoints taken before restores and after an agent's steps",
    ),
  },
  examples: ["mpm checkpoint list", "mpm checkpoint list --all --json"],
  result: async () => (await import("./results.ts")).CheckpointListResult,
  settles: true,
  async run(context, input): Promise<CheckpointListResult> {
    const { system } = context;
    const place = await findPlace(context);
    const records = listed(await listCheckpoints(system, place));
    const shown = records.filter((one) => input.all || !isHidden(one));
    const origins = new Origins(system);
    const here = place.vault?.workspace.worktree;
    return {
      project: place.workspace.root,
      listed_at: system.now().toISOString(),
      checkpoints: shown.map((record, index) => ({
        index,
        name: record.name,
        id: record.id,
        kind: record.kind,
        created_at: record.created_at,
        branch: record.branch,
        head: record.head,
        worktree: record.worktree,
        here: record.worktree === here,
        files: record.files.length + record.files_omitted,
        size: record.size,
        note: record.note,
        commit: record.commit,
        origin: origins.of(ownMark(record)),
      })),
      hidden: records.length - shown.length,
    };
  },
  render({ checkpoints, listed_at, hidden }, style) {
    const now = new Date(listed_at);
    const rows = checkpoints.map((row) => [
      style.cyan(String(row.index)),
      style.dim(ageWords(new Date(row.created_at), now)),
      style.bold(escapeText(row.name)),
      style.green(escapeText(row.branch ?? "-")),
      sizeText(row.size),
      [
        row.origin === "foreign" ? style.yellow(fromWhom()) : "",
        escapeText(wordsOf(row)),
      ].filter((part) => part !== "").join(": "),
    ]);
    const more = hidden > 0
      ? `And ${counted(hidden, "checkpoint")} that mpm took before restores ` +
        "or after steps: mpm checkpoint list --all\n"
      : "";
    if (rows.length === 0) {
      return `No checkpoints. "mpm checkpoint save <name>" takes one.\n${more}`;
    }
    return table(rows, style.columns, [BRANCH, NAME]) + more;
  },
  next: ({ checkpoints }) =>
    checkpoints.length > 0
      ? '"mpm checkpoint restore <number>" restores one, "mpm checkpoint ' +
        'diff <number>" shows what changed since'
      : undefined,
});

/** Returns the details after the name in a list: kind, place, note. */
function wordsOf(
  { kind, here, worktree, note }: CheckpointListResult["checkpoints"][number],
): string {
  return [
    kind === "named" ? "" : `(${kind})`,
    here ? "" : `[in ${worktree}]`,
    note ?? "",
  ].filter((part) => part !== "").join(" ");
}
