import {
  CLAUDE,
  type Client,
  type Conversation,
  CONVERSATION_SOURCES,
  type ConversationMark,
  type ConversationRequest,
  isAsMarked,
  type Ran,
  readAgentFiles,
  readConversation,
  readForLater,
  remarked,
  writeAgentFile,
} from "../../clients/mod.ts";
import { BUILD, VERSION } from "../../base/version.ts";
import type { Config } from "../../config/mod.ts";
import { findWorkspace, type Workspace } from "../../git/mod.ts";
import { type Collected, collected, newItemId } from "../../items/mod.ts";
import { type Counts, redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { keepStatements, readNotes } from "./notes.ts";
import { typedCommand } from "./typed_command.ts";
import type { Handler } from "./hook_call.ts";

/** The parts of a conversation that an automatic save contains. */
export interface Digest {
  readonly found: Collected;
  readonly todos: Conversation["todos"];
  /** The first and the last request. */
  readonly asked: readonly string[];
  readonly answer: string | undefined;
  /** Commands that were not followed by a file change. */
  readonly settled: readonly Pick<Ran, "command" | "at">[];
}

/** A stored digest, with data that shows whether it is current. */
interface KeptDigest {
  /** Of mpm. */
  readonly version: string;
  readonly mark: ConversationMark;
  readonly folder: string;
  readonly digest: Digest;
}

const BUILT = `${VERSION} ${BUILD}`;

/** The conversation from which to make a digest. */
export interface DigestOrder extends Omit<ConversationRequest, "sources"> {
  readonly client: Client;
  readonly config: Config;
  readonly workspace: Pick<Workspace, "worktree">;
}

function requestOf(
  { config, client: _, ...order }: DigestOrder,
): ConversationRequest {
  const sources = new Set(
    CONVERSATION_SOURCES.filter((source) => config[`handoff.${source}`]),
  );
  return { ...order, sources };
}

/** Returns the stored digest if it is current, or else a new one. */
export async function digestOf(
  system: System,
  order: DigestOrder,
): Promise<Digest> {
  const request = requestOf(order);
  const session = { id: order.sessionId, root: order.root };
  const [kept] = readAgentFiles(system, session, "digest") as KeptDigest[];
  const holds = kept !== undefined && kept.version === BUILT &&
    kept.folder === order.workspace.worktree &&
    isAsMarked(system, request, kept.mark);
  if (!holds) {
    const talk = await readConversation(system, order.client, request);
    return madeOf(system, talk, order);
  }
  const { found } = kept.digest;
  const items = found.items.map((item) => ({ ...item, id: newItemId(system) }));
  return { ...kept.digest, found: { ...found, items } };
}

function madeOf(
  system: System,
  talk: Conversation,
  { sessionId: agent, workspace: { worktree: folder }, config }: DigestOrder,
): Digest {
  const newId = () => newItemId(system);
  const found = collected(talk, {
    ...{ agent, folder, newId },
    errors: config["handoff.errors"],
  });
  const prompts = talk.prompts.filter(({ text }) => !typedCommand(text));
  const times = new Set(found.runs.map(({ at }) => at));
  return {
    found,
    todos: talk.todos,
    asked: [prompts.slice(0, 1), prompts.slice(-1)].flat()
      .map(({ text }) => text),
    answer: talk.lastMessage?.text,
    settled: talk.commands.filter(({ at, changedSince }) =>
      !changedSince && times.has(at)
    ).map(({ command, at }) => ({ command, at })),
  };
}

/**
 * Stores a digest for the save at the end of the session. A hook starts this
 * process at the end of a turn. A digest that contains a secret is not stored.
 */
export const onDigest: Handler = async (hook) => {
  const { client, context, config, input, session } = hook;
  const { system } = context;
  if (!hook.invited || client !== CLAUDE) return {};
  const workspace = await findWorkspace(context);
  const order = {
    ...{
      client,
      config,
      workspace,
      sessionId: session.id,
      notes: readNotes(hook),
    },
    ...{ cwd: workspace.cwd, root: workspace.root },
    transcriptPath: input.transcriptPath,
  };
  const read = readForLater(system, requestOf(order));
  if (!read) return {};
  const digest = madeOf(system, read.conversation, order);
  const notes = await keepStatements(hook, digest.found.items);
  const mark = remarked(system, requestOf(order), { mark: read.mark, notes });
  if (!mark) return {};
  const kept: KeptDigest = {
    ...{ version: BUILT, mark, digest },
    folder: workspace.worktree,
  };
  if (!holdsSecret(system, digest)) {
    writeAgentFile(system, session, { file: "digest", value: kept });
  }
  return {};
};

/** Returns whether any text would be redacted, except output digests. */
function holdsSecret(system: System, { found, ...texts }: Digest): boolean {
  const { items, runs, ...others } = found;
  const counts: Counts = {};
  redactorOf(system).value([
    ...[texts, others],
    items.map(({ text, why }) => ({ text, why })),
    runs.map(({ command, tail, tree }) => [command, tail, tree?.files]),
  ], counts);
  return Object.keys(counts).length > 0;
}
