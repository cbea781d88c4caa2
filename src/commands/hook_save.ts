import { lastPrompt } from "../claude/last_prompt.ts";
import type { Context } from "../cli/command.ts";
import { readState } from "../git/state.ts";
import { locate } from "../git/workspace.ts";
import { endContent } from "../session/end_content.ts";
import { buildSave, type Draft } from "../session/draft.ts";
import { readContextUsage } from "../store/context_usage.ts";
import { redactorOf } from "../store/redaction.ts";
import { currentStack } from "../store/work_current.ts";
import { writeSave } from "../store/write_save.ts";
import { BUILD, VERSION } from "../version.ts";
import { readActivity } from "./hook_activity.ts";
import type { HookWorld } from "./hook_world.ts";
import { agentOf } from "./pause_agent.ts";
import { wholeSession } from "./resume_file_steps.ts";

/**
 * Saves the session that ends, with what was said of it in its last save. No
 * commit is made, no work session paused. `undefined`: nothing was done since
 * the newest save of this worktree.
 */
export async function autoSave(world: HookWorld): Promise<string | undefined> {
  const { context, input, session } = world;
  const { system } = context;
  const { at } = readActivity(world);
  if (at === undefined) return undefined;
  // Side by side: a session that ends does not wait for long.
  const [found, { workspace, state }] = await Promise.all([
    wholeSession(context),
    readWork(context),
  ]);
  const latest = found?.session;
  if (latest && Date.parse(latest.paused_at) >= at) return undefined;
  const { root, cwd } = workspace;
  const agent = agentOf(context, { given: session.id, cwd });
  const path = input.transcriptPath ?? agent.agent?.transcript_path;
  const draft: Draft = {
    content: endContent({
      // Somebody else's words do not become this user's.
      earlier: found?.origin !== "foreign" &&
          latest?.mpm?.agent?.session_id === session.id
        ? latest
        : undefined,
      prompt: path ? lastPrompt(system, path) : undefined,
      reason: input.text("reason"),
      redactor: redactorOf(system),
    }),
    workspace,
    state,
    ...agent,
    usage: readContextUsage(system, root, session.id),
    version: VERSION,
    build: BUILD,
    time: system.now(),
    kind: "auto",
  };
  const { save } = await writeSave(system, root, {
    time: draft.time,
    build: (slot) =>
      buildSave(
        { ...draft, stack: currentStack(system, workspace).chain },
        slot,
      ),
  });
  return save.session_id;
}

async function readWork({ system, folder }: Context) {
  const workspace = await locate(system, folder);
  const state = workspace.git === "repository"
    ? await readState(system, workspace)
    : undefined;
  return { workspace, state };
}
