import { isBlank } from "./secret_chars.ts";
import {
  cellAt,
  elementAt,
  isNamePart,
  LEAST,
  pairedKind,
} from "./secret_elements.ts";
import { type KeyKind, keyKind, LONGEST_KEY } from "./secret_keys.ts";
import { afterReplacement, type Span } from "./secret_span.ts";
import {
  type Ending,
  type Ends,
  readValue,
  type Value,
} from "./secret_reader.ts";
import { isCode, isPath, isPlaceholder, isStrong } from "./secret_value.ts";

const EQUALS = 61;
const COLON = 58;
const GREATER = 62;
const BAR = 124;

/** The same signs as keyboards for Chinese and Japanese write them. */
const WIDE_COLON = 0xff1a;
const WIDE_EQUALS = 0xff1d;

/**
 * Values by the name they are given to: `KEY=value`, JSON, YAML, TOML, INI,
 * headers, code, query strings, XML and tables, quoted or not.
 */
export function findAssignments(text: string): Span[] {
  const spans: Span[] = [];
  const ends: Ends = { text, from: 0, to: -1, ending: "sign" };
  for (let at = 1; at < text.length - 1; at++) {
    const code = text.charCodeAt(at);
    if (code < COLON || (code > GREATER && code < BAR)) continue;
    if (!isSign(code)) continue;
    const span = code === GREATER
      ? elementAt(text, at)
      : code === BAR
      ? cellAt(text, at)
      : valueAt(ends, at);
    if (span === undefined) continue;
    spans.push(span);
    at = span.end - 1;
  }
  return spans;
}

function isSign(code: number): boolean {
  return code === EQUALS || code === COLON || code === GREATER ||
    code === BAR || code === WIDE_COLON || code === WIDE_EQUALS;
}

/** The name before `at`, and how it stands there. */
interface Key {
  readonly kind: KeyKind;
  readonly name: string;
  readonly start: number;
  /** Its closing quote with the backslashes before it; empty: it has none. */
  readonly quote: string;
  /** Whether blanks stand before the sign. */
  readonly apart: boolean;
}

/** `"`, `'`, a backtick, `\`, `]`, `?`, `:` and `*` may stand between. */
function isBetween(code: number): boolean {
  return code === 34 || code === 39 || code === 96 || code === 92 ||
    code === 93 || code === 63 || code === COLON || code === 42;
}

