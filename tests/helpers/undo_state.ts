import { join } from "@std/path";
import { sha256 } from "./bytes.ts";
import type { TestEnv } from "./env.ts";

/** Files that an undo does not restore: temporary, derived, or its own. */
const APART =
  /^\.git$|^\.claude-mpm\/(journal\.jsonl|trash|checkpoints|backups|errors|\.lock|(sessions\/)?\.gitignore|state\/(?!work\/|current\/))|LATEST-SESSION\.txt$|sessions\/\.mpm\.tmp$|\/\.lock$|journal-key$|\/writer(\.[^/]*)?$|^\.local\/state\/mpm\/own\/|\/settings\/[^/]*\/before-/;

/**
 * Every file an operation may change, with mode and content, by its path.
 * Records of checkpoints are left out: their refs are compared instead.
 */
export function undoState(env: TestEnv): Record<string, string> {
  const found: Record<string, string> = {};
  for (const base of [env.project, env.home]) collect(base, "", found);
  return found;
}

/** The same, with the commit of the branch and git's status of the files. */
export function repositoryState(env: TestEnv): Record<string, string> {
  return { ...undoState(env), ...gitState(env) };
}

/** State of the branch, the index, and the refs; by {@link gitFiles}. */
const gitStates = new Map<string, Record<string, string>>();

/** Git reports it, but only once for the same files. */
function gitState(env: TestEnv): Record<string, string> {
  const files = gitFiles(env);
  const known = gitStates.get(files) ?? {
    "HEAD": env.git("rev-parse", "HEAD"),
    "index": env.git("ls-files", "-s"),
    "refs": env.git("for-each-ref", "--format=%(refname)", "refs/heads")
      .concat("\n", checkpointRefs(env)),
  };
  gitStates.set(files, known);
  return known;
}

const refs = new Map<string, string>();

/** Each ref of a checkpoint and its commit; read once for the same files. */
export function checkpointRefs(env: TestEnv): string {
  const files = gitFiles(env);
  const known = refs.get(files) ??
    env.git("for-each-ref", "refs/mpm/checkpoints");
  refs.set(files, known);
  return known;
}

/** A digest of all files that determine git's state. */
function gitFiles(env: TestEnv): string {
  const found: string[] = [];
  const take = (path: string) => {
    if (!env.exists(path)) return;
    const full = join(env.project, path);
    if (!Deno.statSync(full).isDirectory) {
      found.push(`${path} ${sha256(Deno.readFileSync(full))}`);
      return;
    }
    const names = [...Deno.readDirSync(full)].map(({ name }) => name).sort();
    for (const name of names) take(`${path}/${name}`);
  };
  for (const name of ["HEAD", "config", "index", "packed-refs", "refs"]) {
    take(`.git/${name}`);
  }
  return found.join("\n");
}

function collect(
  base: string,
  folder: string,
  found: Record<string, string>,
): void {
  for (const entry of Deno.readDirSync(join(base, folder))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (APART.test(path) || APART.test(`${path}/`)) continue;
    if (path.startsWith(".local/state/mpm/.claude-mpm")) continue;
    const full = join(base, path);
    if (entry.isDirectory) collect(base, path, found);
    else if (entry.isFile) {
      const mode = (Deno.lstatSync(full).mode! & 0o777).toString(8);
      found[`${base}/${path}`] = `${mode} ${Deno.readTextFileSync(full)}`;
    }
  }
}
