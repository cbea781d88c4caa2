import { isAscii } from "../../../base/words.ts";
import { decodeBytes, encodeText } from "../../../base/bytes.ts";
import { asciiJson } from "../../../base/escape.ts";
import { jsonIn } from "../../../base/parsed_values.ts";

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
  const { id } = relocation;
  const swaps = /\.(json|yaml|md|txt)$/.test(name)
    ? relocation
    : { paths: [], ...name.endsWith(".jsonl") && id ? { id } : {} };
  // A file may not be valid UTF-8.
  const text = decodeBytes(bytes);
  const moved = name.endsWith(".json")
    ? relocateJson(text, swaps)
    : swapAll(text, swaps);
  return moved === text ? bytes : encodeText(moved);
}

/** Changes the strings with which a save names itself and its own files. */
function relocateJson(text: string, relocation: Relocation): string {
  const { id: [from, to] = [] } = relocation;
  // An incomplete file stays unchanged.
  if (!text.isWellFormed() || jsonIn(text) === undefined) return text;
  let depth = 0;
  let key = "";
  const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g;
  return text.replace(tokens, (whole, token?: string, colon?: string) => {
    if (token === undefined) depth += "{[".includes(whole) ? 1 : -1;
    else if (colon === undefined) {
      const value = JSON.parse(token) as string;
      const isOwnId = key === "session_id" && depth === 1 && value === from;
      const moved = isOwnId
        ? to!
        : key === "resume_instructions"
        ? swapAll(value, relocation)
        : value;
      // As claude-mpm itself writes it, only in ASCII.
      if (moved === value) return whole;
      return isAscii(token) ? asciiJson(moved) : JSON.stringify(moved);
    } else if (depth === 1) key = JSON.parse(token);
    return whole;
  });
}

function swapAll(text: string, { paths, id }: Relocation): string {
  return [...paths, ...id ? [id] : []].reduce(
    (swapped, [from, to]) => swapped.replaceAll(from, to),
    text,
  );
}
