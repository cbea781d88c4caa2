import { field } from "../../base/parsed_values.ts";
import { type KilledSession, killedSessions } from "../../agents/mod.ts";
import { counted } from "../../base/words.ts";
import {
  type AgentSession,
  changeAgentFile,
  CLAUDE,
  deadSessions,
  notesFromJson,
  readAgentFiles,
  writeAgentFile,
} from "../../clients/mod.ts";
import type { Save } from "../../saves/mod.ts";
import type { System } from "../../system/system.ts";
import { noteFailure } from "../failures.ts";
import { activityOf } from "./activity.ts";
import { startKeeping } from "./background.ts";
import { autoSave } from "./auto_save.ts";
import type { HookCall } from "./hook_call.ts";

/** The most sessions to save at one start; the next saves more. */
const MOST = 3;

/** Saves sessions whose client was killed, and returns a message. */
export async function recoverKilled(hook: HookCall): Promise<string[]> {
  const { context: { system }, input, session, worktree, event } = hook;
  const saved: Save[] = [];
  try {
    const folders = [...new Set([input.cwd, worktree])];
    const except = session.id;
    const dead = await deadSessions(system, { folders, except });
    const others = await killedSessions(system, {
      ...{ root: session.root, folders, except },
    });
    for (
      const one of [
        ...dead.map((one) => ({ client: CLAUDE, ...one })),
        ...others,
      ]
    ) {
      if (saved.length === MOST) break;
      const save = await recovered(hook, one);
      if (save) saved.push(save);
    }
  } catch (error) {
    noteFailure(system, event, error);
  }
  return saved.length === 0 ? [] : [
    `Recovered ${counted(saved.length, "agent session")} that stopped ` +
    `without saving: ${saved.map(({ session_id: id }) => id).join(", ")}`,
  ];
}

/** Returns the new save; `undefined`: nothing new, or saved by another hook. */
async function recovered(
  hook: HookCall,
  { client, sessionId, transcriptPath }: KilledSession,
): Promise<Save | undefined> {
  const { context, config, session: { root }, event } = hook;
  const { system } = context;
  const session = { id: sessionId, root };
  const { at } = activityOf(system, session);
  if (at === undefined || !await claimed(system, session, at)) return;
  const [notes] = readAgentFiles(system, session, "notes");
  let keeping: Promise<void> | undefined;
  try {
    const save = await autoSave(context, {
      config,
      keep: (made) => keeping = startKeeping(hook, made),
      unsaved: {
        client,
        sessionId,
        transcriptPath,
        at,
        notes: notesFromJson(notes),
        killed: true,
      },
    });
    const value = { version: 1, at, done: true };
    writeAgentFile(system, session, { file: "recovery", value });
    await keeping;
    return save;
  } catch (error) {
    noteFailure(system, event, error);
    return undefined;
  }
}

/** Milliseconds after which a hook that claimed a session counts as dead. */
const CLAIM = 60_000;

/** Claims a session's work until `at`; two clients may start at once. */
async function claimed(
  system: System,
  session: AgentSession,
  at: number,
): Promise<boolean> {
  const now = system.now().getTime();
  const isDone = (value: unknown) =>
    field(value, "at") === at && field(value, "done") === true;
  // Traces of a killed client stay for weeks, so most starts end here.
  if (readAgentFiles(system, session, "recovery").some(isDone)) return false;
  return await changeAgentFile(system, session, {
    file: "recovery",
    change(value) {
      const since = now - Number(field(value, "claimed"));
      const taken = field(value, "at") === at && since >= 0 && since < CLAIM;
      return taken || isDone(value)
        ? undefined
        : { version: 1, at, claimed: now };
    },
  });
}
