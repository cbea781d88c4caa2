import { MpmError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import type { RescueNote } from "./rescue_note.ts";
import { holdsPart, isIndex } from "../base/selector.ts";

/** The refs that take a removal back. */
export const RESCUE = "refs/mpm/rescue";

/** A removal that can be taken back. */
export interface Rescue extends RescueNote {
  /** The ref that its refs begin with. */
  readonly ref: string;
}

/** Characters of a name in a ref: a file of that name is made, and `.lock`. */
const PART_LIMIT = 150;

/**
 * `name` as one part of a ref name, which allows few characters and is cut
 * where it is long; `at` then makes it another one than its neighbours'.
 */
export function refPart(name: string, at: number): string {
  let part = "";
  for (const byte of new TextEncoder().encode(name.toWellFormed())) {
    const text = String.fromCharCode(byte);
    part += /[A-Za-z0-9_-]/.test(text)
      ? text
      : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return part.length > PART_LIMIT ? `${part.slice(0, PART_LIMIT)}-${at}` : part;
}

/**
 * The removal that `name` selects: by its whole name the newest of that name,
 * else by a part of one. Throws NOT_FOUND or AMBIGUOUS.
 */
export function selectRescue(
  rescues: readonly Rescue[],
  name: string | undefined,
): Rescue {
  const exact = rescues.find((one) => one.name === name);
  if (exact) return exact;
  const found = name === undefined
    ? rescues
    // Their list has no numbers, so that a number is only a whole name.
    : isIndex(name)
    ? []
    : rescues.filter((one) => holdsPart(one.name, name));
  const names = [...new Set(found.map((one) => one.name))];
  if (names.length === 1) return found[0]!;
  if (names.length === 0) {
    const what = name === undefined ? "worktree" : `worktree "${name}"`;
    throw new MpmError("NOT_FOUND", `No removed ${what}`, {
      hint: didYouMean(
        name ?? "",
        rescues.map((rescue) => rescue.name),
        '"mpm worktrees list" names those that can be restored',
      ),
    });
  }
  throw new MpmError(
    "AMBIGUOUS",
    `${names.length} removed worktrees match: ${names.join(", ")}`,
    { hint: "Give the whole name of one" },
  );
}
