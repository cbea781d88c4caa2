import { MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import {
  ensureJournalKey,
  isSealOf,
  journalKey,
  sealOf,
} from "../ops/log/journal_key.ts";

/** The end of a record that this user's mpm wrote. */
const SEAL = /,\n {2}"seal": "([0-9a-f]{64})"\n\}$/;

/** No line of a journal has the seal of a record. */
const KIND = "work session\n";

/**
 * The text of a record, JSON with two blanks an indent, with its seal as the
 * last field. Throws FILE_FAILED where the user's state has no place for a key.
 */
export function sealedRecord(system: System, text: string): string {
  const key = ensureJournalKey(system);
  if (key === undefined) throw keyless();
  const body = text.slice(0, -"\n}".length);
  return `${body},\n  "seal": "${sealOf(key, KIND + body)}"\n}`;
}

function keyless(): MpmError {
  return new MpmError(
    "FILE_FAILED",
    "Cannot keep the key that tells your work sessions from somebody else's",
    { hint: "Make ~/.local/state/mpm a folder that you may write to" },
  );
}

/** Tells which records are this user's own; the key is read once. */
export class WorkSeals {
  readonly #system: System;
  #key: string | undefined;

  constructor(system: System) {
    this.#system = system;
  }

  /** Whether this user's mpm wrote the record, and nobody changed it since. */
  isOwn(text: string): boolean {
    const [end, seal] = SEAL.exec(text) ?? [];
    if (end === undefined || seal === undefined) return false;
    this.#key ??= journalKey(this.#system);
    return this.#key !== undefined &&
      isSealOf(this.#key, KIND + text.slice(0, -end.length), seal);
  }
}
