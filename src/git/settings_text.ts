import { dirname, join } from "@std/path";
import { MpmError } from "../errors.ts";
import type { System } from "../system/system.ts";
import { commonDirOf } from "./core_settings.ts";
import { decodeBytes } from "./text.ts";

/** Bytes of a file of settings that is read. */
const LARGEST = 1024 * 1024;

/**
 * Whether the text of a repository's own settings has what `pattern` matches,
 * which costs no process of git. The pattern is of small letters and matches an
 * include, too; true in doubt.
 */
export function ownSettingsHave(
  system: System,
  gitDir: string,
  pattern: RegExp,
): boolean {
  return anyHas(system, pattern, () => [
    join(commonDirOf(system, gitDir), "config"),
    join(gitDir, "config.worktree"),
  ]);
}

/** The same of the user's own settings and the machine's (git-config(1), FILES). */
export function userSettingsHave(system: System, pattern: RegExp): boolean {
  return anyHas(system, pattern, () => userSettings(system)) ||
    machinesHave(system, pattern);
}

function userSettings(system: System): string[] {
  const global = system.env("GIT_CONFIG_GLOBAL");
  if (global !== undefined) return global === "/dev/null" ? [] : [global];
  const home = system.home();
  const shared = system.env("XDG_CONFIG_HOME") ||
    (home === undefined ? undefined : join(home, ".config"));
  return [
    ...home === undefined ? [] : [join(home, ".gitconfig")],
    ...shared === undefined ? [] : [join(shared, "git", "config")],
  ];
}

/** Other systems' gits have their settings where only they know. */
function machinesHave(system: System, pattern: RegExp): boolean {
  const none = system.env("GIT_CONFIG_NOSYSTEM")?.toLowerCase() ?? "";
  if (["true", "yes", "on", "1"].includes(none)) return false;
  const given = system.env("GIT_CONFIG_SYSTEM");
  if (given === "/dev/null") return false;
  if (given === undefined && system.platform !== "linux") return true;
  return anyHas(
    system,
    pattern,
    () => given === undefined ? machineSettings(system) : [given],
  );
}

/** In `/etc`, or in that of the folder which git was installed in. */
function machineSettings({ files, env }: System): string[] {
  const git = (env("PATH") ?? "").split(":").map((folder) => `${folder}/git`)
    .find((path) => path.startsWith("/") && files.stat(path));
  const programs = git === undefined ? [] : [git, files.realPath(git)];
  const places = programs.map((path) => dirname(dirname(path)));
  return ["/", ...new Set(places)].map((place) =>
    join(place, "etc", "gitconfig")
  );
}

function anyHas(
  system: System,
  pattern: RegExp,
  files: () => readonly string[],
): boolean {
  try {
    return files().some((path) =>
      system.files.stat(path) !== undefined &&
      pattern.test(decodeBytes(readPlain(system, path, LARGEST)).toLowerCase())
    );
  } catch (error) {
    if (error instanceof MpmError) return true;
    throw error;
  }
}

/** A file that may be behind a link, but nothing that has to be waited on. */
export function readPlain(
  system: System,
  path: string,
  limit: number,
): Uint8Array {
  return system.files.readOwn(system.files.realPath(path), limit);
}
