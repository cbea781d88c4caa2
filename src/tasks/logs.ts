import { attempt, MpmError } from "../base/errors.ts";
import { jsonIn } from "../base/parsed_values.ts";
import type { Redactor } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";
import type { TaskLogsResult } from "./commands/results.ts";
import { linesOf, readRun, type RunPaths } from "./store.ts";

/** The largest log, in bytes; mpm writes no larger one. */
const LARGEST = 4 * 1024 * 1024;

/** The maximum number of items to name for one log. */
const NAMED = 20;

export type TaskLog = TaskLogsResult["logs"][number];

/** The log of a chunk, named after the chunk's number. */
const LOG = /^(\d{1,9})\.log$/;

/**
 * Reads the redacted output of a run's programs, one chunk at a time. With an
 * item, reads only the output of that item's chunk. Throws NOT_FOUND for an
 * unknown item, UNREADABLE.
 */
export function* readLogs(
  system: System,
  { run, item, redactor }: {
    run: RunPaths;
    item: string | undefined;
    redactor: Redactor;
  },
): Generator<TaskLog> {
  const known = readRun(system, run);
  if (!known) {
    throw new MpmError("UNREADABLE", `The run "${run.id}" is damaged`, {
      hint: `Its files are in ${run.folder}`,
    });
  }
  const { logs, items } = run;
  const size = Math.max(1, known.record.chunk);
  const chunks = (attempt(() => system.files.list(logs)) ?? [])
    .flatMap(({ name }) => LOG.exec(name)?.[1] ?? []).map(Number)
    .sort((a, b) => a - b);
  const wanted = itemsOf(system, items, { size, item, chunks });
  for (const chunk of chunks) {
    const named = wanted.get(chunk);
    if (item !== undefined && !named) continue;
    const path = `${logs}/${chunk}.log`;
    const bytes = attempt(() => system.files.readOwn(path, LARGEST));
    if (!bytes) continue;
    yield {
      chunk,
      items: (named ?? []).map((name) => redactor.text(name)),
      text: redactor.text(new TextDecoder().decode(bytes)),
    };
  }
}

/**
 * Returns the first items of each chunk that has a log, or that contains the
 * item.
 */
function itemsOf(
  system: System,
  path: string,
  { size, item, chunks }: {
    size: number;
    item: string | undefined;
    chunks: readonly number[];
  },
): Map<number, string[]> {
  const logged = new Set(chunks);
  const found = new Map<number, string[]>();
  const matching = new Set<number>();
  let at = 0;
  for (const line of linesOf(system, path)) {
    const chunk = Math.floor(at++ / size);
    const value = jsonIn(line);
    if (typeof value !== "string") continue;
    if (value === item) matching.add(chunk);
    if (!logged.has(chunk)) continue;
    const names = found.get(chunk);
    if (!names) found.set(chunk, [value]);
    else if (names.length < NAMED) names.push(value);
  }
  if (item === undefined) return found;
  if (matching.size === 0) {
    throw new MpmError("NOT_FOUND", `No item "${item}" in this run`, {
      hint: "Write the item exactly as in the run's items.jsonl",
    });
  }
  if (![...matching].some((chunk) => logged.has(chunk))) {
    throw new MpmError("NOT_FOUND", `No log for the item "${item}"`, {
      hint: "It has not run yet, or its program printed nothing",
    });
  }
  return new Map([...found].filter(([chunk]) => matching.has(chunk)));
}
