import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { field, isFields } from "../../base/odd_values.ts";
import type { System } from "../../system/system.ts";
import { writeAtomic } from "../../ops/atomic.ts";
import { ensureUserFolder, userState } from "../../ops/user_state.ts";

/** What is known of a save that the user took for theirs. */
export interface Trusted {
  readonly session_id: string;
  /** The project it was in, absolute. */
  readonly project: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

const NAME = "trusted-saves.json";

/** Bytes of the list that are still read. */
const LIMIT = 64 * 1024 * 1024;

/**
 * The saves that the user trusts, by the digest of their contents: another text
 * under the same name is another save. Nothing where the list cannot be read.
 */
export function readTrusted(system: System): Map<string, Trusted> {
  try {
    const path = join(userState(system), NAME);
    const text = new TextDecoder().decode(system.files.readOwn(path, LIMIT));
    const saves = field(JSON.parse(text), "saves");
    const entries = isFields(saves) ? Object.entries(saves) : [];
    return new Map(entries.filter(isTrusted));
  } catch (error) {
    const unusable = error instanceof MpmError || error instanceof SyntaxError;
    if (unusable) return new Map();
    throw error;
  }
}

/** What is known of saves by the digests of their contents; null: no trust. */
export type TrustedFacts = Record<string, Trusted | null>;

/** What is known of these. */
export function trustedOf(
  saves: ReadonlyMap<string, Trusted>,
  digests: readonly string[],
): TrustedFacts {
  return Object.fromEntries(
    digests.map((digest) => [digest, saves.get(digest) ?? null]),
  );
}

/** The same as an entry of the journal has it; what is none is left out. */
export function trustedIn(side: unknown): TrustedFacts {
  const found = field(side, "trusted");
  if (!isFields(found)) return {};
  return Object.fromEntries(
    Object.entries(found).filter((one): one is [string, Trusted | null] =>
      one[1] === null ? /^[0-9a-f]{64}$/.test(one[0]) : isTrusted(one)
    ),
  );
}

function isTrusted(entry: [string, unknown]): entry is [string, Trusted] {
  const [digest, value] = entry;
  return /^[0-9a-f]{64}$/.test(digest) &&
    ["session_id", "project", "at"].every((name) =>
      typeof field(value, name) === "string"
    );
}

/** Replaces the list. Call under the user's lock. Throws FILE_FAILED. */
export function writeTrusted(
  system: System,
  saves: ReadonlyMap<string, Trusted>,
): void {
  const value = { version: 1, saves: Object.fromEntries(saves) };
  const path = join(ensureUserFolder(system, "."), NAME);
  // One that only cannot be read would be lost with all that is in it.
  if (system.files.lstat(path)) system.files.readOwn(path, LIMIT);
  writeAtomic(system, path, {
    bytes: new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`),
  });
}
