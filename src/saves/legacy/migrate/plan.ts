import type { FileState, Ref, Step } from "./change_set.ts";
import {
  families,
  type Family,
  type Inventory,
  isDamaged,
  isEqual,
  isOlder,
  newestFirst,
  NewFolder,
  pointedTo,
  refKey,
  relation,
  type Render,
  type StoredFile,
  type Wanted,
} from "./old_store.ts";
import { idOf, oldName, PARTS, POINTER } from "../old_names.ts";
import { relocate, type Relocation } from "./relocate.ts";
import { nearbyIds } from "../../store/save_entry.ts";
import { sha256 } from "../../../base/digest.ts";

export interface MigrationPlan {
  /** Every move, skip and rewrite in words. */
  readonly steps: readonly Step[];
  readonly wanted: readonly Wanted[];
}

/**
 * Decides where each file of the old folders moves. Only an older pointer is
 * replaced. Of two different saves with the same ID, both are kept.
 */
export function planMigration(inventory: Inventory): MigrationPlan {
  const planner = new Planner(inventory);
  const { old, left } = inventory;
  for (const family of newestFirst(families(old))) planner.addFamily(family);
  for (const file of old) {
    const kind = oldName(file.at.name)?.kind;
    if (kind === "lone") planner.addLone(file);
    if (kind === "pointer") planner.addPointer(file);
  }
  return {
    steps: [...planner.steps, ...left],
    wanted: [...planner.wanted.values()],
  };
}

