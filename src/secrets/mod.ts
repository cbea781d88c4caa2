/** Secrets: what one looks like, and how nothing keeps or says one. */
export { mayHoldSecret, mayNameSecret } from "./maybe_secret.ts";
export { type KnownKeys, NAME_PRINT, nameForm, Redactor } from "./redact.ts";
export { readyRedaction, redactorOf } from "./redaction.ts";
export { prepareRedaction } from "./redaction_rules.ts";
export type { Counts } from "./replace.ts";
