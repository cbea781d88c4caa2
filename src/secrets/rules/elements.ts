import { isAlnum } from "./chars.ts";
import {
  type KeyKind,
  keyKind,
  LEAST,
  LONGEST_KEY,
  mayEndKey,
} from "./keys.ts";
import type { Span } from "../span.ts";
import {
  isAbout,
  isIdentifier,
  isName,
  isNameOfSecret,
  isPlaceholder,
  isStrong,
} from "./value.ts";

/** The longest value between two tags and the longest first tag. */
const LONGEST = 512;
const LONGEST_TAG = 160;

const CDATA = "<![CDATA[";

/** Returns whether a character may be in a name. */
export function isNamePart(code: number): boolean {
  return isAlnum(code) || code === 95 || code === 45 || code === 46;
}

/** Returns the value in `<password>…</password>`; `at`: the first `>`. */
export function elementAt(text: string, at: number): Span | undefined {
  const kind = elementKind(text, at);
  if (kind === undefined) return undefined;
  const wrapped = text.startsWith(CDATA, at + 1);
  const start = at + 1 + (wrapped ? CDATA.length : 0);
  const rest = text.slice(start, start + LONGEST);
  const length = wrapped ? rest.indexOf("]]>") : rest.search(/[<\n]/);
  const closed = length > 0 && (wrapped || rest.startsWith("</", length));
  if (!closed) return undefined;
  const value = rest.slice(0, length).trim();
  if (value.length < LEAST[kind] || isPlaceholder(value)) return undefined;
  const span = { start, end: start + length, label: kind };
  if (kind === "password") return isAbout(value) ? undefined : span;
  if (isStrong(value) && !isName(value)) return span;
  const plain = isName(value) && !isNameOfSecret(value, true) &&
    !isAbout(value);
  return plain ? { ...span, plain: kind } : undefined;
}

/** Returns the kind of `<key>Password</key>` before `<string>`. */
function listedKind(text: string, at: number): KeyKind | undefined {
  const key = /<key>([\w .-]{2,64})<\/key>\s{0,40}$/
    .exec(text.slice(Math.max(0, at - LONGEST_TAG), at));
  return key ? keyKind(key[1]!.replaceAll(" ", "_")) : undefined;
}

/** Returns the kind by the tag's name, whatever its attributes are. */
function elementKind(text: string, at: number): KeyKind | undefined {
  let start = at;
  const first = Math.max(0, at - LONGEST_KEY);
  while (start > first && isNamePart(text.charCodeAt(start - 1))) start--;
  if (text[start - 1] === "<") {
    if (!mayEndKey(text, at)) return undefined;
    const name = text.slice(start, at);
    return name === "string" ? listedKind(text, start - 1) : keyKind(name);
  }
  if (!`"'`.includes(text[at - 1] ?? " ")) return undefined;
  const lead = text.slice(Math.max(0, at - LONGEST_TAG), at);
  const tag = /^<([\w.-]{3,64})[ \t]([^>]*)$/
    .exec(lead.slice(lead.lastIndexOf("<")));
  if (!tag) return undefined;
  const named = /(?:^|[ \t])(?:name|key|id)=["']([\w.-]{2,64})["']/.exec(
    tag[2]!,
  );
  return keyKind(tag[1]!) ?? (named ? keyKind(named[1]!) : undefined);
}

/** Returns the value in `| password | … |`; `at`: the second bar. */
export function cellAt(text: string, at: number): Span | undefined {
  let end = at;
  while (end > 0 && " \t*`".includes(text[end - 1]!)) end--;
  if (!mayEndKey(text, end)) return undefined;
  const lead = text.slice(Math.max(0, at - LONGEST_KEY - 8), at);
  const name = /\|[ \t]{0,4}[*`]{0,3}([\w.-]{3,64})[*`]{0,3}[ \t]{0,40}$/
    .exec(lead);
  const kind = name ? keyKind(name[1]!) : undefined;
  if (kind === undefined) return undefined;
  const rest = text.slice(at + 1, at + 1 + LONGEST);
  const cell =
    /^[ \t]{0,40}[*`"']{0,3}([^\s|*`"']{6,256})[*`"']{0,3}[ \t]{0,99}\|/
      .exec(rest);
  if (!cell || !isStrong(cell[1]!) || isIdentifier(cell[1]!)) return undefined;
  const start = at + 1 + cell[0].indexOf(cell[1]!);
  return { start, end: start + cell[1]!.length, label: kind };
}

/** The room before `value` in which to search for its name. */
const LONGEST_PAIR = 160;

/** Returns the kind of `{"name": "DB_PASSWORD", "value": "…"}`. */
export function pairedKind(text: string, start: number): KeyKind | undefined {
  const lead = text.slice(Math.max(0, start - LONGEST_PAIR), start);
  const pair =
    /(?:name|key)\\*["']?[ \t]{0,4}[:=][ \t]{0,4}\\*["']?([\w.-]{3,64})\\*["']?(?:[\s,;]|\\[nr]){1,40}[-\w\\"']{0,24}$/i
      .exec(lead);
  const named = pair ?? /\bvariable "([\w-]{2,64})" \{[^{}]*$/.exec(lead);
  return named ? keyKind(named[1]!) : undefined;
}
