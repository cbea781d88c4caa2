import { MpmError } from "../errors.ts";
import { parseDuration } from "../session/durations.ts";
import {
  isTrashName,
  WORKTREE_RULES,
  type WorktreeRules,
} from "../session/worktree_rules.ts";

const KEYS = ["trash", "min_age"];

/** The table `[worktrees]` of the configuration. Throws USAGE. */
export function worktreeRules(table: unknown, path: string): WorktreeRules {
  if (typeof table !== "object" || table === null || Array.isArray(table)) {
    throw new MpmError("USAGE", `"worktrees" in "${path}" must be a table`, {
      hint: 'E.g. worktrees.min_age = "2h"',
    });
  }
  const unknown = Object.keys(table).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw new MpmError(
      "USAGE",
      `Unknown key "worktrees.${unknown}" in "${path}"`,
      { hint: `Known keys: ${KEYS.join(", ")}` },
    );
  }
  const { trash, min_age: minAge } = table as Record<string, unknown>;
  return {
    minAge: minAge === undefined
      ? WORKTREE_RULES.minAge
      : parseDuration(String(minAge), `"worktrees.min_age" in "${path}"`),
    trash: trash === undefined ? WORKTREE_RULES.trash : names(trash, path),
  };
}

function names(trash: unknown, path: string): string[] {
  const list: unknown[] = Array.isArray(trash) ? trash : [trash];
  const odd = list.find((name) =>
    typeof name !== "string" || !isTrashName(name)
  );
  if (odd !== undefined) {
    throw new MpmError(
      "USAGE",
      `"worktrees.trash" in "${path}" cannot hold ${JSON.stringify(odd)}`,
      { hint: 'Give names as "node_modules", or "*.pyc" for files' },
    );
  }
  return list as string[];
}
