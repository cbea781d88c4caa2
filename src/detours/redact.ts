import type { KnownKeys, Redactor } from "../secrets/mod.ts";

const DETOUR: KnownKeys = {
  names: new Set(["branch", "path", "paths", "carried", "from", "parent"]),
  ids: new Set([
    "id",
    "head",
    "sha",
    "timestamp",
    "time",
    "at",
    "save",
    "worktree",
  ]),
};

/** Redacts the answers of `branch` and `return`. */
export function redactDetour<T>(redactor: Redactor, result: T): T {
  return redactor.known(result, DETOUR);
}
