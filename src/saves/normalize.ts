import { MpmError } from "../base/errors.ts";
import { getOwn, setOwn } from "../base/own.ts";
import {
  type Fields,
  flagIn,
  isFields,
  kindOf,
  numberIn,
  readable,
} from "../base/parsed_values.ts";
import { fromOlderForms } from "./legacy/older_forms.ts";
import { idTime } from "./store/save_entry.ts";
import { fits, type ObjectShape, type Shape } from "../base/shape.ts";
import { SAVE, type Save } from "./save.ts";
import { isFullTime, parseTime } from "../base/times.ts";

/** A save converted to the current shape. */
export interface Normalized {
  readonly save: Save;
  /** One line for each kind of repair, starting with the path of the field. */
  readonly warnings: string[];
}

/** The key for values that have no place in the schema, by field. */
const UNPLACED = "unplaced";

/**
 * Converts the parsed content of a save by any program to the shape of a
 * `Save`. Nothing is lost: unknown fields are kept, values of another type are
 * converted, and other values go to the field `unplaced`. `id` is the ID in the
 * file's name, which takes precedence. A value that already has the shape is
 * returned unchanged, without a warning. Throws UNREADABLE if the content is
 * not an object.
 */
export function normalize(value: unknown, id: string): Normalized {
  if (!isFields(value)) {
    throw new MpmError(
      "UNREADABLE",
      `Cannot read ${id}: the top level is not an object but ${kindOf(value)}`,
      { hint: 'Run "mpm saves list" to find another save' },
    );
  }
  const notes = new Notes();
  const filled = fromOlderForms(value);
  filled.session_id = identity(value, id, notes);
  filled.paused_at = pauseTime(value, id, notes);
  const save = repair(SAVE, filled, { at: "", notes }) as Fields;
  const { unplaced } = notes;
  if (unplaced) {
    const before = isFields(save[UNPLACED]) ? save[UNPLACED] : {};
    save[UNPLACED] = { ...before, ...unplaced };
  }
  return { save: save as Save, warnings: notes.warnings };
}

/** Returns `save` without the fields that are missing in `value`. */
export function withoutDefaults(save: Save, value: Fields): Partial<Save> {
  if (value === save) return save;
  const { session_id, paused_at } = save;
  const always = { session_id, paused_at, [UNPLACED]: null };
  return within(save, { ...always, ...value }) as Partial<Save>;
}

function within(full: unknown, said: unknown): unknown {
  if (full === said) return full;
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
  if (found === undefined) {
    notes.repaired("session_id", "taken from the file name");
  } else {
    notes.repaired(
      "session_id",
      `${JSON.stringify(found).slice(0, 80)} does not match the file name`,
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
      notes.repaired("paused_at", "in another format, or without a time zone");
      return new Date(time).toISOString();
    }
  }
  notes.repaired(
    "paused_at",
    found === undefined ? "taken from the ID" : "not a time, taken from the ID",
  );
  if (found !== undefined) notes.setAside("paused_at", found);
  return new Date(idTime(id) ?? 0).toISOString();
}

/** The path of a value, and the receiver of repair notes. */
interface Place {
  readonly at: string;
  readonly notes: Notes;
}

/** Marks a field or entry to be left out. */
const NOTHING = Symbol("nothing");

/**
 * Converts `value` to the given shape, keeping unknown fields. A value that has
 * the shape is itself returned. A missing field gets its neutral value. A wrong
 * value is converted or moved to `unplaced`, with a note. Takes linear time.
 */
function repair(shape: Shape, value: unknown, place: Place): unknown {
  // Nearly everything is valid, and the code below takes several times as long.
  if (fits(shape, value)) return value;
  switch (shape.is) {
    case "text":
      if (shape.pattern || shape.choices) {
        return replaced(value, neutral(shape), place);
      }
      wrong(value, "text", place);
      return readable(value);
    case "number":
    case "count":
      return repairNumber(shape, value, place);
    case "flag": {
      const found = flagIn(value);
      if (found === undefined) return replaced(value, false, place);
      wrong(value, "true or false", place);
      return found;
    }
    case "any":
      return value;
    case "version":
      return repairVersion(value, place);
    case "nullable": {
      const { of } = shape;
      if (of.is === "text" && of.pattern) return replaced(value, null, place);
      const repaired = repair(of, value, place);
      return repaired === NOTHING ? null : repaired;
    }
    case "optional":
      return repairOptional(shape.of, value, place);
    case "list":
      return repairList(shape.of, value, place);
    case "record":
      return repairRecord(shape.of, value, place);
    case "object":
      return repairObject(shape, value, place);
  }
}

/** Returns the value for a missing field. */
function neutral(shape: Shape): unknown {
  switch (shape.is) {
    case "text":
      return shape.neutral ?? "";
    case "number":
    case "count":
      return 0;
    case "flag":
      return false;
    case "version":
      return 1;
    case "list":
      return [];
    case "record":
      return {};
    case "object":
      return Object.fromEntries(
        Object.entries(shape.fields)
          .filter(([, of]) => of.is !== "optional")
          .map(([name, of]) => [name, neutral(of)]),
      );
    default:
      return null;
  }
}

function wrong(value: unknown, due: string, { at, notes }: Place): void {
  notes.repaired(at, `${kindOf(value)} instead of ${due}`);
}

