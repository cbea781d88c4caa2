import {
  CLAUDE,
  clientNamed,
  CONVERSATION_SOURCES,
  NO_NOTES,
  readConversation,
} from "../../clients/mod.ts";
import type { Config } from "../../config/mod.ts";
import {
  type Collected,
  collected,
  type HandoffOrder,
  type Item,
  type ItemKind,
  type ItemState,
  newItemId,
  NOTHING_COLLECTED,
  type Source,
  withSeen,
  withTrees,
} from "../../items/mod.ts";
import type { System } from "../../system/system.ts";
import {
  type Content,
  contentOf,
  mergeContent,
  type PauseWords,
} from "../content.ts";
import { MpmError } from "../../base/errors.ts";
import { resolve } from "@std/path";
import type { Context } from "../../cli/mod.ts";
import type { Draft } from "../draft.ts";
import type { Save } from "../save.ts";
import { earlierDone } from "./project_parts.ts";

/**
 * Returns what a pause adds to the hand-off. Text counts as the user's, unless
 * the agent runs the command or JSON comes with an agent session.
 */
export async function pauseOrder(
  system: System,
  draft: Draft,
  given: {
    readonly input: string | undefined;
    readonly "agent-session": string | undefined;
    readonly config: Config;
    readonly past?: PastConversation;
    readonly last: Promise<Save | undefined> | undefined;
  },
): Promise<Omit<HandoffOrder, "save">> {
  const { content, agent, time } = draft;
  const byAgent = given.input === undefined
    // Hooks pass the session's ID along with text that a person typed into the
    // prompt.
    ? given["agent-session"] === undefined && agent !== null
    : agent !== null;
  const { past } = given;
  const found = await collectedOf(system, draft, given.config, past);
  const last = await given.last;
  return {
    said: [
      ...past?.items ?? [],
      ...saidItems(content, {
        source: byAgent ? "agent" : "user",
        agent: agent?.session_id,
        time,
        newId: () => newItemId(system),
      }),
    ],
    close: content.close,
    collected: found,
    handoffs: draft.handoffs,
    done: earlierDone(system, draft, { found, last }),
    asked: last?.mpm?.handoff?.items,
    agent: agent?.session_id,
    ...past && { until: past.until },
    time,
    synced: true,
  };
}

/** A conversation as it was at an earlier moment. */
export interface PastConversation {
  readonly agent: NonNullable<Draft["agent"]>;
  /** A copy of the transcript up to that moment. */
  readonly transcript: string;
  /** The time of the last included event, ISO 8601, UTC. */
  readonly until: string;
  /** The items that were open at that time. */
  readonly items: readonly Item[];
  /** Distinguishes items of this part from those of the whole conversation. */
  readonly key: string;
}

/** An ID that no session has: files of a real one are of the current state. */
const NO_SESSION = "00000000-0000-0000-0000-000000000000";

/** The most bytes to read from the end of a transcript. */
const MOST = 4 * 1024 * 1024;

/** Collects the items in the agent's conversation that the settings allow. */
export async function collectedOf(
  system: System,
  { agent, workspace, state }:
    & Pick<Draft, "agent" | "workspace">
    & Partial<Pick<Draft, "state">>,
  config: Config,
  past?: PastConversation,
): Promise<Collected> {
  const { cwd, root, worktree } = workspace;
  if (!agent) return NOTHING_COLLECTED;
  const client = clientNamed(agent.name) ?? CLAUDE;
  const conversation = await readConversation(system, client, {
    sessionId: past ? NO_SESSION : agent.session_id,
    transcriptPath: past?.transcript ?? agent.transcript_path ?? undefined,
    ...{ cwd, root },
    ...past && { notes: NO_NOTES },
    most: MOST,
    sources: new Set(
      CONVERSATION_SOURCES.filter((source) => config[`handoff.${source}`]),
    ),
  });
  const found = collected(conversation, {
    agent: past?.key ?? agent.session_id,
    folder: worktree,
    errors: config["handoff.errors"],
    newId: () => newItemId(system),
  });
  const unchanged = conversation.commands
    .filter(({ changedSince }) => !changedSince);
  // The files are current, and do not belong to a past conversation.
  const runs = state && !past
    ? withTrees(found.runs, unchanged, state)
    : found.runs;
  return await withSeen(system, workspace, { ...found, runs });
}

interface Speaker {
  readonly source: Source;
  readonly agent: string | undefined;
  readonly time: Date;
  newId(): string;
}

function saidItems(content: Content, speaker: Speaker): Item[] {
  const { goal } = content;
  const of = (kind: ItemKind, texts: readonly string[]) =>
    texts.map((text) => itemOf(speaker, { kind, text, state: "open" }));
  return [
    ...of("goal", goal === undefined ? [] : [goal]),
    ...of("constraint", [
      ...content.constraints,
      ...content.important_reminders,
    ]),
    ...of("next", content.next_steps),
    ...content.todos.map(({ content: text, status }) =>
      itemOf(speaker, { kind: "next", text, state: stateOf(status) })
    ),
    ...of("decision", content.decisions),
    ...of("rejected", content.rejected),
    ...of("question", content.open_questions),
    ...of("blocker", content.blockers),
    ...of("verify", content.verify),
    ...content.accomplishments.map((text) =>
      itemOf(speaker, { kind: "done", text, state: "done" })
    ),
  ].filter(({ text }) => text !== "");
}

function itemOf(
  { source, agent, time, newId }: Speaker,
  what: Pick<Item, "kind" | "text" | "state">,
): Item {
  return {
    id: newId(),
    ...what,
    text: what.text.trim(),
    source,
    via: "pause",
    at: time.toISOString(),
    save: null,
    ...agent === undefined ? {} : { agent },
  };
}

function stateOf(status: string): ItemState {
  if (status === "completed") return "done";
  return status === "in_progress" ? "doing" : "open";
}

/** The largest `--input`, in bytes. */
const INPUT_LIMIT = 16 * 1024 * 1024;

/** Reads the words about the session. Throws USAGE for an invalid input. */
export async function readContent(
  { system, folder }: Context,
  input: PauseWords & { readonly input: string | undefined },
): Promise<Content> {
  const typed = contentOf(input);
  if (input.input === undefined) return typed;
  // Loaded here, since a plain pause does not need the schema library.
  const { parseInput } = await import("./input.ts");
  const stdin = ["-", "/dev/stdin", "/dev/fd/0"].includes(input.input);
  if (!stdin && input.input.startsWith("/dev/fd/")) {
    throw new MpmError("USAGE", `Cannot read "${input.input}": it is a pipe`, {
      hint: "Pipe the text into mpm and use --input -",
    });
  }
  const bytes = stdin
    ? system.terminal.readInput(INPUT_LIMIT)
    : system.files.readUpTo(resolve(folder, input.input), INPUT_LIMIT);
  const source = stdin ? "standard input" : `"${input.input}"`;
  const text = new TextDecoder().decode(bytes);
  return mergeContent(parseInput(text, source), typed);
}
