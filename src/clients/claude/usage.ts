import { field } from "../../base/odd_values.ts";

/** More than any context holds: a count beyond it is garbage. */
const MOST = 1_000_000_000;

/** A count of tokens, if `value` is one. */
export function tokenCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 &&
      value <= MOST
    ? value
    : undefined;
}

/**
 * The tokens of the context that a request had, of the API's `usage`: what was
 * sent, cached or not, and not what was answered, as Claude Code's own
 * percentage is reckoned. `undefined` where nothing is said or all is zero.
 */
export function contextTokens(usage: unknown): number | undefined {
  const input = tokenCount(field(usage, "input_tokens"));
  if (input === undefined) return undefined;
  const cached = ["cache_creation_input_tokens", "cache_read_input_tokens"]
    .map((name) => tokenCount(field(usage, name)) ?? 0);
  const sum = cached.reduce((total, count) => total + count, input);
  return sum > 0 ? sum : undefined;
}
