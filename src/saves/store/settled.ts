import { MpmError } from "../../base/errors.ts";
import type { SaveEntry } from "./save_entry.ts";
import { isOpen, isSettled, type WorkState } from "../../work/work_states.ts";
import type { System } from "../../system/system.ts";
import { checkWorkFolders, readRecord } from "../../work/work_files.ts";
import { WorkSeals } from "../../work/work_seal.ts";

/** Tells the state of the sessions that saves belong to, each read once. */
export class SessionStates {
  readonly #system: System;
  readonly #root: string;
  readonly #seals: WorkSeals;
  readonly #known = new Map<string, WorkState | undefined>();
  #checked = false;

  constructor(system: System, root: string) {
    this.#system = system;
    this.#root = root;
    this.#seals = new WorkSeals(system);
  }

  /** `undefined`: the save belongs to no session that is known here. */
  of({ session }: Pick<SaveEntry, "session">): WorkState | undefined {
    if (session === null) return undefined;
    const { id } = session;
    if (!this.#known.has(id)) this.#known.set(id, this.#read(id));
    return this.#known.get(id);
  }

  /** The folders are checked once, since there may be thousands of records. */
  #read(id: string): WorkState | undefined {
    try {
      if (!this.#checked) checkWorkFolders(this.#system, this.#root);
      this.#checked = true;
      return readRecord(this.#system, this.#root, { id, seals: this.#seals })
        .state;
    } catch (error) {
      if (error instanceof MpmError) return undefined;
      throw error;
    }
  }

  /** Whether its session has ended, so that nobody goes on with it. */
  isOver(entry: Pick<SaveEntry, "session">): boolean {
    const state = this.of(entry);
    return state !== undefined && !isOpen(state);
  }

  /** Whether its session was archived or cancelled: then no list has it. */
  isHidden(entry: Pick<SaveEntry, "session">): boolean {
    const state = this.of(entry);
    return state !== undefined && isSettled(state);
  }
}
