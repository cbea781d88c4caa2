import { isAnyKey, type Key, LEAST } from "./keys.ts";
import type { Given } from "./decision.ts";
import {
  isAbout,
  isCode,
  isName,
  isNameOfSecret,
  isOfCode,
  isPath,
  isPlaceholder,
  isStrong,
} from "./value.ts";

/** Words that code assigns to such names: kinds of tokens, ways to log in. */
const COMMON = new Set(
  ("account always anonymous asterisk attribute automatic boundary bracket " +
    "builtin certificate character comment constant constructor container " +
    "content cookies current deadbeef decorator definition delimiter digest " +
    "directive doctype document element entity expression external " +
    "forbidden function header identifier implicit import inline interface " +
    "internal invisible keyword label lambda language lax literal lparen mandatory manual " +
    "marker markup meta metatag method module namespace negotiate newline next_marker nextmarker " +
    "notset operator paren parameter position preprocessor primary private " +
    "predefined property provider public punctuation punctuator quoted regexp rematch rparen selector " +
    "semicolon separator session signed special statement storage strict struct " +
    "support symbol tag template type unauthorized unsigned variable whitespace")
    .split(" "),
);

/** Returns whether programs often use this word instead of a token. */
export function isCommon(word: string): boolean {
  return COMMON.has(word.replace(/-?\d$/, "")) || isPlaceholder(word);
}

/** `comment.doc`, `keyword.flow`: kinds of tokens in editor grammars. */
const SCOPE = /^@?([a-z]+)\.[a-z.-]+$/;

/** Names of fields that contain the name of another field. */
const OF_PAGES = /^(?:input|output)[_-]?token$/i;

/**
 * Returns whether a value is plain words assigned to a token, key or cookie.
 * Code has many that are not secret, which `withoutOrdinary` recognizes.
 */
export function isPlainWord(written: string, given: Given): boolean {
  const { key, value, colon, text } = given;
  const { kind, name } = key;
  if (kind === "pin") return false;
  // Other possible passwords are not compared with the rest of the text.
  if (kind === "password" && (value.quoted || !beginsLine(text, key))) {
    return false;
  }
  if (OF_PAGES.test(name) || isAnyKey(name)) return false;
  if (written.length < LEAST[kind] || isPlaceholder(written)) return false;
  if (isCompared(text, value.start) || isOther(written, name)) return false;
  const named = value.quoted || !colon || /^[\w-]*\d$/.test(written);
  if (kind === "cookie") return isPlainCookie(written, given);
  return isName(written) && !isNameOfSecret(written, named) &&
    (value.quoted || isAlone(written, { value, colon, text }));
}

/** Recognizes `passwd=open_sesame` in settings, not `user.password = x`. */
function beginsLine(text: string, { name, start, apart }: Key): boolean {
  return !(apart && name.includes(".")) &&
    /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, start - INDENT), start));
}

/** The maximum number of blanks before a name at the start of its line. */
const INDENT = 24;

/** Recognizes a parser's comparison: `token === "while"`. */
function isCompared(text: string, start: number): boolean {
  return /==[ \t]{0,4}\\{0,4}["'`]$/.test(
    text.slice(Math.max(0, start - 12), start),
  );
}

/** Recognizes an address, a file, a sentence, or `fooToken: "FOO"`. */
function isOther(written: string, name: string): boolean {
  const scope = SCOPE.exec(written)?.[1];
  return scope !== undefined && isCommon(scope) ||
    /^\w{2,20}:\/\/|^urn:/.test(written) || isPath(written) ||
    isAbout(written) || lettersOf(name).includes(lettersOf(written));
}

function lettersOf(text: string): string {
  return text.replaceAll(/[^A-Za-z]/g, "").toLowerCase();
}

/** Recognizes an unquoted value outside code and sentences. */
function isAlone(
  written: string,
  { value: { end, last }, colon, text }: Omit<Given, "key">,
): boolean {
  // `basicAuth: BasicReference;` is a type.
  if (colon && /^(?:[A-Z][a-z]+){2,}$/.test(written)) return false;
  if (isCode(written) || /^[({[]/.test(written)) return false;
  if ("([{".includes(text[end] ?? " ")) return false;
  if (/^(?:[A-Za-z]{1,15}|__\w+__)$/.test(written)) return false;
  return isStrong(written) || last;
}

/** Attributes of a cookie that are not part of its value. */
const ATTRIBUTES =
  /^(?:path|domain|max-age|expires|samesite|version|comment|priority)$/i;

/** Returns the values of a cookie that may be secret. */
export function valuesOfCookie(written: string): string[] {
  return written.split(";").flatMap((part) => {
    const [name, value] = part.trim().split(/=(.*)/s);
    return value === undefined || ATTRIBUTES.test(name!) ? [] : [value];
  });
}

/** Recognizes `session=opensesame`, and words that programs exchange. */
function isPlainCookie(written: string, { key, value, text }: Given): boolean {
  const { quoted, last, end } = value;
  if (!written.includes("=")) {
    const held = quoted || last && beginsLine(text, key);
    return isName(written) && !isNameOfSecret(written, held) &&
      (held || /^\S+$/.test(written) && !isCode(written) &&
          (last || `"'`.includes(text[end] ?? " ")));
  }
  return valuesOfCookie(written).some((value) =>
    value.length >= LEAST.cookie && /^\S+$/.test(value) && isName(value) &&
    !isOfCode(value) && !isPlaceholder(value)
  );
}
