import { join } from "../../base/join.ts";
import {
  fits,
  type Fitting,
  list,
  NUMBER,
  object,
  TEXT,
} from "../../base/shape.ts";
import { layout, markOf, readOwnJson, replaceDerived } from "../../ops/mod.ts";
import type { FileInfo, System } from "../../system/system.ts";
import { DESCRIBED, type Described } from "./save_entry.ts";

const ROW = object({
  ...{ file: TEXT, changed: NUMBER },
  described: object(DESCRIBED),
});
type Row = Fitting<typeof ROW>;
const ROWS = list({ is: "any" });

/** The number of files read from which the rows are worth storing. */
const WORTH_WRITING = 100;

const VERSION = 8;

/** Enough for the rows of 100,000 saves. */
const LARGEST = 64 * 1024 * 1024;

/**
 * A cache in `.claude-mpm/state/rows.json` with the listing of each file, which
 * the next listing then need not read. A row is valid only while the size and
 * both times of its file are unchanged. No program can set the second time,
 * when the entry last changed, so every edit is noticed. The cache is derived,
 * and never a source of truth.
 */
export class RowCache {
  readonly #system: System;
  readonly #root: string;
  readonly #known = new Map<string, Row>();
  readonly #rows: Row[] = [];
  #missed = 0;

  /** Loads the last rows, except those mpm could not have written. */
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

  get(file: string, info: FileInfo): Described | undefined {
    const row = this.#known.get(file);
    const same = row?.changed === info.changed &&
      row?.described.size === info.size && row.described.mtime === info.mtime;
    if (!same) return undefined;
    this.#rows.push(row);
    return row.described;
  }

  /** Stores the content of a file, unless the file has changed recently. */
  put(file: string, info: FileInfo, described: Described): void {
    const mark = markOf(this.#system, info);
    if (!mark) return;
    this.#missed++;
    this.#rows.push({ file, changed: mark.changed, described });
  }

  /** Writes the cache if it saves a later listing enough time. */
  keep(): void {
    if (this.#missed < WORTH_WRITING) return;
    replaceDerived(this.#system, this.#root, {
      path: rowsPath(this.#root),
      text: JSON.stringify({ version: VERSION, rows: this.#rows }),
    });
  }
}

function rowsPath(root: string): string {
  return join(layout(root).state, "rows.json");
}
