import { sha256 } from "../../base/digest.ts";
import { asciiJson } from "../../base/escape.ts";
import { field, isFields, jsonIn } from "../../base/parsed_values.ts";
import type { Contents, LeftOut } from "../../git/mod.ts";

/**
 * The record beside the files in the commit of a save's contents,
 * `record.json`. Without the save, equal contents are the same commit.
 */
export interface ContentsRecord {
  readonly schema: 1;
  readonly kind: "contents";
  /** The worktree, absolute. */
  readonly worktree: string;
  readonly deleted: readonly string[];
  /** Paths that were removed from the index. */
  readonly unstaged: readonly string[];
  /** Paths that were only marked as intent to add. */
  readonly intents: readonly string[];
  /** Unusual permission bits of files, by path. */
  readonly permissions: readonly (readonly [path: string, bits: number])[];
  /** Uncommitted files whose contents are not kept, and why. */
  readonly left_out: readonly LeftOut[];
  /** Number of changed paths that were skipped because there were too many. */
  readonly omitted: number;
}

/**
 * Returns the mark of a save's contents for the user's state. A fetch may bring
 * anyone's contents, under the ID of any save.
 */
export function contentsMark(
  id: string,
  commit: string,
): { id: string; digest: string } {
  return { id, digest: sha256(`contents ${id} ${commit}`) };
}

/** Returns the bytes of a record. */
export function recordBytes(record: ContentsRecord): Uint8Array {
  return new TextEncoder().encode(`${asciiJson(record)}\n`);
}

/** Returns the bytes of `record.json`. */
export function contentsRecord(
  worktree: string,
  contents: Contents,
): Uint8Array {
  const gone = (delta: ReadonlyMap<string, unknown>) =>
    [...delta].filter(([, entry]) => !entry).map(([path]) => path);
  const record: ContentsRecord = {
    schema: 1,
    kind: "contents",
    worktree,
    deleted: gone(contents.worktree),
    unstaged: gone(contents.index),
    intents: contents.intents,
    permissions: [...contents.worktree].flatMap(([path, file]) =>
      file?.permissions === undefined ? [] : [[path, file.permissions] as const]
    ),
    left_out: contents.leftOut,
    omitted: contents.omitted,
  };
  return recordBytes(record);
}

/** Parses `record.json`; `undefined` for another record. */
export function parseContentsRecord(
  bytes: Uint8Array,
): ContentsRecord | undefined {
  const value = jsonIn(new TextDecoder().decode(bytes));
  const isContents = field(value, "kind") === "contents" &&
    field(value, "schema") === 1;
  if (!isContents) return undefined;
  const all = <T>(name: string, is: (one: unknown) => one is T): T[] => {
    const list = field(value, name);
    return Array.isArray(list) ? list.filter(is) : [];
  };
  const isPath = (one: unknown) => typeof one === "string";
  const omitted = Number(field(value, "omitted"));
  return {
    schema: 1,
    kind: "contents",
    worktree: String(field(value, "worktree")),
    deleted: all("deleted", isPath),
    unstaged: all("unstaged", isPath),
    intents: all("intents", isPath),
    permissions: all(
      "permissions",
      (one): one is [string, number] =>
        Array.isArray(one) && isPath(one[0]) && Number.isInteger(one[1]),
    ),
    left_out: all(
      "left_out",
      (one): one is LeftOut =>
        isFields(one) && isPath(one.path) && isPath(one.reason),
    ),
    omitted: Number.isSafeInteger(omitted) ? omitted : 0,
  };
}
