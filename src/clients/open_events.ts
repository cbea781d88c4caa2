import { attempt, MpmError } from "../base/errors.ts";
import { type Fields, isFields, jsonIn } from "../base/parsed_values.ts";
import type { FileInfo, System } from "../system/system.ts";
import type {
  AgentEvent,
  EventsLost,
  LineReader,
  OpenEvents,
} from "./events.ts";
import { startText } from "./look.ts";
import { firstLines, lastLines } from "./tail.ts";

/** The maximum number of bytes to read from the end of a transcript. */
const LARGEST = 2 * 1024 * 1024 * 1024;

/** The bytes to search for a transcript's line at each end of a file. */
const LOOK = 1024 * 1024;

/** A file of a conversation. */
export interface EventFile {
  /** Absolute. */
  readonly path: string;
  /** The offset of the first byte to read, at the start of a line. */
  readonly start: number;
  /** Bytes to read at once. */
  readonly block?: number;
  readonly reader: LineReader;
}

/** The differences between the transcripts of clients. */
export interface TranscriptForm {
  /** Returns whether a parsed line belongs to a transcript. */
  isLine(value: Fields): boolean;
  /** Returns whether a line of a conversation has an unknown type. */
  isUnknown(value: Fields): boolean;
  /** Returns whether a line need not be parsed. */
  skips?(text: string): boolean;
  /** Returns the transcript from `start` on, and its sub-agents' files. */
  files(start: number, lost: EventsLost): readonly EventFile[];
  /** The maximum number of bytes to read from the end; 2 GiB by default. */
  readonly most?: number | undefined;
}

/**
 * Opens a transcript of JSON lines with its sub-agents. Throws NOT_FOUND for a
 * missing file, UNREADABLE for a file that is not a transcript.
 */
export function openTranscript(
  system: System,
  path: string,
  { most = LARGEST, ...form }: TranscriptForm,
): OpenEvents {
  const { size, mtime } = infoOf(system, path, form.isLine);
  const lost: EventsLost = { torn: 0, long: 0, bytes: 0, failed: 0 };
  const start = startIn(system, { path, size, most });
  lost.bytes = start;
  const sources = form.files(start, lost)
    .map((file) => eventsIn(system, file, { ...form, lost }));
  return { events: merged(sources), lost, changed: mtime, size };
}

/** Yields the events of a file, and takes an unreadable line as empty. */
function* eventsIn(
  system: System,
  { path, reader, ...range }: EventFile,
  { isUnknown, skips, lost }:
    & Pick<TranscriptForm, "isUnknown" | "skips">
    & { lost: EventsLost },
): Generator<AgentEvent> {
  for (const text of firstLines(system, path, range, lost)) {
    if (skips?.(text)) continue;
    const value = jsonIn(text);
    if (!isFields(value) || isUnknown(value)) lost.torn++;
    yield* reader.take(isFields(value) ? value : {});
  }
  yield* reader.end?.() ?? [];
}

/** Returns the start of the first line in the last `most` bytes. */
export function startIn(
  system: System,
  { path, most = LARGEST, size = sizeOf(system, path) }: {
    readonly path: string;
    readonly most?: number | undefined;
    readonly size?: number;
  },
): number {
  return size > most ? lineFrom(system, path, size - most) : 0;
}

function sizeOf(system: System, path: string): number {
  return attempt(() => system.files.stat(path)?.size) ?? 0;
}

function infoOf(
  system: System,
  path: string,
  isLine: TranscriptForm["isLine"],
): FileInfo {
  const info = attempt(() => system.files.stat(path));
  if (!info) throw new MpmError("NOT_FOUND", `File "${path}" not found`);
  const is = info.kind === "file" &&
    (info.size === 0 || hasLine(system, path, isLine));
  if (is) return info;
  throw new MpmError("UNREADABLE", `"${path}" is not a transcript`, {
    hint: "A transcript has a JSON object with a type on each line",
  });
}

/** Returns whether one of the first or last lines belongs to a transcript. */
function hasLine(
  system: System,
  path: string,
  isLine: TranscriptForm["isLine"],
): boolean {
  const is = (text: string) => {
    const value = jsonIn(text);
    return isFields(value) && isLine(value);
  };
  for (const text of lastLines(system, path, LOOK)) {
    if (is(text)) return true;
  }
  return startText(system, path, LOOK).split("\n").some(is);
}

const NEWLINE = 10;

/** Returns the start of the next line at or after an offset. */
function lineFrom(system: System, path: string, start: number): number {
  for (let at = start;;) {
    const bytes = attempt(() => system.files.readPart(path, at, LOOK));
    if (!bytes || bytes.length === 0) return at;
    const newline = bytes.indexOf(NEWLINE);
    if (newline >= 0) return at + newline + 1;
    at += bytes.length;
  }
}

/** Merges sequences by time; at equal times, the earlier one is first. */
function* merged(
  sources: readonly Generator<AgentEvent>[],
): Generator<AgentEvent> {
  const heads = sources.map((source) => ({ source, next: source.next() }));
  for (;;) {
    const open = heads.filter(({ next }) => !next.done);
    if (open.length === 0) return;
    if (open.length === 1) {
      const [{ next, source }] = open as [typeof open[0]];
      if (!next.done) yield next.value;
      yield* source;
      return;
    }
    const first = open.reduce((a, b) =>
      (b.next.value as AgentEvent).at < (a.next.value as AgentEvent).at ? b : a
    );
    yield first.next.value as AgentEvent;
    first.next = first.source.next();
  }
}
