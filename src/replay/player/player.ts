import { escapeText } from "../../base/escape.ts";
import {
  cut,
  folded,
  fuzzyFinder,
  type Key,
  Picker,
  type Screen,
  type Size,
  type Style,
} from "../../cli/mod.ts";
import { stepText } from "../print.ts";
import { STEP_TYPES, type StepType } from "../types.ts";
import { type Played, Walk } from "./walk.ts";
import { HELP } from "./words.ts";

/** Text shown over the step: help, a diff, a file. */
interface Page {
  readonly title: string;
  readonly lines: readonly string[];
}

/** A list shown over the step, and the action for a choice. */
interface List {
  readonly picker: Picker;
  choose(at: number): void | Promise<void>;
}

interface Prompt {
  readonly label: "Go to" | "Search";
  readonly typed: string;
}

/**
 * The maximum number of rounds of reading before a key stops waiting for a
 * step.
 */
const TRIES = 10;

/** Shows the steps of a session one by one on the whole terminal. */
export class Player implements Screen<"ended"> {
  readonly #played: Played;
  readonly #style: Style;
  readonly #walk: Walk;
  /** The last step shown. */
  #shown = 0;
  /** The first visible line of the step or the page. */
  #top = 0;
  #lines = 10;
  #prompt: Prompt | undefined;
  #page: Page | undefined;
  #list: List | undefined;
  /** The actions of characters over a step. */
  readonly #keys = new Map<string, () => unknown>([
    ["j", () => this.#walk.next(this.#walk.step)],
    [" ", () => this.#walk.next(this.#walk.step)],
    ["k", () => this.#walk.previous()],
    ["g", () => this.#walk.first()],
    ["G", () => this.#walk.aim({ to: "end" })],
    ["/", () => this.#prompt = { label: "Search", typed: "" }],
    ["n", () => this.#walk.search(1)],
    ["N", () => this.#walk.search(-1)],
    ["t", () => this.#chooseType()],
    ["?", () => this.#open({ title: "Keys", lines: HELP })],
    ["d", () => this.#openDiff()],
    ["f", () => this.#openFiles()],
    ["b", () => this.#toggleBookmark()],
    ["B", () => this.#chooseBookmark()],
  ]);

  constructor(played: Played, style: Style) {
    this.#played = played;
    this.#style = style;
    this.#walk = new Walk(played);
  }

  async work(): Promise<boolean> {
    return await this.#walk.work();
  }

  async onKey(key: Key): Promise<"ended" | undefined> {
    await this.#catchUp();
    if (this.#list) return void await this.#onListKey(this.#list, key);
    if (this.#prompt) return void this.#onPromptKey(this.#prompt, key);
    this.#walk.message = "";
    this.#walk.goal = undefined;
    if (key.name !== "text") return this.#onNamedKey(key);
    for (const character of key.text) {
      if (this.#prompt) this.#type(this.#prompt, character);
      else if (await this.#onCharacter(character)) return "ended";
    }
    return undefined;
  }

  /** Moves to the pending step: fast key presses refer to it. */
  async #catchUp(): Promise<void> {
    for (let tries = 0; this.#walk.goal && tries < TRIES; tries++) {
      await this.work();
    }
  }

  #onNamedKey({ name }: Key): "ended" | undefined {
    switch (name) {
      case "cancel":
      case "end-of-input":
        if (!this.#page || name === "end-of-input") return "ended";
        this.#close();
        return undefined;
      case "up":
        return this.#scroll(-1);
      case "down":
        return this.#scroll(1);
      case "page-up":
        return this.#scroll(-this.#lines);
      case "page-down":
        return this.#scroll(this.#lines);
      case "left":
      case "backspace":
        return this.#page ? this.#close() : this.#walk.previous();
      case "right":
      case "enter":
        return this.#page ? undefined : this.#walk.next(this.#walk.step);
      case "home":
        return this.#page ? this.#scroll(-Infinity) : this.#walk.first();
      case "end":
        return this.#page
          ? this.#scroll(Infinity)
          : this.#walk.aim({ to: "end" });
      default:
        return undefined;
    }
  }

  /** Returns true to end the player. */
  async #onCharacter(character: string): Promise<boolean> {
    if (this.#page) {
      if (character === "q" || character === "?") this.#close();
      else if (character === "j") this.#scroll(1);
      else if (character === "k") this.#scroll(-1);
      else if (character === " ") this.#scroll(this.#lines);
      return false;
    }
    if (/[0-9:]/.test(character)) {
      const typed = character === ":" ? "" : character;
      this.#prompt = { label: "Go to", typed };
      return false;
    }
    if (character === "q") return true;
    const act = this.#keys.get(character);
    if (act) await act();
    else {
      const shown = escapeText(character);
      this.#walk.message = `No key "${shown}": ? shows the keys`;
    }
    return false;
  }

  // Prompts

  #onPromptKey(prompt: Prompt, key: Key): undefined {
    const { label, typed } = prompt;
    switch (key.name) {
      case "text":
        return this.#type(prompt, key.text);
      case "backspace":
        this.#prompt = typed === ""
          ? undefined
          : { label, typed: [...typed].slice(0, -1).join("") };
        return;
      case "word":
        this.#prompt = { label, typed: typed.replace(/\S*\s*$/, "") };
        return;
      case "clear":
        this.#prompt = { label, typed: "" };
        return;
      case "cancel":
        this.#prompt = undefined;
        return;
      case "enter":
        this.#prompt = undefined;
        if (label === "Search") return this.#walk.searchFor(typed);
        return this.#walk.goTo(typed);
      default:
        return;
    }
  }

  #type({ label, typed }: Prompt, text: string): undefined {
    this.#prompt = { label, typed: typed + text };
  }

  // Pages and lists over the step

  #open(page: Page): void {
    [this.#page, this.#top] = [page, 0];
  }

  #close(): undefined {
    [this.#page, this.#top] = [undefined, 0];
  }

  #scroll(by: number): undefined {
    this.#top = Math.max(0, this.#top + by);
  }

  async #openDiff(): Promise<void> {
    const lines = await this.#played.diff(this.#walk.step);
    const title = `Changes in step ${this.#walk.step}`;
    this.#open({ title, lines: paintedDiff(lines, this.#style) });
  }

  async #openFiles(): Promise<void> {
    const files = await this.#played.files(this.#walk.step);
    const title = `Files at step ${this.#walk.step}`;
    if (!("paths" in files)) return this.#open({ title, lines: files });
    const { paths } = files;
    this.#offer(title, paths.map((path) => ({ cells: [path] })), async (at) => {
      const lines = await files.read(paths[at]!);
      this.#open({
        title: `${escapeText(paths[at]!)}, step ${this.#walk.step}`,
        lines,
      });
    });
  }

  #chooseType(): void {
    const counts = new Map<StepType, number>();
    for (let at = 1; at <= this.#played.count; at++) {
      const type = this.#played.typeOf(at);
      counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    const types = STEP_TYPES.filter((type) => counts.has(type));
    const rows = [
      { cells: ["all", "every type but usage"] },
      ...types.map((type) => ({ cells: [type, String(counts.get(type))] })),
    ];
    this.#offer("Show steps of this type", rows, (at) => {
      this.#walk.show(at === 0 ? undefined : new Set([types[at - 1]!]));
    });
  }

  #chooseBookmark(): void {
    const bookmarks = this.#played.bookmarks();
    if (bookmarks.length === 0) {
      this.#walk.message = "No bookmarks: b adds one";
      return;
    }
    const rows = bookmarks.map(({ step, at, text }) => ({
      cells: [`#${step}`, at, text],
    }));
    this.#offer("Bookmarks", rows, (at) => {
      this.#walk.aim({ to: "number", step: bookmarks[at]!.step });
    });
  }

