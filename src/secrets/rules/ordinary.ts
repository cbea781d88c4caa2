import type { Span } from "../span.ts";
import { isCommon, valuesOfCookie } from "./plain_words.ts";

/** The size of a part; a word is looked up there and in both neighbours. */
const PART = 32 * 1024;

/** The number of plain values of one name from which they count as names. */
const MOST_VALUES = 8;

/**
 * Returns the spans without plain words that also appear nearby, outside other
 * spans: two tokens may have the same value. Reads each part once.
 */
export function withoutOrdinary(text: string, spans: Span[]): Span[] {
  if (spans.every((span) => span.plain === undefined)) return spans;
  const plain = new Map<Span, Plain>();
  const sought: Sought = {
    words: new Set(),
    names: new Set(),
    parts: new Set(),
  };
  for (const span of spans) {
    if (span.plain === undefined) continue;
    const found = plainOf(text, span);
    plain.set(span, found);
    sought.names.add(found.name);
    for (const word of found.words) sought.words.add(word);
    for (const part of found.parts) sought.parts.add(part);
  }
  const uses = usesOf(text, spans, sought);
  return spans.filter((span) => {
    const found = plain.get(span);
    return found === undefined ||
      !(isUsed(found, uses) || isOneOfMany(found, uses));
  });
}

/** Words and names to look for in some parts of a text. */
interface Sought {
  readonly words: Set<string>;
  readonly names: Set<string>;
  readonly parts: Set<number>;
}

/** The uses of words and names in parts of a text. */
interface Uses {
  readonly words: ReadonlySet<string>;
  /** The different words that are assigned to each name. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A value of plain words, in lower case and as written in the text. */
interface Plain {
  /** The last word of the name. */
  readonly name: string;
  readonly words: readonly string[];
  readonly parts: readonly number[];
}

function plainOf(text: string, { start, end, label, plain = "" }: Span): Plain {
  const value = text.slice(start, end).toLowerCase();
  const values = label === "cookie" ? valuesOfCookie(value) : [];
  const words = (values.length > 0 ? values.join(" ") : value).match(WORD);
  const part = Math.floor(start / PART);
  return {
    name: plain.toLowerCase().match(WORD)?.at(-1) ?? "",
    words: words?.filter((word) => word.length > 2 && !isCommon(word)) ?? [],
    parts: [part - 1, part, part + 1],
  };
}

/** Returns whether nearly all words also appear elsewhere nearby. */
function isUsed({ words, parts }: Plain, uses: Uses): boolean {
  const unused = words.filter((word) =>
    !parts.some((part) => uses.words.has(inPart(part, word)))
  );
  return unused.length === 0 || unused.length * 3 < words.length;
}

function isOneOfMany({ name, parts }: Plain, { values }: Uses): boolean {
  return parts.some((part) =>
    (values.get(inPart(part, name))?.size ?? 0) > MOST_VALUES
  );
}

/** Returns the key of a word in a part of a text. */
function inPart(part: number, word: string): string {
  return `${part} ${word}`;
}

/** Bounded, since the engine limits the length of a word. */
const WORD = /[A-Za-z0-9](?:[\w-]{0,254}[A-Za-z0-9])?/g;

/** Quoted words assigned to a name. Generated values would have digits. */
const GIVEN = /["']?[ \t]{0,4}[:=][ \t]{0,4}["']([^"'\d\n]{1,64})["']/y;

/** Returns the uses in some parts of a text, without words in spans. */
function usesOf(
  text: string,
  spans: readonly Span[],
  { words, names, parts }: Sought,
): Uses {
  const uses = {
    words: new Set<string>(),
    values: new Map<string, Set<string>>(),
  };
  let next = 0;
  for (const part of [...parts].sort((a, b) => a - b)) {
    const from = part * PART;
    const read = from < 0 ? "" : text.slice(from, from + PART);
    for (const { 0: found, index } of read.matchAll(WORD)) {
      const word = found.toLowerCase();
      if (names.has(word)) {
        GIVEN.lastIndex = index + found.length;
        const given = GIVEN.exec(read)?.[1];
        const place = inPart(part, word);
        if (given) {
          uses.values.set(
            place,
            (uses.values.get(place) ?? new Set()).add(given),
          );
        }
      }
      if (!words.has(word)) continue;
      const at = from + index;
      while (next < spans.length && spans[next]!.end <= at) next++;
      const span = spans[next];
      if (span === undefined || at < span.start) {
        uses.words.add(inPart(part, word));
      }
    }
  }
  return uses;
}
