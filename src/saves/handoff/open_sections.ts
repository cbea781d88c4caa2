import type { Section } from "./budget.ts";
import { shortAge } from "../../base/times.ts";
import type { Item, ItemsNow } from "../../items/mod.ts";
import { type Outline, outlineOf } from "./outline.ts";
import { type Clock, isLongWhy, itemLine, oneLine, pieces } from "./wording.ts";

/** The data for the sections of open items. */
export interface OpenFacts {
  readonly outline: Outline;
  readonly clock: Clock;
  readonly rest: string;
  /** True if commands such as `mpm next` list the items of another worktree. */
  readonly elsewhere?: boolean;
}

/** The command that shows all open items with their numbers. */
export const OPEN_REST = "mpm done";

/** Returns the escaped open items for an agent, if there is no save. */
export function openSections(
  { items: open, vars, problems }: ItemsNow,
  now: Date,
): Section[] {
  const outline = outlineOf({ session: undefined, items: open, vars });
  const clock = { now, paused: now.toISOString() };
  const facts = { outline, clock, rest: OPEN_REST };
  const verify = open.filter(({ kind }) => kind === "verify");
  return [
    ...goalSections(facts),
    ...nextSections(facts),
    ...settled(facts),
    items(facts, "How to verify", verify, 10),
    varSection(facts),
    list(facts, "Notes", problems.map(oneLine), 4),
  ];
}

type More = Partial<Omit<Section, "title" | "entries" | "weight">>;

/** Returns a section of lines that do not need bullets. */
export function lines(
  { rest }: OpenFacts,
  title: string,
  entries: readonly string[],
  weight: number,
  more: More = {},
): Section {
  return { title, entries, weight, rest, ...more };
}

/** Returns a section of entries with bullets. */
export function list(
  facts: OpenFacts,
  title: string,
  entries: readonly string[],
  weight: number,
  more: More = {},
): Section {
  const bulleted = entries.map((entry) => `- ${entry}`);
  return lines(facts, title, bulleted, weight, more);
}

export function items(
  facts: OpenFacts,
  title: string,
  entries: readonly Item[],
  weight: number,
  more: More = {},
): Section {
  const worded = entries.map((item) => itemLine(item, facts.clock));
  // A command that lists open items shows only those of this worktree.
  const kept = !facts.elsewhere &&
    entries.every(({ number }) => number !== undefined);
  const rest = kept ? more.rest ?? facts.rest : facts.rest;
  return list(facts, title, worded, weight, { ...more, rest });
}

/** Returns the goal and the constraints. */
export function goalSections(facts: OpenFacts): Section[] {
  const { goal, constraints } = facts.outline;
  return [
    items(facts, "Goal", goal, 8),
    items(facts, "Constraints", constraints, 8),
  ];
}

/** Returns the next steps, the blockers and the questions. */
export function nextSections(facts: OpenFacts): Section[] {
  const { outline } = facts;
  const begun = outline.begun.map((item) => ({
    ...item,
    state: "open" as const,
  }));
  return [
    items(facts, "In progress", begun, 8, { rest: "mpm next" }),
    items(facts, "Next steps", outline.next, 16, { rest: "mpm next" }),
    items(facts, "Blockers", outline.blockers, 7, { rest: "mpm block" }),
    items(facts, "Open questions", outline.questions, 7, { rest: "mpm ask" }),
  ];
}

/** The state variables. */
export function varSection(facts: OpenFacts): Section {
  const vars = facts.outline.vars
    .map(([name, value]) => oneLine(`${name}=${value}`));
  return lines(facts, "Variables", vars, 4, {
    inline: true,
    rest: facts.elsewhere ? facts.rest : "mpm var list",
  });
}

/** Returns the decisions, the rejected approaches and the plan. */
export function settled(facts: OpenFacts): Section[] {
  const { outline } = facts;
  const more = { rest: "mpm decide" };
  return [
    items(facts, "Decisions", outline.decisions, 14, more),
    items(facts, "Rejected approaches", outline.rejected, 7),
    ...outline.plans.map((plan) => longText(facts, "Approved plan", plan, 8)),
    ...outline.questions.filter(({ why }) => isLongWhy(why)).map((item) =>
      longText(facts, oneLine(item.text), { ...item, text: item.why! }, 5)
    ),
  ];
}

/** Returns a section with a long text, of which only whole parts are shown. */
export function longText(
  facts: OpenFacts,
  title: string,
  item: Item,
  weight: number,
  more: More = {},
): Section {
  const age = shortAge(Date.parse(item.at), facts.clock.now);
  const marks = item.number === undefined ? [age] : [`#${item.number}`, age];
  const name = `${title} (${marks.join(", ")})`;
  return lines(facts, name, pieces(item.text).map(indented), weight, more);
}

export function indented(text: string): string {
  return `  ${text.replaceAll("\n", "\n  ")}`;
}
