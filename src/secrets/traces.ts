/**
 * Looks for many short texts in one pass. At each place, the search asks for a
 * hash of three characters, and only then for the texts that have them.
 */
export class Traces<T> {
  readonly #needles: Needle<T>[] = [];
  /** The list in `#lists` by the hash; 0 for an empty list. */
  readonly #table = new Uint16Array(MASK + 1);
  readonly #lists: Needle<T>[][] = [[]];
  /** 1 for each needle that was reported and is no longer searched. */
  #seen = new Uint8Array(0);

  /**
   * Adds a text of three characters or more. The search reports `sign`:
   * its first place only, or in order each place where it is.
   */
  add(text: string, sign: T, how: "first" | "each"): void {
    const once = how === "first";
    // Many have the same beginning, such as `token`, and few the same end.
    const anchor = once ? text.length - 3 : 0;
    const probe = once ? 0 : text.length - 1;
    const needle = {
      text,
      sign,
      once,
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

  /** Calls `found` for each place with the needle there. */
  search(text: string, found: (sign: T, at: number) => void): void {
    const table = this.#table;
    const lists = this.#lists;
    if (this.#seen.length < this.#needles.length) {
      this.#seen = new Uint8Array(this.#needles.length);
    }
    const seen = this.#seen.fill(0);
    const length = text.length;
    let hash = 0;
    for (let at = 0; at < length; at++) {
      hash = next(hash, text.charCodeAt(at));
      const list = table[hash]!;
      if (list === 0) continue;
      for (const needle of lists[list]!) {
        const start = at - needle.last;
        if (
          seen[needle.id] === 1 ||
          text.charCodeAt(start + needle.probe) !== needle.code ||
          start < 0 || !text.startsWith(needle.text, start)
        ) continue;
        if (needle.once) seen[needle.id] = 1;
        found(needle.sign, start);
      }
    }
  }
}

interface Needle<T> {
  readonly text: string;
  readonly sign: T;
  /** True if its first place says all. */
  readonly once: boolean;
  readonly id: number;
  /** Offset of the end of the three characters to look for first. */
  readonly last: number;
  /** The character that is compared next, and its place. */
  readonly code: number;
  readonly probe: number;
}

/** Bits of a hash: the table fits into the processor's nearest caches. */
const MASK = 0x7fff;

/** The hash of the last three characters, one more being read. */
function next(hash: number, character: number): number {
  return ((hash << 5) ^ character) & MASK;
}

function hashOf(text: string, at: number): number {
  const pair = next(next(0, text.charCodeAt(at)), text.charCodeAt(at + 1));
  return next(pair, text.charCodeAt(at + 2));
}
