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

/** Only for the owner, who may run it. */
const MODE = 0o700;

/**
 * The state of a shell hook in the project. `none`: it does not exist.
 * `shipped`: the text of this mpm. `older`: the text of an earlier mpm.
 * `edited`: someone changed it, and this user allowed that text. `changed`: not
 * the allowed text, so it does not run. `foreign`: no text of it was allowed on
 * this machine, so it does not run. `unusable`: not a plain file of this user.
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

/** Looks at one script; `shipped` is the text of this mpm. */
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
 * Returns why a project's scripts cannot be read: `none`: there is no folder.
 * `undefined`: they can be read. Throws CONFLICT like {@link checkFolder}.
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
  // Allowed first: a text that does not exist yet can do nothing.
  changeAllowed(context, root, { files: { [path]: file } });
  ensureFolder(system, scriptFolder(root), root);
  const bytes = new TextEncoder().encode(text);
  writeAtomic(system, path, { bytes, mode: MODE });
}

/**
 * Returns the entry that allows the current text of the script; `undefined`
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
