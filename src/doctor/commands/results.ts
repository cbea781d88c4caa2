import * as z from "zod/mini";
import { CHECK_STATES } from "../check.ts";

/** Results of `mpm doctor`. */

const text = z.string();

export const DoctorResult = z.strictObject({
  /** The folder that was looked at, absolute. */
  project: text,
  /** ISO 8601, UTC. */
  checked_at: text,
  version: text,
  /** The worst of all checks. */
  state: z.enum(CHECK_STATES),
  checks: z.array(z.strictObject({
    /** Does not change between versions. */
    name: text,
    state: z.enum(CHECK_STATES),
    /** The state of the checked thing. */
    summary: text,
    findings: z.array(z.strictObject({
      state: z.enum(["unchecked", "warning", "error"]),
      /** Of an error: a code as other commands report it. */
      code: z.nullable(text),
      detail: text,
      /** The command that fixes it, or one line. */
      mend: z.nullable(text),
      /** The fix that `--fix` makes; null if it makes none. */
      fix: z.nullable(text),
    })),
  })),
  /** With `--fix`: what was done before everything was checked again. */
  fixes: z.nullable(z.strictObject({
    dry_run: z.boolean(),
    done: z.array(text),
    failed: z.array(z.strictObject({ fix: text, reason: text })),
  })),
});

export type DoctorResult = z.infer<typeof DoctorResult>;
export type CheckRow = DoctorResult["checks"][number];
