import { field } from "../../base/parsed_values.ts";
import { forgetSession } from "../../agents/mod.ts";
import { CLAUDE, lastTurnError, removeAgentFile } from "../../clients/mod.ts";
import { noteFailure } from "../failures.ts";
import { startKeeping } from "./background.ts";
import { hasScript, startScript } from "../scripts/events.ts";
import { readActivity } from "./activity.ts";
import { autoSave } from "./auto_save.ts";
import { errorRecordsSince, recordError } from "./error.ts";
import { freeClaims } from "./edits.ts";
import { readNotes } from "./notes.ts";
import type { Save } from "../../saves/mod.ts";
import type { Handler, HookCall } from "./hook_call.ts";

const SCRIPT = "post-session.sh";

/** Saves a session that ends, is cleared, or is left for another one. */
export const onSessionEnd: Handler = async (hook) => {
  const { input, invited, context } = hook;
  if (!invited) return {};
  forgetSession(context.system, hook.session);
  await freeClaims(hook);
  let keeping: Promise<void> | undefined;
  let save: string | undefined;
  try {
    save = await savedEnd(hook, (made) => keeping = startKeeping(hook, made));
  } catch (error) {
    noteFailure(context.system, hook.event, error);
  }
  try {
    await recordTurnError(hook);
  } catch (error) {
    noteFailure(context.system, hook.event, error);
  }
  await startScript(hook, SCRIPT, {
    MPM_REASON: input.text("reason") ?? "other",
    ...save === undefined ? {} : { MPM_SAVE: save },
  });
  await keeping;
  return {};
};

/** Saves the session that ends, if there is anything to save. */
async function savedEnd(
  hook: HookCall,
  keep: (save: Save) => void,
): Promise<string | undefined> {
  const { context, config, input, session } = hook;
  const { at } = readActivity(hook);
  if (at === undefined) return undefined;
  await context.settle(context);
  const save = await autoSave(context, {
    config,
    keep,
    isRead: hasScript(hook, SCRIPT),
    unsaved: {
      client: hook.client,
      sessionId: session.id,
      transcriptPath: input.transcriptPath,
      at,
      notes: readNotes(hook),
      killed: false,
    },
  });
  removeAgentFile(context.system, session, "digest");
  return save?.session_id;
}

/** Records an error of the last turn that no event reported. */
async function recordTurnError(hook: HookCall): Promise<void> {
  const { client, context: { system }, input, session } = hook;
  const path = client === CLAUDE ? input.transcriptPath : undefined;
  const found = path === undefined ? undefined : lastTurnError(system, path);
  const { at } = readActivity(hook);
  // An error that is older than the last activity belongs to an earlier end of
  // the session.
  if (!found || at === undefined || found.time < at) return;
  const { time, text } = found;
  const recorded = errorRecordsSince(system, session.root, time)
    .some((record) =>
      field(record, "session_id") === session.id &&
      field(record, "tool") === null
    );
  if (!recorded) await recordError(hook, { at: new Date(time), error: text });
}
