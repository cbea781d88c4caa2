/** Choices that depend only on a seed. */
export class Random {
  #state: number;

  /** Generators of different labels are independent of each other. */
  constructor(seed: string, label: string) {
    this.#state = 2_166_136_261;
    for (const char of `${seed}\n${label}`) {
      this.#state ^= char.codePointAt(0)!;
      this.#state = Math.imul(this.#state, 16_777_619) >>> 0;
    }
    for (let at = 0; at < 8; at++) this.#next();
  }

  /** A number from 0 to below 2^32 (the generator "mulberry32"). */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from `low` to `high`, both included. */
  number(low: number, high: number): number {
    return low + this.#next() % (high - low + 1);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.#next() % from.length]!;
  }

  /** Returns this many different elements, in any order. */
  some<T>(from: readonly T[], count: number): T[] {
    const left = [...from];
    const found: T[] = [];
    while (found.length < count && left.length > 0) {
      found.push(...left.splice(this.#next() % left.length, 1));
    }
    return found;
  }

  hex(length: number): string {
    let text = "";
    while (text.length < length) {
      text += this.#next().toString(16).padStart(8, "0");
    }
    return text.slice(0, length);
  }

  uuid(): string {
    const hex = this.hex(32);
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `8${hex.slice(17, 20)}`,
      hex.slice(20),
    ].join("-");
  }
}