function keyBefore(text: string, at: number): Key | undefined {
  let end = at;
  const least = Math.max(0, at - 8);
  while (end > least && isBlank(text.charCodeAt(end - 1))) end--;
  const apart = end < at;
  const closed = end;
  while (end > least && isBetween(text.charCodeAt(end - 1))) end--;
  let start = end;
  const first = Math.max(0, end - LONGEST_KEY);
  while (start > first && isNamePart(text.charCodeAt(start - 1))) start--;
  if (end - start < 3) return undefined;
  const name = text.slice(start, end);
  const kind = keyKind(withoutDashes(name)) ??
    spokenKind(text, start, name) ??
    (name.endsWith("alue") ? pairedKind(text, start) : undefined) ??
    (isAnyKey(name) ? "key" : undefined);
  if (kind === undefined) return undefined;
  const quote = /^\\*["']/.exec(text.slice(end, closed))?.[0] ?? "";
  return { kind, name, start, quote, apart };
}

/** A variable that may hold the key of anything: `AZURE_OPENAI_KEY`. */
function isAnyKey(name: string): boolean {
  return name.endsWith("_KEY") && /^[A-Z][A-Z0-9_]+$/.test(name) &&
    keyKind(name) === undefined && !NO_SECRET_KEY.test(name);
}

const NO_SECRET_KEY =
  /(?:PRIMARY|FOREIGN|CACHE|SORT|PARTITION|PUBLIC|ROW|INDEX|OBJECT|S3|LOCK|STORE)_KEY$/;

function withoutDashes(name: string): string {
  let at = 0;
  while (name[at] === "-" || name[at] === ".") at++;
  return at === 0 ? name : name.slice(at);
}

/** `API key`, as people write it. */
function spokenKind(
  text: string,
  start: number,
  name: string,
): KeyKind | undefined {
  if (!["key", "string"].includes(name.toLowerCase())) return undefined;
  const before = /([A-Za-z]{3,12}) $/.exec(
    text.slice(Math.max(0, start - 13), start),
  );
  return before ? keyKind(`${before[1]}_${name}`) : undefined;
}

function valueAt(ends: Ends, at: number): Span | undefined {
  const { text } = ends;
  const key = keyBefore(text, at);
  if (key === undefined) return undefined;
  const sign = text.charCodeAt(at);
  const colon = sign === COLON || sign === WIDE_COLON;
  let from = at + 1;
  let compared = false;
  // `::` is a path of code; `==`, `=>`, `=~` and `:=` come before a text.
  if (colon && text.charCodeAt(from) === COLON) return undefined;
  while ("=>~".includes(text[from] ?? " ") && from < at + 3) {
    compared = true;
    from++;
  }
  const lead = key.quote === "" ? BOLD : NEXT_LINE;
  lead.lastIndex = from;
  if (colon && lead.test(text)) from = lead.lastIndex;
  const value = readValue(ends, from, endingOf(text, key));
  if (value === undefined) return undefined;
  const { start, end, quoted } = value;
  if (afterReplacement(text, start) > start) return undefined;
  if (!quoted && compared) return undefined;
  const written = text.slice(start, Math.min(end, start + LOOKED_AT));
  if (colon && !quoted) {
    const typed = typedValue(ends, key, from);
    if (typed) return typed;
  }
  if (!isSecret(written, { key, value, colon, text })) return undefined;
  const label = key.kind === "cookie" ? "cookie" : key.kind;
  const wrapped = key.quote !== "" && !quoted && colon;
  return { start, end, label, ...wrapped ? { quote: key.quote } : {} };
}

/** `**Password:** …`, and in JSON the value on the next line. */
const BOLD = /(?:\*{1,3}|_{1,3})(?=[ \t])/y;
const NEXT_LINE = /[ \t]{0,80}(?:\r?\n|\\{1,99}n)[ \t]{0,80}(?=\\{0,99}["'])/y;

/** `export NAME=`, or a name in capitals at the start of its line. */
function endingOf(text: string, { kind, name, start, apart }: Key): Ending {
  if (kind === "cookie") return "line";
  if (apart || !/^[A-Z][A-Z0-9_]*$/.test(name)) return "sign";
  const line = text.slice(Math.max(0, start - 9), start);
  const alone = start === 0 || /(?:[\n\r]|\\n)(?:export )?$/.test(line) ||
    line === "export ";
  return alone ? "blank" : "sign";
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
  if (written.length < 4 || isPlaceholder(written)) return undefined;
  return { start, end, label: key.kind };
}

/** UTF-16 units of a value that decide. */
const LOOKED_AT = 256;

function isSecret(
  written: string,
  { key, value, colon, text }: {
    key: Key;
    value: Value;
    colon: boolean;
    text: string;
  },
): boolean {
  // Longer than any of what follows, and so never gone through in vain.
  if (value.quoted && written.length === LOOKED_AT) return true;
  if (written.length < LEAST[key.kind] || isPlaceholder(written)) return false;
  if (isPath(written)) return false;
  if (isAnyKey(key.name)) {
    return written.length >= 20 && /^[\w+/=-]+$/.test(written) &&
      isStrong(written);
  }
  if (value.scheme) return isStrong(written) || written.length >= 12;
  if (value.quoted) return true;
  if (isCode(written) || /^[({[]/.test(written)) return false;
  // A word of code is a name of something else.
  const more = text[value.end];
  if (more === "(" || more === "[" || more === "{") return false;
  if (/^\d{1,5}$/.test(written)) return key.kind === "password" && !colon;
  if (isStrong(written) || /^[A-Z0-9_.-]+$/.test(key.name)) return true;
  const apart = colon || key.apart;
  if (apart && /^\w+$/.test(written) && keyKind(written)) return false;
  if (key.kind !== "password" && /^[A-Za-z]{1,15}$/.test(written)) return false;
  // One word alone: the rest of its line is empty.
  return value.last || !apart;
}
