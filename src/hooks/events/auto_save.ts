import { BUILD, VERSION } from "../../base/version.ts";
import { cutText } from "../../base/words.ts";
import type { Context } from "../../cli/mod.ts";
import { type Client, contextUsage, type Notes } from "../../clients/mod.ts";
import type { Config } from "../../config/mod.ts";
import {
  findHeadAt,
  findWorkspace,
  Git,
  readIn,
  readState,
  type RepositoryState,
  type Workspace,
} from "../../git/mod.ts";
import {
  type Collected,
  type Handoff,
  handoffFor,
  type Item,
  withQuestions,
  withSeen,
  withTrees,
} from "../../items/mod.ts";
import { journaled } from "../../ops/mod.ts";
import {
  aboutOf,
  agentOf,
  areCopied,
  buildSave,
  doneBefore,
  doneOf,
  type DoneOrder,
  type Draft,
  importedFrom,
  isLeftToKeep,
  LAST_ANSWER,
  LAST_PROMPT,
  NO_CONTENT,
  noteAutoSave,
  openStore,
  ownSavesHere,
  projectParts,
  pruneAutomatic,
  readStoreId,
  RECOVERED,
  type Save,
  type Slot,
  writeSave,
} from "../../saves/mod.ts";
import { type Redactor, redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { type Digest, digestOf } from "./digest.ts";
import { currentStack } from "../../work/mod.ts";

/** An agent session that was not paused. */
export interface Unsaved {
  readonly client: Client;
  readonly sessionId: string;
  /** As reported by the client, if known. */
  readonly transcriptPath: string | undefined;
  /** The time of the last activity, in milliseconds since the epoch. */
  readonly at: number;
  readonly notes: Notes;
  /** True if the client was killed, so the session is saved later. */
  readonly killed: boolean;
}

/** Saves an agent session; `undefined`: nothing new was done. */
export async function autoSave(
  context: Context,
  { config, unsaved, keep, isRead = false }: {
    config: Config;
    unsaved: Unsaved;
    /** Starts completing the save, as soon as it is in place. */
    keep(save: Save): void;
    /** True if a script of the user gets the save with all its files. */
    isRead?: boolean;
  },
): Promise<Save | undefined> {
  const workspace = await findWorkspace(context);
  const read = await readAll(context, { config, unsaved, workspace });
  if (!read) return undefined;
  const { state, digest } = read;
  const { killed } = unsaved;
  const draft = {
    ...await draftOf(context, { config, unsaved, workspace, state, digest }),
    ...await projectParts(context, workspace, { config, state }),
  };
  const later = isLeftToKeep(context.system, workspace);
  const { save } = await journaled(
    context,
    async ({ system }) => {
      const written = await writeSave(system, workspace, {
        time: draft.time,
        copied: areCopied(system, workspace),
        keeps: config["pause.contents"] && (state?.files.length ?? 0) > 0,
        later,
        whole: isRead || !later,
        build: builderOf(system, workspace, { draft, unsaved, ...read }),
      });
      keep(written.save);
      return written;
    },
    {
      operation: "automatic save",
      workspace,
      title: ({ save: { session_id: id } }) =>
        killed
          ? `save as ${id}, after a client stopped`
          : `save as ${id}, when a session ended`,
      automatic: true,
    },
  );
  if (!later) {
    await noteAutoSave(context.system, workspace.root, save);
    await pruneAutomatic(context, workspace, save);
  }
  return save;
}

/** Returns a function that builds the save once it has an ID. */
function builderOf(
  system: System,
  workspace: Workspace,
  { draft, unsaved: { sessionId, killed }, earlier, digest, found }: {
    draft: AutoDraft;
    unsaved: Unsaved;
    earlier: Earlier;
    digest: Digest;
    found: Collected;
  },
): (slot: Slot) => Save {
  return (slot) => {
    const stack = currentStack(system, workspace).chain;
    const { handoff } = handoffFor(system, workspace, {
      said: [],
      close: [],
      done: doneIn(earlier, {
        ...{ session: stack[0]?.id, collected: found, time: draft.time },
      }),
      asked: earlier.last?.mpm?.handoff?.items,
      collected: found,
      handoffs: draft.handoffs,
      agent: sessionId,
      save: slot.id,
      time: draft.time,
      synced: false,
    });
    const { own } = earlier;
    const parts = { session: sessionId, digest, handoff, own, killed };
    const summary = autoSummary(parts, redactorOf(system));
    const content = { ...NO_CONTENT, summary };
    return buildSave({ ...draft, content, handoff, stack }, slot);
  };
}

/** Reads the parts of a save in parallel, since a client soon exits. */
async function readAll(context: Context, sources: Sources) {
  const { system } = context;
  const { unsaved, workspace } = sources;
  const reading = readIn(
    system,
    workspace,
    (found) => stateOf(system, found, unsaved),
  );
  // A failure is thrown where the result is awaited.
  reading.catch(() => {});
  // Everything else is read while git runs, so git must start first.
  await system.sleep(0);
  const earlier = await earlierSaves(context, workspace, unsaved);
  if (earlier.covered) {
    await reading;
    return undefined;
  }
  const { cwd, root } = workspace;
  const digest = await digestOf(system, { ...sources, ...unsaved, cwd, root });
  const { found } = digest;
  const seen = withSeen(system, workspace, found);
  // A failure is thrown where the result is awaited.
  seen.catch(() => {});
  const state = await reading;
  // Others may have worked in this worktree since the client was killed.
  const runs = state && !unsaved.killed
    ? withTrees(found.runs, digest.settled, state)
    : found.runs;
  const whole = { ...await seen, runs };
  return {
    ...{ earlier, state, digest },
    found: unsaved.killed ? withQuestions(whole) : whole,
  };
}

/** Reads git's state, with HEAD as it was when a client was killed. */
async function stateOf(
  system: System,
  workspace: Workspace,
  { killed, at }: Unsaved,
): Promise<RepositoryState | undefined> {
  if (workspace.git !== "repository") return undefined;
  const state = await readState(system, workspace);
  if (!killed) return state;
  const git = new Git(system, workspace.worktree);
  const head = await findHeadAt(git, new Date(at));
  if (head === undefined || head === state.head) return state;
  const first = state.recent.findIndex(({ sha }) => sha === head);
  return { ...state, head, recent: first < 0 ? [] : state.recent.slice(first) };
}

/** Sources of an automatic save. */
interface Sources {
  readonly config: Config;
  readonly unsaved: Unsaved;
  readonly workspace: Workspace;
}

type AutoDraft = Omit<Draft, "content">;

async function draftOf(
  context: Context,
  {
    config,
    unsaved: { client, sessionId, at, killed },
    workspace,
    state,
    digest,
  }:
    & Sources
    & Pick<Draft, "state">
    & { digest: Digest },
): Promise<AutoDraft> {
  const { system } = context;
  const { root, cwd } = workspace;
  const { todos } = digest;
  const given = { given: sessionId, client, cwd, todos, config };
  const agent = await agentOf(context, given);
  return {
    workspace,
    state,
    ...agent,
    usage: await contextUsage(system, { ...agent, config, root, cwd }),
    version: VERSION,
    build: BUILD,
    time: system.now(),
    kind: "auto",
    ...killed ? { recovered: new Date(at).toISOString() } : {},
  };
}

/** The maximum number of characters in each part of a summary. */
const LONGEST = 200;

/**
 * Returns the text of an automatic save. First comes the purpose of the agent
 * session, from an earlier save by a person, or else the goal. Then come the
 * last request to the agent and its answer. Returns `undefined` if all of them
 * are missing.
 */
function autoSummary(
  { session, digest, handoff, own, killed }: {
    session: string;
    digest: Digest;
    handoff: Handoff;
    /** The last save of the same agent session. */
    own: Save | undefined;
    killed: boolean;
  },
  redactor: Redactor,
): string | undefined {
  // Redacted before it is cut, since a cut could separate a marker from its
  // end.
  const line = (text: string | undefined) =>
    cutText(redactor.text(text ?? "").trim().split(/\s+/).join(" "), LONGEST)
      .replace(/\.$/, "");
  const said = own && aboutOf(own.conversation.summary);
  const goals = handoff.items.filter(({ kind }) => kind === "goal");
  // Another session that is active at the same time may have a newer goal.
  const goal = goals.findLast(({ agent }) => agent === session) ?? goals.at(-1);
  const about = said || line(goal?.text ?? digest.asked[0]);
  const asked = line(digest.asked.at(-1));
  const answer = line(digest.answer);
  const parts = [
    ...about === "" ? [] : [about],
    ...asked === "" || asked === about ? [] : [LAST_PROMPT + asked],
    ...answer === "" ? [] : [LAST_ANSWER + answer],
  ];
  if (parts.length === 0) return undefined;
  const text = parts.map((part) => /[!?…]$/.test(part) ? part : `${part}.`)
    .join(" ").replace(/\.$/, "");
  return killed ? RECOVERED + text : text;
}

/** Returns the finished work from earlier saves of the same session. */
function doneIn({ before, last }: Earlier, order: DoneOrder): Item[] {
  const others = last === before ? [] : doneBefore(last, order);
  const all = [...others, ...doneOf(before, order.session)];
  return [...new Map(all.map((item) => [item.text, item])).values()];
}

/** Earlier saves that matter to an agent session. */
interface Earlier {
  /** Its last save. */
  readonly own: Save | undefined;
  /** The last save of the session, or one without an agent session. */
  readonly before: Save | undefined;
  /** The last save, even of another agent session. */
  readonly last: Save | undefined;
  /** True if nothing was done since the last save or manual pause. */
  readonly covered: boolean;
}

/** Milliseconds by which the time of a save may be ahead of the clock. */
const AHEAD = 60_000;

/**
 * Finds the last save of an agent session among the newest saves of the
 * worktree. `at`: the time of the session's last activity. Saves of another
 * agent or from another place do not count. Unreadable and foreign saves are
 * skipped.
 */
async function earlierSaves(
  context: Context,
  workspace: Workspace,
  { sessionId: id, at }: Pick<Unsaved, "sessionId" | "at">,
): Promise<Earlier> {
  const { system } = context;
  const { root } = workspace;
  await openStore(system, root);
  const store = readStoreId(system, root);
  const latest = system.now().getTime() + AHEAD;
  let covered = false;
  let before: Save | undefined;
  let last: Save | undefined;
  for await (const save of ownSavesHere(context, workspace)) {
    const agent = save.mpm?.agent?.session_id;
    const time = Date.parse(save.paused_at);
    const here = save.mpm?.store === store && importedFrom(save) === undefined;
    if (here) last ??= save;
    const isOfIt = here && (agent === undefined || agent === id);
    if (isOfIt) before ??= save;
    covered ||= isOfIt && time >= at && time <= latest;
    if (agent === id) return { own: save, before, last, covered };
  }
  return { own: undefined, before, last, covered };
}
