import { join } from "@std/path";
import { sha256 } from "../../base/digest.ts";
import { FileError, isMissing, MpmError } from "../../base/errors.ts";
import { field, isFields } from "../../base/odd_values.ts";
import { getOwn, setOwn } from "../../base/own.ts";
import {
  checkFolder,
  ensureFolder,
  ensureUserFolder,
  layout,
  noteUndoLocked,
  type Undone,
  type UndoOrder,
  userState,
  withUserLock,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/** Only the owner, who may run it. */
const MODE = 0o700;

/** Bytes of a script, and of the list of scripts, that are still read. */
const LIMIT = 1024 * 1024;

/**
 * A shell hook in the project:
 * `none`: it is not there. `shipped`: as this mpm ships it. `older`: as an
 * earlier one did. `edited`: somebody changed it, and this user allowed that
 * text. `changed`: not the text that was allowed, so it is not run. `foreign`:
 * nobody allowed any text of it on this machine, so it is not run.
 * `unusable`: it is no plain file of this user's.
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

/** What this user allowed to run on this machine. */
interface Allowed {
  readonly version: 1;
  readonly scripts: Readonly<
    Record<string, {
      /** SHA-256 of the text that may run. */
      readonly sha256: string;
      /** That of what mpm wrote there. */
      readonly ejected: string | null;
    }>
  >;
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
  const known = getOwn(readAllowed(system).scripts, path);
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
  try {
    if (!checkFolder(system, layout(root).home)) return "none";
    if (!checkFolder(system, scriptFolder(root))) return "none";
    const found = system.files.lstat(path);
    if (!found) return "none";
    const foreign = system.uid !== undefined && found.uid !== system.uid;
    return foreign ? "unusable" : system.files.readOwn(path, LIMIT);
  } catch (error) {
    if (isMissing(error)) return "none";
    if (error instanceof FileError) return "unusable";
    throw error;
  }
}

/**
 * Writes a shipped script into the project and allows it. What is there must
 * be nothing, or mpm's own. Call under both locks.
 */
export function ejectScript(
  system: System,
  root: string,
  { path, text }: { path: string; text: string },
): void {
  const digest = sha256(text);
  // Allowed first: a text that is not there yet can do nothing.
  allow(system, path, { sha256: digest, ejected: digest });
  ensureFolder(system, scriptFolder(root), root);
  const bytes = new TextEncoder().encode(text);
  writeAtomic(system, path, { bytes, mode: MODE });
}

/**
 * Allows the script that is there, as it is now. Returns false unless it is a
 * plain file. Call under the user's lock.
 */
export function allowScript(
  system: System,
  root: string,
  path: string,
): boolean {
  const text = readScript(system, root, path);
  if (typeof text === "string") return false;
  const ejected = getOwn(readAllowed(system).scripts, path)?.ejected ?? null;
  allow(system, path, { sha256: sha256(text), ejected });
  return true;
}

function allow(
  system: System,
  path: string,
  script: Allowed["scripts"][string],
): void {
  const { scripts } = readAllowed(system);
  writeAllowed(system, { ...scripts, [path]: script });
}

function writeAllowed(system: System, scripts: Allowed["scripts"]): void {
  const folder = ensureUserFolder(system, ".");
  const all: Allowed = { version: 1, scripts };
  writeAtomic(system, join(folder, LIST), {
    bytes: new TextEncoder().encode(`${JSON.stringify(all, null, 2)}\n`),
  });
}

/** The digests of what may run of these scripts; null: nothing may. */
export function allowedDigests(
  system: System,
  paths: readonly string[],
): Record<string, string | null> {
  const { scripts } = readAllowed(system);
  return Object.fromEntries(
    paths.map((path) => [path, getOwn(scripts, path)?.sha256 ?? null]),
  );
}

/** Makes these what may run of the scripts. Call under the user's lock. */
function setAllowed(
  system: System,
  digests: Readonly<Record<string, string | null>>,
): void {
  const scripts = { ...readAllowed(system).scripts };
  for (const [path, digest] of Object.entries(digests)) {
    const ejected = getOwn(scripts, path)?.ejected ?? null;
    if (digest === null) Reflect.deleteProperty(scripts, path);
    else setOwn(scripts, path, { sha256: digest, ejected });
  }
  writeAllowed(system, scripts);
}

const LIST = "allowed-hooks.json";

/** Nothing is allowed by a list that is missing or cannot be read. */
function readAllowed(system: System): Allowed {
  const nothing: Allowed = { version: 1, scripts: {} };
  try {
    const path = join(userState(system), LIST);
    const text = new TextDecoder().decode(system.files.readOwn(path, LIMIT));
    const list = JSON.parse(text) as Allowed;
    return list.version === 1 ? list : nothing;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return nothing;
    throw error;
  }
}

/** Digests of the scripts that may run, by their paths; null: none may. */
type Digests = Record<string, string | null>;

function digestsIn(side: unknown): Digests {
  const found = field(side, "allowed");
  if (!isFields(found)) return {};
  return Object.fromEntries(
    Object.entries(found).filter(([, digest]) =>
      digest === null || /^[0-9a-f]{64}$/.test(String(digest))
    ),
  ) as Digests;
}

/** Lets run again what might run before, and nothing else. */
export async function undoAllow(
  { context: { system }, entry, root, dryRun }: UndoOrder,
): Promise<Undone> {
  const [before, after] = [entry.before, entry.after].map(digestsIn);
  const allowed = dryRun ? "allow" : "allowed";
  const details = Object.entries(before!).map(([path, digest]) =>
    digest === null
      ? `no longer ${allowed}: ${path}`
      : `${allowed} as before: ${path}`
  );
  return await withUserLock(system, () => {
    const now = allowedDigests(system, Object.keys(before!));
    // What is as before already was done by an undo that was cut short.
    const changed = Object.entries(before!).find(([path, was]) => {
      const is = getOwn(now, path);
      return is !== (getOwn(after!, path) ?? null) && is !== was;
    })?.[0];
    if (changed !== undefined) {
      throw new MpmError(
        "CONFLICT",
        `Operation ${entry.id} cannot be taken back: another text of ` +
          `"${changed}" was allowed since`,
        { hint: '"mpm log" shows by which operation' },
      );
    }
    if (dryRun) return { details, left: [], operation: undefined };
    setAllowed(system, before!);
    const operation = noteUndoLocked(system, root, {
      entry,
      before: { allowed: after },
      after: { allowed: before },
    });
    return { details, left: [], operation };
  });
}
