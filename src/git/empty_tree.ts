import type { ObjectHash } from "./run/safe_git.ts";

/** Git's object id of the tree without files, by what ids are made with. */
export const EMPTY_TREE: Readonly<Record<ObjectHash, string>> = {
  sha1: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  sha256: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
};

/** The same in ids of the form of `id`. */
export function emptyTree(id: string): string {
  return EMPTY_TREE[id.length === 40 ? "sha1" : "sha256"];
}
