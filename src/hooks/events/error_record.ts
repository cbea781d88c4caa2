import { join } from "@std/path";
import { cutText, firstLine } from "../../base/words.ts";
import { readOwnJson, removeQuietly } from "../../ops/atomic.ts";
import { ensureHidden } from "../../ops/home.ts";
import { layout } from "../../ops/layout.ts";
import type { Redactor } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";

/** Something that failed within an agent's session, as it is kept. */
export interface ErrorRecord {
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: string;
  readonly session_id: string;
  /** The tool; null: the turn ended by an error. */
  readonly tool: string | null;
  /** What it was called with, as JSON, cut; null: no tool. */
  readonly input: string | null;
  readonly error: string;
  /** The repository when it happened; null: none, or git took too long. */
  readonly git: ErrorGit | null;
}

/** A repository as an error record has it. */
export interface ErrorGit {
  /** null: detached. */
  readonly branch: string | null;
  /** Full commit id; null: before the first commit. */
  readonly head: string | null;
  /** The first 20 uncommitted paths, each after the two letters of git's status. */
  readonly changes: readonly string[];
  readonly changes_omitted: number;
  /** The newest five commits, abbreviated id and subject. */
  readonly commits: readonly string[];
}

/** UTF-16 units that are kept of an error, and of what led to it. */
const LONGEST = 4000;
const LONGEST_INPUT = 2000;
const LONGEST_LINE = 200;

/** The record of a failure, redacted and bounded. */
export function errorRecord(
  { at, event, session, tool, input, error, git, redactor }: {
    at: Date;
    event: string;
    session: string;
    tool: string | undefined;
    input: unknown;
    error: string;
    git: ErrorGit | undefined;
    redactor: Redactor;
  },
): ErrorRecord {
  // Redacted before it is cut: a cut could part a mark from its end.
  const clean = redactor.value({ input: input ?? null, error, tool });
  return {
    version: 1,
    at: at.toISOString(),
    event: cutText(redactor.text(event), 100),
    session_id: session,
    tool: clean.tool === undefined ? null : cutText(clean.tool, 200),
    input: tool === undefined
      ? null
      : cutText(JSON.stringify(clean.input), LONGEST_INPUT),
    error: cutText(clean.error, LONGEST),
    git: git ? cleanGit(git, redactor) : null,
  };
}

function cleanGit(git: ErrorGit, redactor: Redactor): ErrorGit {
  const lines = (all: readonly string[]) =>
    all.map((line) => cutText(redactor.text(line), LONGEST_LINE));
  return {
    ...git,
    branch: git.branch === null ? null : redactor.name(git.branch),
    changes: lines(git.changes),
    commits: lines(git.commits),
  };
}

/** The line of a record that is passed on. */
export function errorLine({ error }: ErrorRecord): string {
  return firstLine(error, 200);
}

/** Records that are kept. */
const KEPT = 50;

/** With what a kill left half written. */
const NAME = /^error-\d{8}-\d{9}-[a-z0-9]{8}\.json(?:\.tmp)?$/;

/**
 * Keeps a record below `.claude-mpm/errors/`, drops the oldest ones beyond 50,
 * and returns its file. Many may do so at once. Throws FILE_FAILED, CONFLICT.
 */
export function keepErrorRecord(
  system: System,
  root: string,
  record: ErrorRecord,
): string {
  const folder = folderOf(root);
  ensureHidden(system, root, folder);
  const name = `${firstName(record.at)}-${system.random()}.json`;
  const path = join(folder, name);
  const bytes = new TextEncoder().encode(
    `${JSON.stringify(record, null, 2)}\n`,
  );
  const written = `${path}.tmp`;
  try {
    // Not synced: an error that a power failure takes away is none to look for.
    system.files.create(written, bytes, { synced: false });
    system.files.rename(written, path);
  } catch (error) {
    removeQuietly(system, written);
    throw error;
  }
  for (const name of names(system, folder).slice(0, -KEPT)) {
    removeQuietly(system, join(folder, name));
  }
  return path;
}

/**
 * The records of that moment, in milliseconds since the epoch, and later ones.
 * What cannot be read is left out.
 */
export function errorRecordsSince(
  system: System,
  root: string,
  time: number,
): unknown[] {
  const folder = folderOf(root);
  if (system.files.lstat(folder)?.kind !== "folder") return [];
  const first = firstName(new Date(time).toISOString());
  return names(system, folder).filter((name) => name >= first)
    .map((name) => readOwnJson(system, join(folder, name), LARGEST))
    .filter((record) => record !== undefined);
}

/** Bytes of the largest record. */
const LARGEST = 64 * 1024;

function folderOf(root: string): string {
  return join(layout(root).home, "errors");
}

/** What the names of that moment begin with. */
function firstName(at: string): string {
  return `error-${at.replaceAll(/[-:.Z]/g, "").replace("T", "-")}`;
}

/** The names of records, the oldest first. */
function names(system: System, folder: string): string[] {
  return system.files.list(folder).map(({ name }) => name)
    .filter((name) => NAME.test(name)).sort();
}
