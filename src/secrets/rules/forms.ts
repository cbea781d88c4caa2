import { SHORT_OPTION_FORMS } from "./options.ts";
import { LINE_FORMS } from "./lines.ts";
import { PROGRAM_FORMS } from "./programs.ts";
import { SENTENCE_FORMS } from "./sentences.ts";
import { mergeSpans, type Span } from "../span.ts";
import { WORDED_FORMS } from "./shapes.ts";
import { SQL_FORMS } from "./sql.ts";
import { TABLE_FORMS } from "./tables.ts";

/** A form in which credentials stand, and what every text with one has. */
export interface Form {
  /** One of these is in whatever holds one; most texts have none. */
  readonly traces: readonly string[];
  readonly find: (text: string) => Span[];
}

/** What to look for at a place, by a hash of its first three characters. */
interface Traces {
  readonly forms: readonly Form[];
  /** The list in `entries` by the hash; 0: there is none. */
  readonly lists: Uint16Array;
  readonly entries: { trace: string; form: number }[][];
}

let made: Traces | undefined;

/** Credentials in commands, lines of files, sentences, statements and tables. */
export function findForms(text: string): Span[] {
  const traces = made ??= tracesOf([
    ...LINE_FORMS,
    ...PROGRAM_FORMS,
    ...SQL_FORMS,
    ...TABLE_FORMS,
    ...SHORT_OPTION_FORMS,
    ...SENTENCE_FORMS,
    ...WORDED_FORMS,
  ]);
  const found = tracesIn(text, traces);
  return mergeSpans(
    traces.forms.map((form, at) => found[at] ? form.find(text) : []),
  );
}

/** Bits of a hash: the table fits into the processor's nearest cache. */
const MASK = 0x3fff;

/** The hash of the text that ended with `hash` and goes on with a character. */
function next(hash: number, character: number): number {
  return ((hash << 5) ^ character) & MASK;
}

function tracesOf(forms: readonly Form[]): Traces {
  const lists = new Uint16Array(MASK + 1);
  const entries: { trace: string; form: number }[][] = [[]];
  for (const [form, { traces }] of forms.entries()) {
    for (const trace of traces) {
      for (const hash of hashesOf(trace)) {
        if (lists[hash] === 0) lists[hash] = entries.push([]) - 1;
        entries[lists[hash]!]!.push({ trace, form });
      }
    }
  }
  return { forms, lists, entries };
}

/** Any character may follow a trace of two. */
function hashesOf(trace: string): Iterable<number> {
  const pair = next(next(0, trace.charCodeAt(0)), trace.charCodeAt(1));
  if (trace.length > 2) return [next(pair, trace.charCodeAt(2))];
  return new Set(
    Array.from({ length: 128 }, (_, code) => next(pair, code)),
  );
}

/** Which forms may be in a text, in one go through it. */
function tracesIn(
  text: string,
  { forms, lists, entries }: Traces,
): Uint8Array {
  const found = new Uint8Array(forms.length);
  let hash = 0;
  for (let at = 0; at < text.length; at++) {
    hash = next(hash, text.charCodeAt(at));
    const list = lists[hash]!;
    if (list === 0) continue;
    for (const { trace, form } of entries[list]!) {
      if (found[form] === 0 && text.startsWith(trace, at - 2)) found[form] = 1;
    }
  }
  return found;
}
