import { join } from "../../base/join.ts";
import { field, jsonIn } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import { removeIfThere, removeQuietly } from "../atomic.ts";
import { ensureFolder } from "../folders.ts";
import { layout } from "../layout.ts";
import type { OperationName } from "../operations.ts";
import { ownSeals, type RecordSeals } from "../sealed_record.ts";

/** The kind of an operation that only has the record of its changes. */
export const CHANGES = "operation";

/** The facts for an undo, in addition to the files. */
export interface Facts {
  readonly before?: Record<string, unknown>;
  readonly after?: Record<string, unknown>;
}

/**
 * The earlier state of a file: missing, copied to the trash, or moved there.
 */
export type Before = null | { readonly kept: string; readonly sha256?: string };

/** The operation that a record belongs to, as in its journal line. */
export interface Recording {
  readonly operation: OperationName;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly worktree: string;
  readonly automatic?: true;
}

/** Something that the operation is about to change. Paths are absolute. */
export type Change =
  | { readonly path: string; readonly before: Before }
  | { readonly folder: string }
  | { readonly facts: Facts };

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An interrupted operation, with the changes that it may have made. */
export interface Changes {
  readonly recording: Recording;
  readonly changes: readonly Change[];
}

/** Returns the seals of intents and records at this place. */
export function sealsAt(
  make: typeof ownSeals,
  system: System,
  root: string,
): RecordSeals {
  return make(system, root, `intent at ${root}`);
}

/** Returns the lock that an operation holds as long as its process lives. */
export function lockOfChanges(root: string, id: string): string {
  return join(layout(root).intents, `.${id}.tmp`);
}

/**
 * The record of a running operation. It gets a sealed line before each change,
 * and is removed when the operation is in the journal. It is not synced, like
 * the journal itself.
 */
export class ChangeRecord {
  /** The ID of the record, which is also the mark of the journal line. */
  readonly id: string;
  readonly #system: System;
  readonly #root: string;
  readonly #path: string;
  readonly #seals: RecordSeals;
  #held: Disposable | undefined;

  /**
   * Throws FILE_FAILED, also without a key, since nothing could be undone then.
   * Throws CONFLICT if a folder is a link.
   */
  constructor(
    system: System,
    root: string,
    { recording, first }: { recording: Recording; first: Change },
  ) {
    const { intents } = layout(root);
    this.#system = system;
    this.#root = root;
    this.id = system.random() + system.random();
    this.#path = join(intents, `${this.id}.jsonl`);
    this.#seals = sealsAt(ownSeals, system, root);
    ensureFolder(system, intents, root);
    this.#held = system.files.tryLock(lockOfChanges(root, this.id));
    // Only whole lines get the name.
    const unnamed = join(intents, `.${this.id}.new.tmp`);
    try {
      const bytes = encode(this.#lineOf({ recording }) + this.#lineOf(first));
      system.files.create(unnamed, bytes, { synced: false });
      system.files.rename(unnamed, this.#path);
    } catch (error) {
      this.#drop();
      removeQuietly(system, unnamed);
      throw error;
    }
  }

  /** Records a change that comes next. Throws FILE_FAILED. */
  add(change: Change): void {
    this.#system.files.append(this.#path, encode(this.#lineOf(change)));
  }

  #lineOf(line: Change | { recording: Recording }): string {
    const value = { id: this.id, ...line };
    return `${this.#seals.sealLine(value)}\n`;
  }

  /** Removes the record, because the operation is in the journal. */
  end(): void {
    removeIfThere(this.#system, this.#path);
    this.#drop();
  }

  #drop(): void {
    this[Symbol.dispose]();
    removeQuietly(this.#system, lockOfChanges(this.#root, this.id));
  }

  /** Lets the next mpm finish whatever is still in the record. */
  [Symbol.dispose](): void {
    this.#held?.[Symbol.dispose]();
    this.#held = undefined;
  }
}

/** Returns the changes in a record. `undefined`: someone else wrote it. */
export function changesIn(
  text: string,
  { seals, id }: { seals: RecordSeals; id: string },
): Changes | undefined {
  // A last line that is incomplete belongs to a change that did not begin.
  const lines = text.split("\n").filter((line) => seals.isOwn(line))
    .map(jsonIn).filter((line) => field(line, "id") === id);
  const recording = field(lines[0], "recording");
  if (recording === undefined) return undefined;
  // Their seals show that mpm wrote the rest.
  return {
    recording: recording as Recording,
    changes: lines.slice(1) as Change[],
  };
}
