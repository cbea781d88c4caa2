import { remembered } from "../../base/remembered.ts";

/** The minimum lengths of values; many passwords are short. */
export const LEAST = {
  ...{ password: 3, token: 6, key: 6 },
  ...{ secret: 4, cookie: 8, pin: 4 },
};

/** The kind of a value, by its name. */
export type KeyKind = keyof typeof LEAST;

const PASSWORD =
  /(?:pass(?:word|wd|phrase|code)|passwort|kennwort|wachtwoord|senha|pwd|(?:^|[^a-z]|bind|root|auth|user|imap|smtp|mail|store|key|db|sudo|become)(?:pass|pw)|(?:^|[^a-z])psk|preshared[_-]?key|mot de passe|parola d'ordine|contraseña|пароль|密码|密碼|パスワード|비밀번호|hasło)s?$/;
const PIN = /(?:^|[^a-z])pin$/;
const TOKEN =
  /(?:token|jwt|authorization|bearer|(?:^|[^a-z])_?auth|(?:^|[^a-z])pat|x-amz-signature|x-goog-signature)$/;
const KEY =
  /(?:api|access|secret|private|signing|signature|encryption|master|account|sharedaccess|shared|auth|service|deploy|licen[sc]e|client|webhook|admin|app|application|publishable|ingest|write)[_.-]?key(?:[_.-]?(?:base|data))?$|^clave$/;
const SECRET =
  /(?:secrets?|credentials?|connection[_.-]?string|conn[_.-]?str|secret[_.-]?key[_.-]?base|(?:^|[^a-z])dsn|webhook[_.-]?url)$/;
const COOKIE = /^(?:set-)?cookie$/;

/** Harmless names with similar endings. */
const HARMLESS =
  /^(?:oldpwd|pwd)$|(?:next|page|pagination|continuation|continue|sync|cancel(?:lation)?|abort|eos|bos|pad|unk|sep|cls|mask|stop|special|first|last|current|prev(?:ious)?|per|max|min|total|limit|truncation|significant)[_.-]?token$|(?:by|com|sur|tres|under|over|encom|(?:any|all|first|second|next|last|single|multi|two|one|render|shader|shadow|post|depth|blur|full|of|test|tests)[_.-])pass(?:es)?$|^(?:unpin|no[_-]?pin)$|(?:^|[.])(?:is|has|can|should|with|label|field|button|notice|tooltip|placeholder|mail_body|mail_subject)[_.-]|(?:^|[_.-])(?:update|change|lost|forgot|forgotten|wrong|invalid|empty|missing|validate)[_.-]pass(?:word|wd)?$/;

/** The longest name to examine, in UTF-16 units. */
export const LONGEST_KEY = 64;

/**
 * Returns the kind of secret with this name, if any. Ignores case, and
 * differences such as `camelCase`, `snake_case` and `kebab-case`.
 */
export const keyKind = remembered(decide);

/** The endings of all names of secrets, without digits and a final "s". */
const ENDS = [
  ..."pass pw psk pin senha data word wd phrase code wort token jwt authorization bearer"
    .split(" "),
  ..."auth pat signature key base secret credential string str".split(" "),
  ..."dsn url cookie passe ordine woord clave contraseña пароль 密码 密碼 パスワード 비밀번호 hasło"
    .split(" "),
];

/** Class of a character in a name: 1 to 26 for letters, or one of these. */
const NONE = 0;
const DIGIT = 27;
const SIGN = 28;

const LETTERS = lettersOfNames();

function lettersOfNames(): Uint8Array {
  const found = new Uint8Array(128).fill(DIGIT, 48, 58);
  for (let letter = 1; letter <= 26; letter++) {
    found[64 + letter] = found[96 + letter] = letter;
  }
  for (const sign of "_-.") found[sign.charCodeAt(0)] = SIGN;
  return found;
}

let tails: Uint8Array | undefined;

/** Returns a table with 1 for the last three letters of each such name. */
function tailsOfNames(): Uint8Array {
  const tails = new Uint8Array(1 << 15);
  // `default` and `value` are part of a longer name.
  for (const end of [...ENDS, "value", "default"]) {
    for (const tail of [end, `${end}s`, `${end}ss`]) {
      const [third, second, last] = [3, 2, 1].map((back) =>
        LETTERS[tail.charCodeAt(tail.length - back)] ?? NONE
      ) as [number, number, number];
      if (tail.length > 2) tails[tailOf(third, second, last)] = 1;
      else {
        for (let any = 0; any < 32; any++) {
          tails[tailOf(any, second, last)] = 1;
        }
      }
    }
  }
  return tails;
}

function tailOf(third: number, second: number, last: number): number {
  return (third << 10) | (second << 5) | last;
}

/** Returns whether a name may indicate a secret; a "no" is always right. */
export function mayEndKey(text: string, end: number): boolean {
  let at = end - 1;
  const first = Math.max(0, end - LONGEST_KEY);
  while (at >= first && LETTERS[text.charCodeAt(at)]! >= DIGIT) at--;
  let tail = 0;
  for (let place = 0; place < 15; at--) {
    const code = at < first ? 0 : text.charCodeAt(at);
    if (code > 127) return true;
    const letter = LETTERS[code]!;
    if (letter === DIGIT) return true;
    if (letter === SIGN) continue;
    tail |= letter << place;
    place += 5;
    if (letter === NONE) break;
  }
  return (tails ??= tailsOfNames())[tail] === 1;
}

// Avoids expressions: a pause does not have the time to compile them.
function decide(name: string): KeyKind | undefined {
  if (!mayEndKey(name, name.length)) return undefined;
  const plain = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[_.-]?\d{0,3}$/, "");
  const bare = plain.replaceAll(/[_.-]/g, "");
  if (!ENDS.some((end) => endsWithName(bare, end))) return undefined;
  if (plain === "pwd" && name !== "PWD") return "password";
  if (HARMLESS.test(plain)) return undefined;
  if (COOKIE.test(plain)) return "cookie";
  if (PASSWORD.test(plain)) return "password";
  if (PIN.test(plain)) return "pin";
  if (TOKEN.test(plain)) return "token";
  // `SharedAccessKey`, `api_key`, `apikey`.
  if (KEY.test(plain) || KEY.test(bare)) return "key";
  return SECRET.test(plain) ? "secret" : undefined;
}

function endsWithName(text: string, end: string): boolean {
  return text.endsWith(end) || text.endsWith(`${end}s`);
}

/** A name before a sign, and how it is written there. */
export interface Key {
  readonly kind: KeyKind;
  readonly name: string;
  readonly start: number;
  /** Its closing quote with the backslashes before it; empty: no quote. */
  readonly quote: string;
  /** True if there are blanks before the sign. */
  readonly apart: boolean;
  /** True if the value can only be a list: `tokens`. */
  readonly many: boolean;
}

/** Returns whether a variable may have any key: `AZURE_OPENAI_KEY`. */
export function isAnyKey(name: string): boolean {
  return name.endsWith("_KEY") && /^[A-Z][A-Z0-9_]+$/.test(name) &&
    keyKind(name) === undefined && !NO_SECRET_KEY.test(name);
}

const NO_SECRET_KEY =
  /(?:PRIMARY|FOREIGN|CACHE|SORT|PARTITION|PUBLIC|ROW|INDEX|OBJECT|S3|LOCK|STORE)_KEY$/;
