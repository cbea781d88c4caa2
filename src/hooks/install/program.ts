import { isAbsolute, resolve } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import type { Context } from "../../cli/mod.ts";
import {
  CLAUDE,
  type Client,
  CLIENTS,
  isFolder,
  programsOnPath,
} from "../../clients/mod.ts";
import type { System } from "../../system/system.ts";

/**
 * Returns the binary that hooks start: the given one, or else this program. If
 * it is on PATH, returns that path, because it survives an upgrade. Throws
 * NOT_FOUND or CONFLICT.
 */
export function binaryFor(context: Context, named: string | undefined): string {
  const path = programPath(context, named);
  if (!path.includes("${CLAUDE_")) return path;
  throw new MpmError(
    "CONFLICT",
    `Claude Code cannot start "${path}": it reads "\${CLAUDE_" as a variable`,
    { hint: "Use --binary with another path to the same program" },
  );
}

function programPath(
  { system, folder }: Context,
  named: string | undefined,
): string {
  if (named !== undefined) {
    const path = isAbsolute(named) ? named : resolve(folder, named);
    const found = system.files.stat(path);
    const runs = found?.kind === "file" &&
      (found.mode === undefined || (found.mode & 0o111) !== 0);
    if (runs) return path;
    throw new MpmError("NOT_FOUND", `Program "${path}" not found`, {
      hint: "Use --binary with the path of the mpm that the hooks should start",
    });
  }
  const program = system.program();
  if (program === undefined) {
    throw new MpmError("CONFLICT", "This mpm runs from source", {
      hint: "Build mpm, or name the binary: --binary <path>",
    });
  }
  return onPath(system, program) ?? program;
}

function onPath(system: System, program: string): string | undefined {
  const name = system.platform === "windows" ? "mpm.exe" : "mpm";
  return pathFolders(system).map((folder) => join(folder, name))
    .find((path) => isSameFile(system, path, program));
}

function pathFolders(system: System): string[] {
  const separator = system.platform === "windows" ? ";" : ":";
  return (system.env("PATH") ?? "").split(separator).filter(isAbsolute);
}

/** Returns clients on PATH or with a folder, and starts none. */
export function clientsHere(system: System): Client[] {
  return CLIENTS.filter((client) => {
    const home = client.home(system);
    return programsOnPath(system, client.name).length > 0 ||
      home !== undefined && isFolder(system, home);
  });
}

/** Returns whether both paths lead to the same existing file. */
export function isSameFile(system: System, a: string, b: string): boolean {
  const { files } = system;
  return attempt(() =>
    Boolean(files.stat(a) && files.stat(b)) &&
    files.realPath(a) === files.realPath(b)
  ) ?? false;
}

/** Returns a path as a word for the shell that runs a status line. */
export function statusLineWord(system: System, binary: string): string {
  return shellWord(
    system.platform === "windows" ? binary.replaceAll("\\", "/") : binary,
  );
}

/** The oldest Claude Code that does not ignore files with new events. */
const OLDEST = [2, 1, 101] as const;

/** The maximum number of milliseconds and bytes for reading the version. */
const BOUNDS = { timeout: 5000, limit: 1024 };

/** Returns the version of the Claude Code on `PATH`, if known. */
export async function clientVersion(
  system: System,
  folder: string,
): Promise<string | undefined> {
  const { stdout } = await system.runProgram([CLAUDE.name, "--version"], {
    cwd: folder,
    ...BOUNDS,
  });
  const text = new TextDecoder().decode(stdout);
  return /^(\d+\.\d+\.\d+) \(Claude Code\)/.exec(text)?.[1];
}

/**
 * Refuses to install hooks for a Claude Code that would then ignore the whole
 * file. A client that has an unknown version or is not on `PATH` counts as new
 * enough. Throws CONFLICT.
 */
export async function refuseOldClient(
  system: System,
  folder: string,
): Promise<void> {
  const found = await clientVersion(system, folder);
  const version = found?.split(".").map(Number) ?? [];
  const differs = OLDEST.findIndex((part, at) => part !== version[at]);
  if (differs < 0 || version.length === 0) return;
  if (version[differs]! > OLDEST[differs]!) return;
  throw new MpmError(
    "CONFLICT",
    `Claude Code ${version.join(".")} is too old for hooks, which need ` +
      `${OLDEST.join(".")} or later`,
    { hint: "Update it first: claude update" },
  );
}

/** Returns whether Claude Code is too old for hooks, and warns. */
export async function warnsOfOldClient(
  { system, folder, note }: Context,
): Promise<boolean> {
  try {
    await refuseOldClient(system, folder);
    return false;
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    note(`Warning: ${error.message}. ${error.hint}`);
    return true;
  }
}
