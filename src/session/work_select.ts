import { MpmError } from "../errors.ts";
import type { Work } from "./work.ts";
import { labelOf } from "./work_record.ts";
import { isSettled } from "./work_states.ts";

/** Sessions that an error names. */
const NAMED = 5;

/**
 * The session that `selector` means: its id, its name, a part of its id that
 * no other has. Of several with one name those that are still listed come
 * first. `undefined`: none. Throws AMBIGUOUS with those that match.
 */
export function matchWork(
  works: readonly Work[],
  selector: string,
): Work | undefined {
  const exact = works.find(({ id }) => id === selector);
  if (exact || selector === "") return exact;
  const named = works.filter(({ name }) => name === selector);
  const listed = named.filter(({ state }) => !isSettled(state));
  const found = listed.length > 0
    ? listed
    : named.length > 0
    ? named
    : works.filter(({ id }) => id.includes(selector));
  if (found.length <= 1) return found[0];
  const names = found.slice(0, NAMED).map((work) =>
    `${work.id} (${labelOf(work)}, ${work.state})`
  );
  throw new MpmError(
    "AMBIGUOUS",
    `"${selector}" matches ${found.length} work sessions: ${names.join(", ")}`,
    { hint: "Give the full id" },
  );
}
