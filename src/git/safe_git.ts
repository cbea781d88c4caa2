import type { System } from "../system/system.ts";
import { Git, type GitSetting } from "./git.ts";
import { splitFields } from "./text.ts";

/** A git that runs no filter, and what the settings say of conversions. */
export interface SafeGit extends Omit<SafeSettings, "off"> {
  readonly git: Git;
}

/** What the settings of a repository say of conversions. */
export interface SafeSettings {
  /** Variables that turn every filter off. */
  readonly off: Readonly<Record<string, string>>;
  /** Whether a setting may make a file differ from its blob. */
  readonly converts: boolean;
  /** Whether the executable bit of files means anything. */
  readonly fileMode: boolean;
  /** Whether any branch has an upstream. */
  readonly upstreams: boolean;
  /** What object ids are made with. */
  readonly hash: ObjectHash;
}

export type ObjectHash = "sha1" | "sha256";

const SETTINGS = "^(filter\\..*\\.(clean|smudge|process|required)|" +
  "branch\\..*\\.merge|" +
  "core\\.(autocrlf|eol|attributesfile|filemode)|extensions\\.objectformat)$";

/** Reads the settings that hold in a folder, with one process. */
export async function safeSettings(
  system: System,
  folder: string,
  setting: GitSetting = {},
): Promise<SafeSettings> {
  const asked = await new Git(system, folder, setting).run([
    "config",
    "-z",
    "--get-regexp",
    SETTINGS,
  ]);
  const drivers = new Set<string>();
  let [converts, fileMode, upstreams] = [false, true, false];
  let hash: ObjectHash = "sha1";
  for (const field of splitFields(asked.stdout)) {
    const [name, value = "true"] = field.split(/\n([^]*)/);
    const driver = /^filter\.([^]*)\.\w+$/.exec(name!)?.[1];
    if (driver !== undefined) drivers.add(driver);
    else if (name!.startsWith("branch.")) upstreams = true;
    else if (name === "extensions.objectformat") hash = value as ObjectHash;
    else if (name === "core.filemode") fileMode = value !== "false";
    else if (name === "core.autocrlf") converts ||= value !== "false";
    else converts = true;
  }
  return {
    off: offSettings([...drivers]),
    converts,
    fileMode,
    upstreams,
    hash,
  };
}

/**
 * Git in a repository with every filter that its or the user's settings define
 * turned off: reading the state of a worktree must run nothing. One process,
 * unless `settings` were read before.
 */
export async function safeGit(
  system: System,
  folder: string,
  setting: GitSetting = {},
  settings?: SafeSettings,
): Promise<SafeGit> {
  const { off, ...rest } = settings ??
    await safeSettings(system, folder, setting);
  const env = { ...setting.env, ...off };
  return { git: new Git(system, folder, { ...setting, env }), ...rest };
}

/**
 * Variables that turn filters off, by name: an empty command is none, and
 * variables take any name, `-c` does not.
 */
export function offSettings(
  drivers: readonly string[],
): Record<string, string> {
  const pairs = drivers.flatMap((driver) => [
    [`filter.${driver}.clean`, ""],
    [`filter.${driver}.smudge`, ""],
    [`filter.${driver}.process`, ""],
    [`filter.${driver}.required`, "false"],
  ]);
  if (pairs.length === 0) return {};
  return Object.fromEntries([
    ["GIT_CONFIG_COUNT", String(pairs.length)],
    ...pairs.flatMap(([name, value], at) => [
      [`GIT_CONFIG_KEY_${at}`, name!],
      [`GIT_CONFIG_VALUE_${at}`, value!],
    ]),
  ]);
}
