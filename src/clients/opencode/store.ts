import { field, jsonIn, textField } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { SessionStore } from "../client.ts";
import { countIn, type TranscriptReading } from "../gauge.ts";
import { isFile, startText } from "../look.ts";
import { lastLines } from "../tail.ts";
import { contextOf } from "./tools.ts";
import { allSessions, type Kept, transcriptOf } from "./transcripts.ts";

/** The bytes to read from the start, and from the end with an answer. */
const BEGINNING = 64 * 1024;
const END = 4 * 1024 * 1024;

function sessionsIn(system: System, folder: string): Kept[] {
  return allSessions(system).filter(({ path, id }) => {
    return startText(system, path, BEGINNING).split("\n").some((line) => {
      const info = field(jsonIn(line), "info");
      return textField(info, "id") === id &&
        textField(info, "directory") === folder;
    });
  });
}

const STEP = /"type":"step-finish"/;

/**
 * Returns how full the context was at the last step of the session itself, or
 * reports that a compaction followed that step. `undefined`: the end of the
 * transcript does not show it.
 */
export function readGauge(
  system: System,
  path: string,
): TranscriptReading | undefined {
  let known: string | undefined;
  for (const text of lastLines(system, path, END)) {
    const line = STEP.test(text) ? jsonIn(text) : undefined;
    const part = field(line, "part");
    const used = contextOf(field(part, "tokens"));
    const session = textField(part, "sessionID");
    const time = field(line, "time");
    // Steps of sub-agents do not report a window.
    const window = field(line, "window");
    if (!used || typeof time !== "number" || window === undefined) continue;
    known ??= session;
    if (session !== known) continue;
    const isSummary = field(line, "summary") === true;
    return {
      tokens: isSummary ? undefined : used.context,
      window: countIn(line, "window"),
      model: textField(line, "model"),
      time,
      compaction: isSummary ? textField(part, "messageID") : undefined,
    };
  }
  return undefined;
}

/** The transcripts that mpm's plugin writes. */
export const store: SessionStore = {
  find(system, { sessionId }) {
    const path = transcriptOf(system, sessionId);
    return path !== undefined && isFile(system, path) ? path : undefined;
  },
  sessionsIn,
  all: allSessions,
  gauge: (system, { path }) => readGauge(system, path),
};
