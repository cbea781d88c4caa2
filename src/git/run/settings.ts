import { resolve } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt, isMissing } from "../../base/errors.ts";
import { getOwn } from "../../base/own.ts";
import type { Repository, Workspace } from "../repository.ts";
import { decodeBytes, encodeText } from "../text.ts";
import { hashOf, type ObjectHash } from "../tree/snapshot.ts";
import type { System } from "../../system/system.ts";

/** A line of settings: `section.key = value`. */
export interface Setting {
  /** In lower case. */
  readonly section: string;
  /** The name after the section, as in `[branch "x"]`. */
  readonly name: string | undefined;
  readonly key: string;
  /** `true` if the setting has no value. */
  readonly value: string;
}

interface Settings {
  readonly settings: readonly Setting[];
  /** True if everything was parsed; else there was an error after these. */
  readonly whole: boolean;
}

const PASSED = /(?:\s|[#;].*)*/y;
const HEADER = /\[([a-zA-Z0-9.-]+)([ \t]+"(?:\\.|[^"\\\n]){0,4096}")?\]/y;
const KEY = /([a-zA-Z][a-zA-Z0-9-]*)[ \t]*(=|\n|$)/y;

/**
 * Parses a settings text as git does (git-config(1), SYNTAX): a section may
 * begin within a line, and a value may continue on the next line.
 */
export function parseSettings(text: string): Settings {
  const plain = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const settings: Setting[] = [];
  let [section, name]: [string, string | undefined] = ["", undefined];
  let at = 0;
  const next = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(plain);
    if (found) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    next(PASSED);
    if (at === plain.length) return { settings, whole: true };
    const header = next(HEADER);
    if (header) {
      [section, name] = namesOf(header);
      continue;
    }
    const [found, key, sign] = next(KEY) ?? [];
    if (found === undefined) return { settings, whole: false };
    let value = "true";
    if (sign === "=") {
      const read = valueAt(plain, at);
      if (!read) return { settings, whole: false };
      ({ value, end: at } = read);
    }
    settings.push({ section, name, key: key!.toLowerCase(), value });
  }
}

/** Returns the names of `[section "name"]`, or of the old `[section.name]`. */
function namesOf([, words = "", quoted]: string[]): Pair {
  const [section = "", ...rest] = words.toLowerCase().split(".");
  if (quoted !== undefined) {
    rest.push(quoted.trim().slice(1, -1).replaceAll(/\\(.)/g, "$1"));
  }
  return [section, rest.length === 0 ? undefined : rest.join(".")];
}

type Pair = [section: string, name: string | undefined];

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "",
  '"': '"',
  "\\": "\\",
  b: "\b",
  n: "\n",
  t: "\t",
};

