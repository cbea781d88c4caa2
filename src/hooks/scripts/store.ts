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

/** Only the owner may read, write and run the file. */
const MODE = 0o700;

/**
 * The state of a shell hook in the project. `none`: it does not exist.
 * `shipped`: it has the text from this mpm. `older`: it has the text from an
 * earlier mpm. `edited`: someone changed it, and this user allowed the new
 * text. `changed`: its text is not the allowed one, so it does not run.
 * `foreign`: no version of it was ever allowed on this machine, so it does not
 * run. `unusable`: it is not a plain file of this user.
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

/** Returns the folder of the project's shell hooks. */
export function scriptFolder(root: string): string {
  return join(layout(root).home, "hooks");
}

/** Returns the state of one script; `shipped` is the text from this mpm. */
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

/** Returns why a project's scripts cannot be read. Throws CONFLICT. */
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

/** Writes a shipped script and allows it. Call under both locks. */
export function ejectScript(
  context: Pick<Context, "system" | "note">,
  root: string,
  { path, text }: { path: string; text: string },
): void {
  const { system } = context;
  const digest = sha256(text);
  const file = { sha256: digest, ejected: digest };
  // Allowed before it is written: the permission has no effect while no file
  // has this text.
  changeAllowed(context, root, { files: { [path]: file } });
  ensureFolder(system, scriptFolder(root), root);
  const bytes = new TextEncoder().encode(text);
  writeAtomic(system, path, { bytes, mode: MODE });
}

/** Returns the entry that allows a script's text; only a plain file. */
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
