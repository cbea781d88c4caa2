/** Secrets: what one looks like, and how nothing keeps or says one. */
export { mayHoldSecret, mayNameSecret } from "./find.ts";
export { type KnownKeys, NAME_PRINT, nameForm, Redactor } from "./redact.ts";
export { prepareRedaction, readyRedaction, redactorOf } from "./redaction.ts";
export type { Counts } from "./span.ts";
