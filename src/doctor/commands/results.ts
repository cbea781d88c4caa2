import * as z from "zod/mini";
import { CHECK_STATES } from "../check.ts";

/** Results of `mpm doctor`. */

const text = z.string();

export const DoctorResult = z.strictObject({
  /** The checked folder, absolute. */
  project: text,
  /** ISO 8601, UTC. */
  checked_at: text,
  version: text,
  /** The worst state of all checks. */
  state: z.enum(CHECK_STATES),
  checks: z.array(z.strictObject({
    /** Stable across versions. */
    name: text,
    state: z.enum(CHECK_STATES),
    /** The state of the checked thing. */
    summary: text,
    findings: z.array(z.strictObject({
      state: z.enum(["unchecked", "warning", "error"]),
      /** For an error: a code as in other commands. */
      code: z.nullable(text),
      detail: text,
      /** The command that fixes the problem, or one line of advice. */
      hint: z.nullable(text),
      /** The fix that `--fix` applies; null: no fix. */
      fix: z.nullable(text),
    })),
  })),
  /** With `--fix`: the fixes applied before everything was checked again. */
  fixes: z.nullable(z.strictObject({
    dry_run: z.boolean(),
    done: z.array(text),
    failed: z.array(z.strictObject({ fix: text, reason: text })),
  })),
});

export type DoctorResult = z.infer<typeof DoctorResult>;
export type CheckRow = DoctorResult["checks"][number];
