/**
 * Searches for many short texts in one pass. At each position, it looks up a
 * hash of three characters, and only then compares the texts with this hash.
 */
export class Traces<T> {
  readonly #needles: Needle<T>[] = [];
  /** The list in `#lists` for each hash; 0 for an empty list. */
  readonly #table = new Uint16Array(MASK + 1);
  readonly #lists: Needle<T>[][] = [[]];
  /** The position from which to search for each needle. */
  #from = new Int32Array(0);

  /**
   * Adds a text of at least three characters, whose positions the search
   * reports as `sign`. The search looks for its first or last three characters.
   * Positions with the same `anchor` are in order. Many texts have the same
   * beginning, such as `token`, but few have the same end.
   */
  add(text: string, sign: T, by: "start" | "end"): void {
    const anchor = by === "start" ? 0 : text.length - 3;
    const probe = by === "start" ? text.length - 1 : 0;
    const needle = {
      text,
      sign,
      id: this.#needles.length,
      last: anchor + 2,
      probe,
      code: text.charCodeAt(probe),
    };
    this.#needles.push(needle);
    const hash = hashOf(text, anchor);
    if (this.#table[hash] === 0) this.#table[hash] = this.#lists.push([]) - 1;
    this.#lists[this.#table[hash]!]!.push(needle);
  }

  /** Calls `found` for each position; it returns where to continue. */
  search(text: string, found: (sign: T, at: number) => number): void {
    const table = this.#table;
    const lists = this.#lists;
    if (this.#from.length < this.#needles.length) {
      this.#from = new Int32Array(this.#needles.length);
    }
    const from = this.#from.fill(0);
    const length = text.length;
    let hash = 0;
    for (let at = 0; at < length; at++) {
      hash = next(hash, text.charCodeAt(at));
      const list = table[hash]!;
      if (list === 0) continue;
      for (const needle of lists[list]!) {
        const start = at - needle.last;
        if (
          start < from[needle.id]! ||
          text.charCodeAt(start + needle.probe) !== needle.code ||
          !text.startsWith(needle.text, start)
        ) continue;
        from[needle.id] = found(needle.sign, start);
      }
    }
  }
}

interface Needle<T> {
  readonly text: string;
  readonly sign: T;
  readonly id: number;
  /** Offset of the end of the three characters to look for first. */
  readonly last: number;
  /** The character to compare next, and its position. */
  readonly code: number;
  readonly probe: number;
}

/** Bits of a hash: the table fits into the processor's nearest caches. */
const MASK = 0x7fff;

/** Returns the hash of the last three characters after the next character. */
function next(hash: number, character: number): number {
  return ((hash << 5) ^ character) & MASK;
}

function hashOf(text: string, at: number): number {
  const pair = next(next(0, text.charCodeAt(at)), text.charCodeAt(at + 1));
  return next(pair, text.charCodeAt(at + 2));
}
