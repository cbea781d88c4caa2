import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { createHash } from "node:crypto";
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

/** The size of a block of SHA-256, in bytes. */
const BLOCK = 64;

/**
 * Returns the seal of a text, 64 hex digits: only the owner of the key can make
 * it. It is the HMAC-SHA-256 (RFC 2104) with a key of one block at most. The
 * `createHmac` of Deno takes ten times as long, and a hook checks many seals.
 */
export function sealOf(key: string, text: string): string {
  const block = new Uint8Array(BLOCK);
  block.set(new TextEncoder().encode(key));
  const padded = (byte: number) =>
    createHash("sha256").update(block.map((part) => part ^ byte));
  const inner = padded(0x36).update(text).digest();
  return padded(0x5c).update(inner).digest("hex");
}

/** Returns whether a seal belongs to the text. */
export function isSealOf(key: string, text: string, seal: string): boolean {
  const wanted = new TextEncoder().encode(sealOf(key, text));
  const given = new TextEncoder().encode(seal);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}
