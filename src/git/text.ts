import { decodeBytes, encodeText } from "../base/bytes.ts";

export { decodeBytes, encodeText };

/**
 * Whether the system's file functions reach a file of this name: they take
 * text, so a name that is not UTF-8 is out of their reach.
 */
export function isOpenable(path: string): boolean {
  return path.isWellFormed();
}

/** The fields of `-z` output; what follows the last NUL is no field. */
export function splitFields(bytes: Uint8Array): string[] {
  const fields = decodeBytes(bytes).split("\0");
  fields.pop();
  return fields;
}

/** `path` as git reads one from a line of `--stdin-paths`: quoted as in C. */
export function quotePath(path: string): string {
  let quoted = "";
  for (const byte of encodeText(path)) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    quoted += plain
      ? String.fromCharCode(byte)
      : `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return `"${quoted}"`;
}

/** All the bytes, one after the other. */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    chunks.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
