import type { Key } from "./keys.ts";
import type { Screen, Size } from "./screen.ts";
import type { Style } from "./style.ts";
import { cut, tableRows } from "./table.ts";

/** Something to choose. */
export interface Choice {
  /** The cells of the choice's line; safe for a terminal. */
  readonly cells: readonly string[];
  /** The details that are shown while the choice is selected; also safe. */
  readonly detail: string;
  /** The number on the choice's line, if it has one. */
  readonly number?: number | undefined;
}

/** The lines other than choices: title, search, a gap, detail, help. */
const AROUND = 5;

/** The choices of a picker, and how it searches them. */
export interface Offered {
  readonly title: string;
  readonly choices: readonly Choice[];
  readonly style: Style;
  /** The indexes of the choices that match the typed text, the best first. */
  find(typed: string): number[];
}

/**
 * A list to choose from. A typed number selects that line; other text, or text
 * after a `/`, narrows the list. Keys go in, lines come out.
 */
export class Picker implements Screen<number | "cancelled"> {
  readonly #offered: Offered;
  #typed = "";
  /** The indexes of the matches in `#choices`. */
  #found: number[];
  /** The selected entry and the first visible line, in `#found`. */
  #at = 0;
  #top = 0;
  /** True if the user moved the selection. */
  #moved = false;
  /** Number of lines on the last page. */
  #page = 10;

  constructor(offered: Offered) {
    this.#offered = offered;
    this.#found = offered.find("");
  }

  /** Returns the chosen index; `undefined` until the user chooses. */
  onKey(key: Key): number | "cancelled" | undefined {
    switch (key.name) {
      case "text":
        return this.#search(this.#typed + key.text);
      case "backspace":
        return this.#search([...this.#typed].slice(0, -1).join(""));
      case "word":
        return this.#search(this.#typed.replace(/\S*\s*$/, ""));
      case "clear":
        return this.#search("");
      case "up":
        return this.#move(-1);
      case "down":
        return this.#move(1);
      case "page-up":
        return this.#move(-this.#page);
      case "page-down":
        return this.#move(this.#page);
      case "home":
        return this.#move(-this.#found.length);
      case "end":
        return this.#move(this.#found.length);
      case "enter":
        return this.#found[this.#at];
      case "cancel":
        return "cancelled";
      case "end-of-input":
        return this.#typed === "" ? "cancelled" : undefined;
      default:
        return undefined;
    }
  }

  #search(typed: string): undefined {
    const chosen = this.#moved ? this.#found[this.#at] : undefined;
    this.#typed = typed;
    if (this.#isNumber()) return this.#goTo(Number(typed));
    this.#found = this.#offered.find(typed.replace(/^\//, ""));
    // The selected entry stays selected if it is still there.
    const at = this.#found.indexOf(chosen ?? -1);
    this.#moved = at >= 0;
    this.#at = Math.max(0, at);
  }

  /** Returns whether the typed text is a number, not a part of an ID. */
  #isNumber(): boolean {
    return /^\d{1,4}$/.test(this.#typed);
  }

  /** Selects the line with a number, or nothing. */
  #goTo(number: number): undefined {
    const { choices } = this.#offered;
    this.#found = this.#offered.find("");
    this.#at = this.#found.findIndex((at) => choices[at]!.number === number);
    this.#moved = this.#at >= 0;
  }

  #move(by: number): undefined {
    this.#moved = true;
    const last = Math.max(0, this.#found.length - 1);
    this.#at = Math.min(last, Math.max(0, this.#at + by));
  }

  /** Returns the lines, each no wider than the terminal. */
  render({ columns, rows }: Size): string[] {
    const style = this.#offered.style;
    const lines = Math.max(1, rows - AROUND);
    this.#page = lines;
    if (this.#at < this.#top) this.#top = Math.max(0, this.#at);
    if (this.#at >= this.#top + lines) this.#top = this.#at - lines + 1;
    this.#top = Math.min(
      this.#top,
      Math.max(0, this.#found.length - lines),
    );
    const chosen = this.#offered.choices[this.#found[this.#at] ?? -1];
    const detail = this.#at < 0 ? this.#range() : chosen?.detail ?? "";
    const line = (text: string) => cut(text, columns);
    return [
      line(style.bold(this.#offered.title)),
      this.#searchLine(columns),
      ...this.#list(columns, lines),
      "",
      line(style.dim(detail)),
      line(style.dim(this.#help())),
    ].slice(0, Math.max(rows, 3));
  }

  #range(): string {
    const numbers = this.#offered.choices.flatMap(({ number }) => number ?? []);
    return numbers.length === 0
      ? `The list has no number ${this.#typed}`
      : `The list has no number ${this.#typed}, only ` +
        `${Math.min(...numbers)} to ${Math.max(...numbers)}`;
  }

  /** Returns the search line, which shows the end of the typed text. */
  #searchLine(columns: number): string {
    const cursor = this.#offered.style.ascii ? "_" : "▏";
    const typed = [...this.#typed];
    let shown = `${this.#typed}${cursor}`;
    const label = this.#isNumber() ? "Number:" : "Search:";
    while (cut(shown, columns - 8) !== shown && typed.length > 0) {
      typed.shift();
      shown = `${typed.join("")}${cursor}`;
    }
    return cut(`${this.#offered.style.cyan(label)} ${shown}`, columns);
  }

  #list(columns: number, lines: number): string[] {
    const style = this.#offered.style;
    if (this.#found.length === 0) {
      const hint = "  Nothing matches; Backspace deletes a letter";
      return [cut(style.yellow(hint), columns)];
    }
    const shown = this.#found.slice(this.#top, this.#top + lines);
    const mark = style.ascii ? "> " : "❯ ";
    const cells = shown.map((at) => this.#offered.choices[at]!.cells);
    return tableRows(cells, columns - 2, [], true).map((row, at) => {
      const isChosen = this.#top + at === this.#at;
      return isChosen
        ? cut(style.cyan(mark) + style.bold(row), columns)
        : cut(`  ${row}`, columns);
    });
  }

  #help(): string {
    const arrows = this.#offered.style.ascii ? "arrows" : "↑↓";
    const [found, all] = [this.#found.length, this.#offered.choices.length];
    const count = found === all ? `${all}` : `${found} of ${all}`;
    return `${count}  ${arrows} move, Enter selects, Esc cancels; ` +
      "type to search, or a number";
  }
}

/**
 * Finds texts for the typed words, ignoring case: those with all words, then
 * those with their letters in order. Returns indexes.
 */
export function fuzzyFinder(
  texts: readonly string[],
): (typed: string) => number[] {
  const folded = texts.map(fold);
  return (typed) => {
    const wanted = fold(typed);
    const words = wanted.split(/\s+/).filter((word) => word !== "");
    const letters = words.join("");
    const exact: number[] = [];
    const loose: number[] = [];
    folded.forEach((text, at) => {
      if (words.every((word) => text.includes(word))) exact.push(at);
      else if (holdsLetters(text, letters)) loose.push(at);
    });
    return [...exact, ...loose];
  };
}

/** Returns whether a text has the letters in this order. */
function holdsLetters(text: string, letters: string): boolean {
  let at = -1;
  for (const letter of letters) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
