import { isBlank } from "./chars.ts";
import { cellAt, elementAt, isNamePart, pairedKind } from "./elements.ts";
import {
  isAnyKey,
  type Key,
  type KeyKind,
  keyKind,
  LONGEST_KEY,
  mayEndKey,
} from "./keys.ts";
import { afterReplacement, type Span } from "../span.ts";
import { isPlainWord } from "./plain_words.ts";
import { type Ending, type Ends, readValue } from "./reader.ts";
import { isSecret, LOOKED_AT } from "./decision.ts";
import { listAt, phraseEnd } from "./lists.ts";
import { isName, isStrong } from "./value.ts";

const EQUALS = 61;
const COLON = 58;
const LESS = 60;
const GREATER = 62;
const BAR = 124;

/** The colon on Chinese and Japanese keyboards. */
const WIDE_COLON = 0xff1a;

/** A sign between a name and its value. */
const SIGN = /[:<=>|\uff1a\uff1d]/g;

/** Finds values by their names, in settings, headers, code and tables. */
export function findAssignments(text: string): Span[] {
  const spans: Span[] = [];
  const ends: Ends = { text, from: 0, to: -1, ending: "sign" };
  SIGN.lastIndex = 1;
  while (SIGN.test(text)) {
    const at = SIGN.lastIndex - 1;
    const code = text.charCodeAt(at);
    if (code === LESS && text.charCodeAt(at + 1) !== 45) continue;
    const found = code === GREATER
      ? elementAt(text, at)
      : code === BAR
      ? cellAt(text, at)
      : valueAt(ends, at);
    if (found === undefined) continue;
    if (Array.isArray(found)) spans.push(...found);
    else spans.push(found);
    SIGN.lastIndex = Math.max(at + 1, spans.at(-1)?.end ?? 0);
  }
  return spans;
}

/** Returns whether a character may be between a name and its sign. */
function isBetween(code: number): boolean {
  return code === 34 || code === 39 || code === 96 || code === 92 ||
    code === 93 || code === 63 || code === COLON || code === 42;
}

/** Returns whether this sign before `=` assigns in make: `:=`, `?=`, `+=`. */
function isMakeSign(code: number): boolean {
  return code === COLON || code === 63 || code === 43;
}

function keyBefore(text: string, at: number): Key | undefined {
  let end = at;
  const least = Math.max(0, at - 8);
  while (end > least && isBlank(text.charCodeAt(end - 1))) end--;
  const closed = end;
  while (end > least && isBetween(text.charCodeAt(end - 1))) end--;
  // `name[] =` in C.
  if (end < closed && text.charCodeAt(end - 1) === 91) end--;
  return mayEndKey(text, end) ? keyAt(text, end, { at, closed }) : undefined;
}

