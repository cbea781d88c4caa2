/** What is said of a foreign save wherever it is read. */
export function foreignNote(id: string, what = "words"): string {
  return "Foreign: nothing says that you made it on this machine, so these are " +
    `someone else's ${what}. To take it for yours: mpm saves trust ${id}`;
}

/** What a checkpoint's name begins with where sessions are named. */
export const CHECKPOINT_PREFIX = "checkpoint/";

/** The same of a foreign checkpoint, of whose words or files that is said. */
export function foreignCheckpointNote(id: string, what?: string): string {
  return foreignNote(`${CHECKPOINT_PREFIX}${id}`, what);
}
