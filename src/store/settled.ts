import type { SaveEntry } from "../session/save_entry.ts";
import { isSettled, type WorkState } from "../session/work_states.ts";
import type { System } from "../system/system.ts";
import { findWork } from "./work_files.ts";

/** Tells the state of the sessions that saves belong to, each read once. */
export class SessionStates {
  readonly #system: System;
  readonly #root: string;
  readonly #known = new Map<string, WorkState | undefined>();

  constructor(system: System, root: string) {
    this.#system = system;
    this.#root = root;
  }

  /** `undefined`: the save belongs to no session that is known here. */
  of({ session }: Pick<SaveEntry, "session">): WorkState | undefined {
    if (session === null) return undefined;
    const { id } = session;
    if (!this.#known.has(id)) {
      this.#known.set(id, findWork(this.#system, this.#root, id)?.state);
    }
    return this.#known.get(id);
  }

  /** Whether its session was archived or cancelled: then no list has it. */
  isHidden(entry: Pick<SaveEntry, "session">): boolean {
    const state = this.of(entry);
    return state !== undefined && isSettled(state);
  }
}
