/** A fact that the next agent needs to know. */
export interface Fact {
  /** E.g. `decision` or `deadline in a prompt`. */
  readonly kind: string;
  /** True if someone stated it explicitly: with a command, in a list. */
  readonly explicit: boolean;
  /** Pieces of text that are close together wherever the fact is stated. */
  readonly needs: readonly string[];
  /** A fact that was true before and no longer is. */
  readonly stale?: Stale;
}

/** A fact that an agent must not get as if it were still true. */
export interface Stale {
  /** E.g. `replaced plan`. */
  readonly kind: string;
  readonly needs: readonly string[];
}

/** A call of a tool that the next agent makes first. */
export interface Call {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The facts of a story. */
export interface Planted {
  readonly facts: Fact[];
  /** Facts that were once true. */
  readonly stale: Stale[];
  /**
   * Facts that were never true and that no one stated: texts of files,
   * instructions for sub-agents.
   */
  readonly decoys: Stale[];
  /** The first calls of the next agent. */
  readonly next: Call[];
}

/** Nothing planted yet. */
export function nothingPlanted(): Planted {
  return { facts: [], stale: [], decoys: [], next: [] };
}

/** Characters between the pieces of a fact, at most. */
const NEAR = 400;

/** Words that mark a fact as out of date. */
const OVER =
  /\b(done|closed|completed?|finished|superseded|replaced|rejected|dropped|withdrawn|answered|resolved|removed|deleted|obsolete|history|as of|earlier|no longer|once|former(ly)?|until then)\b|\[x\]|✓|✔|~~/i;

/**
 * A text prepared for the search: in lower case, blanks as one space, without
 * the characters that JSON or a quotation adds to lines.
 */
export class HandoffText {
  readonly #plain: string;
  readonly #lines: readonly string[];

  constructor(text: string) {
    const open = text.replaceAll("\\n", "\n").replaceAll('\\"', '"');
    this.#lines = open.split("\n").map((line) => line.replace(/^[>|\s]+/, ""));
    this.#plain = squeeze(this.#lines.join(" "));
  }

  /** Returns whether all pieces are close together somewhere. */
  has(needs: readonly string[]): boolean {
    const [first = "", ...others] = needs.map(squeeze);
    for (let at = this.#plain.indexOf(first); at >= 0;) {
      const around = this.#plain.slice(
        Math.max(0, at - NEAR),
        at + first.length + NEAR,
      );
      if (others.every((piece) => around.includes(piece))) return true;
      at = this.#plain.indexOf(first, at + 1);
    }
    return false;
  }

  /**
   * Returns whether it is stated as if it were still true: somewhere neither
   * its line nor the heading above marks it as out of date.
   */
  claims(needs: readonly string[]): boolean {
    if (!this.has(needs)) return false;
    const [first = "", ...others] = needs.map(squeeze);
    let heading = "";
    let isSeen = false;
    for (const [at, line] of this.#lines.entries()) {
      if (isHeading(line)) heading = line;
      const near = squeeze(this.#lines.slice(at, at + 4).join(" "));
      if (!squeeze(line).includes(first)) continue;
      if (!others.every((piece) => near.includes(piece))) continue;
      isSeen = true;
      const before = this.#lines[at - 1] ?? "";
      const isOver = OVER.test(without(line, needs)) || OVER.test(heading) ||
        /:$/.test(before) && OVER.test(before);
      if (!isOver) return true;
    }
    // The text has it, but split over lines, so it is not marked.
    return !isSeen;
  }
}

function isHeading(line: string): boolean {
  return /^(#{1,6} |[A-Z][^.:]{0,60}:$)/.test(line);
}

/** A line without the fact itself, whose words do not count as a mark. */
function without(line: string, needs: readonly string[]): string {
  let text = line.replaceAll(/\s+/g, " ");
  for (const piece of needs) {
    const at = text.toLowerCase().indexOf(squeeze(piece));
    if (at >= 0) text = text.slice(0, at) + text.slice(at + piece.length);
  }
  return text;
}

function squeeze(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, " ").trim();
}
