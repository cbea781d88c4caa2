import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import type { TrashDecision, TrashRules } from "./trash_policy.ts";
import { readConfig } from "../../config/config.ts";
import { withLock } from "../lock.ts";
import { isPruneDue, pruneTrash, surveyTrash } from "./trash_prune.ts";
import type { System } from "../../system/system.ts";

/** Bytes in the unit of the setting. */
const MEBIBYTE = 1024 * 1024;

/** The configured rules. */
export async function trashRules(
  system: System,
  root: string,
): Promise<TrashRules> {
  const config = await readConfig(system, root);
  return {
    maxAge: config["trash.max_age"],
    maxBytes: config["trash.max_mb"] * MEBIBYTE,
  };
}

/** Removes what the rules let go, and returns what was looked at. */
export function prunedTrash(
  system: System,
  root: string,
  rules: TrashRules,
): Promise<TrashDecision[]> {
  return withLock(system, root, () => {
    const decisions = surveyTrash(system, root, rules);
    pruneTrash(system, root, decisions);
    return decisions;
  });
}

/**
 * The same once a day, after something was put into the trash. What goes wrong
 * must not make the command look failed.
 */
export async function pruneDaily(
  { system }: Context,
  root: string,
): Promise<void> {
  try {
    if (!isPruneDue(system, root)) return;
    await prunedTrash(system, root, await trashRules(system, root));
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
  }
}
