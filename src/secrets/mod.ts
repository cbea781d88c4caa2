/**
 * The only door of `secrets/`: finding secrets and redacting them.
 *
 * Every text from others that mpm writes or prints passes through a `Redactor`.
 * It gives the text as a reader sees it (without invisible characters, its
 * parts joined) to a list of rules. Each rule goes through the text once, in
 * linear time, and returns the spans that it found. Each form of a line,
 * command or token is a row of data in `rules/`.
 */

export { mayHoldSecret, mayNameSecret, withoutPrivate } from "./find.ts";
export { type KnownKeys, NAME_PRINT, nameForm, Redactor } from "./redact.ts";
export {
  prepareRedaction,
  readyRedaction,
  redactorOf,
  tellable,
} from "./redaction.ts";
export { scanBytes } from "./scan.ts";
export type { Counts } from "./span.ts";
