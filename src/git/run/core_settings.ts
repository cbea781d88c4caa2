import { join, resolve } from "@std/path";
import type { System } from "../../system/system.ts";
import { parseSettings } from "./parse_settings.ts";
import { decodeBytes } from "../text.ts";

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

/** Values of a setting that is off (git-config(1), VALUES). */
export const NO = ["false", "no", "off", "0", ""];

/** What git folder and worktree are to each other. */
export interface Core {
  readonly bare: boolean;
  readonly worktree: string | undefined;
  /** Whether there may be more: in other files, or where git would fail. */
  readonly doubtful: boolean;
}

/** `core.bare` and `core.worktree`, as a repository's own files say. */
export function coreOf(system: System, common: string): Core {
  let [bare, doubtful] = [false, false];
  let worktree: string | undefined;
  for (const name of ["config", "config.worktree"]) {
    const path = join(common, name);
    if (!system.files.lstat(path)) continue;
    const real = system.files.realPath(path);
    const text = decodeBytes(system.files.readOwn(real, LARGEST_CONFIG));
    const { settings, whole } = parseSettings(text);
    doubtful ||= !whole;
    for (const { section, name, key, value } of settings) {
      doubtful ||= section.startsWith("include");
      if (section !== "core" || name !== undefined) continue;
      if (key === "bare") bare = !NO.includes(value.toLowerCase());
      if (key === "worktree" && value !== "") worktree = value;
    }
  }
  return { bare, worktree, doubtful };
}
