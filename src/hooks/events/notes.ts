import {
  changeAgentFile,
  type Notes,
  notesFromJson,
  readAgentFiles,
  withEvent,
  withStatements,
} from "../../clients/mod.ts";
import type { Item } from "../../items/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { noteFailure } from "../failures.ts";
import type { Handler, HookCall } from "./hook_call.ts";

/** Stores what an event reports for the save at the end. Never throws. */
export async function keepNotes(
  hook: HookCall,
  commands?: Notes["commands"],
): Promise<void> {
  const { context: { system }, config, event, input, session } = hook;
  if (!hook.invited) return;
  const at = system.now().toISOString();
  try {
    const after = (notes: Notes) =>
      withEvent({ event, input, at, notes, commands }, {
        keeps: (source) => config[`handoff.${source}`],
        redactor: redactorOf(system),
      });
    // Most events report nothing, and need no lock.
    if (!TELLING.includes(event) && !after(readNotes(hook))) return;
    await changeAgentFile(system, session, {
      file: "notes",
      change: (value) => {
        const notes = after(notesFromJson(value));
        return notes && { version: 1, ...notes };
      },
    });
  } catch (error) {
    noteFailure(system, event, error);
  }
}

/**
 * Stores what the agent decided, rejected and explained so far. A later save
 * reads only the end of a long transcript. Returns the notes.
 */
export async function keepStatements(
  hook: HookCall,
  items: readonly Item[],
): Promise<Notes> {
  const { context: { system }, session } = hook;
  const redactor = redactorOf(system);
  const said = items.flatMap(({ kind, text, at, via, agent, key = "" }) => {
    const heading = HEADINGS.get(kind);
    const isSaid = via === "message" || via === "last message";
    return heading === undefined || !isSaid || agent !== session.id
      ? []
      : [{ at, key, text: heading + redactor.text(text) }];
  });
  const before = readNotes(hook);
  const isKnown = JSON.stringify(withStatements(before, said)) ===
    JSON.stringify(before);
  if (isKnown) return before;
  await changeAgentFile(system, session, {
    file: "notes",
    change: (value) => ({
      version: 1,
      ...withStatements(notesFromJson(value), said),
    }),
  });
  return readNotes(hook);
}

/** The heading that marks a statement as one of its kind. */
const HEADINGS: ReadonlyMap<Item["kind"], string> = new Map([
  ["decision", "Decisions:\n- "],
  ["rejected", "Rejected:\n- "],
  ["message", ""],
]);

/** Events that usually report something. */
const TELLING = ["UserPromptSubmit", "Stop"];

/** Reads the notes of the conversation so far. */
export function readNotes({ context: { system }, session }: HookCall): Notes {
  return notesFromJson(readAgentFiles(system, session, "notes")[0]);
}

/** Returns the prompts of the conversation so far as items. */
export function promptsSoFar(hook: HookCall): Item[] {
  const { id: agent } = hook.session;
  return readNotes(hook).prompts.map(({ at, text, key }) => ({
    ...{ id: NO_ID, kind: "prompt", text, state: "open", source: "user" },
    ...{ via: "prompt", at, save: null, agent, key: `${agent} prompt ${key}` },
  }));
}

const NO_ID = "000000000000";

/** Handles an event that only stores a note. */
export const onNoted: Handler = async (hook) => {
  await keepNotes(hook);
  return {};
};
