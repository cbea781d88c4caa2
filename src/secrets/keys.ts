import { isDigit } from "./chars.ts";

/** What a name says of the value that is given to it. */
export type KeyKind =
  | "password"
  | "token"
  | "key"
  | "secret"
  | "cookie"
  | "pin";

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

/** Names that end like the others and hold no secret. */
const HARMLESS =
  /^(?:oldpwd|pwd)$|(?:next|page|pagination|continuation|continue|sync|cancel(?:lation)?|abort|eos|bos|pad|unk|sep|cls|mask|stop|special|first|last|current|prev(?:ious)?|per|max|min|total)[_.-]?token$|(?:by|com|sur|tres|under|over|encom|(?:any|all|first|second|next|last|single|multi|two|one|render|shader|shadow|post|depth|blur|full|of|test|tests)[_.-])pass(?:es)?$|^(?:unpin|no[_-]?pin)$/;

/** The longest name that is looked at, in UTF-16 units. */
export const LONGEST_KEY = 64;

const known = new Map<string, KeyKind | undefined>();

/** Names kept, so that a text with other ones costs no memory. */
const MOST_KNOWN = 2000;

/**
 * What kind of secret a value of that name is; `undefined`: none. Upper and
 * lower case, `camelCase`, `snake_case`, `kebab-case` and dots are the same.
 */
export function keyKind(name: string): KeyKind | undefined {
  const found = known.get(name);
  if (found !== undefined || known.has(name)) return found;
  if (known.size >= MOST_KNOWN) known.clear();
  const kind = decide(name);
  known.set(name, kind);
  return kind;
}

/** How every name ends that any of the others takes, but for digits and an "s". */
const ENDS = [
  ..."pass pw psk pin senha data word wd phrase code wort token jwt authorization bearer"
    .split(" "),
  ..."auth pat signature key base secret credential string str".split(" "),
  ..."dsn url cookie passe ordine woord clave contraseña пароль 密码 密碼 パスワード 비밀번호 hasło"
    .split(" "),
];

/** 1 for each ASCII character that such a name may end with. */
const LAST = new Uint8Array(128);
for (const code of [..."0123456789s", ...ENDS.map((end) => end.at(-1)!)]) {
  if (code.charCodeAt(0) > 127) continue;
  LAST[code.charCodeAt(0)] = 1;
  LAST[code.toUpperCase().charCodeAt(0)] = 1;
}
// `DB_PASSWORD_`, and `default` and `value` that belong to another name.
for (const code of "_-.tTeE") LAST[code.charCodeAt(0)] = 1;

/** Whether a name that ends so may tell anything. */
export function mayEndKey(code: number): boolean {
  return code > 127 || LAST[code] === 1;
}

/** Whether a name may tell anything; fast, and never wrong in saying no. */
function mayTell(name: string): boolean {
  const letters = name.toLowerCase().replaceAll("_", "").replaceAll("-", "")
    .replaceAll(".", "");
  let end = letters.length;
  while (isDigit(letters.charCodeAt(end - 1))) end--;
  const many = letters.slice(0, end);
  const one = many.endsWith("s") ? many.slice(0, -1) : many;
  return ENDS.some((word) => one.endsWith(word) || many.endsWith(word));
}

// Without an expression where there is nothing: each one that is used twice is
// compiled, which takes longer than a pause has for it.
function decide(name: string): KeyKind | undefined {
  if (!mayTell(name)) return undefined;
  const plain = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[_.-]?\d{0,3}$/, "");
  if (plain === "pwd" && name !== "PWD") return "password";
  if (HARMLESS.test(plain)) return undefined;
  if (COOKIE.test(plain)) return "cookie";
  if (PASSWORD.test(plain)) return "password";
  if (PIN.test(plain)) return "pin";
  if (TOKEN.test(plain)) return "token";
  // `SharedAccessKey`, `api_key`, `apikey`.
  if (KEY.test(plain) || KEY.test(plain.replaceAll(/[_.-]/g, ""))) return "key";
  return SECRET.test(plain) ? "secret" : undefined;
}

/** The name before a sign, and how it stands there. */
export interface Key {
  readonly kind: KeyKind;
  readonly name: string;
  readonly start: number;
  /** Its closing quote with the backslashes before it; empty: it has none. */
  readonly quote: string;
  /** Whether blanks stand before the sign. */
  readonly apart: boolean;
  /** Whether only a list is given to it: `tokens`. */
  readonly many: boolean;
}

/** A variable that may hold the key of anything: `AZURE_OPENAI_KEY`. */
export function isAnyKey(name: string): boolean {
  return name.endsWith("_KEY") && /^[A-Z][A-Z0-9_]+$/.test(name) &&
    keyKind(name) === undefined && !NO_SECRET_KEY.test(name);
}

const NO_SECRET_KEY =
  /(?:PRIMARY|FOREIGN|CACHE|SORT|PARTITION|PUBLIC|ROW|INDEX|OBJECT|S3|LOCK|STORE)_KEY$/;
