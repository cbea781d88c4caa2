import { asciiJson } from "../base/escape.ts";
import type { Save } from "./save.ts";

/**
 * A save as the bytes of its JSON file: two spaces, and everything beyond ASCII
 * escaped, as in claude-mpm. So no reader's locale matters.
 */
export function saveBytes(save: Partial<Save>): Uint8Array {
  return new TextEncoder().encode(asciiJson(save, 2));
}
