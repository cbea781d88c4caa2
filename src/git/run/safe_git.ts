import type { System } from "../../system/system.ts";
import { Git, type GitSetting } from "./git.ts";
import { splitFields } from "../text.ts";

/** A git that runs no filter, and what the settings say of conversions. */
export interface SafeGit extends SafeSettings {
  readonly git: Git;
}

/** What the settings of a repository say of conversions. */
export interface SafeSettings {
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

const SETTINGS = "^(branch\\..*\\.merge|" +
  "core\\.(autocrlf|eol|attributesfile|filemode)|extensions\\.objectformat)$";

/** Reads the settings that hold in a folder, with one process. */
export async function safeSettings(
  system: System,
  folder: string,
  setting: GitSetting = {},
): Promise<SafeSettings> {
  const asked = await new Git(system, folder, { ...setting, filters: "none" })
    .run(["config", "-z", "--get-regexp", SETTINGS]);
  let [converts, fileMode, upstreams] = [false, true, false];
  let hash: ObjectHash = "sha1";
  for (const field of splitFields(asked.stdout)) {
    const [name, value = "true"] = field.split(/\n([^]*)/);
    if (name!.startsWith("branch.")) upstreams = true;
    else if (name === "extensions.objectformat") hash = value as ObjectHash;
    else if (name === "core.filemode") fileMode = value !== "false";
    else if (name === "core.autocrlf") converts ||= value !== "false";
    else converts = true;
  }
  return { converts, fileMode, upstreams, hash };
}

/**
 * Git in a repository without any filter, not even the user's own: what is read
 * are the bytes of files. One process, unless `settings` were read before.
 */
export async function safeGit(
  system: System,
  folder: string,
  setting: GitSetting = {},
  settings?: SafeSettings,
): Promise<SafeGit> {
  const found = settings ?? await safeSettings(system, folder, setting);
  const git = new Git(system, folder, { ...setting, filters: "none" });
  return { git, ...found };
}
