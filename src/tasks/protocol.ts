import { joinBytes } from "../git/mod.ts";
import { field, isFields, jsonIn } from "../base/parsed_values.ts";

/** A line with which a program reports something other than output. */
export type Message =
  /** `partly`: a number from 0 to 1. */
  | {
    readonly kind: "progress";
    readonly partly: number;
    readonly text?: string;
  }
  /** The program gets this value back if it must run again. */
  | { readonly kind: "state"; readonly value: unknown }
  | { readonly kind: "result"; readonly value: unknown };

/** The maximum length of a line that can be a message, in bytes. */
const LONGEST = 1024 * 1024;

const NEWLINE = 10;
const BRACE = 123;

/**
 * Splits a program's output into messages and other output. A message is a line
 * with a JSON object that has exactly one of the fields `progress`, `state` and
 * `result`. Its unknown fields are named in the output. At most one line is
 * kept in memory.
 */
export class Messages {
  readonly #take: (message: Message) => void;
  readonly #output: (bytes: Uint8Array) => void;
  /** The start of a line that may become a message. */
  #held: Uint8Array[] = [];
  #size = 0;
  /** True within a line that belongs to the output. */
  #passing = false;

  constructor(
    { take, output }: {
      take: (message: Message) => void;
      output: (bytes: Uint8Array) => void;
    },
  ) {
    this.#take = take;
    this.#output = output;
  }

  /**
   * Processes the next part of the output, which may begin and end within a
   * line.
   */
  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#size === 0 && !bytes.includes(BRACE)) {
      this.#passing = bytes.at(-1) !== NEWLINE;
      return this.#output(bytes);
    }
    // Output between two messages is passed on in one piece.
    let start = 0;
    let at = 0;
    while (at < bytes.length) {
      const end = bytes.indexOf(NEWLINE, at);
      const next = end < 0 ? bytes.length : end + 1;
      const begins = !this.#passing && this.#size === 0;
      if (this.#passing || begins && bytes[at] !== BRACE) {
        this.#passing = end < 0;
      } else {
        if (start < at) this.#output(bytes.subarray(start, at));
        this.#hold(bytes.slice(at, next), end >= 0);
        start = next;
      }
      at = next;
    }
    if (start < bytes.length) this.#output(bytes.subarray(start));
  }

  #hold(part: Uint8Array, isWhole: boolean): void {
    this.#held.push(part);
    this.#size += part.length;
    const isTooLong = this.#size > LONGEST;
    if (!isWhole && !isTooLong) return;
    const message = isTooLong ? undefined : messageIn(this.#text());
    if (message) {
      this.#take(message.known);
      for (const name of message.unknown) this.#output(ignored(name));
    } else for (const held of this.#held) this.#output(held);
    this.#held = [];
    this.#size = 0;
    this.#passing = !isWhole;
  }

  #text(): string {
    const decoder = new TextDecoder();
    return this.#held.map((part) => decoder.decode(part, { stream: true }))
      .join("");
  }

  /** Processes the last line, which may lack a line end. */
  close(): void {
    if (this.#size > 0) this.#hold(new Uint8Array(), true);
  }
}

const KINDS = ["progress", "state", "result"] as const;

/** The longest name that the output shows, and the maximum number of names. */
const NAME = 60;
const NAMES = 5;

function ignored(name: string): Uint8Array {
  const shown = JSON.stringify(name.slice(0, NAME));
  return new TextEncoder().encode(`(mpm ignored the unknown field ${shown})\n`);
}

/** Returns a message, and the names of its unknown fields. */
function messageIn(
  line: string,
): { known: Message; unknown: string[] } | undefined {
  const value = jsonIn(line);
  if (!isFields(value)) return undefined;
  const kinds = KINDS.filter((kind) => Object.hasOwn(value, kind));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) return undefined;
  const said = field(value, kind);
  const known = kind === "progress"
    ? progressIn(said)
    : { kind, value: said } as const;
  const inner = kind === "progress" && isFields(said) ? Object.keys(said) : [];
  const unknown = [
    ...Object.keys(value).filter((name) => name !== kind),
    ...inner.filter((name) => !PROGRESS.has(name)),
  ];
  return known && { known, unknown: unknown.slice(0, NAMES) };
}

