import { join } from "../../base/join.ts";
import { MpmError } from "../../base/errors.ts";
import { cutText, firstLine } from "../../base/words.ts";
import { turnErrorText } from "../../clients/mod.ts";
import {
  allEnded,
  BRIEF,
  Git,
  quickPlace,
  readRecent,
  runStatus,
} from "../../git/mod.ts";
import {
  ensureHidden,
  ensureHome,
  layout,
  readOwnJson,
  removeQuietly,
  withLock,
  writeAtomic,
} from "../../ops/mod.ts";
import { type Redactor, redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { startScript } from "../scripts/events.ts";
import { keepNotes } from "./notes.ts";
import { type Handler, type HookCall, withTimeout } from "./hook_call.ts";

/** Milliseconds that git may take, since the agent waits for the record. */
const GIT_PATIENCE = 300;

/** Records the failure of a tool, or an error that ended a turn. */
export const onError: Handler = async (hook) => {
  const { context: { system }, input, invited } = hook;
  // Someone stopped it.
  if (!invited || input.value("is_interrupt") === true) return {};
  await keepNotes(hook);
  const names = ["error", "error_details", "last_assistant_message"];
  await recordError(hook, {
    at: system.now(),
    error: turnErrorText(names.map((name) => input.text(name))),
  });
  return {};
};

/** Stores a record, and starts the project's script for errors. */
export async function recordError(
  hook: HookCall,
  { at, error }: { at: Date; error: string },
): Promise<void> {
  const { context: { system }, config, input, session, event } = hook;
  const keeps = config["handoff.errors"];
  const tool = input.text("tool_name");
  const record = errorRecord({
    at,
    event,
    session: session.id,
    tool,
    input: keeps ? input.value("tool_input") : undefined,
    error: keeps ? error : "",
    git: await readErrorGit(system, hook.worktree, GIT_PATIENCE),
    redactor: redactorOf(system),
  });
  const { home } = layout(session.root);
  if (!system.files.lstat(home)) {
    // Includes the rules that keep the folder out of git.
    const make = () => ensureHome(system, session.root);
    await withLock(system, session.root, make);
  }
  const path = keepErrorRecord(system, session.root, record);
  await startScript(hook, "on-error.sh", {
    ...tool === undefined ? {} : { MPM_TOOL: record.tool! },
    MPM_ERROR: errorLine(record),
    MPM_RECORD: path,
  });
}

/** The maximum number of uncommitted paths to list. */
const LISTED = 20;

/**
 * Returns the status and the newest commits of a worktree, from two parallel
 * git processes that get `wait` milliseconds each. `undefined`: there is no
 * repository, or git did not answer in time.
 */
async function readErrorGit(
  system: System,
  folder: string,
  wait: number,
): Promise<ErrorGit | undefined> {
  const place = quickPlace(system, folder);
  if (place?.gitDir === undefined) return undefined;
  const hurried = withTimeout(system, wait);
  const git = new Git(hurried, place.worktree);
  const { gitDir } = place;
  try {
    const [{ result, status }, recent] = await allEnded([
      runStatus(hurried, git, { gitDir, args: BRIEF }),
      readRecent(git),
    ]);
    if (result.outcome !== "exited" || result.status !== 0) return undefined;
    const { head, branch, entries } = status;
    return {
      branch: branch ?? null,
      head: head ?? null,
      changes: entries.slice(0, LISTED)
        .map(({ status, path }) => `${status} ${path}`),
      changes_omitted: Math.max(0, entries.length - LISTED),
      commits: recent.commits
        .map(({ sha, message }) => `${sha.slice(0, 12)} ${message}`),
    };
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

interface ErrorRecord {
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: string;
  readonly session_id: string;
  /** The tool; null: an error ended the turn. */
  readonly tool: string | null;
  /** The tool's input as JSON, shortened; null: no tool, or errors are off. */
  readonly input: string | null;
  /** Empty if errors are off. */
  readonly error: string;
  /** The repository at that time; null: no repository, or git took too long. */
  readonly git: ErrorGit | null;
}

interface ErrorGit {
  /** null: detached. */
  readonly branch: string | null;
  /** Full commit ID; null before the first commit. */
  readonly head: string | null;

  readonly changes: readonly string[];
  readonly changes_omitted: number;
  /** The newest five commits: abbreviated ID and subject. */
  readonly commits: readonly string[];
}

/** The maximum length of an error, and of its context, in UTF-16 units. */
const LONGEST = 4000;
const LONGEST_INPUT = 2000;
const LONGEST_LINE = 200;

/** Returns the record of a failure, redacted and limited in size. */
function errorRecord(
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
  // Redacted before it is cut, since a cut could separate a marker from its
  // end.
  const clean = redactor.value({ input: input ?? null, error, tool });
  return {
    version: 1,
    at: at.toISOString(),
    event: cutText(redactor.text(event), 100),
    session_id: session,
    tool: clean.tool === undefined ? null : cutText(clean.tool, 200),
    input: tool === undefined || input === undefined
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

function errorLine({ error }: ErrorRecord): string {
  return firstLine(error, 200);
}

/** The maximum number of records to keep. */
const KEPT = 50;

/** Includes unfinished files of killed processes. */
const NAME = /^error-\d{8}-\d{9}-[a-z0-9]{8}\.json(?:\.tmp)?$/;

/**
 * Stores a record below `.claude-mpm/errors/`, drops the oldest beyond 50, and
 * returns its file. Several processes may do this at once. Throws FILE_FAILED,
 * CONFLICT.
 */
function keepErrorRecord(
  system: System,
  root: string,
  record: ErrorRecord,
): string {
  const folder = folderOf(root);
  ensureHidden(system, root, folder);
  const name = `${firstName(record.at)}-${system.random()}.json`;
  const path = join(folder, name);
  const text = `${JSON.stringify(record, null, 2)}\n`;
  // Not synced: losing an error in a power failure does no harm.
  writeAtomic(system, path, {
    text,
    temporary: `${name}.tmp`,
    synced: false,
  });
  for (const name of names(system, folder).slice(0, -KEPT)) {
    removeQuietly(system, join(folder, name));
  }
  return path;
}

/** Returns the readable records since a time in milliseconds. */
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

/** The largest record, in bytes. */
const LARGEST = 64 * 1024;

function folderOf(root: string): string {
  return join(layout(root).home, "errors");
}

/** Returns the prefix of the file names for a time. */
function firstName(at: string): string {
  return `error-${at.replaceAll(/[-:.Z]/g, "").replace("T", "-")}`;
}

function names(system: System, folder: string): string[] {
  return system.files.list(folder).map(({ name }) => name)
    .filter((name) => NAME.test(name)).sort();
}
