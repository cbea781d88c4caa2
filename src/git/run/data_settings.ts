import { join, resolve } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { NO } from "./core_settings.ts";
import type { Repository } from "./find_repository.ts";
import { parseSettings, type Setting } from "./parse_settings.ts";
import { decodeBytes, encodeText } from "../text.ts";

export type { Setting };

/** Bytes of a file of settings that is read here; git reads a larger one. */
const LARGEST = 1024 * 1024;

/**
 * The settings of a repository that mpm takes over, by section: each is data,
 * and none can name a program. All others do not exist for git when mpm runs
 * it, so a setting that a later git runs does not either.
 */
const TAKEN = new Map<string, RegExp>([
  [
    "core",
    /^(attributesfile|autocrlf|bigfilethreshold|checkroundtripencoding|checkstat|compression|eol|excludesfile|filemode|fsync|fsyncmethod|fsyncobjectfiles|ignorecase|logallrefupdates|loosecompression|precomposeunicode|protecthfs|protectntfs|repositoryformatversion|safecrlf|sharedrepository|sparsecheckout|sparsecheckoutcone|splitindex|symlinks|trustctime|untrackedcache|usereplacerefs)$/,
  ],
  // One that git does not know makes it refuse the repository, as it should.
  ["extensions", /^(?!worktreeconfig$|partialclone$)/],
  ["diff", /^ignoresubmodules$/],
  ["i18n", /^commitencoding$/],
  ["index", /^(sparse|version)$/],
  ["user", /^(name|email|useconfigonly)$/],
  ["author", /^(name|email)$/],
  ["committer", /^(name|email)$/],
  ["branch.", /^(remote|merge)$/],
  // Not its address, which may hold a password and is of no use here.
  ["remote.", /^fetch$/],
  ["submodule.", /^(ignore|path)$/],
]);

/**
 * Reads the own settings of a repository from its files. `undefined`: git must
 * be asked, since they include others or are not understood.
 */
export function readSettings(
  system: System,
  { gitDir, commonDir }: Repository,
): readonly Setting[] | undefined {
  try {
    const common = settingsIn(system, join(commonDir, "config"));
    const more = common?.findLast((setting) =>
      fullName(setting) === "extensions.worktreeconfig"
    );
    if (!more || NO.includes(more.value.toLowerCase())) return common;
    const own = settingsIn(system, join(gitDir, "config.worktree"));
    return own && common && [...common, ...own];
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

function settingsIn(
  { files }: System,
  path: string,
): readonly Setting[] | undefined {
  if (!files.stat(path)) return [];
  const bytes = files.readOwn(files.realPath(path), LARGEST);
  const { settings, whole } = parseSettings(decodeBytes(bytes));
  const includes = settings.some(({ section }) =>
    section.startsWith("include")
  );
  return whole && !includes ? settings : undefined;
}

/** Settings of the repository, or of the user and the machine. */
export type Whose = "own" | "user";

/** What makes git print the settings that {@link parseListed} reads. */
export const LIST_SETTINGS = ["config", "--show-scope", "-z", "--list"];

/** The scopes of what a repository sets. */
export const OWN_SCOPES = ["local", "worktree"];

/** The settings of the repository among all that git lists, or the others. */
export function parseListed(output: Uint8Array, which: Whose): Setting[] {
  const fields = decodeBytes(output).split("\0");
  const found: Setting[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    if (OWN_SCOPES.includes(fields[at]!) !== (which === "own")) continue;
    const [full = "", value = "true"] = fields[at + 1]!.split(/\n([^]*)/);
    const [first, last] = [full.indexOf("."), full.lastIndexOf(".")];
    found.push({
      section: full.slice(0, first),
      name: first === last ? undefined : full.slice(first + 1, last),
      key: full.slice(last + 1),
      value,
    });
  }
  return found;
}

/** `section.name.key`, as git writes it. */
export function fullName({ section, name, key }: Setting): string {
  return [section, ...name === undefined ? [] : [name], key].join(".");
}

/** Whether the settings name another worktree, or say that there is none. */
export function movesWorktree(
  { gitDir, worktree }: Repository,
  settings: readonly Setting[],
): boolean {
  return settings.some((setting) => {
    const { value } = setting;
    switch (fullName(setting)) {
      case "core.worktree":
        return resolve(gitDir, value) !== worktree;
      case "core.bare":
        return !NO.includes(value.toLowerCase());
      default:
        return false;
    }
  });
}

/** A file of those settings that are only data. */
export function dataSettings(
  system: System,
  worktree: string | undefined,
  settings: readonly Setting[],
): Uint8Array {
  const readable = (setting: Setting): Setting =>
    !namesFile(setting) ||
      isReadable(system, pathOf(system, worktree ?? "/", setting.value))
      ? setting
      : { ...setting, value: "/dev/null" };
  const data = settings.filter(isData).map(readable);
  return encodeText(data.map(settingText).join(""));
}

/** Whether git can read a file to its end: it waits for ever on a pipe. */
export function isReadable({ files }: System, path: string): boolean {
  const kind = files.stat(path)?.kind;
  return kind === undefined || kind === "file";
}

function namesFile({ section, name, key }: Setting): boolean {
  return section === "core" && name === undefined &&
    /^(attributesfile|excludesfile)$/.test(key);
}

function pathOf({ env }: System, worktree: string, value: string): string {
  const home = env("HOME");
  return home && value.startsWith("~/")
    ? join(home, value.slice(2))
    : resolve(worktree, value);
}

function isData({ section, name, key, value }: Setting): boolean {
  const known = TAKEN.get(name === undefined ? section : `${section}.`);
  return known?.test(key) === true && /^[a-z0-9-]+$/.test(key) &&
    !value.includes("\0") && !/[\0\n]/.test(name ?? "");
}

function settingText({ section, name, key, value }: Setting): string {
  const escaped = (text: string) => text.replaceAll(/["\\]/g, "\\$&");
  const header = name === undefined ? section : `${section} "${escaped(name)}"`;
  return `[${header}]\n\t${key} = "${
    escaped(value).replaceAll("\n", "\\n")
  }"\n`;
}
