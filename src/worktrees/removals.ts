import { attempt } from "../base/errors.ts";
import {
  beginIntent,
  ensureJournalRoot,
  type Intent,
  readIntents,
  userState,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";

/** The facts about a running cleanup, of each worktree. */
interface RemovalFacts {
  readonly boxes: readonly BoxFacts[];
}

interface BoxFacts {
  /** The absolute path of the box's folder. */
  readonly folder: string;
  /** The absolute path of the worktree before the cleanup. */
  readonly path: string;
  /** True once the worktree may be deleted. */
  readonly checked: boolean;
}

/** The kind of the intent for a running cleanup. */
export const REMOVAL = "worktrees prune";

/** A recorded cleanup, in the project or in the user's state. */
export class Removals {
  readonly #system: System;
  readonly #intent: Intent<RemovalFacts>;

  private constructor(system: System, intent: Intent<RemovalFacts>) {
    this.#system = system;
    this.#intent = intent;
  }

  /** Records a cleanup before anything is moved. Call under the lock. */
  static begin(
    system: System,
    project: string,
    boxes: readonly BoxFacts[],
  ): Removals {
    const root = ensureJournalRoot(system, project);
    const order = { kind: REMOVAL, worktree: project, facts: { boxes } };
    return new Removals(system, beginIntent(system, root, order));
  }

  /** Returns the unfinished and running cleanups of the project. */
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

  /** Records whether these worktrees may be deleted from now on. */
  mark(folders: readonly string[], checked: boolean): void {
    const boxes = this.boxes.map((box) =>
      folders.includes(box.folder) ? { ...box, checked } : box
    );
    this.#intent.mark({ boxes });
  }

  /** Removes the record unless a box is left. */
  end(): void {
    const isLeft = this.boxes.some(({ folder }) =>
      this.#system.files.lstat(folder)
    );
    if (!isLeft) this.#intent.end();
  }
}
