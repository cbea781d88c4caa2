import { asciiJson } from "../base/escape.ts";
import type { Save } from "./save.ts";

/**
 * Returns a save as the bytes of its JSON file, indented by two spaces. All
 * non-ASCII characters are escaped, as in claude-mpm, so the reader's locale
 * does not matter.
 */
export function saveBytes(save: Partial<Save>): Uint8Array {
  return new TextEncoder().encode(asciiJson(save, 2));
}
