import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { createHmac } from "node:crypto";
import type { System } from "../system/system.ts";
import { ensureUserWord, type UserWord, userWord } from "./user_state.ts";

/**
 * The key that seals this user's journals and sessions. It is in the user's own
 * state, so data that came with a clone cannot be sealed with it.
 */
const KEY: UserWord = { name: "journal-key", length: 64 };

/** Returns `undefined` if the key or its folder is missing. */
export function journalKey(system: System): string | undefined {
  return userWord(system, KEY);
}

/**
 * Returns the same key, and creates it if it is missing. Without a key,
 * operations cannot be undone, but every command works.
 */
export function ensureJournalKey(system: System): string | undefined {
  return ensureUserWord(system, KEY);
}

/**
 * Returns the seal of a text, 64 hex digits: only the owner of the key can make
 * it.
 */
export function sealOf(key: string, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Returns whether a seal belongs to the text. */
export function isSealOf(key: string, text: string, seal: string): boolean {
  const wanted = new TextEncoder().encode(sealOf(key, text));
  const given = new TextEncoder().encode(seal);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}