/** Returns the key that ends at `end`; `closed`: the end of its quote. */
function keyAt(
  text: string,
  end: number,
  { at, closed }: { at: number; closed: number },
): Key | undefined {
  let start = end;
  const first = Math.max(0, end - LONGEST_KEY);
  while (start > first && isNamePart(text.charCodeAt(start - 1))) start--;
  if (text.charCodeAt(start - 1) > 127 || text.charCodeAt(end - 1) > 127) {
    while (start > first && text.charCodeAt(start - 1) > 127) start--;
    while (start > first && isNamePart(text.charCodeAt(start - 1))) start--;
  }
  if (end - start < 2) return undefined;
  const name = text.slice(start, end);
  if (
    name.length === 2 && name.toLowerCase() !== "pw" && name.charCodeAt(0) < 128
  ) {
    return undefined;
  }
  const kind = keyKind(withoutDashes(name)) ??
    spokenKind(text, start, name) ??
    (name.endsWith("alue") || name === "default"
      ? pairedKind(text, start)
      : undefined) ??
    (isAnyKey(name) ? "key" : undefined) ??
    (name === "PWD" && text[start - 1] === ";" ? "password" : undefined);
  const many = kind === undefined && name.length > 3 && name.endsWith("s") &&
      /[[\r\n]/.test(text.slice(at + 1, at + 4))
    ? keyKind(name.slice(0, -1))
    : undefined;
  const found = kind ?? many;
  if (found === undefined || isWithinCode(text, start, at)) return undefined;
  const quote = /^\\*["']/.exec(text.slice(end, closed))?.[0] ?? "";
  const apart = closed < at;
  return { kind: found, name, start, quote, apart, many: kind === undefined };
}

/** Recognizes `a::Password`, a list with colons, and `? "PASS" : "…"`. */
function isWithinCode(text: string, start: number, at: number): boolean {
  const before = text.slice(Math.max(0, start - 4), start);
  if (before.endsWith("::") || isRead(text, start)) return true;
  if (text.charCodeAt(at) !== COLON) return false;
  if (/lang\[["']$/.test(text.slice(Math.max(0, start - 6), start))) {
    return true;
  }
  return /[\w]:$/.test(before) || /\?[ \t]?["']$/.test(before);
}

/** Recognizes `$lang["password"]`, which is text for people. */
function isRead(text: string, start: number): boolean {
  return `"'`.includes(text[start - 1] ?? " ") && text[start - 2] === "[" &&
    /(?:lang|labels?|messages?|texts?)$/
      .test(text.slice(Math.max(0, start - 12), start - 2));
}

function withoutDashes(name: string): string {
  let at = 0;
  while (name[at] === "-" || name[at] === ".") at++;
  return at === 0 ? name : name.slice(at);
}

/** Recognizes `API key` in prose, and `name As String`. */
function spokenKind(
  text: string,
  start: number,
  name: string,
): KeyKind | undefined {
  if (name.length > 6) return undefined;
  const word = name.toLowerCase();
  if (!SPOKEN.has(word)) return undefined;
  const lead = text.slice(Math.max(0, start - 41), start);
  const before = /([A-Za-z_]{2,40}) (As |de |d')?$/.exec(lead);
  if (!before) return undefined;
  const [, first, joined = ""] = before as unknown as [string, string, string?];
  if (joined === "As ") return keyKind(first);
  return keyKind(joined ? `${first} ${joined}${word}` : `${first}_${word}`);
}

const SPOKEN = new Set(["key", "string", "passe", "ordine"]);

function valueAt(ends: Ends, at: number): Span | Span[] | undefined {
  const { text } = ends;
  const sign = text.charCodeAt(at);
  const colon = sign === COLON || sign === WIDE_COLON;
  // `::` is part of a path in code; `<-` assigns a text.
  if (colon && text.charCodeAt(at + 1) === COLON && text[at + 2] !== "=") {
    return undefined;
  }
  if (colon && text.charCodeAt(at - 1) === COLON) return undefined;
  const make = sign === EQUALS && isMakeSign(text.charCodeAt(at - 1));
  const key = keyBefore(text, make ? beforeMake(text, at) : at);
  if (key === undefined) return undefined;
  let from = sign === LESS ? at + 2 : at + 1;
  let compared = sign === LESS;
  // `==`, `=>`, `=~` and `:=` may come before a text.
  while (":=>~".includes(text[from] ?? " ") && from < at + 3) {
    compared = true;
    from++;
  }
  if ((make || compared) && isAlone(text, key) && sign !== LESS) {
    compared = text[from - 1] !== "=" || text[from - 2] === "=";
  } else compared ||= make && !key.apart;
  if (colon) from = afterLead(text, from, key);
  const list = listAt(text, from, key.kind);
  if (list.length > 0 || key.many) return list;
  return oneValue(ends, key, { from, colon, compared });
}

/** Returns the start of make's sign before `=`. */
function beforeMake(text: string, at: number): number {
  const least = at - 2;
  while (at > least && isMakeSign(text.charCodeAt(at - 1))) at--;
  return at;
}

function oneValue(
  ends: Ends,
  key: Key,
  { from, colon, compared }: {
    from: number;
    colon: boolean;
    compared: boolean;
  },
): Span | undefined {
  const { text } = ends;
  const typed = colon ? typedValue(ends, key, from) : undefined;
  if (typed) return typed;
  const value = readValue(ends, from, endingOf(text, key));
  if (value === undefined) return undefined;
  const { start, quoted } = value;
  if (afterReplacement(text, start) > start) return undefined;
  if (!quoted && compared) return undefined;
  const phrase = quoted ? -1 : phraseEnd(text, start, key);
  const end = Math.max(value.end, phrase);
  const written = text.slice(start, Math.min(end, start + LOOKED_AT));
  const given = { key, value, colon, text };
  const plain = phrase < 0 && !isSecret(written, given);
  if (plain && !isPlainWord(written, given)) return undefined;
  const wrapped = key.quote !== "" && !quoted && colon;
  return {
    start,
    end,
    label: key.kind,
    ...wrapped ? { quote: key.quote } : {},
    ...plain ? { plain: key.name } : {},
  };
}

/** Skips characters that may be between a colon and its value. */
function afterLead(text: string, from: number, key: Key): number {
  for (const lead of key.quote === "" ? [BOLD, MARKED] : [NEXT_LINE]) {
    lead.lastIndex = from;
    if (lead.test(text)) return lead.lastIndex;
  }
  if (key.quote !== "") return from;
  BELOW.lastIndex = from;
  const below = BELOW.exec(text);
  return below && isStrong(below[1]!) && !isName(below[1]!)
    ? BELOW.lastIndex - below[1]!.length
    : from;
}

/** A YAML tag or anchor whose value is on the next line. */
const MARKED = /[ \t]{0,20}(?:&\w{1,40}|!!?[\w:]{0,40})[ \t]{1,20}(?=[^\s=])/y;
const BELOW =
  /[ \t]{0,20}\r?\n[ \t]{1,40}([^\s#:"'-][^\s:"']{5,256})(?=[ \t]{0,20}(?:\r?\n|$))/y;

/** `**Password:** …`, or a JSON value on the next line. */
const BOLD = /(?:\*{1,3}|_{1,3})(?=[ \t])/y;
const NEXT_LINE = /[ \t]{0,80}(?:\r?\n|\\{1,99}n)[ \t]{0,80}(?=\\{0,99}["'])/y;

/** Returns what ends the value: a blank for a variable on its own line. */
function endingOf(text: string, key: Key): Ending {
  if (key.kind === "cookie") return "line";
  return !key.apart && isAlone(text, key) ? "blank" : "sign";
}

/** Returns whether an upper-case name begins its line, like a variable. */
function isAlone(text: string, { name, start }: Key): boolean {
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) return false;
  const line = text.slice(Math.max(0, start - 12), start);
  return /(?:^|[\n\r]|\\n)(?:export |override )?$/.test(line);
}

/** `name: string = "…"`: the value follows the type. */
const TYPED =
  /[ \t]{0,99}&?(?:'\w{1,40} )?[A-Za-z_][\w<>[\]|., ]{0,40}=(?![=>])/y;

function typedValue(ends: Ends, key: Key, from: number): Span | undefined {
  const { text } = ends;
  TYPED.lastIndex = from;
  if (!TYPED.test(text)) return undefined;
  const value = readValue(ends, TYPED.lastIndex, "sign");
  if (!value?.quoted) return undefined;
  const { start, end } = value;
  const written = text.slice(start, Math.min(end, start + LOOKED_AT));
  const given = { key, value, colon: true, text };
  if (written.length >= 4 && isSecret(written, given)) {
    return { start, end, label: key.kind };
  }
  return isPlainWord(written, given)
    ? { start, end, label: key.kind, plain: key.name }
    : undefined;
}
