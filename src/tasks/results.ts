import { jsonIn } from "../base/parsed_values.ts";
import {
  COUNT,
  fits,
  type Fitting,
  nullable,
  NUMBER,
  object,
  TEXT,
  text,
} from "../base/shape.ts";
import type { Redactor } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";
import type { TaskItem, TaskReportResult } from "./commands/results.ts";
import { readStatus, viewOf } from "./read.ts";
import type { ItemState } from "./run.ts";
import { linesOf, type RunPaths } from "./store.ts";

/** A line in the results of a run: how one item ended. */
const RESULT = object({
  /** The item's index in the list, from 0. */
  index: COUNT,
  chunk: COUNT,
  /** null: the task has no items. */
  item: nullable(TEXT),
  state: text<ItemState>({ choices: ["done", "failed", "flagged"] }),
  exit: nullable(NUMBER),
  /** The end of the program's output. */
  output: TEXT,
  attempts: COUNT,
  ms: COUNT,
});

/** May also have a `result`, which is any JSON value. */
type StoredResult = Fitting<typeof RESULT>;

/**
 * The maximum number of items for which only the newest result is returned.
 * Beyond that, all results are returned.
 */
const MOST = 16 * 1024 * 1024;

/**
 * Reads the results of a run, one at a time, however many there are. For an
 * item that ran again, returns only the newest result. Leaves out incomplete
 * lines.
 */
export function* readResults(
  system: System,
  path: string,
): Generator<StoredResult> {
  const newest = new Map<number, number>();
  let number = 0;
  for (const line of linesOf(system, path)) {
    const index = INDEX.exec(line)?.[1];
    number++;
    if (index !== undefined && newest.size < MOST) {
      newest.set(Number(index), number);
    }
  }
  number = 0;
  for (const line of linesOf(system, path)) {
    number++;
    const value = jsonIn(line);
    if (!fits(RESULT, value)) continue;
    const last = newest.get(value.index);
    if (last === undefined || last === number) yield value;
  }
}

/** The index of an item, found without parsing the whole line. */
const INDEX = /^\{"index":(\d{1,15}),/;

/** The maximum number of characters of an output in a report. */
const OUTPUT = 4096;

/**
 * Returns the redacted contents of a report. Each list has at most `limit`
 * items.
 */
export async function readReport(
  system: System,
  { run, limit, redactor }: {
    run: RunPaths;
    limit: number;
    redactor: Redactor;
  },
): Promise<TaskReportResult> {
  const status = await readStatus(system, run);
  const trouble: TaskItem[] = [];
  const results: TaskItem[] = [];
  for (const result of readResults(system, run.results)) {
    const list = result.state === "done" ? results : trouble;
    if (list.length < limit) list.push(itemOf(result, redactor));
  }
  const { changed_at: changed, started_at: started } = status;
  return {
    ...viewOf(status),
    ms: Math.max(0, Date.parse(changed) - Date.parse(started)),
    ...{ trouble, results, file: null },
  };
}

function itemOf(stored: StoredResult, redactor: Redactor): TaskItem {
  const { item, state, exit, output, result, attempts, ms } = stored;
  return {
    item: item === null ? null : redactor.text(item),
    ...{ state, exit, attempts, ms },
    output: redactor.text(output).slice(-OUTPUT),
    result: redactor.value(result ?? null),
  };
}
