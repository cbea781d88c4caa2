import {
  COUNT,
  type Fitting,
  FLAG,
  list,
  nullable,
  object,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";
import { parseTime, shortAge } from "../base/times.ts";
import { counted } from "../base/words.ts";
import type { Differences } from "./differences.ts";
import type { Item, Run } from "./item.ts";
import type { Difference } from "./tree.ts";

/**
 * Evidence for a fact, and whether it is current. Evidence holds only if the
 * command exited with 0 on exactly the current files.
 */
export const EVIDENCE = object({
  command: TEXT,
  /** False if the command only did something, such as a deployment. */
  verifies: FLAG,
  /**
   * `holds`: it exited with 0 on the current files. `stale`: files have changed
   * since it ran. `contradicted`: its last run failed. `unproved`: it did not
   * run, or its result or its files are unknown.
   */
  state: text<"holds" | "stale" | "contradicted" | "unproved">({
    choices: ["holds", "stale", "contradicted", "unproved"],
    neutral: "unproved",
  }),
  /** The reason for that state, without a period. */
  why: TEXT,
  /** Exit status of the last run; null: unknown, or not run. */
  exit: nullable({ is: "number" } as Shape<number>),
  /** Time at which the last run ended, ISO 8601, UTC; null: not run. */
  at: nullable(TEXT),
  /** The first files that have changed since the last run. */
  changed: list(TEXT),
  /** Number of changed files; null: unknown. */
  changes: nullable(COUNT),
  /** The texts of the items that the evidence supports. */
  claims: list(TEXT),
});

export type Evidence = Fitting<typeof EVIDENCE>;

/** The maximum number of changed files to name. */
const NAMED = 3;

/** The data from which evidence and its states are derived. */
export interface EvidenceSources {
  /** Runs from every source. Only the last run of each command counts. */
  readonly runs: readonly Run[];
  /** Items. Only those that name a command count. */
  readonly items: readonly Item[];
  readonly differences: Differences;
  readonly now: Date;
}

/** Returns the state of each command that ran or is named as evidence. */
export function evidenceOf(sources: EvidenceSources): Evidence[] {
  const runs = lastRuns(sources.runs);
  const claims = Map.groupBy(
    sources.items.filter(({ evidence }) => evidence !== undefined),
    ({ evidence }) => commandForm(evidence!),
  );
  const named = new Set([
    ...claims.keys(),
    ...sources.items.filter(({ kind }) => kind === "verify")
      .map(({ text }) => commandForm(text)),
  ]);
  const commands = new Set([...runs.keys(), ...claims.keys()]);
  return [...commands].map((command) => {
    const run = runs.get(command);
    return {
      command,
      verifies: named.has(command) || run !== undefined && verifies(run),
      ...stateOf(run, sources),
      claims: (claims.get(command) ?? []).map(({ text }) => text),
    };
  });
}

/** The doubt about a verification command that was named, but did not run. */
export const ONLY_NAMED = "it was mentioned, but did not run";

/**
 * Returns whether a command verifies the work: it has a known name, or a person
 * or an agent said so. Other commands only do something, such as a deployment.
 */
export function verifies({ kind, doubt, source }: Run): boolean {
  return kind !== "other" || doubt === ONLY_NAMED || source === "user";
}

/** The doubt about a run that is known only from someone else's save. */
const UNVERIFIED = "the save is from someone else, not verified";

/**
 * Returns the last run of each command, newest first. Commands that were only
 * named, and other people's claims, do not hide a known run.
 */
export function lastRuns(runs: readonly Run[]): Map<string, Run> {
  const weak = ({ doubt }: Run) =>
    doubt === ONLY_NAMED || doubt === UNVERIFIED ? 1 : 0;
  const newest = [...runs].sort((a, b) =>
    weak(a) - weak(b) || timeOf(b) - timeOf(a)
  );
  const last = new Map<string, Run>();
  for (const run of newest) {
    const command = commandForm(run.command);
    if (!last.has(command)) last.set(command, run);
  }
  return last;
}

/** Returns the form in which commands are compared. */
export function commandForm(command: string): string {
  return command.trim();
}

function timeOf({ at }: Run): number {
  return parseTime(at) ?? 0;
}

/** Marks the runs in someone else's save, which prove nothing. */
export function unverified(runs: readonly Run[]): Run[] {
  return runs.map((run) =>
    run.doubt === ONLY_NAMED ? run : { ...run, doubt: UNVERIFIED }
  );
}

type State = Pick<
  Evidence,
  "state" | "why" | "exit" | "at" | "changed" | "changes"
>;

function stateOf(
  run: Run | undefined,
  { differences, now }: EvidenceSources,
): State {
  const nothing = { exit: null, at: null, changed: [], changes: null };
  if (!run || run.doubt === ONLY_NAMED) {
    return { ...nothing, state: "unproved", why: "not run" };
  }
  const age = shortAge(timeOf(run), now);
  const { exit, at } = run;
  const ran = { ...nothing, exit, at };
  const unproved = (why: string): State => ({
    ...ran,
    state: "unproved",
    why: `${endOf(exit, age)}; ${why}`,
  });
  if (run.doubt !== undefined) return unproved(run.doubt);
  if (exit === null) return unproved("exit status unknown");
  const difference = differences(run);
  const { same, paths, why } = difference;
  const known = same === true || paths.length > 0;
  const changed = {
    changed: paths.slice(0, NAMED),
    changes: known ? paths.length : null,
  };
  if (exit !== 0) {
    const since = same === false ? `; ${changesText(difference)}` : "";
    return {
      ...{ ...ran, ...changed, state: "contradicted" },
      why: `${endOf(exit, age)}${since}`,
    };
  }
  if (same === undefined) return unproved(why ?? "files unknown");
  return {
    ...{ ...ran, ...changed, state: same ? "holds" : "stale" },
    why: same
      ? `${endOf(exit, age)} on the same files`
      : `${endOf(exit, age)}; ${changesText(difference)}`,
  };
}

function endOf(exit: number | null, age: string): string {
  if (exit === null) return `ran ${age}`;
  return exit === 0
    ? `passed ${age}`
    : `failed ${age} with exit status ${exit}`;
}

function changesText({ paths }: Difference): string {
  if (paths.length === 0) return "files changed since";
  const more = paths.length > NAMED ? ", …" : "";
  const names = paths.slice(0, NAMED).join(", ");
  return `${counted(paths.length, "file")} changed since: ${names}${more}`;
}

/** Returns e.g. `stale: npm test (passed 2h ago; 1 file changed since: a)`. */
export function evidenceLine({ state, command, why }: Evidence): string {
  return `${state}: ${command} (${why})`;
}
