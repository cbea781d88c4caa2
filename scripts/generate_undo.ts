import { type Lasting, OPERATIONS, type UndoKind } from "../src/ops/mod.ts";
import { marked, table } from "./generate_markdown.ts";

/** The result of an undo, for each kind of undo. */
const WAYS: Readonly<Record<UndoKind, string>> = {
  files: "restores each file to its earlier state, byte for byte",
  checkpoints: "removes a new checkpoint, or restores a removed checkpoint",
  restore: "goes back to the checkpoint taken before the restore " +
    "([checkpoints.md](checkpoints.md))",
  migration: "restores the backup of the migration ([migrate.md](migrate.md))",
  worktrees: "recreates the worktrees ([worktrees.md](worktrees.md))",
  trusted: "restores the previous list of trusted saves",
  allowed: "restores the previous list of allowed files and commands",
  fork: "removes the worktree, its branch and its session, unless one of " +
    "them has changed",
  runs: "restores the runs",
  schedules: "restores the schedules with their entries, and changed files",
  carried: "removes the copied conversation, unless it has changed",
};

/** Operations in a row. */
const NAMED = 7;

/** `docs/undo.md` with a new table of operations. */
export function undoPage(page: string): string {
  const names = new Map<string, string[]>();
  for (const [name, kind] of Object.entries(OPERATIONS)) {
    const way = wayOf(kind);
    names.set(way, [...names.get(way) ?? [], `\`${name}\``]);
  }
  const rows: string[][] = [];
  for (const [way, all] of names) {
    while (all.length > 0) rows.push([all.splice(0, NAMED).join(", "), way]);
  }
  return marked(page, "operations", table(["operation", "`mpm undo`"], rows));
}

function wayOf(kind: UndoKind | Lasting): string {
  if (typeof kind === "string") return WAYS[kind];
  return `cannot be undone: ${kind.reason}. ${kind.instead}`;
}
