import type { FileState, Place, Ref, Step } from "./change_set.ts";
import { idOf, oldName, type Part } from "../old_names.ts";
import type { Relocation } from "./relocate.ts";

/** A file in one of the stores, in its current form. */
export interface StoredFile {
  readonly at: Ref;
  readonly state: FileState;
  /** SHA-256 of its form in the new folder. */
  readonly moved: string;
  /** The text of a checksum file or a pointer. */
  readonly text?: string;
  /** For a JSON, milliseconds since the epoch. */
  readonly pausedAt?: number;
}

/** Everything on which a migration depends. */
export interface Inventory {
  /** Files to move. */
  readonly old: readonly StoredFile[];
  /** Files that stay for a reason found while reading. */
  readonly left: readonly Step[];
  /** In `sessions` and `kept`: the files with an ID or name from `old`. */
  readonly there: readonly StoredFile[];
  /** Every ID known in any of the folders. */
  readonly taken: ReadonlySet<string>;
  /** The references that change, by the original folder. */
  readonly paths: Readonly<Record<"pause" | "global", Relocation["paths"]>>;
}

/** A file's place as one text. */
export function refKey({ place, name }: Ref): string {
  return `${place}/${name}`;
}

/** The files of one id in one folder. */
export interface Family {
  readonly id: string;
  readonly place: Place;
  readonly parts: Map<Part, StoredFile>;
  readonly evidence: StoredFile[];
}

/** The parts with the session itself, the best source first. */
export const CONTENT: readonly Part[] = [".json", ".yaml", ".md"];

/**
 * The files grouped by ID, sorted by folder in the given order and then by ID.
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

/** The files of one ID together, the newest first. */
export function newestFirst(all: readonly Family[]): Family[] {
  return [...Map.groupBy(all, ({ id }) => id).values()].flatMap((same) =>
    same.sort((a, b) => Number(isOlder(a, b)) - Number(isOlder(b, a)))
  );
}

/** The file from which a save is read. */
function sourceOf({ parts }: Family): StoredFile | undefined {
  return CONTENT.map((part) => parts.get(part)).find((file) => file);
}

/** Returns whether its own checksum file shows that the JSON is damaged. */
export function isDamaged({ parts }: Family): boolean {
  const json = parts.get(".json");
  const checksum = parts.get(".json.sha256");
  return json !== undefined && checksum !== undefined &&
    checksum.text !== json.state.sha256;
}

/**
 * Returns the relation of a save to the files with its ID in the new folder.
 * `same` means that everything they have in common is equal, or differs only in
 * the changed paths. A save that is only in `kept` also counts.
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
 * Returns whether `a` is the older save, by its own time, then by its file's.
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

/** The ID in a pointer. */
export function pointedTo({ text = "" }: StoredFile): string | undefined {
  return /^Latest Session: (session-\d{8}-\d{6})$/m.exec(text)?.[1];
}

/** A file that moves to a place, or only into the backup. */
export interface Transfer {
  readonly file: StoredFile;
  readonly to: Ref | null;
  /** The new content; unchanged by default. */
  readonly render?: Render;
}

/** Makes content, using `read` for the content of a file. */
export type Render = (read: (file: StoredFile) => Uint8Array) => Uint8Array;

/** The target folder in its planned state, which grows during planning. */
export class NewFolder {
  readonly #files = new Map<string, StoredFile>();
  readonly #namesOf = new Map<string, Set<string>>();
  /** Files that do not exist yet, and how to make them. */
  readonly #coming = new Map<string, Render>();

  file(name: string): StoredFile | undefined {
    return this.#files.get(name);
  }

  family(id: string): Family | undefined {
    return families(this.#names(id).map((name) => this.#files.get(name)!))[0];
  }

  /**
   * Returns whether something with that ID does not exist yet, so that it
   * cannot move again.
   */
  isComing(id: string): boolean {
    return this.#names(id).some((name) => this.#coming.has(name));
  }

  #names(id: string): string[] {
    return [...this.#namesOf.get(id) ?? []];
  }

  add(file: StoredFile): void {
    const { name } = file.at;
    this.#files.set(name, file);
    const id = idOf(name);
    if (id === undefined) return;
    const names = this.#namesOf.get(id) ?? new Set();
    this.#namesOf.set(id, names.add(name));
  }

  /** Plans a file in that place, unchanged unless it is rendered. */
  expect(file: StoredFile, at: Ref, render?: Render): void {
    const state = { ...file.state, sha256: file.moved };
    this.add({ ...file, at, state });
    this.#coming.set(at.name, render ?? ((read) => read(file)));
  }

  /** Returns the function that makes a planned file. */
  coming(name: string): Render | undefined {
    return this.#coming.get(name);
  }

  /** Frees the names of that ID for another save. */
  forget(id: string): void {
    for (const name of this.#names(id)) this.#files.delete(name);
    this.#namesOf.delete(id);
  }
}
