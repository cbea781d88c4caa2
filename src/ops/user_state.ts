import { dirname, isAbsolute } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, FileError, MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { removeQuietly } from "./atomic.ts";
import { readOnce } from "./derived.ts";
import { ensureFolder } from "./folders.ts";

/**
 * Returns the folder for machine data that is not part of a project. This is
 * `mpm` in `XDG_STATE_HOME`, or else in `~/.local/state`; on Windows, in
 * `LOCALAPPDATA`. Throws CONFLICT if the home folder is unknown.
 */
export function userState(system: System): string {
  const home = system.home();
  const configured = system.platform === "windows"
    ? system.env("LOCALAPPDATA")
    : system.env("XDG_STATE_HOME");
  const base = configured && isAbsolute(configured)
    ? configured
    : home && join(home, ".local", "state");
  if (base) return join(base, "mpm");
  throw new MpmError("CONFLICT", "Cannot find your home folder", {
    hint: "Set HOME: mpm records its installations in that folder",
  });
}

/**
 * Returns `XDG_CONFIG_HOME` (Windows: `APPDATA`), or else `.config` in the home
 * folder.
 */
export function userFolder(system: System): string | undefined {
  const home = system.home();
  const folder =
    (system.platform === "windows"
      ? system.env("APPDATA")
      : system.env("XDG_CONFIG_HOME")) || (home && join(home, ".config"));
  return folder && isAbsolute(folder) ? folder : undefined;
}

/**
 * Returns Claude Code's folder: `CLAUDE_CONFIG_DIR`, or else `.claude` in the
 * home folder. `undefined`: neither is known.
 */
export function claudeHome(system: System): string | undefined {
  const configured = system.env("CLAUDE_CONFIG_DIR");
  if (configured) {
    return isAbsolute(configured) ? configured : join(system.cwd(), configured);
  }
  const home = system.home();
  return home ? join(home, ".claude") : undefined;
}

/** Returns an mpm folder in the user's state. Creates it if it is missing. */
export function ensureUserFolder(system: System, name: string): string {
  const state = userState(system);
  makeParents(system, dirname(state));
  const folder = join(state, name);
  ensureFolder(system, folder, dirname(state));
  return folder;
}

/** Creates missing parents. The user's existing folders keep their mode. */
function makeParents(system: System, folder: string): void {
  if (system.files.stat(folder)) return;
  makeParents(system, dirname(folder));
  try {
    system.files.mkdir(folder);
  } catch (error) {
    const there = error instanceof FileError && error.problem === "exists";
    if (!there) throw error;
  }
}

/**
 * A random word that identifies this user's mpm, stored in a file of the state.
 */
export interface UserWord {
  readonly name: string;
  /** Number of characters; a multiple of 8. */
  readonly length: number;
}

/** The name of this installation, which is part of the refs of its saves. */
export const WRITER: UserWord = { name: "writer", length: 16 };

/** Returns the word. `undefined`: the word or its folder is missing. */
export function userWord(system: System, word: UserWord): string | undefined {
  return attempt(() => {
    const path = join(userState(system), word.name);
    return readOnce(system, { path, what: "word" }, () => {
      const text = new TextDecoder().decode(system.files.readOwn(path, 256));
      const isWhole = text.length === word.length && /^[0-9a-z-]+$/.test(text);
      return isWhole ? text : undefined;
    });
  });
}

/** Returns the same word, and creates it if it is missing. */
export function ensureUserWord(
  system: System,
  word: UserWord,
): string | undefined {
  const known = userWord(system, word);
  if (known !== undefined) return known;
  attempt(() => makeWord(system, word));
  return userWord(system, word);
}

/** Creates a word. Never replaces a word that another mpm has just created. */
function makeWord(system: System, { name, length }: UserWord): void {
  const { files } = system;
  const path = join(ensureUserFolder(system, "."), name);
  const found = files.lstat(path);
  // A word that is unreadable only temporarily must not be replaced.
  if (found?.size === length) files.readOwn(path, length);
  if (found) files.remove(path); // > incomplete, or not a word
  const written = `${path}.${system.random()}`;
  const parts = Array.from({ length: length / 8 }, () => system.random());
  try {
    files.create(written, new TextEncoder().encode(parts.join("")));
    files.link(written, path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const linkless = error.problem !== "exists" && !files.lstat(path);
    if (linkless) files.rename(written, path);
  } finally {
    if (files.lstat(written)) removeQuietly(system, written);
  }
}
