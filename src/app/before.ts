import { actingAgent } from "../agents/mod.ts";
import { MpmError } from "../base/errors.ts";
import { getOwn } from "../base/own.ts";
import { prepareRedaction, redactorOf } from "../secrets/mod.ts";
import { type Context, parse } from "../cli/mod.ts";
import type { System } from "../system/system.ts";
import { commandNamed } from "./find.ts";
import {
  locate,
  quickPlace,
  rootWithoutGit,
  workspaceByFiles,
} from "../git/mod.ts";
import { renewContext } from "../handoff/mod.ts";
import { isUnsettled, settleKinds } from "../ops/mod.ts";
import { loadFinishers, loadForget } from "./table.ts";
import {
  configFiles,
  isThere,
  readConfigAnyway,
  trashRules,
} from "../config/mod.ts";

/** Commands that must work with any configuration, and commands that fix it. */
const TOLERANT = /^(?:hook|statusline|config .*)$/;

/** Prepares what the command with the given name needs before it runs. */
export async function beforeCommand(
  system: System,
  name: string,
): Promise<void> {
  if (!hasOwnSettings(system)) return;
  await prepareRedaction(system, { tolerant: TOLERANT.test(name) });
}

/** Returns whether the user has a settings file. Most users have none. */
function hasOwnSettings(system: System): boolean {
  const file = configFiles(system, undefined)[0];
  return file !== undefined && isThere(system, file);
}

/**
 * Commands that may change the open steps of this worktree or its git branch. A
 * pause updates the context file itself.
 */
const CHANGE_STEPS =
  /^(?:next|decide|done|undo|resume|start|branch|return|complete|cancel)$/;

/** Options with which a command leaves the files of the worktree as they are. */
const LEAVE_FILES = ["peek", "list", "stash", "git-branch"];

/** Does the part of a command's work that can wait until after its answer. */
export async function afterCommand(
  context: Context,
  name: string,
  { input, result }: {
    input: Readonly<Record<string, unknown>>;
    result: { readonly dry_run?: boolean; readonly restored?: unknown };
  },
): Promise<void> {
  if (result.dry_run) return;
  if (name === "pause") await afterPause(context);
  // Parked work comes back as it was.
  const leaves = name === "return"
    ? Boolean(result.restored)
    : LEAVE_FILES.some((option) => Boolean(getOwn(input, option)));
  if (CHANGE_STEPS.test(name) && !leaves) await renewContext(context);
}

/** Syncs after a person's pause if the user's own settings say so. */
async function afterPause(context: Context): Promise<void> {
  const { system, note } = context;
  if (!hasOwnSettings(system)) return;
  const root = system.files.realPath(context.folder);
  const { config } = readConfigAnyway(system, root);
  if (config["sync.auto"] !== "pause" || actingAgent(system, undefined)) return;
  const sync = await commandNamed("sync");
  try {
    const { problems } = await sync!.run(context, parse(sync!, []) as never);
    for (const text of problems) note(`Note: not synced: ${text}`);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    note(`Note: not synced: ${error.message}. ${error.hint ?? ""}`);
  }
}

/** Returns data of other contexts for commands that cannot import it. */
export function givenTo(system: System): Pick<
  Context,
  "redact" | "trashRules" | "forgetRemoved" | "settle" | "commandNamed"
> {
  return {
    redact: (text) => redactorOf(system).text(text),
    trashRules: (root) => trashRules(system, root),
    forgetRemoved: async (system, root) =>
      await (await loadForget())(system, root),
    settle: async (context, order) => {
      if (!mayBeUnsettled(context)) return;
      const workspace = await locate(context.system, context.folder);
      for (const finisher of await loadFinishers()) {
        await settleKinds(context, workspace, { finisher, ...order });
      }
    },
    commandNamed,
  };
}

/** Checks without git whether there may be something to settle. */
function mayBeUnsettled(context: Context): boolean {
  const { system, folder } = context;
  const usual = workspaceByFiles(context);
  if (usual) return isUnsettled(system, usual);
  const place = quickPlace(system, folder);
  if (!place) {
    const root = rootWithoutGit(system, folder);
    return isUnsettled(system, {
      ...{ root, worktree: folder, linked: false, gitDir: undefined },
    });
  }
  const isKnown = place.linked && place.gitDir !== undefined;
  return !isKnown || isUnsettled(system, place);
}
