import { MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { readAgentFiles } from "./agent_state.ts";
import type { Client, ConversationRequest, SessionFile } from "./client.ts";
import {
  type Conversation,
  NO_CONVERSATION,
  type Said,
  withoutHandoffs,
} from "./conversation.ts";
import { chosen, conversationOf, FIRST_PROMPTS, unreadIn } from "./facts.ts";
import { isFile } from "./look.ts";
import { notesFromJson, withNoted } from "./notes.ts";

/** The maximum number of bytes to read from the end of a conversation. */
const MOST = 4 * 1024 * 1024;

/**
 * Reads the known facts of a conversation with a client, and the notes of
 * hooks. The time is bounded, however long the files are. Never throws because
 * of their content; `unread` lists the parts that were not read.
 */
export async function readConversation(
  system: System,
  client: Client,
  request: ConversationRequest,
): Promise<Conversation> {
  const talk = await readAll(system, client, request);
  return { ...talk, prompts: withoutHandoffs(talk.prompts) };
}

async function readAll(
  system: System,
  client: Client,
  request: ConversationRequest,
): Promise<Conversation> {
  const reader = await client.reader();
  if (reader.conversation) return reader.conversation(system, request);
  const { sessionId: id, root, transcriptPath: given } = request;
  const notes = request.notes ??
    notesFromJson(readAgentFiles(system, { id, root }, "notes")[0]);
  const path = given !== undefined && isFile(system, given)
    ? given
    : await (await client.store()).find(system, request);
  const read = path === undefined
    ? { ...NO_CONVERSATION, unread: ["The transcript was not found"] }
    : await readEvents(system, client, { id, path }, request.most ?? MOST);
  const known = [...read.prompts, ...read.messages].map(({ at }) => at).sort();
  const all = withNoted(read, notes, {
    from: known[0],
    to: known.at(-1),
    ended: new Set(notes.background.map(({ key }) => key)),
  });
  return chosen(all, request.sources);
}

async function readEvents(
  system: System,
  client: Client,
  session: SessionFile,
  most: number,
): Promise<Conversation> {
  try {
    const reader = await client.reader();
    const open = await reader.open(system, session, { most });
    const read = conversationOf(open.events);
    const unread = unreadIn(open.lost);
    if (open.lost.bytes === 0) return { ...read, unread };
    const first = await firstPrompts(system, client, session);
    const from = read.prompts[0]?.at;
    const before = first.filter(({ at }) => from === undefined || at < from);
    return { ...read, prompts: [...before, ...read.prompts], unread };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    return { ...NO_CONVERSATION, unread: [error.message] };
  }
}

/** The most events and bytes to search for the first prompts. */
const BEGINNING = { events: 500, bytes: 4 * 1024 * 1024 };

async function firstPrompts(
  system: System,
  client: Client,
  session: SessionFile,
): Promise<Said[]> {
  const reader = await client.reader();
  const { events } = await reader.open(
    withShort(system, session.path),
    session,
    { beginning: true },
  );
  const found: Said[] = [];
  let left = BEGINNING.events;
  for (const { at, key, agent, what } of events) {
    if (what.type === "prompt" && !agent) {
      found.push({ at, key, text: what.text });
    }
    if (found.length === FIRST_PROMPTS || left-- === 0) break;
  }
  return found;
}

/** Returns a system in which the file seems to end after its beginning. */
function withShort(system: System, path: string): System {
  const stat = (at: string) => {
    const info = system.files.stat(at);
    return info && at === path
      ? { ...info, size: Math.min(info.size, BEGINNING.bytes) }
      : info;
  };
  return { ...system, files: { ...system.files, stat } };
}
