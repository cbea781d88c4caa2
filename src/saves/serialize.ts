import { createHash } from "node:crypto";
import { asciiJson } from "../base/escape.ts";
import type { Save } from "./save.ts";

/**
 * A save as the bytes of its JSON file: two spaces, and everything beyond
 * ASCII escaped, as claude-mpm writes it, so that no reader's locale matters.
 */
export function saveBytes(save: Partial<Save>): Uint8Array {
  return new TextEncoder().encode(asciiJson(save, 2));
}

/** SHA-256 as 64 lower-case hex digits, the content of a checksum file. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
