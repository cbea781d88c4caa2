import { join, resolve } from "@std/path";
import type { System } from "../system/system.ts";
import { decodeBytes } from "./text.ts";

/** Bytes of git's `commondir`, and of its `config`. */
const SMALL = 8192;
const LARGEST_CONFIG = 1024 * 1024;

/** The git folder that all worktrees of one share (gitrepository-layout(5)). */
export function commonDirOf(system: System, gitDir: string): string {
  const path = join(gitDir, "commondir");
  if (!system.files.lstat(path)) return gitDir;
  const text = decodeBytes(system.files.readOwn(path, SMALL)).trim();
  return system.files.realPath(resolve(gitDir, text));
}

interface Core {
  readonly bare: boolean;
  readonly worktree: string | undefined;
  /** Whether other files may say more. */
  readonly includes: boolean;
}

/** `core.bare` and `core.worktree`, as a repository's own files say. */
export function coreOf(system: System, common: string): Core {
  let [bare, includes] = [false, false];
  let worktree: string | undefined;
  for (const name of ["config", "config.worktree"]) {
    const path = join(common, name);
    if (!system.files.lstat(path)) continue;
    let section = "";
    const real = system.files.realPath(path);
    const text = decodeBytes(system.files.readOwn(real, LARGEST_CONFIG));
    for (const line of text.split("\n")) {
      section = /^\s*\[([^\]"]*)/.exec(line)?.[1]?.trim().toLowerCase() ??
        section;
      includes ||= section.startsWith("include");
      if (section !== "core") continue;
      const [, key, value] = /^\s*(\w+)\s*(?:=\s*(.*?))?\s*$/.exec(line) ?? [];
      if (key?.toLowerCase() === "bare") {
        bare = !/^(?:false|no|off|0)$/i.test(value ?? "true");
      }
      if (key?.toLowerCase() === "worktree" && value) {
        worktree = value.replace(/^"(.*)"$/, "$1");
      }
    }
  }
  return { bare, worktree, includes };
}
