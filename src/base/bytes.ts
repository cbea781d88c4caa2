/**
 * Converts between bytes and text. For git, paths, branches and subjects need
 * not be UTF-8. Each other byte becomes U+DC00 plus the byte, as in Python's
 * `surrogateescape`, so that nothing is lost.
 */

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Returns the text of `bytes`; `encodeText` does the reverse. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
}

/** Returns the bytes of a text from `decodeBytes`, or of any other text. */
export function encodeText(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const bytes: number[] = [];
  for (const part of text.split(/([\udc80-\udcff])/u)) {
    const escaped = /^[\udc80-\udcff]$/u.test(part);
    if (escaped) bytes.push(part.charCodeAt(0) - 0xdc00);
    else for (const byte of encoder.encode(part)) bytes.push(byte);
  }
  return new Uint8Array(bytes);
}

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

function decodeEscaping(bytes: Uint8Array): string {
  const parts: string[] = [];
  let start = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    parts.push(strict.decode(bytes.subarray(start, at)));
    parts.push(String.fromCharCode(0xdc00 + bytes[at]!));
    at += 1;
    start = at;
  }
  parts.push(strict.decode(bytes.subarray(start)));
  return parts.join("");
}

/**
 * Returns the length of the valid UTF-8 sequence at `at`, or 0. For the bounds
 * of the second byte, see the Unicode Standard, table 3-7.
 */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  const second = bytes[at + 1];
  if (second === undefined || second < low || second > high) return 0;
  for (let next = at + 2; next < at + length; next++) {
    const byte = bytes[next];
    if (byte === undefined || byte < 0x80 || byte > 0xbf) return 0;
  }
  return length;
}
