import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { field, jsonIn } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import { removeIfThere, removeQuietly, writeAtomic } from "../atomic.ts";
import { checkPath, ensureFolder } from "../folders.ts";
import { layout } from "../layout.ts";
import { ownSeals, projectSeals, type RecordSeals } from "../sealed_record.ts";
import { CHANGES, changesIn, sealsAt } from "./changes.ts";

interface Written<F> {
  /** The ID of the intent, which is also its file name. */
  readonly id: string;
  /** The kind of operation, which decides how to finish it. */
  readonly kind: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /**
   * The absolute path of the worktree that it changes; outside git, the
   * project.
   */
  readonly worktree: string;
  /** The facts that are needed to finish or undo the operation. */
  facts: F;
}

/**
 * A running operation. It is recorded before its first change and removed after
 * its last. An intent that is found under the lock of its kind belongs to an
 * interrupted operation.
 */
export interface Intent<F = unknown> extends Readonly<Written<F>> {
  /** Writes the intent again with other facts. */
  mark(facts: F): void;
  /** Removes the intent, because nothing is left to do. */
  end(): void;
}

function intentOf<F>(
  system: System,
  root: string,
  written: Written<F>,
  path = fileOf(root, written.id),
): Intent<F> {
  return {
    ...written,
    mark(facts: F) {
      (this as Written<F>).facts = facts;
      write(system, root, { ...written, facts });
    },
    end: () => removeIfThere(system, path),
  };
}

/** An intent to begin; it gets a new id unless one is given. */
type Begun<F> = Omit<Written<F>, "id" | "at"> & Manner & {
  readonly id?: string;
};

interface Manner {
  /** False if the operation needs no intent after a power failure. */
  readonly synced?: boolean | undefined;
}

/** The format of these files; another format is from another version of mpm. */
const SCHEMA = 1;

/** The largest intent, in bytes; it may name every file of a large worktree. */
const LARGEST = 64 * 1024 * 1024;

/** Milliseconds after which an incomplete file belongs to a dead process. */
const STALE = 3_600_000;

/** Intents, and the records of changes with one line each. */
const NAME = /^([a-z0-9]{8,64})\.jsonl?$/;

function fileOf(root: string, id: string): string {
  return join(layout(root).intents, `${id}.json`);
}

/**
 * Writes an intent to disk before it returns, synced by default. Without a key, the intent is not
 * sealed: after an interruption it stays, but mpm does not act on it. Call
 * under the lock of its kind.
 */
export function beginIntent<F>(
  system: System,
  root: string,
  { id = system.random(), kind, worktree, facts, synced }: Begun<F>,
): Intent<F> {
  const { intents } = layout(root);
  ensureFolder(system, intents, root);
  sweep(system, intents);
  const at = system.now().toISOString();
  const written = { id, kind, at, worktree, facts };
  write(system, root, written, { synced });
  return intentOf(system, root, written);
}

function write(
  system: System,
  root: string,
  written: Written<unknown>,
  { synced = true }: Manner = {},
): void {
  const seals = sealsAt(projectSeals, system, root);
  const value = { schema: SCHEMA, ...written };
  const text = attempt(() => seals.seal(value)) ?? JSON.stringify(value);
  writeAtomic(system, fileOf(root, written.id), {
    text: `${text}\n`,
    temporary: `.${written.id}.tmp`,
    synced,
  });
}

function sweep(system: System, folder: string): void {
  const before = system.now().getTime() - STALE;
  for (const { name } of system.files.list(folder)) {
    const path = join(folder, name);
    const left = name.startsWith(".") && name.endsWith(".tmp") &&
      (system.files.lstat(path)?.mtime ?? before) < before;
    if (left) removeQuietly(system, path);
  }
}

/**
 * Returns the intents of a kind, oldest first. Only intents that this
 * user's mpm wrote in this store and at this place count. Throws CONFLICT if
 * their folder is a link.
 */
export function readIntents<F>(
  system: System,
  root: string,
  kind: string,
): Intent<F>[] {
  return intentsIn(allIntents(system, root), kind);
}

/** Returns those of a kind, oldest first. */
export function intentsIn<F>(
  files: readonly IntentFile[],
  kind: string,
): Intent<F>[] {
  return files.flatMap(({ intent }) =>
    intent?.kind === kind ? [intent as Intent<F>] : []
  ).sort((one, other) => one.at < other.at ? -1 : 1);
}

/** A file of an intent. */
export interface IntentFile {
  readonly path: string;
  /** `undefined`: the file is someone else's, so it is not changed. */
  readonly intent: Intent | undefined;
}

/** Returns every intent file, including those that mpm does not act on. */
export function allIntents(system: System, root: string): IntentFile[] {
  const { intents } = layout(root);
  if (!system.files.peek(intents)) return [];
  if (!checkPath(system, intents, root)) return [];
  const names = system.files.list(intents).map(({ name }) => name)
    .filter((name) => NAME.test(name));
  if (names.length === 0) return [];
  const seals = sealsAt(ownSeals, system, root);
  return names.map((name) => {
    const path = join(intents, name);
    const read = name.endsWith("l") ? readChanges : readWritten;
    const written = read(system, seals, { path, name });
    return { path, intent: written && intentOf(system, root, written, path) };
  });
}

/**
 * Returns the kind and facts in a file that mpm may have written without a key.
 * The data may only be shown, never acted on. `undefined`: the file has another
 * format.
 */
export function readUnsealed(
  system: System,
  path: string,
): { kind: string; facts: unknown } | undefined {
  const value = jsonIn(textOf(system, path) ?? "");
  const kind = field(value, "kind");
  const isOne = field(value, "schema") === SCHEMA && typeof kind === "string" &&
    field(value, "seal") === undefined;
  return isOne ? { kind, facts: field(value, "facts") } : undefined;
}

function textOf(system: System, path: string): string | undefined {
  const bytes = attempt(() => system.files.readOwn(path, LARGEST));
  return bytes && new TextDecoder().decode(bytes).trimEnd();
}

function readWritten(
  system: System,
  seals: RecordSeals,
  { path, name }: { path: string; name: string },
): Written<unknown> | undefined {
  const text = textOf(system, path);
  if (text === undefined || !seals.isOwn(text)) return undefined;
  const value = jsonIn(text);
  const isOne = field(value, "schema") === SCHEMA &&
    `${field(value, "id")}.json` === name;
  // Its seal shows that mpm wrote the rest.
  return isOne ? value as Written<unknown> : undefined;
}

function readChanges(
  system: System,
  seals: RecordSeals,
  { path, name }: { path: string; name: string },
): Written<unknown> | undefined {
  const id = name.slice(0, -".jsonl".length);
  const facts = changesIn(textOf(system, path) ?? "", { seals, id });
  if (!facts) return undefined;
  const { at, worktree } = facts.recording;
  return { id, kind: CHANGES, at, worktree, facts };
}
