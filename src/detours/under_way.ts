import type { Context } from "../cli/mod.ts";
import { MpmError } from "../base/errors.ts";
import { locate, partOf, type Workspace } from "../git/mod.ts";
import {
  type CheckpointPlace,
  printOf,
  type StoredCheckpoint,
} from "../checkpoints/mod.ts";
import { settleDetour, settleHeld, takeBack } from "./back.ts";
import { type DetourMarker } from "./marker_schema.ts";
import { dropDetourMarker, lockDetours, writeDetourMarker } from "./marker.ts";
import { cleanTree, lookAtTree } from "./tree.ts";

/**
 * Does `work` while no other `branch` or `return` of the project is under way,
 * and none is left half done. A dry run does not wait.
 */
export async function alone<R>(
  context: Context,
  { dryRun }: { dryRun: boolean },
  work: (workspace: Workspace) => Promise<R>,
): Promise<R> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  if (dryRun) {
    await settleDetour(context, workspace, { strict: true });
    return await work(workspace);
  }
  using _held = await lockDetours(system, workspace.root);
  await settleHeld(context, workspace);
  return await work(workspace);
}

/** The facts in every marker. */
type Begun = Pick<
  DetourMarker,
  "operation" | "place" | "child" | "parent" | "parent_state" | "from"
>;

/** A `branch` or `return` under way, from its marker to its end. */
export class UnderWay {
  readonly #context: Context;
  readonly #workspace: Workspace;
  #marker: DetourMarker | undefined;

  constructor(context: Context, workspace: Workspace) {
    this.#context = context;
    this.#workspace = workspace;
  }

  /** The marker, once it is written. */
  get marker(): DetourMarker {
    return this.#marker!;
  }

  /** Writes the marker: nothing may be changed before. */
  begin(what: Begun & Partial<DetourMarker>): void {
    this.#write({
      schema: 1,
      at: this.#context.system.now().toISOString(),
      worktree: this.#workspace.worktree,
      made_parent: false,
      changing: false,
      to: null,
      created: null,
      before: null,
      after: null,
      linked: null,
      ending: null,
      ...what,
    });
  }

  /** Writes it with changes. */
  mark(changes: Partial<DetourMarker>): void {
    this.#write({ ...this.marker, ...changes });
  }

  #write(marker: DetourMarker): void {
    writeDetourMarker(this.#context.system, this.#workspace, marker);
    this.#marker = marker;
  }

  /** Removes it: from now on a failure undoes nothing. */
  end(): void {
    this.#marker = undefined;
    dropDetourMarker(this.#context.system, this.#workspace);
  }

  /** Runs the steps. With a marker, a failure undoes them. */
  async run<R>(steps: () => Promise<R>): Promise<R> {
    try {
      return await steps();
    } catch (error) {
      if (!(error instanceof MpmError) || !this.#marker) throw error;
      throw await this.#undone(error, this.#marker);
    }
  }

  /** Clears the tree of what the checkpoint `kept` holds, and of nothing else. */
  async clear(
    tree: CheckpointPlace,
    { commit, print }: StoredCheckpoint,
  ): Promise<void> {
    const capture = await lookAtTree(this.#context.system, tree);
    if (printOf(capture) !== print) {
      const what = this.marker.operation === "return"
        ? "Files were changed while mpm returned"
        : CHANGED;
      throw new MpmError("CONFLICT", what, { hint: AGAIN });
    }
    const trees = [partOf(commit, "worktree")];
    await cleanTree(this.#context, tree, { capture, trees });
  }

  /** The error, after the state was restored. */
  async #undone(error: MpmError, marker: DetourMarker): Promise<MpmError> {
    try {
      const notes = await takeBack(this.#context, this.#workspace, marker);
      notes.forEach((note) => this.#context.note(note));
      return error;
    } catch (failure) {
      if (!(failure instanceof MpmError)) throw failure;
      const { before } = marker;
      const kept = before ? `; uncommitted work is in "${before.id}"` : "";
      return new MpmError(
        error.code,
        `${error.message}; and it could not be undone yet: ` +
          `${failure.message}${kept}`,
        {
          hint: failure.hint ?? "The next mpm command tries again",
          cause: error,
        },
      );
    }
  }
}

const CHANGED = "Something was changed while mpm looked at it";
const AGAIN = "Nothing was done: run the command again";

/** Something else changed what was looked at. */
export function changedMeanwhile(): MpmError {
  return new MpmError("CONFLICT", CHANGED, { hint: AGAIN });
}
