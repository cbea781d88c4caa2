import type { OpenEvents } from "./events.ts";

/** The context use of an agent at one time. */
export interface ContextPoint {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly tokens: number;
}

/** The parts of an agent session's history that a timeline shows. */
export interface AgentCourse {
  /** ISO 8601, UTC. */
  readonly from: string;
  readonly to: string;
  /** The first prompt; not redacted, not escaped. */
  readonly title: string | undefined;
  /** In order of time, at most 60. */
  readonly context: readonly ContextPoint[];
  /** API errors and interruptions. */
  readonly errors: readonly { readonly at: string; readonly text: string }[];
  /** True if only parts of a long transcript were read. */
  readonly partial: boolean;
}

/** The maximum number of points, and of errors, in one history. */
const MOST_POINTS = 60;
export const MOST_ERRORS = 50;

/** Derives a session's history; `undefined`: no event has a time. */
export function courseOf(
  { events, lost }: OpenEvents,
): AgentCourse | undefined {
  let [from, to] = ["", ""];
  let title: string | undefined;
  const points: ContextPoint[] = [];
  const errors: { at: string; text: string }[] = [];
  for (const { at, agent, what } of events) {
    if (agent || at === "") continue;
    if (from === "" || at < from) from = at;
    if (at > to) to = at;
    if (what.type === "prompt") title ??= what.text;
    if (what.type === "usage") points.push({ at, tokens: what.context });
    if (what.type === "error") errors.push({ at, text: what.text });
  }
  if (from === "") return undefined;
  return {
    ...{ from, to, title, partial: lost.bytes > 0 },
    context: fewer(points),
    errors: errors.slice(-MOST_ERRORS),
  };
}

/** Reduces the points, but keeps the peak in each group. */
export function fewer(points: readonly ContextPoint[]): ContextPoint[] {
  const size = Math.ceil(points.length / MOST_POINTS);
  const found: ContextPoint[] = [];
  for (let at = 0; at < points.length; at += size) {
    found.push(
      points.slice(at, at + size)
        .reduce((most, one) => one.tokens > most.tokens ? one : most),
    );
  }
  return found;
}
