import { hasWord } from "./maybe_secret.ts";
import { findAssignments } from "./rules/assignments.ts";
import { findRandomWords } from "./rules/entropy.ts";
import { findOptions } from "./rules/options.ts";
import { findInnerMarks, findJwts } from "./rules/shapes.ts";
import { findForms, FORMS } from "./rules/forms.ts";
import { findPlaced } from "./rules/lines.ts";
import { findSeeds } from "./rules/seeds.ts";
import { findPrivateKeys } from "./rules/private_keys.ts";
import { mergeSpans, type Span } from "./span.ts";
import { findTokens, type Prefix, TOKEN_RULES } from "./rules/tokens.ts";
import { Traces } from "./rules/traces.ts";
import { findUrlCredentials } from "./rules/urls.ts";

/** Finds the secrets of one kind in a text, in order. Linear in its length. */
export type Finder = (text: string) => Span[];

/** Kinds that are known by what stands around them; what is random comes last. */
const LIKELY: readonly Finder[] = [
  findSeeds,
  findUrlCredentials,
  findAssignments,
  findPlaced,
  findOptions,
  findRandomWords,
];

/** Every secret in a text, in order, none over another. */
export function findSecrets(
  text: string,
  more: readonly Finder[] = [],
): Span[] {
  const { prefixes, forms } = tracesIn(text);
  return mergeSpans([
    ...sureSecrets(text, prefixes),
    ...more.map((find) => find(text)),
    findForms(text, forms),
    ...LIKELY.map((find) => find(text)),
  ]);
}

/** Only those that say by themselves what they are: for names of things. */
export function findSureSecrets(text: string): Span[] {
  return mergeSpans(sureSecrets(text, tracesIn(text).prefixes));
}

/** Kinds that cannot be mistaken for anything else, the surest first. */
function sureSecrets(text: string, prefixes: readonly Prefix[]): Span[][] {
  return [
    findPrivateKeys(text),
    findTokens(text, prefixes),
    findInnerMarks(text),
    findJwts(text),
  ];
}

let traces: Traces | undefined;

/** Where a token may begin, and which forms there may be. */
function tracesIn(text: string): { prefixes: Prefix[]; forms: Set<number> } {
  traces ??= allTraces();
  const prefixes: Prefix[] = [];
  const forms = new Set<number>();
  traces.search(text, (sign, at) => {
    if (sign < FORMS.length) forms.add(sign);
    else prefixes.push({ at, rule: TOKEN_RULES[sign - FORMS.length]! });
  });
  return { prefixes, forms };
}

function allTraces(): Traces {
  const all = new Traces();
  for (const [form, { traces }] of FORMS.entries()) {
    for (const trace of traces) all.add(trace, form, "first");
  }
  for (const [rule, { prefix }] of TOKEN_RULES.entries()) {
    all.add(prefix, FORMS.length + rule, "each");
  }
  return all;
}

/**
 * What a person marked as not for the record, to its end or that of the text.
 * A mark within marks needs an end of its own.
 */
export function findPrivate(text: string): Span[] {
  if (!hasWord(text, /private/)) return [];
  const spans: Span[] = [];
  let depth = 0;
  let start = 0;
  for (const mark of marksIn(text)) {
    const ends = mark[1] !== "";
    if (ends && depth === 0) continue;
    if (!ends && depth === 0) start = mark.index;
    depth += ends ? -1 : 1;
    if (depth > 0) continue;
    const end = mark.index + mark[0].length;
    spans.push({ start, end, label: "private" });
  }
  if (depth > 0) spans.push({ start, end: text.length, label: "private" });
  return spans;
}

/** Whether a text ends with the end of such a mark. */
export function endsPrivate(text: string): boolean {
  const last = [...marksIn(text.slice(-LONGEST_MARK))].at(-1);
  return last !== undefined && last[1] !== "" &&
    last.index + last[0].length === Math.min(text.length, LONGEST_MARK);
}

const LONGEST_MARK = 240;

/** `<private>` and its end, as people and programs write them. */
function marksIn(text: string): RegExpStringIterator<RegExpExecArray> {
  return text.matchAll(
    /(?:<|&lt;|\\u003[cC])[ \t]?(\/?)private(?:\s[^<>]{0,200})?(?:>|&gt;|\\u003[eE])/gi,
  );
}
