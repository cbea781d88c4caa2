import { isAlnum, isBlank } from "./secret_chars.ts";
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

/**
 * Values by the name they are given to: `KEY=value`, JSON, YAML, TOML, INI,
 * headers, code, query strings and XML, quoted or not.
 */
export function findAssignments(text: string): Span[] {
  const spans: Span[] = [];
  const ends: Ends = { text, from: 0, to: -1, ending: "sign" };
  for (let at = 1; at < text.length - 1; at++) {
    const code = text.charCodeAt(at);
    if (code !== EQUALS && code !== COLON && code !== GREATER) continue;
    const span = code === GREATER ? elementAt(text, at) : valueAt(ends, at);
    if (span === undefined) continue;
    spans.push(span);
    at = span.end - 1;
  }
  return spans;
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

function isNamePart(code: number): boolean {
  return isAlnum(code) || code === 95 || code === 45 || code === 46;
}

/** `"`, `'`, a backtick, `\`, `]`, `?` and `:` may stand between. */
function isBetween(code: number): boolean {
  return code === 34 || code === 39 || code === 96 || code === 92 ||
    code === 93 || code === 63 || code === COLON;
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
    spokenKind(text, start, name);
  if (kind === undefined) return undefined;
  const quote = /^\\*["']/.exec(text.slice(end, closed))?.[0] ?? "";
  return { kind, name, start, quote, apart };
}

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
  const colon = text.charCodeAt(at) === COLON;
  let from = at + 1;
  let compared = false;
  // `::` is a path of code; `==`, `=>`, `=~` and `:=` come before a text.
  if (colon && text.charCodeAt(from) === COLON) return undefined;
  while ("=>~".includes(text[from] ?? " ") && from < at + 3) {
    compared = true;
    from++;
  }
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
const TYPED = /[ \t]*&?(?:'\w+ )?[A-Za-z_][\w<>[\]|., ]{0,40}=(?![=>])/y;

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

/** Fewest characters of a value: many a password is short. */
const LEAST = { password: 3, token: 6, key: 6, secret: 4, cookie: 8 };

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

/** `<password>…</password>` */
function elementAt(text: string, at: number): Span | undefined {
  let start = at;
  const first = Math.max(0, at - LONGEST_KEY);
  while (start > first && isNamePart(text.charCodeAt(start - 1))) start--;
  if (at - start < 3 || text[start - 1] !== "<") return undefined;
  const kind = keyKind(text.slice(start, at));
  if (kind === undefined) return undefined;
  const end = text.slice(at + 1, at + 1 + 512).search(/[<\n]/);
  const value = text.slice(at + 1, at + 1 + end);
  const told = end > 0 && text.startsWith("</", at + 1 + end) &&
    value.trim().length >= LEAST[kind] && !isPlaceholder(value.trim());
  if (!told) return undefined;
  return { start: at + 1, end: at + 1 + end, label: kind };
}
