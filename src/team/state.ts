import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { jsonIn } from "../base/parsed_values.ts";
import {
  COUNT,
  fits,
  type Fitting,
  list,
  nullable,
  object,
  optional,
  record,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";
import {
  ensureFolder,
  ensureHidden,
  layout,
  ownSeals,
  projectSeals,
  takeLock,
  writeAtomic,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import { LOG_NAME } from "./entry.ts";
import { GIT_KEY_STATE } from "./git_key.ts";

const LOG = text({ pattern: LOG_NAME });

/** The facts about the logs of one writer. */
const WRITER = object({
  /** The name in the writer's last entry. */
  name: TEXT,
  /** The last commit read of each log, by log name. */
  logs: record(TEXT),
  /**
   * Number of entries read, and of entries that are not for this user's keys.
   */
  entries: COUNT,
  locked: COUNT,
  /** The mark of the keys that were tried; see `Cipher`. */
  keys: TEXT,
  /** The key with which the writer's git signs, if an entry says so. */
  git_key: optional(GIT_KEY_STATE),
  /** A sentence for each error in the logs, at most 20. */
  problems: list(TEXT),
});

/**
 * The state of the team in this clone: `.claude-mpm/state/team.json`. It is
 * sealed, so a state that comes with a clone does not count.
 */
const STATE = object({
  schema: { is: "version" } as Shape<1>,
  /** The remote to sync with; null: not named yet. */
  remote: nullable(TEXT),
  /** The log that this clone writes; null: no log yet. */
  log: nullable(LOG),
  /** The commit of the log; null: the log is empty. */
  tip: nullable(TEXT),
  /** The number of the next entry. */
  next: COUNT,
  /**
   * The mark of the recipients of the entries; empty: the entries are plain.
   */
  recipients: TEXT,
  /** Earlier logs of this clone, which the remote may still have. */
  replaced: list(LOG),
  /**
   * The things in the log, by kind and ID: the digest of the source, and the
   * digest of the content.
   */
  sent: record(list(TEXT)),
  /** By writer ID. */
  writers: record(WRITER),
});

export type TeamState = Fitting<typeof STATE>;
export type WriterState = Fitting<typeof WRITER>;

/** The state of a clone that has shared nothing. */
export const NO_STATE: TeamState = {
  ...{ schema: 1, remote: null, log: null, tip: null, next: 1 },
  ...{ recipients: "", replaced: [], sent: {}, writers: {} },
};

const KIND = "team";

/** The maximum size of a state to read, in bytes. */
const LARGEST = 64 * 1024 * 1024;

function statePath(root: string): string {
  return join(layout(root).state, "team.json");
}

/**
 * Reads the state; returns an empty one if this user's mpm did not write it
 * here.
 */
export function readState(system: System, root: string): TeamState {
  const bytes = attempt(() => system.files.readOwn(statePath(root), LARGEST));
  if (!bytes) return NO_STATE;
  const text = new TextDecoder().decode(bytes);
  const value = jsonIn(text);
  return fits(STATE, value) && ownSeals(system, root, KIND).isOwn(text)
    ? value
    : NO_STATE;
}

/** Replaces the state. Call under the team's lock. */
export function writeState(
  system: System,
  root: string,
  state: TeamState,
): void {
  const { schema, remote, log, tip, next, recipients, replaced } = state;
  const { sent, writers } = state;
  const value = {
    ...{ schema, remote, log, tip, next, recipients, replaced, sent, writers },
  };
  ensureFolder(system, layout(root).state, root);
  const text = projectSeals(system, root, KIND).seal(value);
  writeAtomic(system, statePath(root), { text, temporary: ".team.new" });
}

/** Milliseconds that a command waits for another command. */
const WAIT = 30_000;

/**
 * Runs `work` while no other mpm process changes the team's state. Throws
 * LOCKED.
 */
export async function withTeamLock<T>(
  system: System,
  root: string,
  work: () => T | Promise<T>,
): Promise<T> {
  const { state } = layout(root);
  ensureHidden(system, root, state);
  using held = await takeLock(system, join(state, "team.lock"), WAIT);
  if (held) return await work();
  throw new MpmError("LOCKED", "Another mpm process is syncing or importing", {
    hint: "Wait until it has finished, and run the command again",
  });
}
