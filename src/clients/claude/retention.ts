import { memberOf, valueOf } from "./settings/check.ts";
import type { SettingsText } from "./settings/text.ts";

/** Days that Claude Code keeps a transcript which nothing was added to. */
export const DEFAULT_RETENTION = 30;

/**
 * What a settings file says of it (`cleanupPeriodDays`); `undefined`: nothing,
 * `NaN`: something that is no number of days.
 */
export function retentionIn(
  { text, top }: SettingsText,
): number | undefined {
  const value = memberOf(top, "cleanupPeriodDays")?.value;
  if (!value) return undefined;
  const days = valueOf(text, value);
  return typeof days === "number" && days >= 0 ? days : NaN;
}
