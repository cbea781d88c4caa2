import { sha256 } from "../../base/digest.ts";

/**
 * Whose words a save is: `own`, made by this user on this machine; `trusted`,
 * somebody else's that this user took for theirs; `foreign`, anybody's.
 */
export type Origin = "own" | "trusted" | "foreign";

/**
 * What a save's file is known by, whatever its name and place: SHA-256 of its
 * bytes, the line ends of Windows, which git may have put in, taken as plain.
 */
export function contentDigestOf(bytes: Uint8Array): string {
  return sha256(bytes.includes(13) ? withoutReturns(bytes) : bytes);
}

/** As it was written, where git checked it out with the line ends of Windows. */
export function withoutReturns(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, at) => byte !== 13 || bytes[at + 1] !== 10);
}

/** What is said of a foreign save wherever it is read. */
export function foreignNote(id: string, what = "words"): string {
  return "Foreign: nothing says that you made it on this machine, so these are " +
    `somebody else's ${what}. To take it for yours: mpm sessions trust ${id}`;
}

/** What a checkpoint's name begins with where sessions are named. */
export const CHECKPOINT_PREFIX = "checkpoint/";

/** The same of a foreign checkpoint, of whose words or files that is said. */
export function foreignCheckpointNote(id: string, what?: string): string {
  return foreignNote(`${CHECKPOINT_PREFIX}${id}`, what);
}
