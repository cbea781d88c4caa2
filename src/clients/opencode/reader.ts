import { attempt } from "../../base/errors.ts";
import { type Fields, isFields, jsonIn } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { AgentEvent, OpenEvents } from "../events.ts";
import { openTranscript } from "../open_events.ts";
import { startText } from "../look.ts";
import { firstLines } from "../tail.ts";
import type { PartOf, SessionReader } from "../client.ts";
import {
  isLine,
  isUnknown,
  linesOfExport,
  Reader,
  Withdrawn,
} from "./lines.ts";

/** The largest export, and the bytes to check at its beginning. */
const LARGEST = 64 * 1024 * 1024;
const BEGINNING = 64 * 1024;

const WITHDRAWS = /^\{"time":\d+,"type":"(?:revert|removed)"/;

/** Opens a transcript or an export. Throws NOT_FOUND, UNREADABLE. */
export function openSession(
  system: System,
  path: string,
  { beginning = false, most }: PartOf = {},
): OpenEvents {
  return openExport(system, path) ?? openTranscript(system, path, {
    ...{ isLine, isUnknown, most },
    files(start) {
      const withdrawn = new Withdrawn();
      for (const text of beginning ? [] : firstLines(system, path, { start })) {
        const value = WITHDRAWS.test(text) ? jsonIn(text) : undefined;
        if (isFields(value)) withdrawn.take(value);
      }
      return [{ path, start, reader: new Reader(withdrawn) }];
    },
  });
}

const NOTHING_LOST = { long: 0, bytes: 0, failed: 0 };

/** Opens an export. `undefined`: the file is not an export. */
function openExport(system: System, path: string): OpenEvents | undefined {
  const info = attempt(() => system.files.stat(path));
  if (info?.kind !== "file" || info.size > LARGEST) return undefined;
  // Each line of a transcript begins with its time.
  if (!/^\s*\{\s*"info"/.test(startText(system, path, BEGINNING))) {
    return undefined;
  }
  const lines = linesOfExport(jsonIn(startText(system, path, LARGEST)));
  if (!lines) return undefined;
  return {
    events: eventsOfLines(lines),
    lost: { torn: lines.filter(isUnknown).length, ...NOTHING_LOST },
    ...{ changed: info.mtime, size: info.size },
  };
}

function* eventsOfLines(lines: readonly Fields[]): Generator<AgentEvent> {
  const withdrawn = new Withdrawn();
  lines.forEach((line) => withdrawn.take(line));
  const reader = new Reader(withdrawn);
  for (const line of lines) yield* reader.take(line);
}

/** Reads the conversations of opencode. */
export const reader: SessionReader = {
  open: (system, { path }, part) => openSession(system, path, part),
};
