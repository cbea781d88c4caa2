import { escapeText } from "../../base/escape.ts";
import { cutText } from "../../base/words.ts";

/** The longest name to show, in UTF-16 units. */
const LONGEST = 40;

/** Returns a text that names the unverified author of a save. */
export function fromWhom(author?: string | null): string {
  const name = author ? escapeText(cutText(author, LONGEST)) : "someone else";
  return `from ${name} (not verified)`;
}

/** Returns the note about someone else's save; a synced ID names its key. */
export function foreignNote(id: string, author?: string | null): string {
  const from = `F${fromWhom(author).slice(1)}`;
  return `${from}. ${trustStep(id, "use it as your own")}`;
}

/** The prefix of a checkpoint's name among names of saves. */
export const CHECKPOINT_PREFIX = "checkpoint/";

/** The prefix of a save's ID that refers to the save's contents. */
export const CONTENTS_PREFIX = "contents/";

/** Returns the note about contents from someone else. */
export function foreignContentsNote(
  id: string,
  author?: string | null,
): string {
  const from = `The files kept with ${id} are ${fromWhom(author)}.`;
  return `${from} ${trustStep(id, "use them as your own")}`;
}

function trustStep(id: string, purpose: string): string {
  const [, key] = id.split("@");
  return key === undefined
    ? `To ${purpose}: mpm saves trust ${id}`
    : `To trust what this person signs: mpm trust ${key}`;
}

/** Returns the note about a checkpoint from someone else. */
export function foreignCheckpointNote(id: string): string {
  return foreignNote(`${CHECKPOINT_PREFIX}${id}`);
}
