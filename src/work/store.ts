import { join } from "../base/join.ts";
import { attempt, FileError, isMissing, MpmError } from "../base/errors.ts";
import { WORK_ID, workId } from "../base/ids.ts";
import { isDeeper } from "../base/parsed_values.ts";
import type { Work } from "./work.ts";
import { workFault } from "./record.ts";
import type { System } from "../system/system.ts";
import {
  checkFolder,
  ensureFolder,
  layout,
  readOnce,
  RecordSeals,
  removeIfThere,
  saveFiles,
  writeAtomic,
} from "../ops/mod.ts";
import { type KnownKeys, redactorOf } from "../secrets/mod.ts";

/** Fields that stay unchanged in a record because a return needs them. */
const KEYS: KnownKeys = {
  names: new Set(["branch", "branch_before"]),
  ids: new Set(
    ["id", "place", "worktree", "head", "head_before", "agent_session"].concat(
      ["saves", "checkpoint", "transitions", "started_at", "at", "done_at"],
    ),
  ),
};

/**
 * The maximum size of a record in bytes: enough for a session of several years.
 */
const LARGEST = 8 * 1024 * 1024;

/** The maximum nesting of lists and objects; mpm writes four levels. */
const DEEPEST = 50;

/** The maximum number of records that a listing reads, newest first. */
const MOST = 20_000;

/** An unusable record. */
interface WorkProblem {
  readonly id: string;
  readonly message: string;
}

/** Every session of a project. */
export interface Works {
  /** The newest first, by ID. */
  readonly works: readonly Work[];
  readonly problems: readonly WorkProblem[];
  /** Number of sessions by other people. */
  readonly foreign: number;
}

/**
 * Returns the record of a session; `undefined` if it is missing. Throws
 * UNREADABLE if mpm could not have written it, FOREIGN if mpm did not write it
 * for this user, FILE_FAILED if it cannot be read.
 */
export function knownWork(
  system: System,
  root: string,
  id: string,
): Work | undefined {
  checkWorkFolders(system, root);
  return workIn(system, root, id);
}

/** Does the same, for a caller that has already checked the folders. */
export function workIn(
  system: System,
  root: string,
  id: string,
): Work | undefined {
  try {
    return readRecord(system, root, { id, seals: workSeals(system) });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Does the same for a record that must exist. Also throws NOT_FOUND. */
export function readWork(system: System, root: string, id: string): Work {
  const work = knownWork(system, root, id);
  if (work) return work;
  throw new MpmError("NOT_FOUND", `No session ${id}`, {
    hint: '"mpm status --tree --all" lists all sessions',
  });
}

function parseWork(
  bytes: Uint8Array,
  { id, path, seals }: { id: string; path: string; seals: RecordSeals },
): Work {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, "it is not JSON", error);
  }
  if (isDeeper(value, DEEPEST)) {
    throw unreadable(path, `it is nested more than ${DEEPEST} deep`);
  }
  const fault = workFault(value, id);
  if (fault !== undefined) throw unreadable(path, fault);
  if (!seals.isOwn(text)) throw foreign(id);
  const { seal: _, ...work } = value as Work;
  return work;
}

function foreign(id: string): MpmError {
  return new MpmError(
    "FOREIGN",
    `The session ${id} is from someone else (not verified), so it does not ` +
      "continue here",
    {
      hint:
        'If it is yours, trust one of its saves with "mpm saves trust", then ' +
        'run "mpm resume"',
    },
  );
}

function unreadable(path: string, fault: string, cause?: unknown): MpmError {
  return new MpmError("UNREADABLE", `Cannot read "${path}": ${fault}`, {
    hint: "Move the file away; this does not change the saves of the session",
    cause,
  });
}

/** Does the same, but treats someone else's session as missing. */
export function ownWork(
  system: System,
  root: string,
  id: string,
): Work | undefined {
  try {
    return knownWork(system, root, id);
  } catch (error) {
    const isForeign = error instanceof MpmError && error.code === "FOREIGN";
    if (isForeign) return undefined;
    throw error;
  }
}

/** Does the same, but treats a damaged record as missing. */
export function findWork(
  system: System,
  root: string,
  id: string,
): Work | undefined {
  return attempt(() => knownWork(system, root, id));
}

/**
 * Lists all sessions of this user. Damaged records are reported and do not hide
 * other sessions; sessions by others are counted.
 */
