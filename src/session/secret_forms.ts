import { SHORT_OPTION_FORMS } from "./secret_options.ts";
import { LINE_FORMS } from "./secret_lines.ts";
import { PROGRAM_FORMS } from "./secret_programs.ts";
import { SENTENCE_FORMS } from "./secret_sentences.ts";
import { mergeSpans, type Span } from "./secret_span.ts";
import { WORDED_FORMS } from "./secret_shapes.ts";
import { SQL_FORMS } from "./secret_sql.ts";
import { TABLE_FORMS } from "./secret_tables.ts";

/** A form in which credentials stand, and what every text with one has. */
export interface Form {
  /** One of these is in whatever holds one; most texts have none. */
  readonly traces: readonly string[];
  readonly find: (text: string) => Span[];
}

/** What to look for at a place, by its first two characters. */
interface Traces {
  readonly forms: readonly Form[];
  /** The list in `entries`; 0: there is none. */
  readonly lists: Uint8Array;
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

function tracesOf(forms: readonly Form[]): Traces {
  const lists = new Uint8Array(128 * 128);
  const entries: { trace: string; form: number }[][] = [[]];
  for (const [form, { traces }] of forms.entries()) {
    for (const trace of traces) {
      const pair = trace.charCodeAt(0) * 128 + trace.charCodeAt(1);
      if (lists[pair] === 0) lists[pair] = entries.push([]) - 1;
      entries[lists[pair]!]!.push({ trace, form });
    }
  }
  return { forms, lists, entries };
}

/** Which forms may be in a text, in one go through it. */
function tracesIn(
  text: string,
  { forms, lists, entries }: Traces,
): Uint8Array {
  const found = new Uint8Array(forms.length);
  let second = text.charCodeAt(0);
  for (let at = 1; at < text.length; at++) {
    const first = second;
    second = text.charCodeAt(at);
    if ((first | second) > 127) continue;
    const list = lists[first * 128 + second]!;
    if (list === 0) continue;
    const third = text.charCodeAt(at + 1);
    for (const { trace, form } of entries[list]!) {
      if (found[form] !== 0) continue;
      if (trace.length > 2 && trace.charCodeAt(2) !== third) continue;
      if (text.startsWith(trace, at - 1)) found[form] = 1;
    }
  }
  return found;
}
