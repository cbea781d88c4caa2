import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { field, isFields } from "../../base/odd_values.ts";
import { isEntrySession } from "../../work/work_save.ts";
import type { FileInfo, System } from "../../system/system.ts";
import { removeQuietly } from "../../ops/atomic.ts";
import { ensureFolder } from "../../ops/folders.ts";
import { layout } from "../../ops/layout.ts";
import type { Described } from "./read_entry.ts";

/**
 * What a listing found in each file, so that the next one need not read it:
 * `.claude-mpm/state/rows.json`. A row counts only while size and both times of
 * its file are the same; the second one, of the entry's last change, nobody can
 * set, so that no edit goes unseen. Derived, and never a source of truth.
 */
export class RowCache {
  readonly #system: System;
  readonly #root: string;
  readonly #known: ReadonlyMap<string, Row>;
  readonly #rows = new Map<string, Row>();
  #missed = 0;

  private constructor(
    system: System,
    root: string,
    known: ReadonlyMap<string, Row>,
  ) {
    this.#system = system;
    this.#root = root;
    this.#known = known;
  }

  /** What the last listing kept; empty if there is nothing to be trusted. */
  static open(system: System, root: string): RowCache {
    return new RowCache(system, root, readRows(system, root));
  }

  /** What was found in the file, if it is still the same. */
  get(name: string, info: FileInfo): Described | undefined {
    const row = this.#known.get(name);
    const same = row?.changed === info.changed && row?.size === info.size &&
      row.mtime === info.mtime;
    if (!same) return undefined;
    this.#rows.set(name, row);
    return row.described;
  }

  /** Keeps what was read of a file that had rested before. */
  put(name: string, info: FileInfo, described: Described): void {
    const { changed, size, mtime } = info;
    const rested = changed !== undefined &&
      this.#system.now().getTime() - changed >= REST;
    if (!rested) return;
    this.#missed++;
    this.#rows.set(name, { changed, size, mtime, described });
  }

  /**
   * Writes what is known now, if that saves a later listing enough. It takes no
   * lock, since it does not matter who writes last. Never throws; a store that
   * cannot be written is read without.
   */
  keep(): void {
    if (this.#missed < WORTH_WRITING) return;
    const { files } = this.#system;
    const { state } = layout(this.#root);
    const temporary = join(state, ".rows.json.new");
    try {
      ensureFolder(this.#system, state, this.#root);
      // Another reader's, or what is left of a dead one: the next will succeed.
      if (files.lstat(temporary)) return removeQuietly(this.#system, temporary);
      files.create(temporary, rowBytes(this.#rows));
      files.rename(temporary, rowsPath(this.#root));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
    }
  }
}

interface Row {
  readonly changed: number | undefined;
  readonly size: number;
  readonly mtime: number;
  readonly described: Described;
}

/**
 * Milliseconds a file must not have changed for: two changes within one tick of
 * the clock leave the same time, and Deno tells that of the last change in whole
 * seconds.
 */
const REST = 3000;

/** Files read anew, from which on it pays to write the rows again. */
const WORTH_WRITING = 100;

const VERSION = 4;

/** Rows of 100,000 saves. */
const LARGEST = 64 * 1024 * 1024;

function rowsPath(root: string): string {
  return join(layout(root).state, "rows.json");
}

function rowBytes(rows: ReadonlyMap<string, Row>): Uint8Array {
  const lines = [...rows].map(([name, { changed, size, mtime, described }]) => [
    name,
    changed,
    size,
    mtime,
    described.pausedAt,
    described.summary,
    described.name,
    described.branch,
    described.worktree,
    described.projectPath,
    described.own,
    described.imported,
    described.session,
    described.digest,
    described.automatic,
    described.agent,
  ]);
  return new TextEncoder().encode(
    JSON.stringify({ version: VERSION, rows: lines }),
  );
}

function readRows(system: System, root: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  try {
    const bytes = system.files.readOwn(rowsPath(root), LARGEST);
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const lines = field(value, "rows");
    const readable = isFields(value) && value.version === VERSION &&
      Array.isArray(lines);
    if (readable) { for (const line of lines) addRow(rows, line); }
  } catch (error) {
    const unusable = error instanceof MpmError || error instanceof SyntaxError;
    if (!unusable) throw error;
  }
  return rows;
}

/** What mpm could not have written is left out. */
function addRow(rows: Map<string, Row>, line: unknown): void {
  if (!Array.isArray(line) || line.length !== 16) return;
  const [name, changed, size, mtime, pausedAt, summary, ...rest] = line;
  const [title, branch, worktree, projectPath, own, ...more] = rest;
  const [imported, session, digest, automatic, agent] = more;
  const sound = [name, pausedAt, summary, projectPath].every(isText) &&
    [changed, size, mtime].every(Number.isFinite) &&
    [title, branch, worktree, agent].every((text) =>
      text === null || isText(text)
    ) &&
    [own, imported, automatic].every((flag) => typeof flag === "boolean") &&
    isEntrySession(session) && /^[0-9a-f]{64}$/.test(String(digest)) &&
    !Number.isNaN(Date.parse(pausedAt));
  if (!sound) return;
  const described = {
    pausedAt,
    summary,
    name: title,
    branch,
    worktree,
    projectPath,
    own,
    imported,
    session,
    digest,
    automatic,
    agent,
    size,
    mtime,
  };
  rows.set(name, { changed, size, mtime, described });
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