/** Records a value as unplaced. Returns its replacement. */
function replaced<T>(value: unknown, by: T, { at, notes }: Place): T {
  notes.repaired(
    at,
    `${kindOf(value)} does not fit here, so mpm moved it to "unplaced"`,
  );
  notes.setAside(at, value);
  return by;
}

function repairNumber(shape: Shape, value: unknown, place: Place): number {
  const found = typeof value === "string" ? numberIn(value) : value;
  if (value === null) {
    wrong(value, "a number", place);
    return 0;
  }
  if (typeof found !== "number") return replaced(value, 0, place);
  const number = shape.is === "count" ? Math.max(0, Math.trunc(found)) : found;
  if (!fits(shape, number)) return replaced(value, 0, place);
  place.notes.repaired(
    place.at,
    `${JSON.stringify(value)} was read as ${number}`,
  );
  return number;
}

/** A save with a newer schema is read as far as the schema is known. */
function repairVersion(value: unknown, place: Place): number {
  const later = typeof value === "number" && value > 1;
  if (!later) return replaced(value, 1, place);
  place.notes.repaired(place.at, `${value} is from a newer version of mpm`);
  place.notes.setAside(place.at, value);
  return 1;
}

function repairOptional(of: Shape, value: unknown, place: Place): unknown {
  if (value === null) {
    wrong(value, of.is === "object" ? "an object" : of.is, place);
    return NOTHING;
  }
  return of.is === "object" && !isFields(value)
    ? replaced(value, NOTHING, place)
    : repair(of, value, place);
}

function repairList(of: Shape, value: unknown, place: Place): unknown[] {
  let list: unknown[];
  if (Array.isArray(value)) list = value;
  else {
    wrong(value, "a list", place);
    const empty = value === null || value === "" ||
      isFields(value) && Object.keys(value).length === 0;
    list = empty ? [] : [value];
  }
  const inside = { at: `${place.at}[]`, notes: place.notes };
  const repaired = list.map((item) => repair(of, item, inside));
  return repaired.every((item, at) => item === list[at])
    ? list
    : repaired.filter((item) => item !== NOTHING);
}

function repairRecord(of: Shape, value: unknown, place: Place): Fields {
  let record: Fields = {};
  if (isFields(value)) record = value;
  else if (Array.isArray(value)) {
    wrong(value, "an object", place);
    record = Object.fromEntries(value.map((held, at) => [`${at + 1}`, held]));
  } else if (value === null) wrong(value, "an object", place);
  else replaced(value, {}, place);
  const inside = { at: `${place.at}.*`, notes: place.notes };
  const repaired = Object.entries(record)
    .map(([name, held]) => [name, repair(of, held, inside)] as const);
  const same = repaired.every(([name, held]) => held === getOwn(record, name));
  return same ? record : Object.fromEntries(repaired);
}

function repairObject(
  shape: ObjectShape,
  value: unknown,
  place: Place,
): unknown {
  const fields = isFields(value) ? value : fromOther(shape, value, place);
  if (fields === undefined) return NOTHING;
  const { required = [], aliases = {} } = shape;
  if (required.some((name) => !Object.hasOwn(fields, name))) {
    return replaced(value, NOTHING, place);
  }
  let copy: Fields | undefined;
  for (const [name, of] of Object.entries(shape.fields)) {
    const key = [name, ...getOwn(aliases, name) ?? []]
      .find((key) => Object.hasOwn(fields, key));
    if (key === undefined) {
      if (of.is !== "optional") {
        setOwn(copy ??= { ...fields }, name, neutral(of));
      }
      continue;
    }
    const held = getOwn(fields, key);
    const at = place.at === "" ? name : `${place.at}.${name}`;
    const repaired = repair(of, held, { ...place, at });
    if (repaired === held && key === name) continue;
    copy ??= { ...fields };
    if (repaired === NOTHING) Reflect.deleteProperty(copy, name);
    else setOwn(copy, name, repaired);
  }
  return copy ?? fields;
}

/** Returns the fields of a value in an object's place, or `undefined`. */
function fromOther(
  shape: ObjectShape,
  value: unknown,
  place: Place,
): Fields | undefined {
  const scalar = typeof value === "string" || typeof value === "number";
  if (scalar && shape.text !== undefined) {
    wrong(value, "an object", place);
    return { [shape.text]: value };
  }
  if (shape.required) return replaced(value, undefined, place);
  const empty = value === null || Array.isArray(value) && value.length === 0;
  if (!empty) return replaced(value, {}, place);
  wrong(value, "an object", place);
  return {};
}

/** The repairs made when reading a save, and the values without a place. */
export class Notes {
  readonly #repairs = new Map<string, number>();
  readonly #unplaced = new Map<string, unknown[]>();

  /** `field` is the path of the field without list positions. */
  repaired(field: string, how: string): void {
    const line = `${field}: ${how}`;
    this.#repairs.set(line, (this.#repairs.get(line) ?? 0) + 1);
  }

  /** Keeps a value that cannot stay where it was. */
  setAside(field: string, value: unknown): void {
    const held = this.#unplaced.get(field);
    if (held) held.push(value);
    else this.#unplaced.set(field, [value]);
  }

  /** One line for each kind of repair of each field. */
  get warnings(): string[] {
    return [...this.#repairs].map(([line, times]) =>
      times === 1 ? line : `${line} (${times} times)`
    );
  }

  /** The values kept, by field; `undefined` if there are no values. */
  get unplaced(): Record<string, unknown[]> | undefined {
    return this.#unplaced.size === 0
      ? undefined
      : Object.fromEntries(this.#unplaced);
  }
}
