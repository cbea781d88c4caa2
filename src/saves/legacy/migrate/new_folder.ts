import type { Ref } from "./change_set.ts";
import { idOf } from "../old_names.ts";
import { families, type Family, type StoredFile } from "./old_store.ts";
import type { Render } from "./transfer.ts";

/** The folder that a migration moves to as it will be, which grows as it plans. */
export class NewFolder {
  readonly #files = new Map<string, StoredFile>();
  readonly #namesOf = new Map<string, Set<string>>();
  /** What is not there yet, and how it is made. */
  readonly #coming = new Map<string, Render>();

  file(name: string): StoredFile | undefined {
    return this.#files.get(name);
  }

  family(id: string): Family | undefined {
    return families(this.#names(id).map((name) => this.#files.get(name)!))[0];
  }

  /** Whether something of that id is not there yet, and so cannot move on. */
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

  /** A file that comes to that place, as it is unless it is rendered. */
  expect(file: StoredFile, at: Ref, render?: Render): void {
    const state = { ...file.state, sha256: file.moved };
    this.add({ ...file, at, state });
    this.#coming.set(at.name, render ?? ((read) => read(file)));
  }

  /** What makes a file that is not there yet. */
  coming(name: string): Render | undefined {
    return this.#coming.get(name);
  }

  /** The names of that id are free for another save. */
  forget(id: string): void {
    for (const name of this.#names(id)) this.#files.delete(name);
    this.#namesOf.delete(id);
  }
}
