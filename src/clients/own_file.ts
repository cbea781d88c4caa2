import { MpmError } from "../base/errors.ts";
import type { EntryFile, InstalledEntry, WantedEntries } from "./client.ts";

/**
 * Returns a file of a client that is mpm's alone. `textOf` makes its text;
 * `entriesIn` reads the entries of a text, none of which is in another file.
 */
export function ownFile(
  path: string,
  { textOf, entriesIn }: {
    textOf(wanted: WantedEntries): string;
    entriesIn(text: string): readonly InstalledEntry[];
  },
): EntryFile {
  return {
    path,
    mode: 0o644,
    install(before, wanted) {
      if (before !== undefined && entriesIn(before).length === 0) {
        throw new MpmError("CONFLICT", `mpm did not write "${path}"`, {
          hint: "Rename that file, and install again",
        });
      }
      return textOf(wanted);
    },
    remove: (before) => entriesIn(before).length > 0 ? undefined : before,
    entries: entriesIn,
  };
}
