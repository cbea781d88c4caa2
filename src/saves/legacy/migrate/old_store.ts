import type { Change, FileState, Place, Ref, Step } from "./change_set.ts";
import { idOf, oldName, type Part } from "../old_names.ts";
import type { Relocation } from "./relocate.ts";

/** A file in one of the stores, in its current form. */
export interface StoredFile {
  readonly at: Ref;
  readonly state: FileState;
  /** SHA-256 of the content that the file will have in the new folder. */
  readonly moved: string;
  /** The text of a checksum file or a pointer. */
  readonly text?: string;
  /**
   * The time of the pause, for a JSON file, in milliseconds since the epoch.
   */
  readonly pausedAt?: number;
}

/** Everything that a migration depends on. */
export interface Inventory {
  /** Files to move. */
  readonly old: readonly StoredFile[];
  /** Files that stay for a reason found while reading. */
  readonly left: readonly Step[];
  /** Files in `sessions` and `kept` that have an ID or name from `old`. */
  readonly there: readonly StoredFile[];
  /** Every ID known in any of the folders. */
  readonly taken: ReadonlySet<string>;
  /** The references to change, by the original folder. */
  readonly paths: Readonly<Record<"pause" | "global", Relocation["paths"]>>;
}

/** Returns the place of a file as one text. */
export function refKey({ place, name }: Ref): string {
  return `${place}/${name}`;
}

/** The files of one ID in one folder. */
export interface Family {
  readonly id: string;
  readonly place: Place;
  readonly parts: Map<Part, StoredFile>;
  readonly evidence: StoredFile[];
}

/** The parts with the session itself, the best source first. */
export const CONTENT: readonly Part[] = [".json", ".yaml", ".md"];

/**
 * Returns the files grouped by ID, sorted by folder in the given order and then
 * by ID.
 */
export function families(files: readonly StoredFile[]): Family[] {
  const found = new Map<string, Family>();
  for (const file of files) {
    const { place, name } = file.at;
    const id = idOf(name);
    if (id === undefined) continue;
    const key = `${place}/${id}`;
    const family: Family = found.get(key) ??
      { id, place, parts: new Map(), evidence: [] };
    found.set(key, family);
    const known = oldName(name)!;
    if (known.kind === "part") family.parts.set(known.part, file);
    else family.evidence.push(file);
  }
  return [...found.values()];
}

/** Returns the families with those of one ID together, newest first. */
export function newestFirst(all: readonly Family[]): Family[] {
  return [...Map.groupBy(all, ({ id }) => id).values()].flatMap((same) =>
    same.sort((a, b) => Number(isOlder(a, b)) - Number(isOlder(b, a)))
  );
}

/** Returns the file from which a save is read. */
function sourceOf({ parts }: Family): StoredFile | undefined {
  return CONTENT.map((part) => parts.get(part)).find((file) => file);
}

/**
 * Returns whether the checksum file of a JSON shows that the JSON is damaged.
 */
export function isDamaged({ parts }: Family): boolean {
  const json = parts.get(".json");
  const checksum = parts.get(".json.sha256");
  return json !== undefined && checksum !== undefined &&
    checksum.text !== json.state.sha256;
}

/**
 * Returns how a save relates to the files with the same ID in the new folder.
 * `same`: the files that both have are equal, or differ only in the changed
 * paths. A save that is only in `kept` also counts.
 */
export function relation(
  family: Family,
  there: Family | undefined,
  kept: Family | undefined,
): "free" | "same" | "different" {
  const pairs = [...family.parts].filter(([part]) => part !== ".json.sha256")
    .map(([part, mine]) => ({ part, mine, other: there?.parts.get(part) }))
    .filter(({ other }) => other !== undefined);
  if (!pairs.every(({ mine, other }) => isEqual(mine, other!))) {
    return "different";
  }
  if (there && sourceOf(there)) {
    const shared = pairs.some(({ part }) => CONTENT.includes(part));
    return shared || !sourceOf(family) ? "same" : "different";
  }
  const [mine, copy] = [family.parts.get(".json"), kept?.parts.get(".json")];
  if (copy && sourceOf(family) && !(mine && isEqual(mine, copy))) {
    return "different";
  }
  return "free";
}

/**
 * Returns whether `mine` has, or will have after the move, the content of
 * `other`.
 */
export function isEqual(mine: StoredFile, other: StoredFile): boolean {
  const { sha256 } = other.state;
  return sha256 === mine.state.sha256 || sha256 === mine.moved;
}

/**
 * Returns whether `a` is the older save, by the time of the pause, or else by
 * the time of the file.
 */
export function isOlder(a: Family, b: Family): boolean {
  const [first, second] = [sourceOf(a), sourceOf(b)];
  if (!first || !second) return first !== undefined;
  const { pausedAt: one, state: { mtime } } = first;
  const { pausedAt: other, state: { mtime: otherMtime } } = second;
  if (one !== undefined && other !== undefined && one !== other) {
    return one < other;
  }
  return mtime < otherMtime;
}

/** Returns the ID that a pointer contains. */
export function pointedTo({ text = "" }: StoredFile): string | undefined {
  return /^Latest Session: (session-\d{8}-\d{6})$/m.exec(text)?.[1];
}

/** Returns a file's content as it was planned. Throws if it has changed. */
export type Read = (file: Pick<StoredFile, "at" | "state">) => Uint8Array;

/** A planned change whose content does not exist yet. */
export interface Wanted extends Omit<Change, "after" | "linked"> {
  /** null: the file is removed. */
  readonly after:
    | Pick<FileState, "mode" | "mtime"> & { readonly make: Render }
    | null;
}

/** Makes the content of a file from others. */
export type Render = (read: Read) => Uint8Array;

/** The target folder as planned so far. It grows during planning. */
export class NewFolder {
  /** Files by name, by their ID or else by their own name. */
  readonly #files = new Map<string, Map<string, StoredFile>>();
  /** Functions that make the planned files, which do not exist yet. */
  readonly #coming = new Map<string, Render>();

  #beside(name: string): Map<string, StoredFile> {
    const key = idOf(name) ?? name;
    const files = this.#files.get(key) ?? new Map<string, StoredFile>();
    this.#files.set(key, files);
    return files;
  }

  file(name: string): StoredFile | undefined {
    return this.#beside(name).get(name);
  }

  family(id: string): Family | undefined {
    return families([...this.#files.get(id)?.values() ?? []])[0];
  }

  /**
   * Returns whether a file with this ID is still only planned, so that the ID
   * cannot move again.
   */
  isComing(id: string): boolean {
    return [...this.#files.get(id)?.keys() ?? []]
      .some((name) => this.#coming.has(name));
  }

  add(file: StoredFile): void {
    this.#beside(file.at.name).set(file.at.name, file);
  }

  /** Plans a file in a given place. */
  expect(file: StoredFile, at: Ref, render: Render): void {
    const state = { ...file.state, sha256: file.moved };
    this.add({ ...file, at, state });
    this.#coming.set(at.name, render);
  }

  /** Returns the function that makes a planned file. */
  coming(name: string): Render | undefined {
    return this.#coming.get(name);
  }

  /** Frees the names of an ID for another save. */
  forget(id: string): void {
    this.#files.delete(id);
  }
}
