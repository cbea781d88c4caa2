import { MpmError } from "../errors.ts";
import {
  CHECKPOINT_KEYS,
  type CheckpointRules,
} from "../session/checkpoint_rules.ts";

/**
 * The table `[checkpoint]` of the configuration, over the rules `below` it. A
 * project's may keep more checkpoints, never fewer: what is dropped is the
 * user's own choice (`personal`). Throws USAGE.
 */
export function checkpointRules(
  table: unknown,
  { path, personal, below }: {
    path: string;
    personal: boolean;
    below: CheckpointRules;
  },
): CheckpointRules {
  if (typeof table !== "object" || table === null || Array.isArray(table)) {
    throw new MpmError("USAGE", `"checkpoint" in "${path}" must be a table`, {
      hint: "E.g. checkpoint.auto_minutes = 30",
    });
  }
  let rules = below;
  for (const [key, value] of Object.entries(table)) {
    if (!Object.hasOwn(CHECKPOINT_KEYS, key)) {
      throw new MpmError(
        "USAGE",
        `Unknown key "checkpoint.${key}" in "${path}"`,
        { hint: `Known keys: ${Object.keys(CHECKPOINT_KEYS).join(", ")}` },
      );
    }
    if (!Number.isInteger(value) || value < 0 || value > 1_000_000_000) {
      throw new MpmError(
        "USAGE",
        `"checkpoint.${key}" in "${path}" must be a whole number: ` +
          `current value is ${JSON.stringify(value)}`,
      );
    }
    rules = CHECKPOINT_KEYS[key as keyof typeof CHECKPOINT_KEYS](rules, value);
  }
  if (personal) return rules;
  return {
    ...rules,
    keepAuto: Math.max(rules.keepAuto, below.keepAuto),
    keepSafety: Math.max(rules.keepSafety, below.keepSafety),
  };
}
