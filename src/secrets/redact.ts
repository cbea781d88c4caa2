import { createHash } from "node:crypto";
import {
  type Finder,
  findPrivate,
  findSecrets,
  findSureSecrets,
  mayHoldSecret,
} from "./find.ts";
import { asRead } from "./as_read.ts";
import { keyKind } from "./rules/keys.ts";
import {
  aroundAll,
  type Counts,
  mergeSpans,
  replacementFor,
  replaceSpans,
  type Span,
  type Window,
} from "./span.ts";
import { withoutOrdinary } from "./rules/ordinary.ts";
import { isPlaceholder } from "./rules/value.ts";

/** A name's redacted part. */
export const NAME_PRINT = /\[redacted:[a-z0-9-]+#[0-9a-f]{12}\]/;

/** The rules of the user's own configuration. */
export interface RedactionRules {
  /** If off, only text marked with `<private>` is left out. */
  readonly enabled: boolean;
  /** Returns whether the user declared this text harmless. */
  readonly allows?: (secret: string) => boolean;
  /** Rules in addition to the built-in ones. */
  readonly more?: readonly Finder[];
}

/** The width of a window's edge, where matches are uncertain. */
const EDGE = 100;

/** Every token and key has such a word, and most file names do not. */
const LONG_WORD = /[\w~-]{12}|PRIVATE/;

/** The maximum number of scans: a replacement may reveal another secret. */
const PASSES = 24;

/** The longest placeholder, in UTF-16 units. */
const LONGEST_PLACEHOLDER = 256;

/** The maximum number and length of clean texts to remember. */
const MOST_CLEAN = 1000;
const LONGEST_CLEAN = 16_000;

/** In UTF-16 units. No rule finds a secret in a shorter text. */
const SHORTEST = 6;

/**
 * The single step before mpm writes or prints anything: replaces secrets by
 * labels such as `[redacted:github-token]`, which it does not change again.
 */
export class Redactor {
  readonly #rules: RedactionRules;
  readonly #clean = new Set<string>();

  constructor(rules: RedactionRules = { enabled: true }) {
    this.#rules = rules;
  }

  /** Returns the secrets in a text, in order, without overlaps. */
  find(text: string): Span[] {
    return withoutOrdinary(text, this.#candidates(text));
  }

  /** Returns the candidates, including plain words that may be ordinary. */
  #candidates(text: string): Span[] {
    if (text.length < SHORTEST) return [];
    const { enabled, allows, more = [] } = this.#rules;
    if (more.length === 0 && !mayHoldSecret(text)) return [];
    const marked = findPrivate(text);
    if (!enabled) return marked;
    const spans = mergeSpans([marked, findAsRead(text, more)]);
    if (!allows) return spans;
    return spans.filter(({ start, end, label }) =>
      label === "private" || !allows(text.slice(start, end))
    );
  }

  /** Returns `text` without its secrets, counted by label in `counts`. */
  text(text: string, counts?: Counts): string {
    if (this.#clean.has(text)) return text;
    let spans = this.find(text);
    if (spans.length === 0) this.#note(text);
    for (let pass = 1; spans.length > 0; pass++) {
      const done = replaceSpans(text, spans, { counts });
      text = done.text;
      if (pass === PASSES) break;
      // Text next to a secret may now match another rule.
      const again = aroundAll(done.places, text.length).flatMap((window) =>
        this.#findWithin(text, window)
      );
      spans = withoutOrdinary(text, again);
    }
    return text;
  }

  /** Remembers a clean text: those of a hand-off pass three times. */
  #note(text: string): void {
    if (text.length < SHORTEST || text.length > LONGEST_CLEAN) return;
    if (this.#clean.size >= MOST_CLEAN) this.#clean.clear();
    this.#clean.add(text);
  }

  /** Returns the secrets in a window, except at its edges. */
  #findWithin(text: string, { start, end }: Window): Span[] {
    return this.#candidates(text.slice(start, end))
      .map((span) => ({
        ...span,
        start: span.start + start,
        end: span.end + start,
      }))
      .filter((span) =>
        (start === 0 || span.start >= start + EDGE) &&
        (end === text.length || span.end <= end - EDGE)
      );
  }

  /**
   * Redacts the name of a branch or file. A certain secret becomes a
   * fingerprint, so that equal names stay equal.
   */
  name(name: string, counts?: Counts): string {
    if (!this.#rules.enabled || name.length < SHORTEST) return name;
    const spans = findSureSecrets(name);
    if (spans.length === 0) return name;
    const form = (secret: string, label: string) =>
      `[redacted:${label}#${printOf(secret)}]`;
    return replaceSpans(name, spans, { counts, form }).text;
  }

  /** Returns whether any of many names contains a secret. */
  inNames(names: Iterable<string>): boolean {
    if (!this.#rules.enabled) return false;
    const long: string[] = [];
    for (const name of names) if (LONG_WORD.test(name)) long.push(name);
    return long.length > 0 && findSureSecrets(long.join("\n")).length > 0;
  }

  /** Like {@link value}, for data with names of branches and with IDs. */
  known<T>(value: T, keys: KnownKeys, counts: Counts = {}): T {
    return this.#visit(value, { counts, kind: undefined, keys }) as T;
  }

  /** Redacts every text in a value, also according to the names of fields. */
  value<T>(value: T, counts: Counts = {}): T {
    return this.#visit(value, { counts, kind: undefined }) as T;
  }

  #visit(node: unknown, at: Place): unknown {
    if (typeof node === "string") return this.#string(node, at);
    if (typeof node === "number") return this.#number(node, at);
    if (typeof node !== "object" || node === null) return node;
    if (Array.isArray(node)) return this.#list(node, at);
    return this.#fields(node as Record<string, unknown>, at);
  }

  #string(text: string, { counts, kind, isName }: Place): string {
    if (isName) return this.name(text, counts);
    const clean = this.text(text, counts);
    const isSecret = kind !== undefined && this.#rules.enabled &&
      clean === text && text.length >= 3 &&
      (kind !== "pin" || /^\d{4,12}$/.test(text)) &&
      (text.length > LONGEST_PLACEHOLDER || !isPlaceholder(text)) &&
      !this.#rules.allows?.(text);
    if (!isSecret) return clean;
    counts[kind] = (counts[kind] ?? 0) + 1;
    return replacementFor(kind);
  }

  #number(value: number, { counts, kind }: Place): unknown {
    const least = kind === "pin" ? 1_000 : 100_000;
    const isSecret = (kind === "password" || kind === "pin") &&
      this.#rules.enabled && Math.abs(value) >= least;
    if (!isSecret) return value;
    counts[kind] = (counts[kind] ?? 0) + 1;
    return replacementFor(kind);
  }

  #list(list: readonly unknown[], at: Place): readonly unknown[] {
    let result: unknown[] | undefined;
    for (let index = 0; index < list.length; index++) {
      const after = this.#visit(list[index], at);
      if (after !== list[index]) (result ??= [...list])[index] = after;
    }
    return result ?? list;
  }

  #fields(fields: Record<string, unknown>, at: Place): unknown {
    const { counts, keys } = at;
    const named = namedKind(fields);
    const entries = Object.entries(fields);
    let changed = false;
    for (const entry of entries) {
      const [key, value] = entry;
      const isData = keys?.ids.has(key) || value === null ||
        typeof value === "boolean" || value === undefined;
      if (!isData) {
        const kind = key === "value" ? named : keyKind(key);
        const isName = keys?.names.has(key) ?? false;
        entry[1] = this.#visit(value, { counts, kind, keys, isName });
      }
      if (!isPlainKey(key)) entry[0] = this.text(key, counts);
      changed ||= entry[1] !== value || entry[0] !== key;
    }
    // Sets own properties, whatever their names.
    return changed ? Object.fromEntries(entries) : fields;
  }
}

