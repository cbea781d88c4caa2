import { MpmError } from "../base/errors.ts";
import { getOwn } from "../base/own.ts";
import { mend } from "./mend.ts";
import { Notes } from "../base/notes.ts";
import { type Fields, isFields, kindOf } from "../base/odd_values.ts";
import { fromOlderForms } from "./legacy/older_forms.ts";
import type { Save } from "./save.ts";
import { idTime } from "./store/save_entry.ts";
import { SAVE } from "./shape.ts";
import { isFullTime, parseTime } from "../base/times.ts";

/** A save brought into the present shape. */
export interface Normalized {
  readonly save: Save;
  /** One line for each kind of repair, beginning with the field's path. */
  readonly warnings: string[];
}

/** Where values go that find no place in the shape, by the field's path. */
const UNPLACED = "unplaced";

/**
 * Brings the parsed content of any writer's save into the shape of a `Save`.
 * Nothing is lost: unknown fields stay where they are, values of another type
 * are converted, and what cannot be goes to the field `unplaced`. `id` is the
 * one in the file's name, which wins. A value that has the shape already comes
 * back as it is, without a warning. Throws UNREADABLE if it is no object.
 */
export function normalize(value: unknown, id: string): Normalized {
  if (!isFields(value)) {
    throw new MpmError(
      "UNREADABLE",
      `Cannot read ${id}: the top level is no object but ${kindOf(value)}`,
      { hint: 'Run "mpm sessions list" to find another save' },
    );
  }
  const notes = new Notes();
  const filled = fromOlderForms(value);
  filled.session_id = identity(value, id, notes);
  filled.paused_at = pauseTime(value, id, notes);
  const save = mend(SAVE, filled, { at: "", notes }) as Fields;
  const { unplaced } = notes;
  if (unplaced) {
    const before = isFields(save[UNPLACED]) ? save[UNPLACED] : {};
    save[UNPLACED] = { ...before, ...unplaced };
  }
  return { save: save as Save, warnings: notes.warnings };
}

/**
 * Returns `save`, which `normalize` made of `value`, without the fields that
 * `value` does not have: the shape wants them, but the file does not say them.
 */
export function asSaid(save: Save, value: Fields): Partial<Save> {
  const { session_id, paused_at } = save;
  const always = { session_id, paused_at, [UNPLACED]: null };
  return within(save, { ...always, ...value }) as Partial<Save>;
}

function within(full: unknown, said: unknown): unknown {
  if (Array.isArray(full) && Array.isArray(said)) {
    const alike = full.length === said.length;
    return alike ? full.map((one, at) => within(one, said[at])) : full;
  }
  if (!isFields(full) || !isFields(said)) return full;
  return Object.fromEntries(
    Object.entries(full).filter(([name]) => Object.hasOwn(said, name))
      .map(([name, held]) => [name, within(held, getOwn(said, name))]),
  );
}

function identity(value: Fields, id: string, notes: Notes): string {
  const { session_id: found } = value;
  if (found === id) return id;
  if (found === undefined) notes.repaired("session_id", "taken from the name");
  else {
    notes.repaired(
      "session_id",
      `${JSON.stringify(found).slice(0, 80)} differs from the file's name`,
    );
    notes.setAside("session_id", found);
  }
  return id;
}

function pauseTime(value: Fields, id: string, notes: Notes): string {
  const { paused_at: found } = value;
  if (typeof found === "string") {
    if (isFullTime(found)) return found;
    const time = parseTime(found);
    if (time !== undefined) {
      notes.repaired("paused_at", "in another form, or without its zone");
      return new Date(time).toISOString();
    }
  }
  notes.repaired(
    "paused_at",
    found === undefined ? "taken from the id" : "not a time, taken from the id",
  );
  if (found !== undefined) notes.setAside("paused_at", found);
  return new Date(idTime(id) ?? 0).toISOString();
}
