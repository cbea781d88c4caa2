import { join } from "../../base/join.ts";
import { isAgentId } from "../../base/ids.ts";
import { field, jsonIn, textField } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { FoundSession, SessionStore } from "../client.ts";
import { countIn, type TranscriptReading } from "../gauge.ts";
import { isFile, listNames, startText, withTimes } from "../look.ts";
import { lastLines } from "../tail.ts";
import { copilotHome, eventsPath } from "./home.ts";

/** The maximum number of sessions to look at. */
const MOST_SESSIONS = 5000;

/** The maximum number of bytes of facts about one session. */
const LARGEST = 64 * 1024;

/** The sessions of Copilot CLI, one folder each. */
export const store: SessionStore = {
  find(system, { sessionId }) {
    const home = copilotHome(system);
    if (home === undefined || !isAgentId(sessionId)) return undefined;
    const path = eventsPath(home, sessionId);
    return isFile(system, path) ? path : undefined;
  },
  sessionsIn: (system, folder) =>
    sessions(system).filter(({ id }) => folderOf(system, id) === folder),
  all: sessions,
  gauge: (system, { path }) => gaugeAt(system, path),
};

function sessions(system: System): FoundSession[] {
  const home = copilotHome(system);
  if (home === undefined) return [];
  const ids = listNames(system, join(home, "session-state")).filter(isAgentId)
    .slice(0, MOST_SESSIONS);
  const all = ids.map((id) => ({ id, path: eventsPath(home, id) }));
  return withTimes(system, all);
}

const CWD = /^cwd: (.+)$/m;

/** Returns the folder in which a session began, from `workspace.yaml`. */
function folderOf(system: System, id: string): string | undefined {
  const path = join(
    copilotHome(system)!,
    ...["session-state", id, "workspace.yaml"],
  );
  const found = CWD.exec(startText(system, path, LARGEST))?.[1]?.trim();
  if (!found?.startsWith('"')) return found?.replace(/^'(.*)'$/, "$1");
  const value = jsonIn(found);
  return typeof value === "string" ? value : undefined;
}

/** The maximum number of bytes to search at the end. */
const MOST = 16 * 1024 * 1024;

const MARKS = /^\{"type":"session\.(?:usage_record|compaction_complete)"/;

/** Returns the tokens of the last answer, or after a later compaction. */
function gaugeAt(
  system: System,
  path: string,
): TranscriptReading | undefined {
  let compacted: TranscriptReading | undefined;
  for (const line of lastLines(system, path, MOST)) {
    const value = MARKS.test(line) ? jsonIn(line) : undefined;
    if (value === undefined || field(value, "agentId") !== undefined) continue;
    const data = field(value, "data");
    const time = Date.parse(textField(value, "timestamp") ?? "");
    if (Number.isNaN(time)) continue;
    const usage = field(data, "usage");
    const tokens = countIn(usage, "inputTokens");
    if (tokens !== undefined && !isOfAgent(usage)) {
      const model = textField(usage, "model");
      const window = countIn(usage, "maxPromptTokens");
      // The answer before the compaction still shows which model continues.
      return compacted
        ? { ...compacted, model, window }
        : { tokens, window, model, time, compaction: undefined };
    }
    if (field(data, "success") !== true || compacted) continue;
    compacted = {
      tokens: countIn(data, "postCompactionTokens"),
      window: undefined,
      model: undefined,
      time,
      compaction: textField(value, "id") ?? String(time),
    };
  }
  return compacted;
}

function isOfAgent(usage: unknown): boolean {
  return textField(usage, "interactionType") === "conversation-subagent";
}
