import { join } from "../../base/join.ts";
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
import { layout, markOf, readOwnJson, replaceDerived } from "../../ops/mod.ts";
import type { FileInfo, System } from "../../system/system.ts";
import type { Described } from "./save_entry.ts";

const TEXT_OR_NULL = nullable(TEXT);

/**
 * The parts of a save's content that are stored in this cache and in the index.
 */
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
  author: TEXT_OR_NULL,
  agentName: TEXT_OR_NULL,
  agent: TEXT_OR_NULL,
  client: TEXT_OR_NULL,
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

  /**
   * Loads the rows of the last listing, except those that mpm could not have
   * written.
   */
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

  /** Returns the cached result for the file, if it is unchanged. */
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
