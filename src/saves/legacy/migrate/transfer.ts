import type { Ref } from "./change_set.ts";
import type { StoredFile } from "./old_store.ts";

/** One file that goes somewhere, or into the backup only. */
export interface Transfer {
  readonly file: StoredFile;
  readonly to: Ref | null;
  /** The new content; as it is unless given. */
  readonly render?: Render;
  /** A second copy, beside the file's own transfer. */
  readonly copy?: boolean;
}

/** Makes content, of what `read` says a file holds. */
export type Render = (read: (file: StoredFile) => Uint8Array) => Uint8Array;
