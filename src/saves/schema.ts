import { problemsOf, schemaOf } from "../base/schema.ts";
import { ITEM } from "../items/mod.ts";
import { SAVE } from "./save.ts";

/** The schema of a save. */
export const SaveSchema = schemaOf(SAVE);

/** The schema of an item of a hand-off. */
export const ItemSchema = schemaOf(ITEM);

/** Lists the errors in a save, each as `field: reason`. */
export function problemsOfSave(save: unknown): string[] {
  return problemsOf(SaveSchema, save);
}
