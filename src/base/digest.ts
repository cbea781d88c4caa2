import { createHash } from "node:crypto";

/** Returns the SHA-256 as 64 lower-case hex digits, as in a checksum file. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
