import { resolve } from "@std/path";
import { MpmError } from "../base/errors.ts";
import { isAgentId } from "../base/ids.ts";
import type { Context } from "../cli/mod.ts";
import {
  CLAUDE,
  type Client,
  type ClientFile,
  clientNamed,
  clientOfFile,
  CLIENTS,
  findSession,
  isFile,
  openConversation,
  type OpenEvents,
  type PartOf,
  sessionsIn,
} from "../clients/mod.ts";
import type { Workspace } from "../git/mod.ts";
import type { System } from "../system/system.ts";
import { findSave, loadSave, newestSaves, openStore } from "../saves/mod.ts";

/** The transcript to replay. */
export interface Source {
  readonly client: Client;
  /** Absolute. */
  readonly path: string;
  readonly agentSession: string | null;
  /** The save from which the transcript was found. */
  readonly save: string | null;
}

/**
 * Finds the transcript for a selector: a file, the full or partial ID of an
 * agent session, or a save. Without a selector, finds the transcript of the
 * newest save, or else the newest transcript of this folder. Throws NOT_FOUND,
 * AMBIGUOUS.
 */
export async function findSource(
  context: Context,
  workspace: Workspace,
  selector: string | undefined,
): Promise<Source> {
  const { system, folder } = context;
  if (selector === undefined) return await newest(context, workspace);
  const path = resolve(folder, selector);
  if (isFile(system, path)) return ofFile(system, path);
  if (/[\\/]|\.jsonl$/.test(selector)) {
    throw system.files.stat(path)
      ? new MpmError("UNREADABLE", `"${selector}" is not a regular file`)
      : new MpmError("NOT_FOUND", `File "${selector}" not found`);
  }
  return await byAgentSession(context, selector) ??
    await bySave(context, workspace, selector);
}

/**
 * Finds the transcript if the last of several arguments may be a file of a
 * tree. The first argument is then read as a transcript if possible, not as a
 * project file.
 */
export async function findSourceBefore(
  context: Context,
  workspace: Workspace,
  words: readonly string[],
): Promise<{ source: Source; rest: string | undefined }> {
  const [first, second] = words;
  const isPlain = first !== undefined && second === undefined &&
    !first.endsWith(".jsonl");
  try {
    if (isPlain && isFile(context.system, resolve(context.folder, first))) {
      return { source: await newest(context, workspace), rest: first };
    }
    return {
      source: await findSource(context, workspace, first),
      rest: second,
    };
  } catch (error) {
    const isPath = error instanceof MpmError && error.code === "NOT_FOUND" &&
      isPlain;
    if (!isPath) throw error;
    return { source: await newest(context, workspace), rest: first };
  }
}

function ofFile(system: System, path: string): Source {
  const client = clientOfFile(system, path);
  const name = /([\w-]+)\.jsonl$/.exec(path)?.[1] ?? "";
  // Other clients name their files differently.
  const isNamed = client === CLAUDE && isAgentId(name);
  return { client, path, agentSession: isNamed ? name : null, save: null };
}

function ofSession({ client, path, id }: ClientFile): Source {
  return { client, path, agentSession: id, save: null };
}

/**
 * The minimum length of a partial ID, to distinguish it from the selector of a
 * save.
 */
const LEAST = 8;

async function byAgentSession({ system }: Context, selector: string) {
  const part = selector.toLowerCase();
  if (!/^(?:[0-9a-f-]+|ses_\w+)$/.test(part) || part.length < LEAST) {
    return undefined;
  }
  const all = await Promise.all(CLIENTS.map(async (client) => {
    const found = await (await client.store()).all(system);
    return found.map((one) => ({ ...one, client }));
  }));
  // A client may have several files for a session. The newest counts.
  const matching = all.flat().sort((a, b) => a.time - b.time)
    .filter(({ id }) => id.toLowerCase().startsWith(part));
  const found = [...new Map(matching.map((one) => [one.id, one])).values()];
  if (found.length > 1) {
    throw new MpmError(
      "AMBIGUOUS",
      `Several agent sessions begin with "${selector}"`,
      { hint: found.slice(0, 5).map(({ id }) => id).join(", ") },
    );
  }
  return found.map(ofSession)[0];
}

async function bySave(
  { system }: Context,
  workspace: Workspace,
  selector: string,
): Promise<Source> {
  const { root, cwd } = workspace;
  await openStore(system, root);
  const entry = await findSave(system, root, selector);
  const { save } = await loadSave(system, entry);
  const { agent } = save.mpm ?? {};
  const sessionId = agent?.session_id ?? entry.agent ?? undefined;
  const given = agent?.transcript_path ?? undefined;
  const client = clientNamed(agent?.name ?? "") ?? CLAUDE;
  const path = given !== undefined && isFile(system, given)
    ? given
    : sessionId &&
      await (await client.store()).find(system, { sessionId, cwd });
  if (path) {
    return { client, path, agentSession: sessionId ?? null, save: entry.id };
  }
  throw new MpmError(
    "NOT_FOUND",
    sessionId === undefined
      ? `The save ${entry.id} was made outside an agent session`
      : `The transcript of agent session ${sessionId} is gone`,
    { hint: "Name another save, an agent session or a transcript file" },
  );
}

async function newest(
  { system }: Context,
  { root, cwd, worktree }: Workspace,
): Promise<Source> {
  await openStore(system, root);
  const here = await sessionsIn(system, [cwd, worktree, root]);
  let looked = 0;
  for await (const { agent, id: save } of newestSaves(system, root)) {
    const found = agent === null
      ? undefined
      : here.find(({ id }) => id === agent) ??
        await findSession(system, { sessionId: agent, cwd });
    if (found) return { ...ofSession(found), save };
    if (++looked === MOST_SAVES) break;
  }
  const [found] = here;
  if (found) return ofSession(found);
  throw new MpmError("NOT_FOUND", "No agent session was found here", {
    hint: "Name a save, an agent session or a transcript file",
  });
}

/** The maximum number of saves to check for an agent session. */
const MOST_SAVES = 20;

/** Opens the conversation of a source. Throws NOT_FOUND, UNREADABLE. */
export function openSource(
  system: System,
  { client, path, agentSession }: Source,
  part?: PartOf,
): Promise<OpenEvents> {
  const id = agentSession ?? undefined;
  return openConversation(system, { client, path, id }, part);
}