export function listWorks(system: System, root: string): Works {
  const { work } = layout(root);
  checkWorkFolders(system, root);
  const ids = entriesOf(system, work)
    .map(({ name }) => name.replace(/\.json$/, ""))
    .filter((id) => WORK_ID.test(id))
    .sort().reverse();
  const works: Work[] = [];
  const problems: WorkProblem[] = [];
  const seals = workSeals(system);
  let foreign = 0;
  for (const id of ids.slice(0, MOST)) {
    try {
      works.push(readRecord(system, root, { id, seals }));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      if (error.code === "FOREIGN") foreign++;
      else problems.push({ id, message: error.message });
    }
  }
  if (ids.length > MOST) {
    const message = `${ids.length - MOST} older sessions were not read`;
    problems.push({ id: ids[MOST]!, message });
  }
  return { works, problems, foreign };
}

/** Returns the entries of a folder; empty if it does not exist. */
export function entriesOf(system: System, folder: string) {
  try {
    return system.files.list(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/**
 * Returns the record of a session, for a caller that has already checked the
 * folders. Throws an MpmError for any problem with the record.
 */
export function readRecord(
  system: System,
  root: string,
  { id, seals }: { id: string; seals: RecordSeals },
): Work {
  const path = workPath(root, id);
  return readOnce(
    system,
    { path, what: "session" },
    () =>
      parseWork(system.files.readOwn(path, LARGEST), {
        ...{ id, path, seals },
      }),
  );
}

/**
 * Writes the record of a session, completely or not at all. All typed text is
 * redacted, and the record is sealed as this user's own. Returns the written
 * record. Call under the store's lock.
 */
export function writeWork(system: System, root: string, work: Work): Work {
  const path = workPath(root, work.id);
  const clean = redactorOf(system).known(work, KEYS);
  const text = workSeals(system).seal(clean);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > LARGEST) {
    throw new MpmError(
      "CONFLICT",
      `The session ${work.id} has reached its size limit`,
      {
        hint: '"mpm complete" ends the session, "mpm start" starts another',
      },
    );
  }
  ensureFolder(system, layout(root).work, root);
  writeAtomic(system, path, { bytes });
  return clean;
}

/**
 * Removes the record of a session made by an unfinished operation. Call under
 * the store's lock.
 */
export function removeWork(system: System, root: string, id: string): void {
  removeIfThere(system, workPath(root, id));
}

/**
 * The maximum number of seconds to search for a free ID, from the current
 * second on.
 */
const SEARCHED = 3600;

/** Returns the ID for the second of `time`, or the next free ID. */
export function freeWorkId(system: System, root: string, time: Date): string {
  for (let after = 0; after < SEARCHED; after++) {
    const id = workId(new Date(time.getTime() + after * 1000));
    if (!system.files.lstat(workPath(root, id))) return id;
  }
  throw new MpmError("CONFLICT", "No free session ID within an hour", {
    hint: "Check the clock: all session IDs of the next hour are taken",
  });
}

/** Throws if an mpm folder is a link or belongs to someone else. */
export function checkWorkFolders(system: System, root: string): void {
  const { home, state, work, current } = layout(root);
  for (const folder of [home, state, work, current]) checkOwn(system, folder);
}

function checkOwn(system: System, folder: string): void {
  try {
    checkFolder(system, folder);
  } catch (error) {
    // An unreadable folder causes an error when it is read.
    if (!(error instanceof FileError)) throw error;
  }
}

/** Returns whether there is a record with that ID, by any author. */
export function hasWork(system: System, root: string, id: string): boolean {
  return system.files.lstat(workPath(root, id)) !== undefined;
}

/**
 * Returns the path of the record of `id`. Throws NOT_FOUND if it is not an id.
 */
function workPath(root: string, id: string): string {
  if (!WORK_ID.test(id)) {
    throw new MpmError("NOT_FOUND", `Invalid session ID "${id}"`, {
      hint: "A session ID looks like work-20261120-143022",
    });
  }
  return join(layout(root).work, `${id}.json`);
}

/** Seals and checks the records of sessions. */
export function workSeals(system: System): RecordSeals {
  return new RecordSeals(system, "work session");
}

/** Returns whether there is a save from which the session can be resumed. */
export function isSaved(
  system: System,
  root: string,
  { saves }: Work,
): boolean {
  const { sessions, kept } = layout(root);
  return saves.some((id) =>
    [sessions, kept].some((folder) =>
      system.files.lstat(saveFiles(folder, id).json)
    )
  );
}
