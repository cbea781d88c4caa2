import { settleInterrupted } from "../../detours/settle.ts";
import { readState } from "../../git/state.ts";
import { trackedFiles } from "../../git/tracked.ts";
import { endContent } from "../end_content.ts";
import { buildSave, type Draft } from "../../saves/draft.ts";
import type { Workspace } from "../../git/repository.ts";
import type { Save } from "../../saves/save.ts";
import { forgetAutoSaves, noteAutoSave } from "../../saves/store/auto_saves.ts";
import { layout } from "../../ops/layout.ts";
import { removeSaves } from "../../saves/remove.ts";
import { redactorOf } from "../../secrets/redaction.ts";
import { currentStack } from "../../work/current.ts";
import { writeSave } from "../../saves/store/write_save.ts";
import { BUILD, VERSION } from "../../base/version.ts";
import { readActivity } from "./activity.ts";
import { lastAsked } from "./asked.ts";
import { earlierSaves } from "./earlier.ts";
import type { HookWorld } from "./world.ts";
import { journaled } from "../../ops/journaled.ts";
import { agentOf } from "../../saves/pause/agent.ts";
import { findWorkspace, readIn } from "../../work/commands/quick_steps.ts";
import { contextUsage } from "../../clients/read_gauge.ts";

/**
 * Saves the session that ends, with what was said of it in its last save. No
 * commit is made, no work session paused. `undefined`: nothing was done since
 * it was saved.
 */
export async function autoSave(world: HookWorld): Promise<string | undefined> {
  const { context, input, session } = world;
  const { system } = context;
  const { at } = readActivity(world);
  if (at === undefined) return undefined;
  await settleInterrupted(context);
  const workspace = await findWorkspace(context);
  // Side by side: a session that ends does not wait for long.
  const [{ own, covered }, state] = await Promise.all([
    earlierSaves(context, workspace, { id: session.id, at }),
    readIn(
      system,
      workspace,
      async (workspace) =>
        workspace.git === "repository"
          ? await readState(system, workspace)
          : undefined,
    ),
  ]);
  if (covered) return undefined;
  const { root, cwd } = workspace;
  const agent = agentOf(context, { given: session.id, cwd });
  const draft: Draft = {
    content: endContent({
      earlier: own,
      prompt: lastAsked(world)?.text,
      reason: input.text("reason"),
      redactor: redactorOf(system),
    }),
    workspace,
    state,
    ...agent,
    usage: contextUsage(system, { ...agent, config: world.config, root, cwd }),
    version: VERSION,
    build: BUILD,
    time: system.now(),
    kind: "auto",
  };
  const { save } = await journaled(
    context,
    ({ system }) =>
      writeSave(system, root, {
        time: draft.time,
        build: (slot) =>
          buildSave(
            { ...draft, stack: currentStack(system, workspace).chain },
            slot,
          ),
      }),
    {
      operation: "automatic save",
      workspace,
      title: ({ save }) => `save as ${save.session_id}, when a session ended`,
      automatic: true,
    },
  );
  return await tidied(world, workspace, save);
}

/**
 * Moves the oldest automatic saves into the trash, as many as there are too
 * many; returns the new one's id. What git tracks is somebody's by now.
 */
async function tidied(
  { context, config }: HookWorld,
  workspace: Workspace,
  save: Save,
): Promise<string> {
  const { system } = context;
  const { root, git } = workspace;
  const keep = config["sessions.keep_auto"];
  const surplus = await noteAutoSave(system, root, { save, keep });
  if (surplus.length === 0) return save.session_id;
  const tracked = git === "repository"
    ? await trackedFiles(system, root, layout(root).sessions)
    : new Set<string>();
  const theirs = surplus.filter(({ path }) => tracked.has(path));
  const entries = surplus.filter(({ path }) => !tracked.has(path));
  await forgetAutoSaves(system, root, new Set(theirs.map(({ id }) => id)));
  if (entries.length > 0) {
    const operation = "automatic prune";
    await journaled(
      context,
      ({ system }) => removeSaves(system, root, { operation, entries }),
      {
        operation,
        workspace,
        title: () => `remove ${entries.map(({ id }) => id).join(", ")}`,
        automatic: true,
      },
    );
  }
  return save.session_id;
}
