import { isAbsolute, relative } from "@std/path";
import { join } from "../base/join.ts";
import { sha256 } from "../base/digest.ts";
import { FileError, isMissing, MpmError } from "../base/errors.ts";
import { field, isFields, jsonIn } from "../base/parsed_values.ts";
import { getOwn, setOwn } from "../base/own.ts";
import {
  fits,
  type Fitting,
  list,
  nullable,
  object,
  record,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";
import type { Context } from "../cli/mod.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { withUserLock } from "./lock.ts";
import { recordFacts } from "./recorder.ts";
import { noteUndo, type Undone, type UndoOrder } from "./undo.ts";
import { ensureUserFolder, userState } from "./user_state.ts";

/**
 * Permissions of the user on this machine: files by content, and command lines
 * by text. The list is in the user's own state, so nothing that comes with a
 * project can add to it.
 */

const DIGEST = text({ pattern: /^[0-9a-f]{64}$/ });

/** A file that may run while it has that content. */
const FILE = object({
  sha256: DIGEST,
  /**
   * The digest of the text that mpm wrote to the file; null: someone else wrote
   * it.
   */
  ejected: nullable(DIGEST),
});

/** A command line that may run, identified by its text. */
const COMMAND = object({
  /** The program and its arguments; null: a shell runs exactly the text. */
  args: nullable(list(TEXT)),
  /** The time when it was allowed, ISO 8601, UTC. */
  at: TEXT,
});

const ALLOWED = object({
  version: { is: "version" } as Shape<1>,
  /** By absolute path. */
  files: record(FILE),
  /** By project root, then by text. */
  commands: record(record(COMMAND)),
});

export type AllowedFile = Fitting<typeof FILE>;
export type AllowedCommand = Fitting<typeof COMMAND>;
type Allowed = Fitting<typeof ALLOWED>;

const LIST = "allowed.json";

/** The list of earlier versions, with `scripts` instead of `files`. */
const OLD_LIST = "allowed-hooks.json";

/** The largest list to read, in bytes. */
const LARGEST = 4 * 1024 * 1024;

/** The largest file that may be allowed, in bytes. */
const LARGEST_FILE = 1024 * 1024;

/**
 * Reads the list. If it is missing or in another format, nothing is allowed.
 * Throws FILE_FAILED if it cannot be read.
 */
function readAllowed(system: System): Allowed {
  const listed = readList(system, LIST);
  if (fits(ALLOWED, listed)) return listed;
  const old = listed === undefined ? readList(system, OLD_LIST) : undefined;
  const files = field(old, "scripts");
  const known = fits(record(FILE), files);
  return { version: 1, files: known ? files : {}, commands: {} };
}

/**
 * Returns the absolute path of the list if its format is invalid, so that it
 * allows nothing. Throws the errors of {@link readAllowed}.
 */
export function damagedAllowed(system: System): string | undefined {
  const listed = readList(system, LIST);
  return listed === undefined || fits(ALLOWED, listed)
    ? undefined
    : join(userState(system), LIST);
}

/** Reads a list. Returns `undefined` if it does not exist. */
function readList(system: System, name: string): unknown {
  try {
    const bytes = system.files.readOwn(join(userState(system), name), LARGEST);
    return jsonIn(new TextDecoder().decode(bytes)) ?? null;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function writeAllowed(system: System, allowed: Allowed): void {
  const folder = ensureUserFolder(system, ".");
  writeAtomic(system, join(folder, LIST), {
    text: `${JSON.stringify(allowed, null, 2)}\n`,
  });
}

/** Returns the permission of a file, by absolute path. */
export function allowedFile(
  system: System,
  path: string,
): AllowedFile | undefined {
  return getOwn(readAllowed(system).files, path);
}

/** Returns every allowed file below a project's root, by absolute path. */
export function allowedFiles(
  system: System,
  root: string,
): Map<string, AllowedFile> {
  const files = Object.entries(readAllowed(system).files);
  return new Map(files.filter(([path]) => isBelow(root, path)));
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}

/** Returns the allowed commands of the project at `root`, by text. */
export function allowedCommands(
  system: System,
  root: string,
): Map<string, AllowedCommand> {
  const commands = getOwn(readAllowed(system).commands, root) ?? {};
  return new Map(Object.entries(commands));
}

/**
 * Returns the content of a file below `root` that can be allowed. It must be a
 * plain file of this user, at most 1 MiB in size, and without links in its
 * path. `none`: it does not exist.
 */
export function readAllowable(
  { files, uid }: System,
  root: string,
  path: string,
): Uint8Array | "none" | "unusable" {
  try {
    const way = relative(root, path).split(/[\\/]/);
    let folder = root;
    for (const part of way.slice(0, -1)) {
      folder = join(folder, part);
      const found = files.lstat(folder);
      if (found?.kind !== "folder") return found ? "unusable" : "none";
    }
    const found = files.lstat(path);
    if (!found) return "none";
    if (uid !== undefined && found.uid !== uid) return "unusable";
    return files.readOwn(path, LARGEST_FILE);
  } catch (error) {
    if (isMissing(error)) return "none";
    if (error instanceof FileError) return "unusable";
    throw error;
  }
}

/**
 * Returns whether a file in the given worktree is allowed and has the allowed
 * content. `changed`: it has other content. `unknown`: no one allowed it, or it
 * does not exist.
 */
export function fileState(
  system: System,
  { root, worktree }: { root: string; worktree: string },
  path: string,
): "allowed" | "changed" | "unknown" {
  const known = allowedFile(system, path);
  if (!known || !isBelow(root, path)) return "unknown";
  const here = join(worktree, relative(root, path));
  const found = readAllowable(system, worktree, here);
  return typeof found !== "string" && sha256(found) === known.sha256
    ? "allowed"
    : "changed";
}

/** The permissions in a log entry; null: not allowed. */
interface AllowedFacts {
  /** Digests by absolute path. */
  readonly allowed: Readonly<Record<string, string | null>>;
  /** Commands by text, for the project at `project`. */
  readonly commands?: Readonly<Record<string, AllowedCommand | null>>;
  readonly project?: string;
}

/**
 * The permissions to change. For a file, includes the digest of the text that
 * mpm itself wrote.
 */
export interface AllowedChange {
  readonly files?: Readonly<Record<string, AllowedFile | null>>;
  readonly commands?: Readonly<Record<string, AllowedCommand | null>>;
}

/**
 * Allows files and commands of the project at `root`, or revokes the permission
 * if the value is null. Returns the permissions before and after. Call under
 * the user's lock. A damaged list is moved aside, with a note. Without `write`,
 * only returns what would change.
 */
export function changeAllowed(
  { system, note }: Pick<Context, "system" | "note">,
  root: string,
  { files = {}, commands = {} }: AllowedChange,
  { write = true } = {},
): { before: AllowedFacts; after: AllowedFacts } {
  const all = readAllowed(system);
  const ours = { ...getOwn(all.commands, root) };
  const facts = (): AllowedFacts => ({
    allowed: Object.fromEntries(
      Object.keys(files)
        .map((path) => [path, getOwn(all.files, path)?.sha256 ?? null]),
    ),
    ...Object.keys(commands).length === 0 ? {} : {
      project: root,
      commands: Object.fromEntries(
        Object.keys(commands).map((text) => [text, getOwn(ours, text) ?? null]),
      ),
    },
  });
  const before = facts();
  for (const [path, file] of Object.entries(files)) {
    put(all.files, path, file);
  }
  for (const [text, command] of Object.entries(commands)) {
    put(ours, text, command);
  }
  if (Object.keys(ours).length > 0) setOwn(all.commands, root, ours);
  else Reflect.deleteProperty(all.commands, root);
  const after = facts();
  // The list is not written if nothing changes.
  if (write && isChanged({ before, after })) {
    const aside = keepDamaged(system);
    if (aside !== undefined) note(aside);
    recordFacts(system, { before: { ...before }, after: { ...after } });
    writeAllowed(system, all);
  }
  return { before, after };
}

/**
 * Moves a damaged list aside before a new one replaces it. Returns a sentence
 * about it.
 */
function keepDamaged(system: System): string | undefined {
  const path = damagedAllowed(system);
  if (path === undefined) return undefined;
  const aside = `${path}.damaged-${system.random()}`;
  system.files.rename(path, aside);
  return `Cannot read "${path}", so nothing is allowed to run now. mpm moved the ` +
    `file to "${aside}". Allow what you need again`;
}

function put<T>(all: Record<string, T>, name: string, value: T | null): void {
  if (value === null) Reflect.deleteProperty(all, name);
  else setOwn(all, name, value);
}

/** Returns whether a change of permissions changes any. */
export function isChanged(
  { before, after }: { before: AllowedFacts; after: AllowedFacts },
): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}

/** Reads one side of a log entry and leaves out invalid parts. */
function factsIn(side: unknown): AllowedFacts {
  const valid = <T>(found: unknown, shape: Shape<T>) =>
    Object.fromEntries(
      Object.entries(isFields(found) ? found : {})
        .filter((entry): entry is [string, T] => fits(shape, entry[1])),
    );
  const project = field(side, "project");
  return {
    allowed: valid(field(side, "allowed"), nullable(DIGEST)),
    ...typeof project === "string"
      ? { project, commands: valid(field(side, "commands"), nullable(COMMAND)) }
      : {},
  };
}

/** Restores the earlier permissions, and nothing else. */
export async function undoAllow(
  { context, entry, root, dryRun }: UndoOrder,
): Promise<Undone> {
  const { system } = context;
  const [before, after] = [factsIn(entry.before), factsIn(entry.after)];
  const allowed = dryRun ? "allow" : "allowed";
  const was = [
    ...Object.entries(before.allowed),
    ...Object.entries(before.commands ?? {}),
  ];
  const details = was.map(([name, known]) =>
    known === null
      ? `no longer ${allowed}: ${name}`
      : `${allowed} as before: ${name}`
  );
  return await withUserLock(system, () => {
    refuseChanged(system, entry.id, { before, after });
    if (dryRun) return { details, left: [], operation: undefined };
    const { files } = readAllowed(system);
    changeAllowed(context, before.project ?? root, {
      files: Object.fromEntries(
        Object.entries(before.allowed).map(([path, sha256]) => {
          const ejected = getOwn(files, path)?.ejected ?? null;
          return [path, sha256 === null ? null : { sha256, ejected }];
        }),
      ),
      commands: before.commands ?? {},
    });
    const operation = noteUndo(system, root, {
      entry,
      before: { ...after },
      after: { ...before },
    });
    return { details, left: [], operation };
  });
}

/** Throws CONFLICT if something else has been allowed since. */
function refuseChanged(
  system: System,
  id: number,
  { before, after }: { before: AllowedFacts; after: AllowedFacts },
): void {
  const { files, commands } = readAllowed(system);
  const ours = getOwn(commands, before.project ?? "") ?? {};
  const isOther = (now: unknown, ...known: unknown[]) =>
    !known.some((one) => JSON.stringify(one) === JSON.stringify(now));
  // An interrupted undo may have already restored some of these.
  const file = Object.keys(before.allowed).find((path) =>
    isOther(
      getOwn(files, path)?.sha256 ?? null,
      getOwn(after.allowed, path) ?? null,
      getOwn(before.allowed, path),
    )
  );
  const command = Object.keys(before.commands ?? {}).find((text) =>
    isOther(
      getOwn(ours, text) ?? null,
      getOwn(after.commands ?? {}, text) ?? null,
      getOwn(before.commands ?? {}, text),
    )
  );
  const changed = file ?? command;
  if (changed === undefined) return;
  throw new MpmError(
    "CONFLICT",
    `Operation ${id} cannot be undone: you have allowed a later version of ` +
      `"${changed}"`,
    { hint: '"mpm undo list" shows the later operation' },
  );
}
