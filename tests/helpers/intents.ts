import { join } from "@std/path";
import type { TestEnv } from "./env.ts";

const FOLDER = ".claude-mpm/state/ops";

/** Returns the operations under way, or interrupted: their files and kinds. */
export function intentsOf(env: TestEnv): { path: string; kind: string }[] {
  if (!env.exists(FOLDER)) return [];
  return [...Deno.readDirSync(join(env.project, FOLDER))]
    .filter(({ name }) => /^[a-z0-9].*\.jsonl?$/.test(name))
    .map(({ name }) => {
      const path = `${FOLDER}/${name}`;
      const [first] = env.read(path).split(/\n(?=\{)/);
      const kind = name.endsWith("l") ? "operation" : JSON.parse(first!).kind;
      return { path, kind };
    });
}

/** Returns whether an operation of one of the kinds is under way. */
export function isUnderWay(env: TestEnv, ...kinds: string[]): boolean {
  return intentsOf(env).some(({ kind }) =>
    kinds.length === 0 || kinds.includes(kind)
  );
}

/** Removes the user's key permanently, as if the home folder were a file. */
export function loseKey(env: TestEnv): void {
  const folder = join(env.home, ".local/state");
  Deno.mkdirSync(join(folder, "mpm"), { recursive: true });
  Deno.removeSync(join(folder, "mpm"), { recursive: true });
  Deno.writeTextFileSync(join(folder, "mpm"), "");
}
