import { escapeText } from "../../base/escape.ts";
import { cutText } from "../../base/words.ts";

/** The most that is shown of a name, in UTF-16 units. */
const LONGEST = 40;

/** Returns who wrote a save that no one vouches for, by its own account. */
export function fromWhom(author?: string | null): string {
  const name = author ? escapeText(cutText(author, LONGEST)) : "someone else";
  return `from ${name} (not verified)`;
}

/**
 * Returns the note that stands with a save from someone else. The id of a save
 * that came by a sync names the key that signed it.
 */
export function foreignNote(id: string, author?: string | null): string {
  const from = `F${fromWhom(author).slice(1)}`;
  const [, key] = id.split("@");
  return key === undefined
    ? `${from}. To use it as your own: mpm saves trust ${id}`
    : `${from}. To trust what this person signs: mpm trust ${key}`;
}

/** The prefix of a checkpoint's name beside names of saves. */
export const CHECKPOINT_PREFIX = "checkpoint/";

/** The prefix of the id of a save whose contents are meant. */
export const CONTENTS_PREFIX = "contents/";

/** Returns the note that stands with contents from someone else. */
export function foreignContentsNote(id: string): string {
  return `The files kept with ${id} are ${fromWhom()}. ` +
    `To use them as your own: mpm saves trust ${id}`;
}

/** Returns the note that stands with a checkpoint from someone else. */
export function foreignCheckpointNote(id: string): string {
  return foreignNote(`${CHECKPOINT_PREFIX}${id}`);
}
