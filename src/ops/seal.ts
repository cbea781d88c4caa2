import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { join } from "@std/path";
import { createHmac } from "node:crypto";
import { attempt, FileError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { removeQuietly } from "./atomic.ts";
import { readOnce } from "./derived.ts";
import { ensureUserFolder, userState } from "./user_state.ts";

/** The form of a key: 64 characters of hex digits and dashes. */
const KEY = /^[0-9a-z-]{64}$/;
const LENGTH = 64;

const NAME = "journal-key";

/** The end of a line that this user's mpm wrote. */
const SEAL = /^(\{.*),"seal":"([0-9a-f]{64})"\}$/;

/**
 * The key that this user's journals and work sessions are sealed with. It lies
 * in the user's own state, so what came with a clone cannot be sealed with it.
 * Returns `undefined` if the key or its place is missing.
 */
export function journalKey(system: System): string | undefined {
  return attempt(() => {
    const path = join(userState(system), NAME);
    return readOnce(system, { path, what: "key" }, () => {
      const text = new TextDecoder().decode(system.files.readOwn(path, 256));
      return KEY.test(text) ? text : undefined;
    });
  });
}

/** Returns the same key, and creates a missing one. */
export function ensureJournalKey(system: System): string | undefined {
  const known = journalKey(system);
  if (known !== undefined) return known;
  // Without one nothing can be undone, but everything can be done.
  attempt(() => makeKey(system));
  return journalKey(system);
}

/** Never replaces the key that another mpm made at the same time. */
function makeKey(system: System): void {
  const { files } = system;
  const path = join(ensureUserFolder(system, "."), NAME);
  const found = files.lstat(path);
  // One that only cannot be read at the moment is what all is sealed with.
  if (found?.size === LENGTH) files.readOwn(path, LENGTH);
  if (found) files.remove(path); // torn, or no key
  const written = `${path}.${system.random()}`;
  const text = Array.from({ length: 8 }, () => system.random()).join("");
  try {
    files.create(written, new TextEncoder().encode(text));
    files.link(written, path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const linkless = error.problem !== "exists" && !files.lstat(path);
    if (linkless) files.rename(written, path);
  } finally {
    if (files.lstat(written)) removeQuietly(system, written);
  }
}

/**
 * Returns the seal of a text, 64 hex digits: only who has the key can make it.
 */
export function sealOf(key: string, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Returns whether it is the seal of that text. */
export function isSealOf(key: string, text: string, seal: string): boolean {
  const wanted = new TextEncoder().encode(sealOf(key, text));
  const given = new TextEncoder().encode(seal);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

/** A line of JSON with the seal as its last field. */
export function sealed(key: string | undefined, line: string): string {
  if (key === undefined) return line;
  const text = line.slice(0, -1);
  return `${text},"seal":"${sealOf(key, text)}"}`;
}

/**
 * Returns whether this user's mpm wrote the line, and no one changed it since.
 */
export function isSealed(key: string | undefined, line: string): boolean {
  const [, text, seal] = SEAL.exec(line) ?? [];
  if (key === undefined || text === undefined || seal === undefined) {
    return false;
  }
  return isSealOf(key, text, seal);
}
