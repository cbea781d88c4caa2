import { isFields } from "../base/parsed_values.ts";
import { shellWord } from "../base/shell.ts";
import type { Work } from "./work.ts";
import { labelOf } from "./record.ts";
import { isOpen } from "./life_cycle.ts";

/** Uncommitted work in a checkpoint, as recorded in a session. */
interface KeptWork {
  readonly checkpoint: string;
  /** The detour for which it was parked, or the session that owns it. */
  readonly session: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/**
 * Returns the uncommitted work, kept in checkpoints, without which a session
 * continued.
 */
export function keptOf(work: Work): KeptWork[] {
  const { kept } = work as { kept?: unknown };
  return Array.isArray(kept)
    ? kept.filter((one) =>
      isFields(one) && typeof one.checkpoint === "string"
    ) as unknown as KeptWork[]
    : [];
}

/** Returns the session with one more piece of parked work. */
export function withKept(work: Work, one: KeptWork): Work {
  const others = keptOf(work).filter(({ checkpoint }) =>
    checkpoint !== one.checkpoint
  );
  return { ...work, kept: [...others, one] } as Work;
}

/**
 * Returns a sentence for each piece of work in a checkpoint that a return will
 * not restore automatically. `exists`: returns whether a checkpoint exists.
 */
export function keptNotes(
  works: readonly Work[],
  exists: (checkpoint: string) => boolean,
): string[] {
  return works.filter(({ state }) => isOpen(state)).flatMap((work) =>
    keptOf(work).filter(({ checkpoint }) => exists(checkpoint))
      .map(({ checkpoint }) => {
        const name = shellWord(checkpoint);
        return `Work from ${
          labelOf(work)
        } is in the checkpoint ${checkpoint}: ` +
          `"mpm checkpoint restore ${name}" restores it, "mpm checkpoint rm ` +
          `${name}" deletes it`;
      })
  );
}

/**
 * Returns the checkpoint with the work that a session parked for an open
 * detour.
 */
export function parkedBy(
  work: Work,
  works: readonly Work[],
): string | null {
  const child = works.find(({ parent, state, detour }) =>
    parent === work.id && isOpen(state) && detour !== null &&
    detour.checkpoint !== null
  );
  return child?.detour?.checkpoint ?? null;
}

/**
 * Returns a sentence for each open detour whose parked work is not in this copy
 * of the project. `exists`: returns whether a checkpoint exists.
 */
export function missingNotes(
  works: readonly Work[],
  exists: (checkpoint: string) => boolean,
): string[] {
  return works.flatMap((work) => {
    const checkpoint = work.detour?.checkpoint ?? null;
    if (checkpoint === null || !isOpen(work.state)) return [];
    if (exists(checkpoint)) return [];
    return [
      `The work parked for ${labelOf(work)} in the checkpoint ${checkpoint} ` +
      "is not in this copy of the project. It was parked in another copy, or " +
      "was removed",
    ];
  });
}

/**
 * Returns the results of a session's detours since its last pause, one line
 * each, for its next save.
 */
export function detoursDone({ children, transitions }: Work): string[] {
  const paused = transitions.findLast(({ to }) => to === "paused")?.at ?? "";
  return children.filter(({ at }) => at >= paused).map((child) => {
    const { name, id, summary } = child;
    const cancelled = (child as { cancelled?: unknown }).cancelled === true;
    const label = `Detour "${name ?? id}"${cancelled ? ", cancelled" : ""}`;
    return summary === "" ? label : `${label}: ${summary}`;
  });
}
