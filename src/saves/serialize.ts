import { asciiJson } from "../base/escape.ts";
import type { Save } from "./save.ts";

/**
 * Returns the bytes of a save's JSON file. Non-ASCII characters are escaped, as
 * in claude-mpm: the reader's locale does not matter.
 */
export function saveBytes(save: Partial<Save>): Uint8Array {
  return new TextEncoder().encode(asciiJson(save, 2));
}
