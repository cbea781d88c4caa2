import { attempt } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { CLAUDE, CLIENTS } from "./all.ts";
import type { Client, FoundSession, PartOf } from "./client.ts";
import { type AgentCourse, courseOf } from "./course.ts";
import type { OpenEvents } from "./events.ts";
import { startText } from "./look.ts";

/** A session in the store of a client. */
export interface ClientFile extends FoundSession {
  readonly client: Client;
}

/** Returns the sessions of all clients in these folders, newest first. */
export async function sessionsIn(
  system: System,
  folders: Iterable<string>,
): Promise<ClientFile[]> {
  const found = new Map<string, ClientFile>();
  for (const client of CLIENTS) {
    const store = await client.store();
    for (const folder of new Set(folders)) {
      for (const one of await store.sessionsIn(system, folder)) {
        found.set(`${one.path}\n${one.id}`, { ...one, client });
      }
    }
  }
  return [...found.values()].sort((a, b) => b.time - a.time);
}

/** Returns the session with that ID, from any client. */
export async function findSession(
  system: System,
  session: { sessionId: string; cwd: string },
): Promise<ClientFile | undefined> {
  for (const client of CLIENTS) {
    const path = await (await client.store()).find(system, session);
    if (path !== undefined) {
      return { client, path, id: session.sessionId, time: 0 };
    }
  }
  return undefined;
}

/** The number of bytes to check at the start of a file. */
const LOOK = 64 * 1024;

/** Returns the client that wrote a file; the default is Claude Code. */
export function clientOfFile(system: System, path: string): Client {
  const text = startText(system, path, LOOK);
  return CLIENTS.find(({ line }) => line?.test(text)) ?? CLAUDE;
}

type OfClient = Pick<ClientFile, "client" | "path"> & {
  readonly id: string | undefined;
};

/** Opens a conversation. Throws like {@link SessionReader.open}. */
export async function openConversation(
  system: System,
  { client, id, path }: OfClient,
  part?: PartOf,
): Promise<OpenEvents> {
  const reader = await client.reader();
  return await reader.open(system, { id, path }, part);
}

/** The most bytes to read from the end for a session's history. */
const MOST = 2 * 1024 * 1024;

/** Reads a session's history; `undefined` without times. Never throws. */
export async function readCourse(
  system: System,
  session: OfClient,
): Promise<AgentCourse | undefined> {
  const { course } = await session.client.reader();
  if (course) return course(system, session.path);
  return await attempt(async () =>
    courseOf(await openConversation(system, session, { most: MOST }))
  );
}
