import { findAssignments } from "./rules/assignments.ts";
import { type Form, tracesOf, valuesIn } from "./rules/forms.ts";
import { lineForms } from "./rules/lines.ts";
import { addLines } from "./rules/near.ts";
import { findOptions, findPlaced } from "./rules/options.ts";
import { findPrivateKeys } from "./rules/private_keys.ts";
import { findRandomWords } from "./rules/random.ts";
import { findSeeds } from "./rules/seeds.ts";
import * as tables from "./rules/tables.ts";
import {
  findJwts,
  findTokens,
  INNER_MARKS,
  type Prefix,
  tokenRules,
} from "./rules/tokens.ts";
import { findUrlCredentials } from "./rules/urls.ts";
import { findAs, wordForms } from "./rules/words.ts";
import { mergeSpans, replaceSpans, type Span, type Window } from "./span.ts";
import { Traces } from "./traces.ts";

/** Finds all secrets of one kind in a text, in order and in linear time. */
export type Finder = (
  text: string,
  windows: readonly Window[],
  prefixes: readonly Prefix[],
) => Span[];

/** A kind of secret, and its finder. */
interface Rule {
  /** Texts near every such secret; without them, it may be anywhere. */
  readonly traces?: readonly string[];
  /** True if a trace means that secrets may be anywhere in the text. */
  readonly anywhere?: boolean | undefined;
  readonly find: Finder;
}

const ofForm = (form: Form): Rule => ({
  traces: tracesOf(form),
  anywhere: form[2]?.anywhere,
  find: (text, windows) => valuesIn(text, windows, form),
});

/** Kinds that cannot be mistaken for other text, the most reliable first. */
const sure = (): Rule[] => [
  {
    traces: ["-----BEGIN ", "-----END ", "Private-Lines:"],
    anywhere: true,
    find: findPrivateKeys,
  },
  { find: (text, _, prefixes) => findTokens(text, prefixes) },
  ...INNER_MARKS,
  { traces: ["eyJ"], anywhere: true, find: findJwts },
];

/** Kinds recognized by the text around them, random words last. */
const likely = (): Rule[] => [
  ...lineForms().map(ofForm),
  { traces: tables.TRACES.inserted, find: tables.findInserted },
  { traces: tables.TRACES.markdown, find: tables.findMarkdown },
  {
    traces: tables.TRACES.separated,
    anywhere: true,
    find: tables.findSeparated,
  },
  ...wordForms().map(ofForm),
  { traces: ["sword", "sphrase", "oken", "cret"], find: findAs },
  { find: (text) => mayHoldSeeds(text) ? findSeeds(text) : [] },
  { traces: ["://", ":\\/\\/"], anywhere: true, find: findUrlCredentials },
  { find: findAssignments },
  { find: findPlaced },
  { find: findOptions },
  { find: findRandomWords },
];

/** Rules, the most reliable first. */
interface Rules {
  readonly all: readonly Rule[];
  /** Rules that may apply to a text even if it has no traces. */
  readonly always: readonly Rule[];
}

/** All rules, and the traces that show which of them may apply to a text. */
interface Engine {
  readonly sure: Rules;
  readonly every: Rules;
  readonly traces: Traces<Rule | Prefix["rule"]>;
}

let engine: Engine | undefined;

/** Returns whether this process has already looked for secrets. */
export function hasEngine(): boolean {
  return engine !== undefined;
}

function makeEngine(): Engine {
  const surest = sure();
  const made = {
    sure: rulesOf(surest),
    every: rulesOf([...surest, ...likely()]),
    traces: new Traces<Rule | Prefix["rule"]>(),
  };
  for (const rule of made.every.all) {
    for (const trace of rule.traces ?? []) {
      made.traces.add(trace, rule, "end");
    }
  }
  for (const rule of tokenRules()) made.traces.add(rule.prefix, rule, "start");
  return made;
}

function rulesOf(all: readonly Rule[]): Rules {
  return { all, always: all.filter(({ traces }) => !traces) };
}

/** Finds every secret in a text, in order, without overlaps. */
export function findSecrets(
  text: string,
  more: readonly Finder[] = [],
): Span[] {
  const { sure, every, traces } = engine ??= makeEngine();
  if (more.length === 0) return found(text, traces, every);
  // The user's own rules count as reliable, like those of providers.
  const own = more.map((find) => ({ find }));
  const likely = every.all.slice(sure.all.length);
  return found(text, traces, rulesOf([...sure.all, ...own, ...likely]));
}

/** Finds only secrets with an unmistakable form. Used for names of things. */
export function findSureSecrets(text: string): Span[] {
  const { sure, traces } = engine ??= makeEngine();
  return found(text, traces, sure);
}

