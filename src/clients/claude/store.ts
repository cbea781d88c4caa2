import type { SessionStore } from "../client.ts";
import { withTimes } from "../look.ts";
import { readTranscriptGauge } from "./answers.ts";
import { allTranscripts, findTranscript, transcriptsOf } from "./transcript.ts";

/** The transcripts of Claude Code. */
export const store: SessionStore = {
  find: findTranscript,
  sessionsIn: transcriptsOf,
  all: (system) =>
    withTimes(
      system,
      [...allTranscripts(system)].map(([id, path]) => ({ id, path })),
    ),
  gauge: (system, { path }) => readTranscriptGauge(system, path),
};
