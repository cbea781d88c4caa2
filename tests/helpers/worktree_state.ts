import { join } from "@std/path";
import type { TestEnv } from "./env.ts";

/** Returns the file at each path of a folder: kind, executable bit, content. */
export function filesOf(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (below: string) => {
    for (const { name } of Deno.readDirSync(join(folder, below))) {
      const path = below === "" ? name : `${below}/${name}`;
      if (path === ".git" || path === ".claude-mpm") continue;
      const full = join(folder, path);
      const info = Deno.lstatSync(full);
      if (info.isSymlink) found[path] = `link ${Deno.readLinkSync(full)}`;
      else if (info.isDirectory) walk(path);
      else if (!info.isFile) found[path] = "other";
      else {
        const executable = ((info.mode ?? 0) & 0o100) !== 0;
        const bytes = Deno.readFileSync(full);
        found[path] = `${executable ? "program" : "file"} ${
          bytes.length > 100 ? bytes.length : JSON.stringify([...bytes])
        }`;
      }
    }
  };
  walk("");
  return Object.fromEntries(Object.entries(found).sort());
}

/** Entries, conflicts and flags of the index, without times. */
export function indexOf(env: TestEnv, folder = env.project): string {
  const debug = env.gitIn(folder, "ls-files", "--debug", "--stage");
  const flags = debug.split("\n").flatMap((line) => {
    if (/^\d{6} /.test(line)) return [line];
    const found = /flags: ([0-9a-f]+)/.exec(line);
    // Only assume-unchanged, skip-worktree and intent-to-add are the user's.
    return found
      ? [`  ${(parseInt(found[1]!, 16) & 0x6000_8000).toString(16)}`]
      : [];
  });
  return flags.filter((line) => !line.includes("\t.claude-mpm/")).join("\n");
}

/** Both, and HEAD. */
export function stateOf(env: TestEnv, folder = env.project) {
  return {
    files: filesOf(folder),
    index: indexOf(env, folder),
    head: env.run("git", ["rev-parse", "HEAD"], { cwd: folder }).stdout,
    branch: env.run("git", ["symbolic-ref", "HEAD"], { cwd: folder }).stdout,
  };
}
