import { escapeText } from "../../base/escape.ts";
import type { ReplayStep } from "../commands/results.ts";
import type { StepType } from "../types.ts";
import type { Bookmark } from "./bookmarks.ts";
import { placeIn, searchable } from "./words.ts";

/** The session in a player, to the extent that it has been read. */
export interface Played {
  readonly title: string;
  /** Number of steps read so far. */
  readonly count: number;
  /** True if all steps have been read. */
  readonly done: boolean;
  get(step: number): ReplayStep | undefined;
  typeOf(step: number): StepType;
  /** Milliseconds since the epoch. */
  timeOf(step: number): number;
  /** Continues reading for a moment. */
  read(): Promise<void>;
  /** The file changes of a step, as lines. */
  diff(step: number): Promise<string[]>;
  /** Returns the files at a step, or why they are unknown. */
  files(step: number): Promise<FilesAt | string[]>;
  bookmarks(): readonly Bookmark[];
  toggleBookmark(step: ReplayStep): Promise<void>;
}

/** The files at a step. */
export interface FilesAt {
  readonly paths: readonly string[];
  /** The lines of one of the files. */
  read(path: string): Promise<string[]>;
}

/** A step to go to, which may not have been read yet. */
type Goal =
  | { readonly to: "number"; readonly step: number }
  | { readonly to: "end" }
  | { readonly to: "time"; readonly time: number; readonly from: number }
  | {
    readonly to: "text";
    readonly text: string;
    readonly from: number;
    readonly by: 1 | -1;
  }
  | { readonly to: "next"; readonly from: number };

/** The number of steps to search between two checks for keys. */
const SEARCHED_AT_ONCE = 100;

/**
 * Moves through the steps of a session, including those that are not read yet.
 */
export class Walk {
  readonly #played: Played;
  step = 1;
  /** The types to show; by default all except usage. */
  types: ReadonlySet<StepType> | undefined;
  goal: Goal | undefined;
  #sought = "";
  /** A message about the last move. */
  message = "";

  constructor(played: Played) {
    this.#played = played;
  }

  /**
   * Continues reading and searching. Returns false if nothing is left to do.
   */
  async work(): Promise<boolean> {
    if (!this.#played.done) await this.#played.read();
    if (this.goal) this.#approach(this.goal);
    return !this.#played.done || this.goal !== undefined;
  }

  isShown(step: number): boolean {
    const type = this.#played.typeOf(step);
    return this.types ? this.types.has(type) : type !== "usage";
  }

  #show(step: number): undefined {
    this.step = step;
  }

  first(): undefined {
    for (let at = 1; at <= this.#played.count; at++) {
      if (this.isShown(at)) return this.#show(at);
    }
  }

  previous(): undefined {
    for (let at = this.step - 1; at >= 1; at--) {
      if (this.isShown(at)) return this.#show(at);
    }
    this.message = "This is the first step";
  }

  next(from: number): undefined {
    const { count, done } = this.#played;
    for (let at = from + 1; at <= count; at++) {
      if (this.isShown(at)) return this.#show(at);
    }
    if (done) this.message = "This is the last step";
    else this.goal = { to: "next", from: Math.max(from, count) };
  }

  aim(goal: Goal): undefined {
    this.goal = goal;
    this.#approach(goal);
  }

  /** Goes to a step as soon as it has been read. */
  #approach(goal: Goal): void {
    const { count, done } = this.#played;
    this.goal = undefined;
    switch (goal.to) {
      case "number":
        if (goal.step <= count) this.#show(Math.max(1, goal.step));
        else if (!done) this.goal = goal;
        else {this.message =
            `No step ${goal.step}: the transcript has ${count} steps`;}
        return;
      case "end":
        if (!done) this.goal = goal;
        else {
          for (let at = count; at >= 1; at--) {
            if (this.isShown(at)) return this.#show(at);
          }
        }
        return;
      case "next":
        return this.next(goal.from);
      case "time":
        return this.#approachTime(goal);
      case "text":
        return this.#approachText(goal);
    }
  }

  #approachTime(goal: Extract<Goal, { to: "time" }>): void {
    const { count, done } = this.#played;
    for (let at = goal.from; at <= count; at++) {
      if (this.#played.timeOf(at) >= goal.time) return this.#show(at);
    }
    if (!done) this.goal = { ...goal, from: Math.max(1, count) };
    else this.message = "No step at or after that time";
  }

  search(by: 1 | -1): undefined {
    if (this.#sought === "") {
      this.message = "Search for something first: /";
      return;
    }
    this.aim({ to: "text", text: this.#sought, from: this.step + by, by });
  }

  #approachText(goal: Extract<Goal, { to: "text" }>): void {
    const { text, from, by } = goal;
    const { count, done } = this.#played;
    for (let looked = 0; looked < SEARCHED_AT_ONCE; looked++) {
      const at = from + by * looked;
      if (at < 1 || at > count) {
        if (at > count && !done) this.goal = { ...goal, from: at };
        else this.message = `Not found: ${escapeText(text)}`;
        return;
      }
      if (!this.isShown(at)) continue;
      if (searchable(this.#played.get(at)!).includes(text)) {
        return this.#show(at);
      }
    }
    this.goal = { ...goal, from: from + by * SEARCHED_AT_ONCE };
  }

  searchFor(typed: string): undefined {
    if (typed !== "") this.#sought = typed.toLowerCase();
    return this.search(1);
  }

  goTo(typed: string): undefined {
    const time = new Date(this.#played.timeOf(this.step));
    const place = placeIn(typed, time);
    if (place === undefined) {
      this.message = "Type a number, a time such as 14:30, start or end";
    } else if (place === "end") this.aim({ to: "end" });
    else if ("step" in place) this.aim({ to: "number", step: place.step });
    else this.aim({ to: "time", time: place.time, from: 1 });
  }

  /** Shows only steps of these types, and goes to the next such step. */
  show(types: ReadonlySet<StepType> | undefined): void {
    this.types = types;
    if (this.#played.count === 0 || this.isShown(this.step)) return;
    this.next(this.step);
    if (!this.goal && !this.isShown(this.step)) this.previous();
  }
}
