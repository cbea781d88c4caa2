import { join } from "../../base/join.ts";
import { sha256 } from "../../base/digest.ts";
import { FileError, isMissing } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import {
  type AllowedFile,
  allowedFile,
  changeAllowed,
  checkFolder,
  ensureFolder,
  layout,
  readAllowable,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/** Only the owner, who may run it. */
const MODE = 0o700;

/**
 * A shell hook in the project: `none`: it is not there. `shipped`: as this mpm
 * ships it. `older`: as an earlier one did. `edited`: someone changed it, and
 * this user allowed that text. `changed`: not the text that was allowed, so it
 * is not run. `foreign`: no one allowed any text of it on this machine, so it
 * is not run. `unusable`: it is not a plain file of this user's.
 */
export type ScriptState =
  | "none"
  | "shipped"
  | "older"
  | "edited"
  | "changed"
  | "foreign"
  | "unusable";

export interface Script {
  /** Absolute. */
  readonly path: string;
  readonly state: ScriptState;
}

/** The folder of the project's shell hooks. */
export function scriptFolder(root: string): string {
  return join(layout(root).home, "hooks");
}

/** Looks at one script; `shipped` is what this mpm has for it. */
export function scriptState(
  system: System,
  root: string,
  { name, shipped }: { name: string; shipped: string },
): Script {
  const path = join(scriptFolder(root), name);
  const text = readScript(system, root, path);
  if (typeof text === "string") return { path, state: text };
  const digest = sha256(text);
  const known = allowedFile(system, path);
  if (!known) return { path, state: "foreign" };
  if (known.sha256 !== digest) return { path, state: "changed" };
  if (digest === sha256(shipped)) return { path, state: "shipped" };
  return { path, state: known.ejected === digest ? "older" : "edited" };
}

function readScript(
  system: System,
  root: string,
  path: string,
): Uint8Array | "none" | "unusable" {
  return obstacleTo(system, root) ?? readAllowable(system, root, path);
}

/**
 * Returns why no script of a project can be read: `none`: there is no folder.
 * `undefined`: they can be read. Throws CONFLICT as {@link checkFolder}.
 */
export function obstacleTo(
  system: System,
  root: string,
): "none" | "unusable" | undefined {
  try {
    const isThere = [layout(root).home, scriptFolder(root)]
      .every((folder) => checkFolder(system, folder));
    return isThere ? undefined : "none";
  } catch (error) {
    if (isMissing(error)) return "none";
    if (error instanceof FileError) return "unusable";
    throw error;
  }
}

/**
 * Writes a shipped script into the project and allows it. An existing file must
 * be mpm's. Call under both locks.
 */
export function ejectScript(
  context: Pick<Context, "system" | "note">,
  root: string,
  { path, text }: { path: string; text: string },
): void {
  const { system } = context;
  const digest = sha256(text);
  const file = { sha256: digest, ejected: digest };
  // Allowed first: a text that is not there yet can do nothing.
  changeAllowed(context, root, { files: { [path]: file } });
  ensureFolder(system, scriptFolder(root), root);
  const bytes = new TextEncoder().encode(text);
  writeAtomic(system, path, { bytes, mode: MODE });
}

/**
 * Returns what allows the script that is there, as it is now; `undefined`
 * unless it is a plain file.
 */
export function allowanceOf(
  system: System,
  root: string,
  path: string,
): AllowedFile | undefined {
  const text = readScript(system, root, path);
  if (typeof text === "string") return undefined;
  const ejected = allowedFile(system, path)?.ejected ?? null;
  return { sha256: sha256(text), ejected };
}
