import bash from "../../../completions/mpm.bash" with { type: "text" };
import fish from "../../../completions/mpm.fish" with { type: "text" };
import zsh from "../../../completions/mpm.zsh" with { type: "text" };
import { basename, dirname, isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { missingFolders, recordReplaced } from "../../clients/mod.ts";
import { ensureFolder, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { SetupResult } from "../commands/results.ts";

type Planned = SetupResult["completions"][number];

interface Shell {
  readonly name: Planned["shell"];
  readonly script: string;
  /** Files in the home folder that show that the shell is used. */
  readonly signs: readonly string[];
  /** The script's file in the user's data folder. */
  readonly file: string;
}

const SHELLS: readonly Shell[] = [
  {
    name: "bash",
    script: bash,
    signs: [".bashrc", ".bash_profile"],
    file: "bash-completion/completions/mpm",
  },
  {
    name: "zsh",
    script: zsh,
    signs: [".zshrc"],
    file: "zsh/site-functions/_mpm",
  },
  {
    name: "fish",
    script: fish,
    signs: [".config/fish"],
    file: "fish/vendor_completions.d/mpm.fish",
  },
];

/** The largest script to compare with the current one, in bytes. */
const LIMIT = 64 * 1024;

/** Returns the user's shells, and the planned changes to their scripts. */
export function plannedCompletions(system: System): Planned[] {
  const home = system.home();
  const share = userShare(system);
  if (home === undefined || share === undefined) return [];
  const login = system.env("SHELL")?.split("/").at(-1);
  return SHELLS.filter(({ name, signs }) =>
    name === login ||
    signs.some((sign) => system.files.stat(join(home, sign)))
  ).map(({ name, script, file }) => {
    const path = join(share, file);
    return { shell: name, path, action: actionAt(system, path, script) };
  });
}

function userShare(system: System): string | undefined {
  const home = system.home();
  if (system.platform === "windows" || home === undefined) return undefined;
  const data = system.env("XDG_DATA_HOME");
  return data && isAbsolute(data) ? data : join(home, ".local/share");
}

/** Returns folders for man pages: the user's, and the program's. */
export function sharesOf(system: System): string[] {
  const bin = dirname(system.program() ?? "");
  const beside = basename(bin) === "bin" ? [join(dirname(bin), "share")] : [];
  const own = userShare(system);
  return own === undefined ? [] : [...new Set([own, ...beside])];
}

/** The completion scripts, below each of these folders. */
export const COMPLETION_FILES = SHELLS.map(({ file }) => file);

/** Returns the folders that must be created for these scripts. */
export function foldersFor(
  system: System,
  planned: readonly Planned[],
): string[] {
  const due = planned.filter(isDue);
  return missingFolders(system, due.map(({ path }) => path));
}

function isDue({ action }: Planned): boolean {
  return action === "added" || action === "replaced";
}

/** The head of a completion script written by mpm. */
export const COMPLETION_HEAD = /^# \w+ completion for mpm\./m;

/** Returns the action for a script; someone else's is not changed. */
function actionAt(
  system: System,
  path: string,
  script: string,
): Planned["action"] {
  if (!system.files.lstat(path)) return "added";
  const bytes = attempt(() => system.files.readOwn(path, LIMIT));
  const text = bytes && new TextDecoder().decode(bytes);
  if (text === script) return "kept";
  return COMPLETION_HEAD.test(text ?? "") ? "replaced" : "foreign";
}

/** Writes and records the planned scripts. Call under the user's lock. */
export function writeCompletions(
  system: System,
  planned: readonly Planned[],
): void {
  for (const { shell, path } of planned.filter(isDue)) {
    const { script } = SHELLS.find(({ name }) => name === shell)!;
    const bytes = new TextEncoder().encode(script);
    const folders = missingFolders(system, [path]);
    recordReplaced(system, path, { before: undefined, after: bytes, folders });
    makeFolders(system, dirname(path));
    writeAtomic(system, path, { bytes });
  }
}

function makeFolders(system: System, folder: string): void {
  if (system.files.stat(folder)) return;
  makeFolders(system, dirname(folder));
  ensureFolder(system, folder, dirname(folder));
}