  async #toggleBookmark(): Promise<void> {
    const step = this.#played.get(this.#walk.step);
    if (step) await this.#played.toggleBookmark(step);
    this.#walk.message = this.#isMarked()
      ? "Bookmark added"
      : "Bookmark removed";
  }

  #isMarked(): boolean {
    return this.#played.bookmarks().some(({ step }) =>
      step === this.#walk.step
    );
  }

  #offer(
    title: string,
    rows: readonly { readonly cells: readonly string[] }[],
    choose: List["choose"],
  ): void {
    const choices = rows.map(({ cells }) => ({
      cells: cells.map(escapeText),
      detail: "",
    }));
    const find = fuzzyFinder(choices.map(({ cells }) => cells.join(" ")));
    const style = this.#style;
    const picker = new Picker({ title, choices, style, find });
    this.#list = { picker, choose };
  }

  async #onListKey({ picker, choose }: List, key: Key): Promise<void> {
    const outcome = picker.onKey(key);
    if (outcome === undefined) return;
    this.#list = undefined;
    if (outcome !== "cancelled") await choose(outcome);
  }

  // The screen

  render(size: Size): string[] {
    if (this.#list) return this.#list.picker.render(size);
    const { columns, rows } = size;
    if (!this.#page && this.#shown !== this.#walk.step) {
      [this.#shown, this.#top] = [this.#walk.step, 0];
    }
    this.#lines = Math.max(1, rows - 2);
    const body = this.#body().flatMap((line) => folded(line, columns));
    const last = Math.max(0, body.length - this.#lines);
    this.#top = Math.min(this.#top, last);
    const shown = body.slice(this.#top, this.#top + this.#lines);
    const gap = Array<string>(this.#lines - shown.length).fill("");
    const more = body.length - this.#top - shown.length;
    return [
      cut(this.#style.bold(this.#head()), columns),
      ...shown,
      ...gap,
      cut(this.#foot(more), columns),
    ].slice(0, Math.max(1, rows));
  }

  #body(): readonly string[] {
    if (this.#page) return this.#page.lines;
    const step = this.#played.get(this.#walk.step);
    if (!step) {
      return [this.#played.done ? "The transcript has no steps." : "Reading …"];
    }
    return stepText(step, this.#style, true).trimEnd().split("\n");
  }

  #head(): string {
    if (this.#page) return this.#page.title;
    const { count, done, title } = this.#played;
    const mark = this.#isMarked() ? this.#style.ascii ? " *" : " ★" : "";
    const types = this.#walk.types
      ? ` (${[...this.#walk.types].join(", ")})`
      : "";
    const of = done ? String(count) : `${count} and more`;
    return `Step ${this.#walk.step} of ${of}${mark}${types}  ${title}`;
  }

  #foot(more: number): string {
    const cursor = this.#style.ascii ? "_" : "▏";
    if (this.#prompt) {
      const { label, typed } = this.#prompt;
      return `${label}: ${escapeText(typed)}${cursor}`;
    }
    if (this.#walk.goal) {
      return this.#style.yellow("Still reading; press any key to stop");
    }
    if (this.#walk.message !== "") {
      return this.#style.yellow(this.#walk.message);
    }
    const below = more > 0 ? `${more} more lines below  ` : "";
    return this.#style.dim(
      this.#page
        ? `${below}q back`
        : `? help  j next  k back  q leave  ${below}`.trimEnd(),
    );
  }
}

function paintedDiff(lines: readonly string[], style: Style): string[] {
  return lines.map((line) =>
    line.startsWith("+")
      ? style.green(line)
      : line.startsWith("-")
      ? style.red(line)
      : line
  );
}
