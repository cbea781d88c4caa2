import { assert } from "@std/assert";
import { join } from "@std/path";
import type { TestEnv } from "./env.ts";
import { repositoryState } from "./undo_state.ts";

/** Replaces the id of a store and its commits, which differ in each store. */
function plain(text: string, env: TestEnv): string {
  return text.replaceAll(env.root, "$ROOT")
    .replaceAll(/("?store"?: ).*/g, "$1")
    .replaceAll(/[0-9a-f]{40} commit/g, "commit");
}

/**
 * Temporary files, which the next write replaces, and copies that commands run
 * on, which the next run removes.
 */
const PASSING =
  /\/\.[\w.-]*tmp$|journal-key\.\w+$|\/allowed\.json$|\.json\.sha256$|\/settings\/\w+\/record\.json$|\/state\/mpm\/runs\//;

/** Returns the relevant state of a project, independent of its path. */
export function observedState(env: TestEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(repositoryState(env))
      .filter(([path]) => !PASSING.test(path))
      .map((pair) =>
        pair.map((text) => plain(text, env)) as [
          string,
          string,
        ]
      ),
  );
}

/** Checks that each file is as before or as after, except temporary ones. */
export function checkFiles(
  found: Record<string, string>,
  { before, after, where }: {
    before: Record<string, string>;
    after: Record<string, string>;
    where: string;
  },
): void {
  for (const path of new Set([...Object.keys(found), ...Object.keys(before)])) {
    const either = [before[path], after[path]];
    assert(either.includes(found[path]), `${where}: ${path}: ${found[path]}`);
  }
}

/** Half-written files in a project, which an error must not leave. */
export function leftovers(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return name === ".git" ? [] : leftovers(path);
    return /tmp$|^\.pending/.test(name) ? [path] : [];
  });
}
