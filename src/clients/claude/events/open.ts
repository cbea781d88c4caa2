import { basename } from "@std/path";
import { attempt, MpmError } from "../../../base/errors.ts";
import { isFields, jsonIn, textField } from "../../../base/parsed_values.ts";
import type { FileInfo, System } from "../../../system/system.ts";
import type { AgentEvent, EventAgent, EventsLost } from "../../events.ts";
import { lastLines } from "../tail.ts";
import { agentTranscripts } from "../transcript.ts";
import { eventsIn, type TranscriptFile } from "./read.ts";

/** Bytes of the end of a transcript that are read. */
const LARGEST = 2 * 1024 * 1024 * 1024;

/** Sub-agents whose transcripts are read, the newest; and bytes of a block. */
const MOST_AGENTS = 200;
const AGENT_BLOCK = 64 * 1024;

/** Bytes at both ends in which a transcript must have a line. */
const LOOK = 1024 * 1024;

/** An opened transcript. */
export interface OpenEvents {
  /** In the order of time. Can be gone through once. */
  readonly events: Iterable<AgentEvent>;
  /** Counts of the parts left out so far. */
  readonly lost: EventsLost;
  /** When the transcript was last added to, milliseconds since the epoch. */
  readonly changed: number;
  /** Bytes of the transcript. */
  readonly size: number;
}

/**
 * Opens a transcript of Claude Code with those of its sub-agents. Throws
 * NOT_FOUND for a missing file, UNREADABLE for a file that is not a transcript.
 * `beginning`: the first events of the agent itself come at once, but without
 * what was withdrawn, which takes a look at all lines.
 */
export function openEvents(
  system: System,
  path: string,
  { beginning = false } = {},
): OpenEvents {
  const { size, mtime } = infoOf(system, path);
  const lost: EventsLost = { torn: 0, long: 0, bytes: 0, failed: 0 };
  const start = size > LARGEST ? lineFrom(system, path, size - LARGEST) : 0;
  lost.bytes = start;
  const files: TranscriptFile[] = [
    { path, start, beginning },
    ...beginning ? [] : agentFiles(system, path, lost),
  ];
  const events = merged(files.map((file) => eventsIn(system, file, lost)));
  return { events, lost, changed: mtime, size };
}

function infoOf(system: System, path: string): FileInfo {
  const info = attempt(() => system.files.stat(path));
  if (!info) throw new MpmError("NOT_FOUND", `There is no file "${path}"`);
  const is = info.kind === "file" && (info.size === 0 || hasLine(system, path));
  if (is) return info;
  throw new MpmError("UNREADABLE", `"${path}" is not a transcript`, {
    hint: "A transcript has a JSON object with a type on each line",
  });
}

/**
 * Returns whether one of the last or of the first lines belongs to a
 * transcript.
 */
function hasLine(system: System, path: string): boolean {
  for (const text of lastLines(system, path, LOOK)) {
    if (isLine(text)) return true;
  }
  const bytes = attempt(() => system.files.readPart(path, 0, LOOK));
  return new TextDecoder().decode(bytes).split("\n").some(isLine);
}

function isLine(text: string): boolean {
  const value = jsonIn(text);
  return isFields(value) && textField(value, "type") !== undefined;
}

const NEWLINE = 10;

/** The first beginning of a line from there on. */
function lineFrom(system: System, path: string, start: number): number {
  for (let at = start;;) {
    const bytes = attempt(() => system.files.readPart(path, at, LOOK));
    if (!bytes || bytes.length === 0) return at;
    const newline = bytes.indexOf(NEWLINE);
    if (newline >= 0) return at + newline + 1;
    at += bytes.length;
  }
}

function agentFiles(
  system: System,
  path: string,
  lost: EventsLost,
): TranscriptFile[] {
  const found = agentTranscripts(system, path);
  lost.failed += Math.max(0, found.length - MOST_AGENTS);
  return found.slice(0, MOST_AGENTS).map((file) => ({
    path: file,
    ...{ start: 0, block: AGENT_BLOCK },
    agent: agentOf(system, file),
  }));
}

function agentOf(system: System, file: string): EventAgent {
  const id = basename(file).slice("agent-".length, -".jsonl".length);
  const bytes = attempt(() =>
    system.files.readUpTo(file.replace(/\.jsonl$/, ".meta.json"), AGENT_BLOCK)
  );
  const meta = jsonIn(new TextDecoder().decode(bytes));
  return { id, name: textField(meta, "agentType") || id };
}

/** One sequence by time; of equal times the first one's events come first. */
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
