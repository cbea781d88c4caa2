/** What was repaired in a save on reading it, and what found no place. */
export class Notes {
  readonly #repairs = new Map<string, number>();
  readonly #unplaced = new Map<string, unknown[]>();

  /** `field` is the path of the field without positions in lists. */
  repaired(field: string, how: string): void {
    const line = `${field}: ${how}`;
    this.#repairs.set(line, (this.#repairs.get(line) ?? 0) + 1);
  }

  /** Keeps a value that cannot stand where it stood. */
  setAside(field: string, value: unknown): void {
    const held = this.#unplaced.get(field);
    if (held) held.push(value);
    else this.#unplaced.set(field, [value]);
  }

  /** One line for each kind of repair of each field. */
  get warnings(): string[] {
    return [...this.#repairs].map(([line, times]) =>
      times === 1 ? line : `${line} (${times} times)`
    );
  }

  /** The values kept, by field; `undefined`: none. */
  get unplaced(): Record<string, unknown[]> | undefined {
    return this.#unplaced.size === 0
      ? undefined
      : Object.fromEntries(this.#unplaced);
  }
}
