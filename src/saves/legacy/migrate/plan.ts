import type { Ref, Step } from "./change_set.ts";
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
  relation,
  type Render,
  type StoredFile,
  type Transfer,
} from "./old_store.ts";
import { idOf, oldName, PARTS, POINTER } from "../old_names.ts";
import { relocate, type Relocation } from "./relocate.ts";
import { nearbyIds } from "../../store/save_entry.ts";
import { sha256 } from "../../../base/digest.ts";

export interface MigrationPlan {
  /** Every move, skip and rewrite in words. */
  readonly steps: readonly Step[];
  readonly transfers: readonly Transfer[];
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
    transfers: planner.transfers,
  };
}

/** The move of a family of files into the new folder. */
interface Move {
  /** The new ID, if the family cannot keep its own. */
  readonly newId?: string;
}

class Planner {
  readonly steps: Step[] = [];
  readonly transfers: Transfer[] = [];
  readonly #inventory: Inventory;
  readonly #taken: Set<string>;
  readonly #there = new NewFolder();
  readonly #kept: ReadonlyMap<string, Family>;
  /** The new IDs of saves from the old folder whose ID changed. */
  readonly #renamed = new Map<string, string>();
  /** Saves that lost their ID, with their new ID. */
  readonly #displaced: { family: Family; newId: string }[] = [];

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
    this.#taken = new Set(inventory.taken);
    const kept = [];
    for (const file of inventory.there) {
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
      return this.#move(family, {});
    }
    const twin = this.#displaced.find((one) =>
      one.family.id === id &&
      relation(family, one.family, undefined) === "same"
    );
    const newId = twin?.newId ?? this.#freeId(id);
    // A planned file is newer, since the newest files are planned first.
    if (there && !this.#there.isComing(id) && isOlder(there, family)) {
      this.#displaced.push({ family: there, newId });
      this.#move(there, { newId });
      this.#move(family, {});
    } else {
      this.#displaced.push({ family, newId });
      this.#move(family, { newId });
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
    if (!other) {
      const relocation = this.#relocation(file);
      const render: Render = (read) => relocate(name, read(file), relocation);
      const to: Ref = { place: "sessions", name };
      const changes = file.moved !== file.state.sha256;
      return this.#put(file, to, changes ? { render } : {});
    }
    if (isEqual(file, other)) return this.#drop(file, other.at);
    this.#leave(file, "file with this name");
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
    this.#put(file, { place: "sessions", name: POINTER }, {
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

  #move(family: Family, move: Move): void {
    const damaged = isDamaged(family);
    if (family.place === "sessions") this.#there.forget(family.id);
    const json = `${move.newId ?? family.id}.json`;
    const there = this.#there.file(json);
    for (const part of PARTS) {
      const file = family.parts.get(part);
      if (!file || part === ".json.sha256") continue;
      this.#movePart(file, { move, part, asIs: part === ".json" && damaged });
    }
    this.#moveChecksums(family, move, there ?? (damaged ? "as is" : undefined));
  }

  #movePart(
    file: StoredFile,
    { move, part, asIs }: { move: Move; part: string; asIs: boolean },
  ): void {
    const name = (move.newId ?? idOf(file.at.name)!) + part;
    const other = this.#there.file(name);
    if (other) return this.#drop(file, other.at);
    const relocation = this.#relocation(file, move.newId);
    const changes = !asIs &&
      (move.newId !== undefined || file.moved !== file.state.sha256);
    this.#put(file, { place: "sessions", name }, {
      ...changes
        ? { render: (read) => relocate(name, read(file), relocation) }
        : {},
      newId: move.newId,
    });
  }

  /**
   * Moves the checksum of a JSON with it. claude-mpm's misnamed checksum gets
   * the right name if it matches the JSON. Otherwise it is evidence of
   * something else, and keeps its name.
   */
  #moveChecksums(
    family: Family,
    move: Move,
    stays: StoredFile | "as is" | undefined,
  ): void {
    const name = `${move.newId ?? family.id}.json.sha256`;
    const json = family.parts.get(".json");
    const there = typeof stays === "object" ? stays : undefined;
    const digest = (json ?? there)?.state.sha256;
    const own = family.parts.get(".json.sha256");
    let taken = this.#there.file(name)?.at;
    const render = stays === "as is"
      ? undefined
      : json && this.#followed(json, move.newId, there);
    const follow = (file: StoredFile) => {
      if (taken) return this.#drop(file, taken);
      taken = { place: "sessions", name };
      this.#put(file, taken, {
        ...render ? { render } : {},
        newId: move.newId,
      });
    };
    if (own && !json && there && own.text !== digest) {
      this.#leave(own, "JSON file, which does not match it,");
    } else if (own) follow(own);
    for (const file of family.evidence) {
      if (digest !== undefined && file.text === digest) follow(file);
      else this.#moveStale(file, move);
    }
  }

  /**
   * Makes the checksum of a JSON that changes, or that has already changed in
   * the new folder.
   */
  #followed(
    json: StoredFile,
    newId: string | undefined,
    there: StoredFile | undefined,
  ): Render | undefined {
    const encode = (text: string) => new TextEncoder().encode(text);
    const made = there && this.#there.coming(there.at.name);
    if (made) return (read) => encode(sha256(made(read)));
    if (newId !== undefined) {
      const relocation = this.#relocation(json, newId);
      return (read) =>
        encode(sha256(relocate(json.at.name, read(json), relocation)));
    }
    const digest = there?.state.sha256 ?? json.moved;
    return digest === json.state.sha256 ? undefined : () => encode(digest);
  }

  #moveStale(file: StoredFile, { newId }: Move): void {
    const { name: old } = file.at;
    const name = newId === undefined ? old : old.replace(idOf(old)!, newId);
    const other = this.#there.file(name);
    if (other && isEqual(file, other)) return this.#drop(file, other.at);
    if (!other) return this.#put(file, { place: "sessions", name }, { newId });
    this.#leave(file);
  }

  #leave({ at }: StoredFile, what = "checksum with this name"): void {
    const note = `a different ${what} is in the new folder`;
    this.steps.push({ action: "leave", from: at, to: null, note });
  }

  #put(file: StoredFile, to: Ref, how: {
    render?: Render;
    newId?: string | undefined;
    note?: string | null;
  } = {}): void {
    const { render, newId, note = null } = how;
    this.transfers.push({
      file,
      to,
      ...render ? { render } : {},
    });
    const action = newId !== undefined
      ? "conflict"
      : render
      ? "rewrite"
      : "move";
    this.steps.push({ action, from: file.at, to, note });
    if (to.place === "sessions") this.#there.expect(file, to, render);
  }

  #drop(
    file: StoredFile,
    equal: Ref,
    note = "an identical file is in the new folder",
  ): void {
    this.transfers.push({ file, to: null });
    this.steps.push({ action: "duplicate", from: file.at, to: equal, note });
  }
}