const PROGRESS: ReadonlySet<string> = new Set(["done", "total", "text"]);

/** Reads a number from 0 to 1, or `{ done, total, text }`. */
function progressIn(said: unknown): Message | undefined {
  const text = field(said, "text");
  const [done, total] = [field(said, "done"), field(said, "total")];
  const partly = isFields(said)
    ? Number(done ?? 0) / Number(total ?? 1)
    : typeof said === "number"
    ? said
    : NaN;
  if (!Number.isFinite(partly)) return undefined;
  return {
    kind: "progress",
    partly: Math.min(1, Math.max(0, partly)),
    ...typeof text === "string" ? { text } : {},
  };
}

/** The beginning and the end of some output of any size. */
export class Excerpt {
  readonly #half: number;
  #start: Uint8Array[] = [];
  #startSize = 0;
  #end: Uint8Array[] = [];
  #endSize = 0;
  /** Number of bytes left out between the beginning and the end. */
  #dropped = 0;

  /** `limit`: the number of bytes to keep. */
  constructor(limit: number) {
    this.#half = Math.floor(limit / 2);
  }

  add(bytes: Uint8Array): void {
    const room = this.#half - this.#startSize;
    const first = bytes.slice(0, Math.max(0, room));
    if (first.length > 0) this.#start.push(first);
    this.#startSize += first.length;
    const rest = bytes.slice(first.length).slice(-this.#half);
    this.#dropped += bytes.length - first.length - rest.length;
    if (rest.length === 0) return;
    this.#end.push(rest);
    this.#endSize += rest.length;
    // At most twice as much is kept in memory.
    if (this.#endSize > 2 * this.#half) this.#cut();
  }

  #cut(): void {
    const all = joinBytes(this.#end);
    const kept = all.slice(-this.#half);
    this.#dropped += all.length - kept.length;
    this.#end = [kept];
    this.#endSize = kept.length;
  }

  /**
   * Returns the kept beginning from byte `from` on; the beginning only ever
   * grows.
   */
  startAfter(from: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let at = this.#startSize;
    for (let index = this.#start.length - 1; at > from; index--) {
      const part = this.#start[index]!;
      at -= part.length;
      parts.push(part.subarray(Math.max(0, from - at)));
    }
    return joinBytes(parts.reverse());
  }

  /** Returns both parts, with a line between them if something is left out. */
  bytes(): Uint8Array {
    if (this.#endSize > this.#half) this.#cut();
    const gap = this.#dropped === 0
      ? []
      : [new TextEncoder().encode(`\n… ${this.#dropped} bytes left out …\n`)];
    return joinBytes([...this.#start, ...gap, ...this.#end]);
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }
}

/** Values for the placeholders in arguments. */
export interface Values {
  readonly task: string;
  /** The items of one chunk; empty for a task without items. */
  readonly items: readonly string[];
}

/**
 * Returns the arguments of a program with the items filled in. Items are data:
 * placeholders in them are ignored, and no shell reads them. `{items}` becomes
 * one argument per item.
 */
export function argumentsWith(
  args: readonly string[],
  { task, items }: Values,
): string[] {
  const values = new Map([["{task}", task], ["{item}", items[0] ?? ""]]);
  return args.flatMap((arg) =>
    arg === "{items}" ? [...items] : [filled(arg, values)]
  );
}

/** Fills in the placeholders of a text, each of them once. */
export function filled(
  text: string,
  values: ReadonlyMap<string, string>,
): string {
  return text.replaceAll(/\{[a-z]+\}/g, (name) => values.get(name) ?? name);
}

/**
 * Returns a program's results for each item, by the item's index in the chunk.
 * A value with a field `item` belongs to that item, any other value to the
 * first item.
 */
export function resultsByItem(
  items: readonly string[],
  results: readonly unknown[],
): Map<number, { result: unknown }> {
  const lists = Map.groupBy(results, (result) => {
    const item = field(result, "item");
    return Math.max(0, typeof item === "string" ? items.indexOf(item) : 0);
  });
  return new Map(
    [...lists].map((
      [at, list],
    ) => [at, { result: list.length === 1 ? list[0] : list }]),
  );
}
