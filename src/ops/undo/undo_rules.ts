import type { JournalEntry } from "../log/entry.ts";
import { field } from "../../base/odd_values.ts";

/** Why an operation can never be taken back, and what to do instead. */
export interface Lasting {
  readonly reason: string;
  readonly instead: string;
}

const LASTING: ReadonlyMap<string, Lasting> = new Map([
  ["branch", {
    reason: "a detour has a way back of its own",
    instead: '"mpm return" ends a detour, with --discard as if it had not been',
  }],
  ["return", {
    reason: "a session that is over stays so",
    instead: "mpm branch <name> --stash --git-branch <branch> goes there again",
  }],
  ["worktrees restore", {
    reason: "there may be work in it by now",
    instead: '"mpm worktrees prune" removes it if there is none',
  }],
]);

/** Returns why an operation can never be taken back, as far as its entry tells. */
export function lastingReason(
  { operation, before, after }: Pick<
    JournalEntry,
    "operation" | "before" | "after"
  >,
): Lasting | undefined {
  const lasting = LASTING.get(operation);
  if (lasting) return lasting;
  const changed = [before, after].some((side) =>
    field(side, "files") !== undefined || field(side, "list") !== undefined
  );
  if (operation === "init" && !changed) {
    return {
      reason: "it made the folder that holds this log",
      instead: "To be without mpm here, remove .claude-mpm",
    };
  }
  const migrates = /^migrate(?: --rollback)?$/.test(operation);
  if (migrates && typeof field(after, "backup") !== "string") {
    return {
      reason: "it made no backup",
      instead: "Without --no-backup a migration makes one",
    };
  }
  return undefined;
}