/** Keys with values that are not plain text, in data of a known shape. */
export interface KnownKeys {
  readonly names: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
}

/** The position of a value. */
interface Place {
  readonly counts: Counts;
  readonly keys?: KnownKeys | undefined;
  readonly isName?: boolean;
  /** The kind of value, by name. */
  readonly kind: ReturnType<typeof keyKind>;
}

/** Returns the secrets in a text as a reader or a program sees it. */
function findAsRead(text: string, more: readonly Finder[]): Span[] {
  const read = asRead(text);
  return read === undefined
    ? findSecrets(text, more)
    : read.original(findSecrets(read.text, more));
}

/** Returns whether a key is typical of programs: `a_b`, or short. */
function isPlainKey(key: string): boolean {
  if (key.length < 12) return true;
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at);
    if (code !== 95 && (code < 97 || code > 122)) return false;
  }
  return true;
}

/** Returns the kind in `{ name: "DB_PASSWORD", value: … }`. */
function namedKind(
  { name, key, value }: Record<string, unknown>,
): ReturnType<typeof keyKind> {
  const given = name ?? key;
  return value !== undefined && typeof given === "string"
    ? keyKind(given.slice(0, 200))
    : undefined;
}

/** Returns a fingerprint, which reveals no secret that is hard to guess. */
function printOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex").slice(0, 12);
}

const BUILT_IN = new Redactor();

/** Returns the form in which the name of a branch or file is recorded. */
export function nameForm(name: string): string {
  return BUILT_IN.name(name);
}
