import { basename } from "@std/path";
import { attempt } from "../../base/errors.ts";
import { jsonIn, textField } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { PartOf, SessionReader } from "../client.ts";
import type { EventAgent, EventsLost, OpenEvents } from "../events.ts";
import { openTranscript } from "../open_events.ts";
import { readConversation } from "./conversation/read.ts";
import { readCourse } from "./course.ts";
import { agentTranscripts } from "./transcript.ts";
import { eventsIn, type TranscriptFile } from "./events/read.ts";

/** The conversations of Claude Code. */
export const reader: SessionReader = {
  open: (system, { path }, part) => openEvents(system, path, part),
  conversation: readConversation,
  course: readCourse,
};

/**
 * The maximum number of sub-agents whose transcripts are read, the newest
 * first, and the number of bytes in a block.
 */
const MOST_AGENTS = 200;
const AGENT_BLOCK = 64 * 1024;

/**
 * Opens a transcript of Claude Code with its sub-agents, see
 * {@link openTranscript}. `beginning`: yields the agent's first events at once,
 * without looking for withdrawn lines, which would require reading all lines.
 */
function openEvents(
  system: System,
  path: string,
  { beginning = false, most }: PartOf = {},
): OpenEvents {
  return openTranscript(system, path, {
    most,
    isLine: (value) => textField(value, "type") !== undefined,
    sources(start, lost) {
      const files: TranscriptFile[] = [
        { path, start, beginning },
        ...beginning ? [] : agentFiles(system, path, lost),
      ];
      return files.map((file) => eventsIn(system, file, lost));
    },
  });
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
