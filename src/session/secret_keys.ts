import { isDigit } from "./secret_chars.ts";

/** What a name says of the value that is given to it. */
export type KeyKind = "password" | "token" | "key" | "secret" | "cookie";

const PASSWORD =
  /(?:pass(?:word|wd|phrase|code)|passwort|pwd|(?:^|[^a-z])pass)s?$/;
const TOKEN =
  /(?:token|jwt|authorization|bearer|(?:^|[^a-z])_?auth|(?:^|[^a-z])pat|x-amz-signature|x-goog-signature)$/;
const KEY =
  /(?:api|access|secret|private|signing|signature|encryption|master|account|sharedaccess|shared|auth|service|deploy|licen[sc]e|client|webhook|admin|app|application|publishable|ingest|write)[_.-]?key(?:[_.-]?base)?$/;
const SECRET =
  /(?:secrets?|credentials?|connection[_.-]?string|conn[_.-]?str|secret[_.-]?key[_.-]?base|(?:^|[^a-z])dsn|webhook[_.-]?url)$/;
const COOKIE = /^(?:set-)?cookie$/;

/** Names that end like the others and hold no secret. */
const HARMLESS =
  /^(?:oldpwd|pwd)$|(?:next|page|pagination|continuation|continue|sync|cancel(?:lation)?|abort|eos|bos|pad|unk|sep|cls|mask|stop|special|first|last|current|prev(?:ious)?|per|max|min|total)[_.-]?token$|(?:by|com|sur|tres|under|over|encom)pass$/;

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
  ..."pass word wd phrase code wort token jwt authorization bearer".split(" "),
  ..."auth pat signature key base secret credential string str".split(" "),
  ..."dsn url cookie".split(" "),
];

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
  if (TOKEN.test(plain)) return "token";
  // `SharedAccessKey`, `api_key`, `apikey`.
  if (KEY.test(plain) || KEY.test(plain.replaceAll(/[_.-]/g, ""))) return "key";
  return SECRET.test(plain) ? "secret" : undefined;
}
