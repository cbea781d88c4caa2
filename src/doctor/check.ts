import { type ErrorCode, ERRORS } from "../base/errors.ts";

/**
 * How a check ended, the worst last. `unchecked`: it could not be looked at,
 * which is never taken for well.
 */
export const CHECK_STATES = ["ok", "unchecked", "warning", "error"] as const;

export type CheckState = typeof CHECK_STATES[number];

/** What puts one thing right without a question. */
export interface Fix {
  /** What it does, as `Remove …`. */
  readonly title: string;
  apply(): Promise<void> | void;
}

/** One thing that is not well, or that could not be looked at. */
export interface Finding {
  readonly state: Exclude<CheckState, "ok">;
  /** Of an error: what kind, which decides the exit status. */
  readonly code: ErrorCode | null;
  /** What is wrong and where, one line. */
  readonly detail: string;
  /** The command that mends it, or one line; null: there is nothing to do. */
  readonly mend: string | null;
  /** What `--fix` does about it; absent: it leaves it alone. */
  readonly fix?: Fix;
}

/** What a check found. */
export interface Checked {
  /** What was looked at and how it is, one line. */
  readonly summary: string;
  readonly found: readonly Finding[];
}

interface More {
  readonly mend?: string;
  readonly fix?: Fix;
}

function finding(
  state: Finding["state"],
  code: ErrorCode | null,
  { detail, mend, fix }: More & { readonly detail: string },
): Finding {
  return { state, code, detail, mend: mend ?? null, ...fix ? { fix } : {} };
}

/** Something that works, but not for long or not as it should. */
export function warning(detail: string, more: More = {}): Finding {
  return finding("warning", null, { detail, ...more });
}

/** Something that does not work. */
export function failure(
  code: ErrorCode,
  detail: string,
  more: More = {},
): Finding {
  return finding("error", code, { detail, ...more });
}

/** Something that could not be looked at. */
export function unknown(detail: string, more: More = {}): Finding {
  return finding("unchecked", null, { detail, ...more });
}

/** The worst of what was found. */
export function worst(
  states: readonly { readonly state: CheckState }[],
): CheckState {
  const at = states.map(({ state }) => CHECK_STATES.indexOf(state));
  return CHECK_STATES[Math.max(0, ...at)]!;
}

/** What `--fix` can do, each once. */
export function fixesOf(found: readonly Finding[]): Fix[] {
  const byTitle = new Map<string, Fix>();
  for (const { fix } of found) {
    if (fix && !byTitle.has(fix.title)) byTitle.set(fix.title, fix);
  }
  return [...byTitle.values()];
}

/**
 * The exit status of what is left: 0 without an error, else 5 if anything that
 * is stored is damaged, 6 if the machine or git refuses, 4 for all else.
 */
export function doctorStatus(
  found: readonly Pick<Finding, "state" | "code">[],
): number {
  const errors = found.filter(({ state }) => state === "error");
  if (errors.length === 0) return 0;
  const exits = errors.map(({ code }) => code && ERRORS[code].exit);
  return exits.includes(5) ? 5 : exits.includes(6) ? 6 : 4;
}
