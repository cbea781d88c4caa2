import { join } from "../../base/join.ts";
import { attempt, FileError, MpmError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { encodeText } from "../text.ts";
import type { Vault } from "./vault.ts";

/** Returns the path of the worktree's index. */
export function indexFile({ workspace }: Vault): string {
  return join(workspace.gitDir!, "index");
}

/** Throws CONFLICT if another git command holds the index. */
export function refuseHeldIndex(system: System, vault: Vault): void {
  const lock = `${indexFile(vault)}.lock`;
  if (!system.files.lstat(lock)) return;
  const isOurs = restoresAt(system, vault).length > 0;
  throw new MpmError(
    "CONFLICT",
    isOurs
      ? `A restore is running, or was killed: it left "${lock}"`
      : `Another git command is running: "${lock}"`,
    {
      hint: isOurs
        ? 'Wait until it has finished. If no restore is running, "mpm ' +
          'checkpoint restore" removes that file'
        : "Wait until it has finished. If no git command is running, remove " +
          "that file",
    },
  );
}

/** Returns the tokens of restores that hold, or held, the index. */
function restoresAt({ files }: System, vault: Vault): string[] {
  return files.list(vault.workspace.gitDir!).flatMap(({ name }) => {
    const [, token] = /^index\.([a-z0-9]{8,64})\.own$/.exec(name) ?? [];
    return token === undefined ? [] : [token];
  });
}

/** Removes files of killed restores. Call under the lock of restores. */
export function releaseDead(system: System, vault: Vault): void {
  for (const token of restoresAt(system, vault)) {
    releaseIndex(system, vault, token);
  }
}

/** Waits for a git command that holds the index. Throws CONFLICT. */
export async function waitForIndex(
  system: System,
  vault: Vault,
): Promise<void> {
  const lock = `${indexFile(vault)}.lock`;
  for (let tries = 0; tries < TRIES && system.files.lstat(lock); tries++) {
    await system.sleep(PAUSE_MS);
  }
  refuseHeldIndex(system, vault);
}

/** Removes the lock and the new index that a killed restore left. */
export function releaseIndex(
  system: System,
  vault: Vault,
  token: string,
): void {
  const lock = `${indexFile(vault)}.lock`;
  attempt(() => {
    const text = new TextDecoder().decode(system.files.readOwn(lock, 1024));
    if (text === lockText(token)) system.files.remove(lock);
  });
  for (const path of builtFiles(vault, token)) {
    if (system.files.lstat(path)) system.files.remove(path);
  }
}

/** Returns the names of a new index, of its lock, and of the lock's text. */
export function builtFiles(vault: Vault, token: string): string[] {
  const built = `${indexFile(vault)}.${token}`;
  return [built, `${built}.lock`, `${built}.own`];
}

/** Returns the text for anyone who finds the lock of a killed restore. */
function lockText(token: string): string {
  return `mpm checkpoint restore ${token}: if it was killed, ` +
    `"mpm checkpoint list" finishes it\n`;
}

/** The maximum number of attempts to take the lock from another git. */
const TRIES = 40;
const PAUSE_MS = 25;

/** Takes the lock of the index. Throws CONFLICT if another git holds it. */
export async function lockIndex(
  system: System,
  vault: Vault,
  token: string,
): Promise<void> {
  const { files } = system;
  // A second name for a finished file always shows its owner.
  const own = builtFiles(vault, token)[2]!;
  files.create(own, encodeText(lockText(token)));
  for (let tries = 1;; tries++) {
    try {
      files.link(own, `${indexFile(vault)}.lock`);
      return;
    } catch (error) {
      if (!(error instanceof FileError && error.problem === "exists")) {
        throw error;
      }
      if (tries === TRIES) {
        files.remove(own);
        refuseHeldIndex(system, vault);
      }
      await system.sleep(PAUSE_MS);
    }
  }
}
