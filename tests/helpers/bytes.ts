import { createHash } from "node:crypto";

/** SHA-256 as 64 lower-case hex digits, the content of a checksum file. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * JSON in the format of mpm and claude-mpm: indented by two blanks, only ASCII.
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The bytes of a file with that JSON. */
export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(asciiJson(value));
}
