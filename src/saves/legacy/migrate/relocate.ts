import { asciiJson } from "../../../base/escape.ts";

/** The changes in the texts of a save's files when the files move. */
export interface Relocation {
  /** Old and new paths. */
  readonly paths: readonly (readonly [from: string, to: string])[];
  /** The old and the new ID. */
  readonly id?: readonly [from: string, to: string];
}

/**
 * Returns the content of a save's file for its new place. In JSON, only the
 * names of the save's own files change, and every other byte is kept. Words of
 * a person and reports of git are records, and keep their paths. Texts derived
 * from the JSON change everywhere. Returns `bytes` itself if nothing changes.
 */
export function relocate(
  name: string,
  bytes: Uint8Array,
  relocation: Relocation,
): Uint8Array {
  if (name.endsWith(".json")) return relocateJson(bytes, relocation);
  const { paths, id } = relocation;
  const swaps = /\.(yaml|md|txt)$/.test(name)
    ? [...paths, ...id ? [id] : []]
    : name.endsWith(".jsonl") && id
    ? [id]
    : [];
  return swaps.reduce((content, swap) => replaceBytes(content, swap), bytes);
}

/** Replaces byte by byte, since a file may not be valid UTF-8. */
function replaceBytes(
  bytes: Uint8Array,
  [from, to]: readonly [string, string],
): Uint8Array {
  const [needle, replacement] = [encode(from), encode(to)];
  const parts: Uint8Array[] = [];
  let kept = 0;
  for (let at = 0; (at = bytes.indexOf(needle[0]!, at)) >= 0;) {
    if (!needle.every((byte, offset) => bytes[at + offset] === byte)) {
      at++;
      continue;
    }
    parts.push(bytes.subarray(kept, at), replacement);
    at += needle.length;
    kept = at;
  }
  return kept === 0 ? bytes : concat([...parts, bytes.subarray(kept)]);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function relocateJson(bytes: Uint8Array, relocation: Relocation): Uint8Array {
  const text = jsonText(bytes);
  if (text === undefined) return bytes;
  let changed = "";
  let kept = 0;
  for (const { token, at, key } of ownStrings(text)) {
    const value = JSON.parse(token) as string;
    const moved = key === "session_id"
      ? value === relocation.id?.[0] ? relocation.id[1] : value
      : swapAll(value, relocation);
    if (moved === value) continue;
    // As claude-mpm itself writes it, only in ASCII.
    // deno-lint-ignore no-control-regex -- finds control characters
    const ascii = /^[\x00-\x7f]*$/.test(token);
    changed += text.slice(kept, at) +
      (ascii ? asciiJson(moved) : JSON.stringify(moved));
    kept = at + token.length;
  }
  return kept === 0 ? bytes : encode(changed + text.slice(kept));
}

/** Returns the text if it is JSON. An incomplete file stays unchanged. */
function jsonText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
    JSON.parse(text);
    return text;
  } catch (error) {
    const torn = error instanceof SyntaxError || error instanceof TypeError;
    if (torn) return undefined;
    throw error;
  }
}

function swapAll(text: string, { paths, id }: Relocation): string {
  return [...paths, ...id ? [id] : []].reduce(
    (swapped, [from, to]) => swapped.replaceAll(from, to),
    text,
  );
}

interface OwnString {
  readonly token: string;
  readonly at: number;
  readonly key: string;
}

/** Finds the strings with which a save names itself and its own files. */
function* ownStrings(text: string): Generator<OwnString> {
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)];
  let depth = 0;
  let key = "";
  for (const [index, { 0: token, index: at }] of tokens.entries()) {
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
    if (!token.startsWith('"')) continue;
    const isKey = tokens[index + 1]?.[0] === ":";
    if (isKey && depth === 1) key = JSON.parse(token);
    const own = key === "resume_instructions" ||
      (key === "session_id" && depth === 1);
    if (own && !isKey) yield { token, at, key };
  }
}
