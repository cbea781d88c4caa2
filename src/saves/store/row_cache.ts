import { basename, join } from "@std/path";
import { attempt } from "../../base/errors.ts";
import {
  fits,
  FLAG,
  list,
  nullable,
  NUMBER,
  object,
  optional,
  type Shape,
  TEXT,
  text,
} from "../../base/shape.ts";
import { WORK_ID } from "../../base/ids.ts";
import {
  ensureFolder,
  layout,
  readOwnJson,
  removeQuietly,
} from "../../ops/mod.ts";
import type { FileInfo, System } from "../../system/system.ts";
import type { Described } from "./save_entry.ts";

const TEXT_OR_NULL = nullable(TEXT);

/** What is kept of a save's content, here and in the index. */
export const DESCRIBED = {
  pausedAt: TEXT,
  summary: TEXT,
  name: TEXT_OR_NULL,
  branch: TEXT_OR_NULL,
  worktree: TEXT_OR_NULL,
  projectPath: TEXT,
  own: FLAG,
  imported: FLAG,
  session: nullable(object({
    id: text({ pattern: WORK_ID }),
    name: TEXT_OR_NULL,
    task: TEXT,
  })),
  automatic: FLAG,
  agent: TEXT_OR_NULL,
  digest: optional(text({ pattern: /^[0-9a-f]{64}$/ })),
  size: NUMBER,
  mtime: NUMBER,
};

const ROW: Shape<Row> = object({
  file: TEXT,
  changed: NUMBER,
  described: object(DESCRIBED) satisfies Shape<Described>,
});
const ROWS = list({ is: "any" });

interface Row {
  readonly file: string;
  readonly changed: number;
  readonly described: Described;
}

/**
 * Milliseconds a file must not have changed for: two changes within one tick of
 * the clock leave the same time, and Deno tells that of the last change in whole
 * seconds.
 */
const REST = 3000;

/** Files that were read, from which on it pays to write the rows again. */
const WORTH_WRITING = 100;

const VERSION = 5;

/** Rows of 100,000 saves. */
const LARGEST = 64 * 1024 * 1024;

/**
 * What a listing found in each file, so that the next one need not read it:
 * `.claude-mpm/state/rows.json`. A row counts only while size and both times of
 * its file are the same; the second one, of the entry's last change, nobody can
 * set, so that no edit goes unseen. Derived, and never a source of truth.
 */
export class RowCache {
  readonly #system: System;
  readonly #root: string;
  readonly #known = new Map<string, Row>();
  readonly #rows: Row[] = [];
  #missed = 0;

  /** Has what the last listing kept, but what mpm could not have written. */
  constructor(system: System, root: string) {
    this.#system = system;
    this.#root = root;
    const kept = readOwnJson(system, rowsPath(root), LARGEST);
    if (!fits(object({ version: NUMBER, rows: ROWS }), kept)) return;
    if (kept.version !== VERSION) return;
    for (const row of kept.rows) {
      if (!fits(ROW, row)) continue;
      const { described: { pausedAt, digest } } = row;
      if (digest === undefined || Number.isNaN(Date.parse(pausedAt))) continue;
      this.#known.set(row.file, row);
    }
  }

  /** What was found in the file, if it is still the same. */
  get(file: string, info: FileInfo): Described | undefined {
    const row = this.#known.get(file);
    const same = row?.changed === info.changed &&
      row?.described.size === info.size && row.described.mtime === info.mtime;
    if (!same) return undefined;
    this.#rows.push(row);
    return row.described;
  }

  /** Keeps what was read of a file that had rested before. */
  put(file: string, { changed }: FileInfo, described: Described): void {
    const rested = changed !== undefined &&
      this.#system.now().getTime() - changed >= REST;
    if (!rested) return;
    this.#missed++;
    this.#rows.push({ file, changed, described });
  }

  /** Writes what is known now, if that saves a later listing enough. */
  keep(): void {
    if (this.#missed < WORTH_WRITING) return;
    replaceDerived(this.#system, this.#root, {
      path: rowsPath(this.#root),
      value: { version: VERSION, rows: this.#rows },
    });
  }
}

function rowsPath(root: string): string {
  return join(layout(root).state, "rows.json");
}

/**
 * Writes a file of the state that readers derive. It takes no lock, since it
 * does not matter who writes last. Never throws; a store that cannot be written
 * is read without. `counts` says of the file's time whether it may be kept.
 */
export function replaceDerived(
  system: System,
  root: string,
  { path, value, counts = () => true }: {
    path: string;
    value: unknown;
    counts?: (mtime: number) => boolean;
  },
): void {
  const { files } = system;
  const { state } = layout(root);
  const temporary = join(state, `.${basename(path)}.new`);
  attempt(() => {
    ensureFolder(system, state, root);
    // Another reader's, or what is left of a dead one: the next will succeed.
    if (files.lstat(temporary)) return removeQuietly(system, temporary);
    files.create(temporary, new TextEncoder().encode(JSON.stringify(value)));
    if (counts(files.lstat(temporary)?.mtime ?? 0)) {
      files.rename(temporary, path);
    } else files.remove(temporary);
  });
}
