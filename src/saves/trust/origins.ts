import { attempt, MpmError } from "../../base/errors.ts";
import { readTrusted, WRITER_ID } from "./trusted.ts";
import { field } from "../../base/parsed_values.ts";
import { sha256 } from "../../base/digest.ts";
import { join } from "../../base/join.ts";
import type { System } from "../../system/system.ts";
import { ensureUserFolder, readOnce, userState } from "../../ops/mod.ts";

/**
 * The origin of a save. `own`: made by this user on this machine. `trusted`:
 * made by someone else whom this user trusts. `foreign`: made by anyone else.
 */
export type Origin = "own" | "trusted" | "foreign";

/**
 * Returns the digest of a save's file, whatever its name: the SHA-256 of its
 * bytes with plain line ends, which git may have changed.
 */
export function contentDigestOf(bytes: Uint8Array): string {
  return sha256(bytes.includes(13) ? withoutReturns(bytes) : bytes);
}

/** Returns the original bytes of a file with Windows line ends. */
function withoutReturns(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, at) => byte !== 13 || bytes[at + 1] !== 10);
}

/** The folder in the user's state with the digests of the user's own saves. */
const FOLDER = "own";

/** The folder for the digests of synced saves, by writer. */
const SIGNED = "signed";

/** The largest list to read, in bytes: about 800,000 saves. */
const LIMIT = 64 * 1024 * 1024;

/**
 * Records in the user's own state, which a clone cannot change, that the user
 * made a save; before it is written. Returns the problem, if any.
 */
export function noteOwn(
  system: System,
  { id, digest }: { id: string; digest: string },
): string | undefined {
  try {
    append(system, FOLDER, [{ id, digest }]);
    return undefined;
  } catch (error) {
    if (error instanceof MpmError) return error.message;
    throw error;
  }
}

/**
 * Records that entries with these saves were signed with a writer's key. Saves
 * signed with this user's own key become the user's own. Throws FILE_FAILED.
 */
export function noteSigned(
  system: System,
  { writer, own }: { writer: string; own: boolean },
  saves: readonly Mark[],
): void {
  append(system, own ? FOLDER : join(SIGNED, writer), saves);
}

interface Mark {
  readonly id: string;
  readonly digest: string;
}

function append(system: System, folder: string, saves: readonly Mark[]): void {
  for (const [list, some] of Map.groupBy(saves, ({ id }) => listOf(id))) {
    const path = join(ensureUserFolder(system, folder), list);
    // The leading line end prevents an incomplete line from affecting the
    // others.
    const lines = some.map(({ id, digest }) => `\n${digest} ${id}`);
    system.files.append(path, new TextEncoder().encode(lines.join("")));
  }
}

/** Returns the name of the list: one file per month, by the time in the ID. */
function listOf(id: string): string {
  const [, year, month] = /(\d{4})-?(\d\d)/.exec(id) ?? [];
  return year === undefined ? "other" : `${year}-${month}`;
}

/** Determines the origin of saves. Caches its files: one for each command. */
export class Origins {
  readonly #system: System;
  readonly #lists = new Map<string, ReadonlySet<string>>();
  #trusted: ReadonlySet<string> | undefined;
  #writers: readonly string[] = [];

  constructor(system: System) {
    this.#system = system;
  }

  /** Never throws: an unreadable file proves nothing about a save. */
  of({ id, digest }: { id: string; digest: string }): Origin {
    const list = listOf(id);
    if (this.#in(join(FOLDER, list)).has(digest)) return "own";
    if (!this.#trusted) {
      this.#trusted = new Set(readTrusted(this.#system).keys());
      this.#writers = [...this.#trusted].filter((one) => WRITER_ID.test(one));
    }
    const isTrusted = this.#trusted.has(digest) ||
      this.#writers.some((writer) =>
        this.#in(join(SIGNED, writer, list)).has(digest)
      );
    return isTrusted ? "trusted" : "foreign";
  }

  #in(list: string): ReadonlySet<string> {
    let digests = this.#lists.get(list);
    if (!digests) {
      this.#lists.set(list, digests = readList(this.#system, list));
    }
    return digests;
  }
}

function readList(system: System, list: string): ReadonlySet<string> {
  const path = join(userState(system), list);
  return readOnce(system, { path, what: "digests" }, () =>
    attempt(() => {
      const bytes = system.files.readOwn(path, LIMIT);
      const lines = new TextDecoder().decode(bytes).split("\n");
      return new Set(lines.map((line) => line.slice(0, 64)));
    })) ?? new Set();
}

/** Returns the source of an imported save, which its mark has. */
export function importedFrom(value: unknown): string | undefined {
  const mark = field(field(value, "mpm") ?? value, "imported");
  const from = field(mark, "from");
  return typeof from === "string" ? from : undefined;
}