/** The rest of a line without special characters. */
const PLAIN = /[^\n"\\#;]*(?=\n|$)/y;

/** Returns the value at `at` and its end; `undefined`: invalid. */
function valueAt(
  text: string,
  at: number,
): { value: string; end: number } | undefined {
  PLAIN.lastIndex = at;
  const [plain] = PLAIN.exec(text) ?? [];
  if (plain === undefined) return quotedValueAt(text, at);
  return { value: plain.trim(), end: at + plain.length };
}

/** Does the same character by character. */
function quotedValueAt(
  text: string,
  at: number,
): { value: string; end: number } | undefined {
  let value = "";
  /** Blanks count only if something follows them. */
  let kept = 0;
  let quoted = false;
  for (let end = at; end <= text.length; end++) {
    const letter = text[end] ?? "\n";
    if (letter === "\n") {
      return quoted ? undefined : { value: value.slice(0, kept), end };
    }
    if (!quoted && /[#;]/.test(letter)) {
      const line = text.indexOf("\n", end);
      const rest = line < 0 ? text.length : line;
      return { value: value.slice(0, kept), end: rest };
    }
    if (letter === '"') {
      quoted = !quoted;
      kept = value.length;
    } else if (letter === "\\") {
      const escaped = getOwn(ESCAPES, text[++end] ?? "");
      if (escaped === undefined) return undefined;
      value += escaped;
      kept = value.length;
    } else if (quoted || !/\s/.test(letter)) {
      value += letter;
      kept = value.length;
    } else if (value !== "") value += letter;
  }
  return undefined;
}

/** The largest small git file and settings file, in bytes. */
export const SMALL = 8192;
const LARGEST = 1024 * 1024;

/** Reads a file that may be behind a link, but never one that would block. */
export function readPlain(
  { files }: System,
  path: string,
  limit: number,
): Uint8Array {
  return files.readOwn(files.realPath(path), limit);
}

/** Reads a small git file; `undefined`: it does not exist. */
export function readIfThere(
  { files }: System,
  path: string,
  limit: number,
): Uint8Array | undefined {
  try {
    return files.readOwn(path, limit);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Returns the git folder that all worktrees share. */
export function commonDirOf(system: System, gitDir: string): string {
  const path = join(gitDir, "commondir");
  if (!system.files.peek(path)) return gitDir;
  const text = decodeBytes(system.files.readOwn(path, SMALL)).trim();
  return system.files.realPath(resolve(gitDir, text));
}

/** Reads a settings file. Not `sure`: there are more, or git would fail. */
function settingsIn(
  system: System,
  path: string,
): { settings: readonly Setting[]; sure: boolean } {
  if (!system.files.stat(path)) return { settings: [], sure: true };
  const text = decodeBytes(readPlain(system, path, LARGEST));
  const { settings, whole } = parseSettings(text);
  const includes = settings.some(({ section }) =>
    section.startsWith("include")
  );
  return { settings, sure: whole && !includes };
}

/** Returns `section.name.key`, in git's format. */
export function fullName({ section, name, key }: Setting): string {
  return [section, ...name === undefined ? [] : [name], key].join(".");
}

/** Returns whether a value turns a setting on (git-config(1), VALUES). */
function isOn(value: string | undefined): boolean {
  return value !== undefined &&
    !["false", "no", "off", "0", ""].includes(value.toLowerCase());
}

function valueOf(settings: readonly Setting[], name: string) {
  return settings.findLast((setting) => fullName(setting) === name)?.value;
}

/** The relation between a git folder and its worktree. */
export interface Core {
  readonly bare: boolean;
  readonly worktree: string | undefined;
  /** True if there may be more settings, or if git would fail. */
  readonly doubtful: boolean;
}

/** Reads `core.bare` and `core.worktree` from the repository's own files. */
export function coreOf(system: System, common: string): Core {
  const read = ["config", "config.worktree"]
    .map((name) => settingsIn(system, join(common, name)));
  const all = read.flatMap(({ settings }) => settings);
  return {
    bare: isOn(valueOf(all, "core.bare")),
    worktree: valueOf(
      all.filter(({ value }) => value !== ""),
      "core.worktree",
    ),
    doubtful: read.some(({ sure }) => !sure),
  };
}

/** Reads the repository's settings from its files; `undefined`: ask git. */
export function readSettings(
  system: System,
  { gitDir, commonDir }: Pick<Repository, "gitDir" | "commonDir">,
): readonly Setting[] | undefined {
  return attempt(() => {
    const common = settingsIn(system, join(commonDir, "config"));
    if (!common.sure) return undefined;
    const { settings } = common;
    if (!isOn(valueOf(settings, "extensions.worktreeconfig"))) return settings;
    const own = settingsIn(system, join(gitDir, "config.worktree"));
    return own.sure ? [...settings, ...own.settings] : undefined;
  });
}

/** Returns the hash function of a repository at the commit `head`, if any. */
export function objectHash(
  system: System,
  { gitDir, commonDir }: Pick<Workspace, "gitDir" | "commonDir">,
  head: string | undefined,
): ObjectHash {
  if (head !== undefined) return hashOf(head);
  const place = { gitDir: gitDir!, commonDir: commonDir! };
  const settings = readSettings(system, place) ?? [];
  const format = valueOf(settings, "extensions.objectformat");
  return format === "sha256" ? "sha256" : "sha1";
}

/** Returns whether the settings name another worktree, or exclude one. */
export function movesWorktree(
  { gitDir, worktree }: Repository,
  settings: readonly Setting[],
): boolean {
  return settings.some((setting) => {
    const name = fullName(setting);
    return name === "core.worktree"
      ? resolve(gitDir, setting.value) !== worktree
      : name === "core.bare" && isOn(setting.value);
  });
}

/**
 * The repository settings that mpm uses, by section: each is data and cannot
 * name a program. Git sees no others, now or in later versions.
 */
const TAKEN = new Map<string, RegExp>([
  [
    "core",
    /^(attributesfile|autocrlf|bigfilethreshold|checkroundtripencoding|checkstat|compression|eol|excludesfile|filemode|fsync|fsyncmethod|fsyncobjectfiles|ignorecase|logallrefupdates|loosecompression|precomposeunicode|protecthfs|protectntfs|repositoryformatversion|safecrlf|sharedrepository|sparsecheckout|sparsecheckoutcone|splitindex|symlinks|trustctime|untrackedcache|usereplacerefs)$/,
  ],
  // An unknown extension makes git refuse the repository, as it should.
  ["extensions", /^(?!worktreeconfig$|partialclone$)/],
  ["diff", /^ignoresubmodules$/],
  ["i18n", /^commitencoding$/],
  ["index", /^(sparse|version)$/],
  ["user", /^(name|email|useconfigonly)$/],
  ["author", /^(name|email)$/],
  ["committer", /^(name|email)$/],
  ["branch.", /^(remote|merge)$/],
  // The address is left out: it may contain a password, and is not needed here.
  ["remote.", /^fetch$/],
  ["submodule.", /^(ignore|path)$/],
]);

/** Settings of the repository, or of the user and the machine. */
export type Whose = "own" | "user";

/** Arguments that print the settings for {@link parseListed}. */
export const LIST_SETTINGS = ["config", "--show-scope", "-z", "--list"];

/** The scopes of a repository's settings. */
export const OWN_SCOPES = ["local", "worktree"];

/** Parses settings that git lists: the repository's, or the others. */
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

/** Returns a settings file that contains only the settings that are data. */
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

/** Returns whether git can read a file; on a pipe, it would wait forever. */
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