class Planner {
  readonly steps: Step[] = [];
  /** The changes, by place. */
  readonly wanted = new Map<string, Wanted>();
  readonly #inventory: Inventory;
  readonly #taken: Set<string>;
  readonly #there = new NewFolder();
  readonly #kept: ReadonlyMap<string, Family>;
  /** The files in the new folder before the migration. */
  readonly #before = new Map<string, FileState>();
  /** The new IDs of saves from the old folder whose ID changed. */
  readonly #renamed = new Map<string, string>();
  /** Saves that lost their ID, with their new ID. */
  readonly #displaced: { family: Family; newId: string }[] = [];

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
    this.#taken = new Set(inventory.taken);
    const kept = [];
    for (const file of inventory.there) {
      this.#before.set(refKey(file.at), file.state);
      if (file.at.place === "kept") kept.push(file);
      else this.#there.add(file);
    }
    this.#kept = new Map(families(kept).map((family) => [family.id, family]));
  }

  addFamily(family: Family): void {
    const { id } = family;
    const there = this.#there.family(id);
    const kept = this.#kept.get(id);
    if (relation(family, there, kept) !== "different") {
      return this.#move(family);
    }
    const twin = this.#displaced.find((one) =>
      one.family.id === id &&
      relation(family, one.family, undefined) === "same"
    );
    const newId = twin?.newId ?? this.#freeId(id);
    // A planned file is newer, since the newest files are planned first.
    if (there && !this.#there.isComing(id) && isOlder(there, family)) {
      this.#displaced.push({ family: there, newId });
      this.#move(there, newId);
      this.#move(family);
    } else {
      this.#displaced.push({ family, newId });
      this.#move(family, newId);
      if (family.place === "pause") this.#renamed.set(id, newId);
    }
  }

  /**
   * Adds a file that does not belong to one particular save. It keeps its name,
   * or stays.
   */
  addLone(file: StoredFile): void {
    const { name } = file.at;
    const other = this.#there.file(name);
    if (!other) this.#put(file, name);
    else if (isEqual(file, other)) this.#drop(file, other.at);
    else this.#leave(file, "file with this name");
  }

  /** Adds a pointer. The pointer to the newer save wins. */
  addPointer(file: StoredFile): void {
    const other = this.#there.file(POINTER);
    const id = pointedTo(file);
    const newId = this.#renamed.get(id ?? "");
    const target = newId ?? id ?? "";
    if (other && (pointedTo(other) ?? "") >= target) {
      return this.#drop(file, other.at, "the other pointer names a newer save");
    }
    const relocation = this.#relocation(file, newId);
    this.#put(file, POINTER, {
      render: (read) => relocate(POINTER, read(file), relocation),
      note: other ? "replaces a pointer to an older save" : null,
    });
  }

  #freeId(id: string): string {
    const free = nearbyIds(id).find((one) => !this.#taken.has(one))!;
    this.#taken.add(free);
    return free;
  }

  #relocation(file: StoredFile, newId?: string): Relocation {
    const { place, name } = file.at;
    const paths = place === "pause" || place === "global"
      ? this.#inventory.paths[place]
      : [];
    const id = idOf(name) ?? pointedTo(file);
    return newId === undefined || id === undefined
      ? { paths }
      : { paths, id: [id, newId] };
  }

  /** Moves the files of a save, under a new ID if the save loses its own. */
  #move(family: Family, newId?: string): void {
    const asIs = isDamaged(family);
    const id = newId ?? family.id;
    if (family.place === "sessions") this.#there.forget(family.id);
    const there = this.#there.file(`${id}.json`);
    for (const part of PARTS) {
      const file = family.parts.get(part);
      if (!file || part === ".json.sha256") continue;
      const other = this.#there.file(id + part);
      if (other) this.#drop(file, other.at);
      else {this.#put(file, id + part, {
          newId,
          asIs: asIs && part === ".json",
        });}
    }
    this.#moveChecksums(family, { newId, there, asIs: asIs && !there });
  }

  /**
   * Moves the checksum of a JSON with it. claude-mpm's misnamed checksum gets
   * the right name if it matches the JSON. Otherwise it is evidence of
   * something else, and keeps its name.
   */
  #moveChecksums(
    { id, parts, evidence }: Family,
    { newId, there, asIs }: {
      newId: string | undefined;
      /** The JSON that the new folder had already. */
      there: StoredFile | undefined;
      asIs: boolean;
    },
  ): void {
    const json = parts.get(".json");
    const own = parts.get(".json.sha256");
    const name = `${newId ?? id}.json`;
    const digest = (json ?? there)?.state.sha256;
    const render = json && !asIs ? this.#checksum(json, name) : undefined;
    const follow = (file: StoredFile) => {
      const other = this.#there.file(`${name}.sha256`);
      if (other) this.#drop(file, other.at);
      else this.#put(file, `${name}.sha256`, { render, newId });
    };
    if (own && !json && there && own.text !== digest) {
      this.#leave(own, "JSON file, which does not match it,");
    } else if (own) follow(own);
    for (const file of evidence) {
      if (digest !== undefined && file.text === digest) follow(file);
      else this.#moveStale(file, newId);
    }
  }

  /** Makes the checksum of a planned JSON, unless the JSON stays the same. */
  #checksum(json: StoredFile, name: string): Render | undefined {
    const { sha256: digest } = this.#there.file(name)!.state;
    if (name === json.at.name && digest === json.state.sha256) return undefined;
    const encode = (text: string) => new TextEncoder().encode(text);
    const made = this.#there.coming(name);
    return made ? (read) => encode(sha256(made(read))) : () => encode(digest);
  }

  #moveStale(file: StoredFile, newId: string | undefined): void {
    const { name: old } = file.at;
    const name = newId === undefined ? old : old.replace(idOf(old)!, newId);
    const other = this.#there.file(name);
    if (!other) this.#put(file, name, { newId });
    else if (isEqual(file, other)) this.#drop(file, other.at);
    else this.#leave(file);
  }

  #leave({ at }: StoredFile, what = "checksum with this name"): void {
    const note = `a different ${what} is in the new folder`;
    this.steps.push({ action: "leave", from: at, to: null, note });
  }

  /** Plans a file in the new folder; by default its paths follow the move. */
  #put(
    file: StoredFile,
    name: string,
    { newId, asIs = false, note = null, ...how }: {
      newId?: string | undefined;
      /** True if every byte stays. */
      asIs?: boolean;
      note?: string | null;
      render?: Render | undefined;
    } = {},
  ): void {
    const relocation = this.#relocation(file, newId);
    const render = how.render ??
      ((read) => asIs ? read(file) : relocate(name, read(file), relocation));
    const { sha256, mode, mtime } = file.state;
    const to: Ref = { place: "sessions", name };
    this.#change(file);
    this.wanted.set(refKey(to), {
      at: to,
      before: this.#before.get(refKey(to)) ?? null,
      // The saved texts are private, whatever mode claude-mpm gave the files.
      after: { make: render, mode: mode === null ? null : 0o600, mtime },
      from: file.at,
    });
    const action = newId !== undefined
      ? "conflict"
      : how.render || (!asIs && file.moved !== sha256)
      ? "rewrite"
      : "move";
    this.steps.push({ action, from: file.at, to, note });
    this.#there.expect(file, to, render);
  }

  #drop(
    file: StoredFile,
    equal: Ref,
    note = "an identical file is in the new folder",
  ): void {
    this.#change(file);
    this.steps.push({ action: "duplicate", from: file.at, to: equal, note });
  }

  /** Plans that a file leaves its place. */
  #change({ at, state }: StoredFile): void {
    const key = refKey(at);
    if (this.wanted.has(key)) return;
    this.wanted.set(key, { at, before: state, after: null, from: null });
  }
}
