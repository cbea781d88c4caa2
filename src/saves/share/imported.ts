import { field } from "../../base/odd_values.ts";
import type { Imported, Save } from "../save.ts";

/**
 * Where a save was imported from; `undefined`: it was not. The mark lies in
 * `mpm`, or at the top of the save of another program.
 */
export function importedFrom(value: unknown): string | undefined {
  const mark = field(field(value, "mpm") ?? value, "imported");
  const from = field(mark, "from");
  return typeof from === "string" ? from : undefined;
}

/** The save with the mark; an older one is replaced. */
export function markImported(save: Save, imported: Imported): Save {
  return save.mpm
    ? { ...save, mpm: { ...save.mpm, imported } }
    : { ...save, imported };
}

/** The digest that a marked save had where it came from. */
export function importedDigest(value: unknown): string | undefined {
  const mark = field(field(value, "mpm") ?? value, "imported");
  const digest = field(mark, "sha256");
  return typeof digest === "string" ? digest : undefined;
}