function found(
  text: string,
  traces: Engine["traces"],
  { all, always }: Rules,
): Span[] {
  const prefixes: Prefix[] = [];
  const whole = [{ start: 0, end: text.length }];
  const near = new Map<Rule, Window[]>();
  traces.search(text, (what, at) => {
    if ("prefix" in what) {
      prefixes.push({ at, rule: what });
      return at + 1;
    }
    if (what.anywhere) {
      near.set(what, whole);
      return text.length;
    }
    const windows = near.get(what) ?? [];
    if (windows.length === 0) near.set(what, windows);
    return addLines(windows, text, at);
  });
  const spans: Span[][] = [];
  for (const rule of near.size === 0 ? always : all) {
    const windows = rule.traces ? near.get(rule) : whole;
    if (windows) spans.push(rule.find(text, windows, prefixes));
  }
  return mergeSpans(spans);
}

/** Matches any case without making a lower-case copy of the text. */
const PRIVATE = /[pP][rR][iI][vV][aA][tT][eE]/;

/**
 * Returns the parts that a person marked as private, up to the end mark or the
 * end of the text. A nested mark needs its own end mark. If the text is only
 * the end of a longer text, an end mark may belong to the missing beginning.
 */
export function findPrivate(text: string, isEnd = false): Span[] {
  if (!PRIVATE.test(text)) return [];
  let spans: Span[] = [];
  let depth = 0;
  let start = 0;
  for (const mark of marksIn(text)) {
    const ends = mark[1] !== "";
    if (ends && depth === 0) {
      const end = mark.index + mark[0].length;
      if (isEnd) spans = [{ start: 0, end, label: "private" }];
      continue;
    }
    if (!ends && depth === 0) start = mark.index;
    depth += ends ? -1 : 1;
    if (depth > 0) continue;
    const end = mark.index + mark[0].length;
    spans.push({ start, end, label: "private" });
  }
  if (depth > 0) spans.push({ start, end: text.length, label: "private" });
  return spans;
}

/** Returns a text without its private parts; call it before cutting. */
export function withoutPrivate(text: string, isEnd = false): string {
  const spans = findPrivate(text, isEnd);
  return spans.length === 0
    ? text
    : replaceSpans(text, spans, { counts: undefined }).text;
}

/** Returns whether a text ends with an end mark. */
export function endsPrivate(text: string): boolean {
  const last = [...marksIn(text.slice(-LONGEST_MARK))].at(-1);
  return last !== undefined && last[1] !== "" &&
    last.index + last[0].length === Math.min(text.length, LONGEST_MARK);
}

const LONGEST_MARK = 240;

/** Finds `<private>` and its end mark, as people and programs write them. */
function marksIn(text: string): RegExpStringIterator<RegExpExecArray> {
  return text.matchAll(
    /(?:<|&lt;|\\u003[cC])[ \t]?(\/?)private(?:\s[^<>]{0,200})?(?:>|&gt;|\\u003[eE])/gi,
  );
}

/**
 * A trace in every text to which a built-in rule applies. It is a sign between
 * name and value, a long word, an option, or a word for a secret. No expression
 * ignores case, since compiling it would take too long.
 */
const SIGNS = /[=:<|\uff1a\uff1d]|[\w+/.~-]{15}|(?:^|[^\w-])-{1,2}[A-Za-z]/;
const WORDS =
  /pass|pwd?|secret|token|key|cred|private|kennwort|log ?in|sign in|pin|identified|codes|auth |community|contrase|senha|2fa |otp |mfa /;

/** As many short words in a row as in a wallet's seed phrase. */
const MANY_WORDS = /[a-z]{3,8}(?:[^a-z]{1,8}[a-z]{3,8}){11}/;

/**
 * Returns whether a branch may be named after a certain secret: a long word
 * that is not only lower case, or a redacted one.
 */
export function mayNameSecret(name: string): boolean {
  return /[\w~.-]{12}/.test(name) && /[A-Z\d]/.test(name);
}

/** Returns whether a text may have a secret. Fast; "no" is always right. */
export function mayHoldSecret(text: string): boolean {
  return SIGNS.test(text) || hasWord(text, WORDS) || MANY_WORDS.test(text);
}

/**
 * Returns whether a text may contain a seed phrase. Reading a long text twice
 * takes longer than loading the list of words.
 */
function mayHoldSeeds(text: string): boolean {
  return text.length > SHORT || MANY_WORDS.test(text);
}

/** The longest text that is copied without a check, in UTF-16 units. */
const SHORT = 4 * 1024;

/** Returns whether a text has one of some lower-case words, in any case. */
export function hasWord(text: string, words: RegExp): boolean {
  return text.length <= SHORT
    ? words.test(text.toLowerCase())
    : new RegExp(words, "i").test(text);
}
