import type { Context } from "../cli/mod.ts";
import { MpmError } from "../base/errors.ts";
import { locate, partOf, type Workspace } from "../git/mod.ts";
import {
  type CheckpointPlace,
  printOf,
  type StoredCheckpoint,
} from "../checkpoints/mod.ts";
import { beginIntent, layout, settleHeld, worktreeOf } from "../ops/mod.ts";
import { DETOUR_FINISHER, undoDetour } from "./back.ts";
import {
  type DetourFacts,
  type DetourIntent,
  KINDS,
  lockDetours,
} from "./intent.ts";
import { captureTree, cleanTree } from "./tree.ts";

/**
 * Plans and runs a command while no other `branch` or `return` in the project
 * is running or unfinished. `plan` may refuse, and changes nothing. A dry run
 * does not wait.
 */
export async function alone<P, R>(
  context: Context,
  { dryRun, plan, run }: {
    dryRun: boolean;
    plan(workspace: Workspace): Promise<P>;
    run(plan: P): Promise<R>;
  },
): Promise<R> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const { root } = workspace;
  if (dryRun) {
    await context.settle(context, { strict: true });
    return await run(await plan(workspace));
  }
  // The lock creates the project's folder, so a refusal must come first.
  if (!system.files.lstat(layout(root).home)) await plan(workspace);
  using _held = await lockDetours(system, root);
  await settleHeld(context, workspace, DETOUR_FINISHER);
  return await run(await plan(workspace));
}

/** The facts that every intent contains. */
type Begun = Pick<
  DetourFacts,
  "place" | "child" | "parent" | "parent_state" | "from"
>;

/** A running `branch`, `return` or fork, from its intent to its end. */
export class UnderWay {
  readonly #context: Context;
  readonly #workspace: Workspace;
  #intent: DetourIntent | undefined;

  constructor(context: Context, workspace: Workspace) {
    this.#context = context;
    this.#workspace = workspace;
  }

  /** Returns the facts once they are recorded. */
  get facts(): DetourFacts {
    return this.#intent!.facts;
  }

  /** Writes the intent. Nothing may be changed before that. */
  begin(
    kind: typeof KINDS[number],
    what: Begun & Partial<DetourFacts>,
  ): void {
    this.#intent = beginIntent(this.#context.system, this.#workspace.root, {
      kind,
      worktree: worktreeOf(this.#workspace),
      facts: {
        made_parent: false,
        changing: false,
        to: null,
        created: null,
        before: null,
        after: null,
        linked: null,
        ending: null,
        ...what,
      },
    });
  }

  /** Updates the intent. */
  mark(changes: Partial<DetourFacts>): void {
    this.#intent!.mark({ ...this.facts, ...changes });
  }

  /** Removes the intent. A later failure then undoes nothing. */
  end(): void {
    const intent = this.#intent!;
    this.#intent = undefined;
    intent.end();
  }

  /** Runs the steps. Once there is an intent, a failure undoes them. */
  async run<R>(steps: () => Promise<R>): Promise<R> {
    try {
      return await steps();
    } catch (error) {
      if (!(error instanceof MpmError) || !this.#intent) throw error;
      throw await this.#undone(error, this.#intent);
    }
  }

  /** Removes from the tree only the files in the checkpoint `kept`. */
  async clear(
    tree: CheckpointPlace,
    { commit, print }: StoredCheckpoint,
  ): Promise<void> {
    // Files are read again before they are removed, since not every change
    // affects a file's times.
    const fresh = { ...tree, seen: {} };
    const capture = await captureTree(this.#context.system, fresh);
    if (printOf(capture) !== print) {
      const what = this.#intent!.kind === "return"
        ? "Files changed while mpm was returning"
        : CHANGED;
      throw new MpmError("CONFLICT", what, { hint: AGAIN });
    }
    const trees = [partOf(commit, "worktree")];
    await cleanTree(this.#context, tree, { capture, trees });
  }

  /** Restores the earlier state and returns the error. */
  async #undone(error: MpmError, intent: DetourIntent): Promise<MpmError> {
    try {
      const notes = await undoDetour(this.#context, this.#workspace, intent);
      notes.forEach((note) => this.#context.note(note));
      return error;
    } catch (failure) {
      if (!(failure instanceof MpmError)) throw failure;
      const { before } = intent.facts;
      const kept = before ? `; uncommitted work is in "${before.id}"` : "";
      return new MpmError(
        error.code,
        `${error.message}; and mpm could not undo it yet: ` +
          `${failure.message}${kept}`,
        {
          hint: failure.hint ?? "The next mpm command tries again",
          cause: error,
        },
      );
    }
  }
}

const CHANGED = "The working tree changed while mpm was reading it";
const AGAIN = "Nothing was changed: run the command again";

/** Returns an error for a tree that something else changed in the meantime. */
export function changedMeanwhile(): MpmError {
  return new MpmError("CONFLICT", CHANGED, { hint: AGAIN });
}
