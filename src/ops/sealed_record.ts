import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { asciiJson } from "../base/escape.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { readOnce } from "./derived.ts";
import { ensureFolder } from "./folders.ts";
import { layout } from "./layout.ts";
import { ensureJournalKey, isSealOf, journalKey, sealOf } from "./seal.ts";

/** Matches the end of a record that this user's mpm wrote. */
const SEAL =
  /,(?:\n {2}"seal": "([0-9a-f]{64})"\n\}|"seal":"([0-9a-f]{64})"\})$/;

/**
 * Seals and checks the records of one kind, which are JSON files. The key is
 * read only once.
 */
export class RecordSeals {
  readonly #system: System;
  readonly #kind: string;
  /**
   * The kind in the seals of older versions, which did not include the project.
   */
  readonly #older: string;
  #key: string | undefined;

  /**
   * `kind` is part of each seal, so a record cannot be used as another kind. So
   * is `store`, so a copy in another project does not count.
   */
  constructor(
    system: System,
    kind: string,
    store?: string,
    older = `${kind}\n`,
  ) {
    this.#system = system;
    this.#older = older;
    this.#kind = store === undefined ? this.#older : `${kind} of ${store}\n`;
  }

  /**
   * Returns the JSON text of a record, with its seal as the last field. Throws
   * FILE_FAILED if the user's state has no place for a key.
   */
  seal(value: unknown): string {
    const body = asciiJson(value, 2).slice(0, -"\n}".length);
    return `${body},\n  "seal": "${this.#sealOf(body)}"\n}`;
  }

  /** Does the same on a single line, which may contain any character. */
  sealLine(value: object, json = JSON.stringify(value)): string {
    const body = json.slice(0, -"}".length);
    return `${body},"seal":"${this.#sealOf(body)}"}`;
  }

  #sealOf(body: string): string {
    const key = this.#key ??= ensureJournalKey(this.#system);
    if (key === undefined) throw keyless();
    return sealOf(key, this.#kind + body);
  }

  /**
   * Returns whether this user's mpm wrote the record, and no one has changed it
   * since.
   */
  isOwn(text: string): boolean {
    const [end, long, short] = SEAL.exec(text) ?? [];
    const seal = long ?? short;
    if (end === undefined || seal === undefined) return false;
    const key = this.#key ??= journalKey(this.#system);
    const body = text.slice(0, -end.length);
    return key !== undefined && [this.#kind, this.#older]
      .some((kind) => isSealOf(key, kind + body, seal));
  }
}

/** Returns seals for reading records of the project at `root`. */
export function ownSeals(
  system: System,
  root: string,
  kind: string,
): RecordSeals {
  return new RecordSeals(system, kind, readStoreId(system, root));
}

/**
 * Does the same for writing. Creates the project's ID if it is missing. Call
 * under the project's lock.
 */
export function projectSeals(
  system: System,
  root: string,
  kind: string,
): RecordSeals {
  return new RecordSeals(system, kind, ensureStoreId(system, root));
}

function keyless(): MpmError {
  return new MpmError(
    "FILE_FAILED",
    "Cannot write the key that marks your records",
    { hint: "Make the folder ~/.local/state/mpm writable" },
  );
}

const ID = /^[a-z0-9]{8,64}$/;

/**
 * Returns the ID of the project's store, which shows that a save belongs to
 * this copy of the project. The ID is in a folder that is never shared. A
 * project that is moved keeps its ID; a clone does not get it. `undefined`: it
 * does not exist yet.
 */
export function readStoreId(system: System, root: string): string | undefined {
  const path = idFile(root);
  return attempt(() =>
    readOnce(system, { path, what: "store" }, () => {
      const bytes = system.files.readOwn(path, 256);
      const id = new TextDecoder().decode(bytes).trim();
      return ID.test(id) ? id : undefined;
    })
  );
}

/**
 * Returns the same ID, and creates it if it is missing. Call under the lock.
 */
export function ensureStoreId(system: System, root: string): string {
  const known = readStoreId(system, root);
  if (known !== undefined) return known;
  const { state } = layout(root);
  ensureFolder(system, state, root);
  const id = system.random() + system.random();
  writeAtomic(system, idFile(root), { text: id });
  return id;
}

function idFile(root: string): string {
  return join(layout(root).state, "store-id");
}
