import type { Fields } from "../../base/odd_values.ts";

/** What a file other than JSON says of a save, to be given to `normalize`. */
export interface ForeignSave {
  readonly value: Fields;
  /** What could not be read, one line each. */
  readonly warnings: string[];
}
