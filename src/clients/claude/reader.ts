import { basename } from "@std/path";
import { attempt } from "../../base/errors.ts";
import { jsonIn, textField } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { PartOf, SessionReader } from "../client.ts";
import type { EventAgent, EventsLost, OpenEvents } from "../events.ts";
import { type EventFile, openTranscript } from "../open_events.ts";
import { startText } from "../look.ts";
import { lastLines } from "../tail.ts";
import {
  deadLines,
  isUnknown,
  linkOf,
  SKIPPED,
} from "./conversation/branches.ts";
import { readConversation } from "./conversation/read.ts";
import { readCourse } from "./course.ts";
import { agentTranscripts } from "./transcript.ts";
import { Reader } from "./events/read.ts";

/** The conversations of Claude Code. */
export const reader: SessionReader = {
  open: (system, { path }, part) => openEvents(system, path, part),
  conversation: readConversation,
  course: readCourse,
};

/** The most sub-agents to read, newest first, and bytes in a block. */
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
    isUnknown,
    skips: (text) => SKIPPED.test(text) || linkOf(text) !== undefined,
    files(start, lost) {
      const size = attempt(() => system.files.stat(path)?.size) ?? 0;
      const dead = beginning
        ? new Set<string>()
        : deadLines(lastLines(system, path, size - start));
      return [
        { path, start, reader: new Reader(dead, undefined) },
        ...beginning ? [] : agentFiles(system, path, lost),
      ];
    },
  });
}

function agentFiles(
  system: System,
  path: string,
  lost: EventsLost,
): EventFile[] {
  const found = agentTranscripts(system, path);
  lost.failed += Math.max(0, found.length - MOST_AGENTS);
  return found.slice(0, MOST_AGENTS).map((file) => ({
    path: file,
    ...{ start: 0, block: AGENT_BLOCK },
    reader: new Reader(new Set(), agentOf(system, file)),
  }));
}

function agentOf(system: System, file: string): EventAgent {
  const id = basename(file).slice("agent-".length, -".jsonl".length);
  const about = file.replace(/\.jsonl$/, ".meta.json");
  const meta = jsonIn(startText(system, about, AGENT_BLOCK));
  return { id, name: textField(meta, "agentType") || id };
}
