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

/** Credentials in commands, lines of files, sentences, statements and tables. */
export const FORMS: readonly Form[] = [
  ...LINE_FORMS,
  ...PROGRAM_FORMS,
  ...SQL_FORMS,
  ...TABLE_FORMS,
  ...SHORT_OPTION_FORMS,
  ...SENTENCE_FORMS,
  ...WORDED_FORMS,
];

/** What stands in the forms of which a trace was seen. */
export function findForms(text: string, seen: ReadonlySet<number>): Span[] {
  return mergeSpans(
    FORMS.map((form, at) => seen.has(at) ? form.find(text) : []),
  );
}
