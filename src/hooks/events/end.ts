import { BUILD, VERSION } from "../../base/version.ts";
import { firstLine } from "../../base/words.ts";
import type { Context } from "../../cli/mod.ts";
import { contextUsage } from "../../clients/mod.ts";
import { settleInterrupted } from "../../detours/mod.ts";
import {
  findWorkspace,
  readIn,
  readState,
  trackedFiles,
  type Workspace,
} from "../../git/mod.ts";
import { journaled, layout } from "../../ops/mod.ts";
import {
  agentOf,
  buildSave,
  type Content,
  type Draft,
  forgetAutoSaves,
  importedFrom,
  NO_CONTENT,
  noteAutoSave,
  openStore,
  ownSavesHere,
  projectParts,
  readStoreId,
  removeSaves,
  type Save,
  writeSave,
} from "../../saves/mod.ts";
import { type Redactor, redactorOf } from "../../secrets/mod.ts";
import { currentStack } from "../../work/mod.ts";
import { startScript } from "../scripts/events.ts";
import { readActivity } from "./activity.ts";
import { recordTurnError } from "./error.ts";
import { noteFailure } from "../failures.ts";
import { readNotes } from "./notes.ts";
import type { Handler, HookWorld } from "./world.ts";

/** A session ends, is cleared, or left for another one: it is saved. */
export const onSessionEnd: Handler = async (world) => {
  const { input, invited, context } = world;
  if (!invited) return {};
  let save: string | undefined;
  try {
    save = await autoSave(world);
  } catch (error) {
    noteFailure(context.system, world.event, error);
  }
  try {
    await recordTurnError(world);
  } catch (error) {
    noteFailure(context.system, world.event, error);
  }
  await startScript(world, "post-session.sh", {
    MPM_REASON: input.text("reason") ?? "other",
    ...save === undefined ? {} : { MPM_SAVE: save },
  });
  return {};
};

/**
 * Saves the session that ends, with what was said of it in its last save. No
 * commit is made, no work session paused. `undefined`: nothing was done since
 * it was saved.
 */
async function autoSave(world: HookWorld): Promise<string | undefined> {
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
      prompt: readNotes(world).prompts.at(-1)?.text,
      reason: input.text("reason"),
      redactor: redactorOf(system),
    }),
    workspace,
    state,
    ...agent,
    usage: contextUsage(system, { ...agent, config: world.config, root, cwd }),
    ...await projectParts(context, workspace, { config: world.config, state }),
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

/** What was saved of an agent's session before. */
interface Earlier {
  /** Its last save. */
  readonly own: Save | undefined;
  /** Whether nothing was done since it, or since somebody paused by hand. */
  readonly covered: boolean;
}

/** Milliseconds a save may be ahead of the clock. */
const AHEAD = 60_000;

/**
 * Looks for the last save of an agent's session among the newest of the
 * worktree; `at`: when it last did something. Another agent's save says nothing
 * of it, nor does one that was made elsewhere. Saves that cannot be read and
 * foreign ones are passed over.
 */
async function earlierSaves(
  context: Context,
  workspace: Workspace,
  { id, at }: { id: string; at: number },
): Promise<Earlier> {
  const { system } = context;
  const { root } = workspace;
  await openStore(system, root);
  const store = readStoreId(system, root);
  const latest = system.now().getTime() + AHEAD;
  let covered = false;
  for await (const save of ownSavesHere(context, workspace)) {
    const agent = save.mpm?.agent?.session_id;
    const time = Date.parse(save.paused_at);
    const here = save.mpm?.store === store && importedFrom(save) === undefined;
    covered ||= here && (agent === undefined || agent === id) &&
      time >= at && time <= latest;
    if (agent === id) return { own: save, covered };
  }
  return { own: undefined, covered };
}

/** Characters of the last prompt that are kept. */
const LONGEST = 200;

const LAST = "Last prompt: ";

/** What an earlier automatic save added. */
const ASKED = /\. Last prompt: [^]*$/;

/**
 * What an automatic save says: what was said of the same agent's session
 * earlier, and what was asked of the agent last.
 */
function endContent(
  { earlier, prompt, reason, redactor }: {
    earlier: Save | undefined;
    prompt: string | undefined;
    /** Why the session ended, as Claude Code says it. */
    reason: string | undefined;
    redactor: Redactor;
  },
): Content {
  const asked = prompt === undefined
    ? []
    // Redacted before it is cut, which could part a mark from its end.
    : [`${LAST}${firstLine(redactor.text(prompt), LONGEST)}`];
  const how = reason === "clear" ? "cleared" : "ended";
  const said = earlier
    ? earlier.conversation.summary.replace(ASKED, "")
    : `Saved as the agent's session ${how}`;
  const lists = earlier
    ? {
      nextSteps: earlier.conversation.next_steps,
      accomplishments: earlier.conversation.accomplishments,
      decisions: earlier.mpm?.decisions ?? [],
      blockers: earlier.mpm?.blockers ?? [],
      questions: earlier.open_questions,
      reminders: earlier.important_reminders,
    }
    : {};
  return {
    ...NO_CONTENT,
    ...lists,
    summary: [said, ...asked].join(". "),
  };
}
