import type { SessionStore } from "../client.ts";
import { readTranscriptGauge } from "./answers.ts";
import { allTranscripts, findTranscript, transcriptsOf } from "./transcript.ts";

/** The transcripts of Claude Code. */
export const store: SessionStore = {
  find: findTranscript,
  sessionsIn: transcriptsOf,
  all: (system) =>
    [...allTranscripts(system)].map(([id, path]) => ({
      id,
      path,
      time: system.files.stat(path)?.mtime ?? 0,
    })).sort((a, b) => b.time - a.time),
  gauge: (system, { path }) => readTranscriptGauge(system, path),
};
