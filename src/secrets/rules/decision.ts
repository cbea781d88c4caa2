import { isAnyKey, type Key, keyKind, LEAST } from "./keys.ts";
import type { Value } from "./reader.ts";
import {
  isAbout,
  isCode,
  isIdentifier,
  isName,
  isOfCode,
  isPath,
  isPlaceholder,
  isStrong,
} from "./value.ts";

/** The maximum number of UTF-16 units of a value to examine. */
export const LOOKED_AT = 256;

/** A value, and its position. */
export interface Given {
  readonly key: Key;
  readonly value: Value;
  readonly colon: boolean;
  readonly text: string;
}

/** Returns whether a value is a secret, and not code or a placeholder. */
export function isSecret(written: string, given: Given): boolean {
  const { key, value } = given;
  // Longer than every word below, so not worth a search.
  if (value.quoted && written.length === LOOKED_AT) return !/\s/.test(written);
  if (written.length < LEAST[key.kind] || isPlaceholder(written)) return false;
  if (key.kind === "pin") return /^\d{4,12}$/.test(written);
  if (isPath(written) || isVerdict(written, given)) return false;
  if (isAnyKey(key.name)) {
    return written.length >= 20 && /^[\w+/=-]+$/.test(written) &&
      isStrong(written) && !isName(written);
  }
  if (value.scheme) return isStrong(written) || written.length >= 12;
  if (key.kind === "cookie" && !isCookie(written)) return false;
  return value.quoted
    ? isQuotedSecret(written, key)
    : isPlainSecret(written, given);
}

/** Recognizes `{ pass: "All is well", fail: "…" }`, the messages of a check. */
function isVerdict(written: string, { key, value, text }: Given): boolean {
  return key.name === "pass" && value.quoted && /\s/.test(written) &&
    /\b(?:fail|incomplete)(?:ed|ure)?\\*["']?:/.test(
      text.slice(Math.max(0, key.start - BEFORE), value.end + BEFORE),
    );
}

/** Returns whether any part except the attributes is generated. */
function isCookie(written: string): boolean {
  return written.split(";").some((part) => {
    const [name, value = name] = part.trim().split(/=(.*)/s);
    return value!.length >= 8 && !/\s/.test(value!) && isStrong(value!) &&
      !isName(value!) &&
      !/^(?:path|domain|max-age|expires|samesite)$/i.test(name!);
  });
}

/** Returns whether this is the name of a variable, such as `API_TOKEN`. */
function isVariable(name: string): boolean {
  return /^[A-Z0-9_.-]+$/.test(name);
}

/** A password chosen by a person, although it ends like a name. */
const CHOSEN = /^(?:my|our|super|top|very)[_-]?(?:secret|secure|strong|safe)./i;

/** `keyword.$0`, a kind of token in editor grammars. */
const GRAMMAR = /^[a-z]+(?:[.-](?:[a-z]+|\$\w\d?))*[.-]\$\w\d?(?:\.[a-z]+)*$/;

/** Returns whether it is a secret: passwords may be words, tokens may not. */
function isQuotedSecret(written: string, { kind, name }: Key): boolean {
  if (isAbout(written)) return false;
  if (/^https?:\/\//.test(written)) {
    return /(?:url|string|str|dsn)$/i.test(name);
  }
  if (kind === "password") {
    return CHOSEN.test(written) || !isOfCode(written) || !keyKind(written);
  }
  // Messages for people, in their language.
  if (/[^ -~]|\\u[0-9a-fA-F]{4}/.test(written)) return false;
  const chosen = isVariable(name) || /secret$/i.test(name);
  return chosen
    ? !isOfCode(written)
    : !isName(written) && !GRAMMAR.test(written);
}

/** A name in code: only letters, without anything typical of a password. */
const WORD = /^[A-Za-z_][A-Za-z_.]*$/;

function isPlainSecret(written: string, given: Given): boolean {
  const { key, value, colon, text } = given;
  const { name, kind, apart } = key;
  if (isCode(written) || /^(?:[({[]|https?:)/.test(written)) return false;
  // In code, the word is the name of something else.
  const more = text[value.end];
  if (more === "(" || more === "[" || more === "{") return false;
  if (/^\d{1,5}$/.test(written)) return kind === "password" && !colon;
  if (isNumber(given) || isTyped(given)) return false;
  const variable = isVariable(name);
  const word = WORD.test(written);
  if (word && !(variable && !apart) && isOfName(written)) return false;
  if (isStrong(written)) {
    return kind === "password" || variable ||
      !(isName(written) || isIdentifier(written));
  }
  if (variable) {
    return !(colon &&
      /^[ \t][A-Za-z]/.test(text.slice(value.end, value.end + 2)));
  }
  if (kind !== "password" && /^[A-Za-z]{1,15}$/.test(written)) return false;
  if (word && isWithinCode(given)) return false;
  // For a single word, the rest of its line is empty.
  return value.last || colon === isInFlow(given) && !apart;
}

/** Recognizes numbers: `TOKEN = 100063;`, `PASSWORDS = 0x00400000`. */
function isNumber({ key: { kind, apart }, value, text }: Given): boolean {
  const written = text.slice(value.start, value.end);
  return /^0x[0-9a-fA-F]{1,8}$/.test(written) ||
    (kind !== "password" && apart && text[value.end] === ";" &&
      /^\d{6,9}$/.test(written));
}

/** Recognizes types: `password: PasswordType;`, `(auth: ClientAuth)`. */
function isTyped({ key: { kind }, value, colon, text }: Given): boolean {
  if (!colon) return false;
  const written = text.slice(value.start, value.end);
  const named = /^(?:[A-Z][a-z]+){2,}$/.test(written);
  // `ERROR_PASSWORD: DWORD = 2108`.
  if (/^ = /.test(text.slice(value.end, value.end + 3))) return true;
  const closed = /^ ?[;)]/.test(text.slice(value.end, value.end + 2));
  return closed && (named || isOfCode(written)) ||
    named && kind !== "password" && isOfCode(written);
}

/** `refresh_token`, `new_hash`, `_UNSET`. */
function isOfName(written: string): boolean {
  return keyKind(written) !== undefined || written.startsWith("_") ||
    /^[a-z]+(?:_[a-z]+)+$/.test(written);
}

/** The room before a name in which to search for the start of its line. */
const BEFORE = 160;

/** Returns whether a name is in a list item such as `- { name: value }`. */
function isInFlow({ key, text }: Given): boolean {
  const lead = text.slice(Math.max(0, key.start - BEFORE), key.start);
  return /^[ \t]*- ?\{/.test(lead.slice(lead.lastIndexOf("\n") + 1));
}

/**
 * Returns whether a single word is where code has a name. That is in arguments,
 * after a comma, in an indented line or in a line that ends with a comma.
 */
function isWithinCode(given: Given): boolean {
  const { key, value, colon, text } = given;
  const lead = text.slice(Math.max(0, key.start - BEFORE), key.start);
  const line = lead.slice(lead.lastIndexOf("\n") + 1);
  const after = text[value.end];
  if (colon) return after === "," && !isInFlow(given);
  if (/,[ \t]*$/.test(line) && key.apart) return true;
  if (/\($|\([^)]*[,(][ \t]*$/.test(line) && (after === ")" || after === ",")) {
    return true;
  }
  return key.apart && /^[ \t]+/.test(line) &&
    !/^\[[^\]\n]{1,60}\][ \t]*$/m.test(lead);
}
