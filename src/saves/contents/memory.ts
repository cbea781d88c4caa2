import { join } from "@std/path";
import { SESSION_ID } from "../../base/ids.ts";
import { field, isFields } from "../../base/parsed_values.ts";
import {
  CONTENTS,
  FileMemory,
  type MemoryRow,
  type Workspace,
} from "../../git/mod.ts";
import { layout, readOwnJson, replaceDerived } from "../../ops/mod.ts";
import { sha256 } from "../../base/digest.ts";
import type { System } from "../../system/system.ts";
import { Origins } from "../trust/origins.ts";
import { contentsMark } from "./record.ts";

/** The contents that were kept last in a worktree. */
export interface LastContents {
  /** The save that they were first kept for. */
  readonly save: string;
  readonly commit: string;
  /** The ids of the files, folders and so on that they consist of. */
  readonly ids: readonly string[];
}

const VERSION = 1;

/** Bytes of the largest note that is read: 10,000 files with long paths. */
const LIMIT = 16 * 1024 * 1024;

/**
 * The state of a worktree's uncommitted files as the last command saw it:
 * `state/contents-<worktree>.json`. Derived, and never a source of truth.
 */
export class WorktreeMemory {
  readonly #system: System;
  readonly #root: string;
  readonly #path: string;
  readonly #rows: readonly MemoryRow[];
  #last: LastContents | undefined;
  #files: FileMemory | undefined;

  constructor(system: System, { root, worktree }: Workspace) {
    this.#system = system;
    this.#root = root;
    const key = sha256(worktree).slice(0, 16);
    this.#path = join(layout(root).state, `contents-${key}.json`);
    const note = readOwnJson(system, this.#path, LIMIT);
    const isCurrent = field(note, "version") === VERSION;
    const rows = isCurrent ? field(note, "files") : undefined;
    const last = isCurrent ? field(note, "last") : undefined;
    this.#rows = Array.isArray(rows) ? rows.filter(isRow) : [];
    this.#last = isLast(last) ? last : undefined;
  }

  /** The refs that {@link open} asks for. */
  get refs(): string[] {
    return this.#last ? [`${CONTENTS}/${this.#last.save}`] : [];
  }

  /**
   * The contents that were kept last and that git still has; call `open` first.
   */
  get last(): LastContents | undefined {
    return this.#last;
  }

  /**
   * Returns the known states of files. `refs`: those refs that are there. `kept`:
   * only files whose contents git has.
   */
  open(
    refs: ReadonlyMap<string, string>,
    { kept }: { kept: boolean },
  ): FileMemory {
    if (!this.#isThere(refs)) this.#last = undefined;
    const ids = new Set(this.#last?.ids);
    const rows = kept
      ? this.#rows.filter((row) => ids.has(row[6]))
      : this.#rows;
    return this.#files = new FileMemory(this.#system, rows);
  }

  /** A note in the project may have come with a clone, and a ref by a fetch. */
  #isThere(refs: ReadonlyMap<string, string>): boolean {
    if (!this.#last) return false;
    const { save, commit } = this.#last;
    return refs.get(`${CONTENTS}/${save}`) === commit &&
      new Origins(this.#system).of(contentsMark(save, commit)) === "own";
  }

  /** Keeps what is known now for the next command. Never throws. */
  keep(last: LastContents | undefined = this.#last): void {
    const files = this.#files?.rows;
    if (!files && last === this.#last) return;
    const note = { version: VERSION, last, files: files ?? this.#rows };
    replaceDerived(this.#system, this.#root, {
      path: this.#path,
      text: JSON.stringify(note),
    });
  }
}

const OBJECT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const DIGEST = /^[0-9a-f]{64}$/;

function isObject(value: unknown): value is string {
  return typeof value === "string" && OBJECT.test(value);
}

function isLast(value: unknown): value is LastContents {
  return isFields(value) && typeof value.save === "string" &&
    SESSION_ID.test(value.save) &&
    isObject(value.commit) && Array.isArray(value.ids) &&
    value.ids.every(isObject);
}

function isRow(row: unknown): row is MemoryRow {
  if (!Array.isArray(row) || row.length !== 7) return false;
  const [path, size, mtime, changed, inode, digest, id] = row;
  return typeof path === "string" &&
    [size, mtime, changed, inode].every(Number.isFinite) &&
    typeof digest === "string" && DIGEST.test(digest) && isObject(id);
}
