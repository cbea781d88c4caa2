import { holdsPart, onlyOne } from "../base/selector.ts";
import type { Work } from "./work.ts";
import { labelOf } from "./work_record.ts";
import { type Action, isOpen, isSettled, stepsFor } from "./work_states.ts";

/**
 * The session that `selector` means: its id, its name, a part of its id that
 * no other has. Of several with one name those that `action` is possible for
 * come first, then those that are open, then those that are still listed.
 * `undefined`: none. Throws AMBIGUOUS with those that match.
 */
export function matchWork(
  works: readonly Work[],
  { selector, action }: { selector: string; action: Action },
): Work | undefined {
  const exact = works.find(({ id }) => id === selector);
  if (exact || selector === "") return exact;
  const named = works.filter(({ name }) => name === selector);
  const tiers = [
    named.filter(({ state }) => stepsFor(state, action)),
    named.filter(({ state }) => isOpen(state)),
    named.filter(({ state }) => !isSettled(state)),
    named,
    works.filter(({ id }) => holdsPart(id, selector)),
  ];
  const found = tiers.find((tier) => tier.length > 0) ?? [];
  return onlyOne(found, selector, {
    noun: "work session",
    label: (work) => `${work.id} (${labelOf(work)}, ${work.state})`,
    hint: "Give the full id",
  });
}
