import { sha256 } from "../base/digest.ts";
import { MpmError } from "../base/errors.ts";
import {
  type Fitting,
  list,
  nullable,
  object,
  record,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";
import { escapeText } from "../base/escape.ts";

/** The schedulers for which mpm writes entries. */
export const SCHEDULERS = ["systemd", "cron", "launchd", "schtasks"] as const;

/** The name of a scheduler. */
export type Via = typeof SCHEDULERS[number];

/** Everything that a schedule can start. */
export const KINDS = ["task", "pipeline", "standup"] as const;

/** The kind of work that a schedule starts. */
export type Kind = typeof KINDS[number];

/** The format of a schedule's name. */
export const SCHEDULE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

/** The ID of a schedule: its name, and a digest of its project. */
export const SCHEDULE_ID = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}-[0-9a-f]{8}$/;

/** A schedule as recorded by mpm before it wrote the entry. */
export const SCHEDULE = object({
  version: { is: "version" } as Shape<1>,
  id: text({ pattern: SCHEDULE_ID }),
  name: text({ pattern: SCHEDULE_NAME }),
  /** The top folder of the project, absolute. */
  project: TEXT,
  /** Five fields, in the machine's time zone. */
  times: TEXT,
  kind: text<Kind>({ choices: KINDS }),
  /** The task or pipeline; null: a standup. */
  target: nullable(TEXT),
  /** A program and its arguments, run after each run. */
  notify: nullable(list(TEXT)),
  via: text<Via>({ choices: SCHEDULERS }),
  /** The absolute path of the mpm that the entry starts. */
  program: TEXT,
  /**
   * The value of `PATH` when the schedule was added, since schedulers have a
   * short one.
   */
  path: nullable(TEXT),
  /** Environment variables without which mpm would use different folders. */
  variables: record(TEXT),
  /** Folders that were created for the entry, the outermost first. */
  folders: list(TEXT),
  /** When the schedule was added, ISO 8601, UTC. */
  at: TEXT,
});

export type Schedule = Fitting<typeof SCHEDULE>;

export function scheduleId(project: string, name: string): string {
  return `${name}-${sha256(`${project}\0${name}`).slice(0, 8)}`;
}

/** Returns the work that a schedule starts, as typed by people. */
export function actionText(
  { kind, target }: Pick<Schedule, "kind" | "target">,
): string {
  return target === null ? kind : `${kind} ${target}`;
}

/** Returns the program and arguments that an entry starts. */
export function entryWords(
  { program, project, name }: Pick<Schedule, "program" | "project" | "name">,
): string[] {
  return [program, "-C", project, "schedule", "run", name, "--quiet"];
}

/**
 * Throws USAGE if a text of an entry has a line break or another control
 * character, which some formats cannot represent.
 */
export function refuseUnwritable(schedule: Schedule): void {
  const { path: _, ...written } = schedule;
  const texts = [
    ...[written.program, written.project],
    ...Object.values(written.variables),
  ];
  // deno-lint-ignore no-control-regex -- finds control characters
  const wrong = texts.find((one) => /[\x00-\x1f\x7f]/.test(one));
  if (wrong === undefined) return;
  throw new MpmError(
    "USAGE",
    `No scheduler can start "${escapeText(wrong)}": it has a control character`,
    { hint: "Rename the folder, then add the schedule again" },
  );
}
