import bash from "../../../completions/mpm.bash" with { type: "text" };
import fish from "../../../completions/mpm.fish" with { type: "text" };
import zsh from "../../../completions/mpm.zsh" with { type: "text" };
import { dirname, isAbsolute, join } from "@std/path";
import { attempt } from "../../base/errors.ts";
import { ensureFolder, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { SetupResult } from "../commands/results.ts";

type Planned = SetupResult["completions"][number];

/** A shell that mpm has a completion script for. */
interface Shell {
  readonly name: Planned["shell"];
  readonly script: string;
  /** Files of the home folder that tell that it is used. */
  readonly signs: readonly string[];
  /** The script's file in the folder of the user's data. */
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

/** Bytes of a script that is compared with the present one. */
const LIMIT = 64 * 1024;

/** Returns the shells of this user, and what would become of their scripts. */
export function plannedCompletions(system: System): Planned[] {
  const home = system.home();
  const data = system.env("XDG_DATA_HOME");
  if (system.platform === "windows" || home === undefined) return [];
  const share = data && isAbsolute(data) ? data : join(home, ".local/share");
  const login = system.env("SHELL")?.split("/").at(-1);
  return SHELLS.filter(({ name, signs }) =>
    name === login ||
    signs.some((sign) => system.files.stat(join(home, sign)))
  ).map(({ name, script, file }) => {
    const path = join(share, file);
    return { shell: name, path, action: actionAt(system, path, script) };
  });
}

/** A file that mpm did not write stays as it is. */
function actionAt(
  system: System,
  path: string,
  script: string,
): Planned["action"] {
  if (!system.files.lstat(path)) return "added";
  const bytes = attempt(() => system.files.readOwn(path, LIMIT));
  const text = bytes && new TextDecoder().decode(bytes);
  if (text === script) return "kept";
  return /^# \w+ completion for mpm\./m.test(text ?? "")
    ? "replaced"
    : "foreign";
}

/** Writes what was planned. */
export function writeCompletions(
  system: System,
  planned: readonly Planned[],
): void {
  for (const { shell, path, action } of planned) {
    if (action !== "added" && action !== "replaced") continue;
    const { script } = SHELLS.find(({ name }) => name === shell)!;
    makeFolders(system, dirname(path));
    writeAtomic(system, path, { bytes: new TextEncoder().encode(script) });
  }
}

/** Makes a folder of the user with those above it. */
function makeFolders(system: System, folder: string): void {
  if (system.files.stat(folder)) return;
  makeFolders(system, dirname(folder));
  ensureFolder(system, folder, dirname(folder));
}
