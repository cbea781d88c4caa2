import { attempt } from "../base/errors.ts";
import {
  beginIntent,
  ensureJournalRoot,
  type Intent,
  readIntents,
  userState,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";

/**
 * The facts of a clean-up under way. Without `checked` a worktree goes back to
 * its place; with it, its removal is finished.
 */
interface RemovalFacts {
  readonly boxes: readonly BoxFacts[];
}

interface BoxFacts {
  /** The folder of the box, absolute. */
  readonly folder: string;
  /** The old place of the worktree, absolute. */
  readonly path: string;
  /** True from the moment on that the worktree may be deleted. */
  readonly checked: boolean;
}

/** The kind of a clean-up under way. */
export const REMOVAL = "worktrees prune";

/** A clean-up as it is written down: in the project, or the user's state. */
export class Removals {
  readonly #system: System;
  readonly #intent: Intent<RemovalFacts>;

  private constructor(system: System, intent: Intent<RemovalFacts>) {
    this.#system = system;
    this.#intent = intent;
  }

  /** Writes it down, before anything is moved. Call under the lock. */
  static begin(
    system: System,
    project: string,
    boxes: readonly BoxFacts[],
  ): Removals {
    const root = ensureJournalRoot(system, project);
    const order = { kind: REMOVAL, worktree: project, facts: { boxes } };
    return new Removals(system, beginIntent(system, root, order));
  }

  /** Those of the project that were begun, or are under way. */
  static read(system: System, project: string): Removals[] {
    const state = attempt(() => userState(system));
    return [project, ...state === undefined ? [] : [state]].flatMap((root) =>
      readIntents<RemovalFacts>(system, root, REMOVAL)
        .filter(({ worktree }) => worktree === project)
        .map((intent) => new Removals(system, intent))
    );
  }

  get boxes(): readonly BoxFacts[] {
    return this.#intent.facts.boxes;
  }

  /** Notes which of them may be deleted from now on. */
  mark(folders: readonly string[], checked: boolean): void {
    const boxes = this.boxes.map((box) =>
      folders.includes(box.folder) ? { ...box, checked } : box
    );
    this.#intent.mark({ boxes });
  }

  /** Removes it, unless there is a box left. */
  end(): void {
    const isLeft = this.boxes.some(({ folder }) =>
      this.#system.files.lstat(folder)
    );
    if (!isLeft) this.#intent.end();
  }
}
