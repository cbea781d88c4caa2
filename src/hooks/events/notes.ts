import {
  changeAgentFile,
  type Notes,
  notesFromJson,
  readAgentFiles,
  withEvent,
} from "../../clients/mod.ts";
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

/** Events that usually report something. */
const TELLING = ["UserPromptSubmit", "Stop"];

/** Reads the notes of the conversation so far. */
export function readNotes({ context: { system }, session }: HookCall): Notes {
  return notesFromJson(readAgentFiles(system, session, "notes")[0]);
}

/** Handles an event that only stores a note. */
export const onNoted: Handler = async (hook) => {
  await keepNotes(hook);
  return {};
};
