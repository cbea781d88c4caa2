import { hasWord } from "./maybe_secret.ts";
import { isAlnum, startsWord, wholeWord } from "./secret_chars.ts";
import { mergeSpans, type Span } from "./secret_span.ts";
import { isStrong } from "./secret_value.ts";

const JWT =
  /eyJ[\w-]{8,65536}\.(?:eyJ[\w-]{8,65536}(?:\.[\w-]{1,65536})?|[\w-]{0,65536}\.[\w-]{8,65536}(?:\.[\w-]{1,65536}){0,2})/y;

/** JSON Web Tokens, signed and encrypted. */
export function findJwts(text: string): Span[] {
  const spans: Span[] = [];
  for (
    let at = text.indexOf("eyJ");
    at >= 0;
    at = text.indexOf("eyJ", at + 3)
  ) {
    const before = text[at - 1];
    // Within a word there is no other one: each word is looked at once.
    if (before === "_" || before === "-" || !startsWord(text, at)) continue;
    JWT.lastIndex = at;
    if (!JWT.test(text)) continue;
    const end = wholeWord(text, at, JWT.lastIndex);
    spans.push({ start: at, end, label: "jwt" });
    at = end - 3;
  }
  return spans;
}

/** Tokens known by what is in the middle of them: mark, before, after. */
const INNER: readonly (readonly [
  label: string,
  mark: string,
  before: RegExp,
  after: RegExp,
])[] = [
  ["azure-secret", "Q~", /[\w~.-]{3}\d$/, /[\w~.-]{31,37}(?![\w~-])/y],
  ["azure-devops-token", "AZDO", /[A-Za-z0-9]{70,80}$/, /[A-Za-z0-9]{4}/y],
  ["azure-key", "JQQJ99", /[A-Za-z0-9]{52}$/, /[A-Za-z0-9]{20,40}/y],
  ["maxmind-key", "_mmk", /[A-Za-z0-9]{6}_[A-Za-z0-9]{29}$/, /(?!\w)/y],
  ["mailchimp-key", "-us", /[a-f0-9]{32}$/, /\d{1,2}(?!\w)/y],
  [
    "discord-token",
    ".",
    /[MNO][\w-]{22,27}$/,
    /[\w-]{6,7}\.[\w-]{27,45}(?![\w-])/y,
  ],
];

/** UTF-16 units that are looked at before such a mark. */
const LEAD = 82;

/** Tokens that begin like anything. */
export function findInnerMarks(text: string): Span[] {
  return mergeSpans(INNER.map(([label, mark, before, after]) => {
    const spans: Span[] = [];
    let at = text.indexOf(mark);
    for (; at >= 0; at = text.indexOf(mark, at + mark.length)) {
      if (mark === "." && !isDotNear(text, at)) continue;
      after.lastIndex = at + mark.length;
      if (!after.test(text)) continue;
      const from = Math.max(spans.at(-1)?.end ?? 0, at - LEAD);
      const lead = before.exec(text.slice(from, at));
      const start = at - (lead?.[0].length ?? 0);
      if (!lead || !(mark === "Q~" || startsWord(text, start))) continue;
      spans.push({ start, end: after.lastIndex, label });
    }
    return spans;
  }));
}

/** Whether the next dot stands where that of such a token would. */
function isDotNear(text: string, at: number): boolean {
  return text.charCodeAt(at + 7) === 46 || text.charCodeAt(at + 8) === 46;
}

/**
 * A trace of those below: most texts have none, and expressions that take upper
 * and lower case for one are read where they are used, which takes long.
 */
const WORDED = /bearer|basic|token|key|pass|pwd|secret|credential/;

/** Secrets that a word before them gives away. */
export function findWorded(text: string): Span[] {
  if (!hasWord(text, WORDED)) return [];
  return mergeSpans([
    findBearers(text),
    findSpoken(text),
    findCalled(text),
    findSet(text),
  ]);
}

/** What follows the name of a scheme, as in headers. */
function findBearers(text: string): Span[] {
  return groupSpans(
    text,
    /\b(?:bearer|basic|token|apikey|api-key)[ \t]{1,4}["']?([A-Za-z0-9._~+/=-]{12,65536})/gi,
    "bearer-token",
    (value) => value.length >= 16 ? isStrong(value) : false,
  );
}

/** "The password is …", and where it is no word of a sentence "password …". */
function findSpoken(text: string): Span[] {
  return groupSpans(
    text,
    /\b(pass(?:word|phrase|wd|code)|pwd|secret|token|api[ -]?key|access[ -]key|credentials?)[ \t]{1,4}((?:(?:is|was|are|to):?|=>?|->|\u2192)[ \t]{1,4})?["'`]?([^\s"'`]{6,128})/gi,
    "password",
    (value, [, name, verb]) =>
      isStrong(value) &&
      (verb !== undefined || (/^p/i.test(name!) && isMixed(value))),
  );
}

/** Small letters, digits, and capitals or signs. */
function isMixed(value: string): boolean {
  return value.length >= 8 && /\d/.test(value) && /[a-z]/.test(value) &&
    /[A-Z!@#$%^&*]/.test(value);
}

const CALLED =
  /(?:[pP]ass(?:word|wd)|PASSWORD|[sS]ecret|SECRET|[tT]oken|TOKEN|[kK]ey|KEY)["'\]]{0,2}[ \t]{0,2}(?:\|\||\?\?|,|\()[ \t]{0,2}(["'`])([^"'`\s]{8,128})(?=\1)/g;

/** `getenv("TOKEN", "…")`, `env.TOKEN || "…"`, `setPassword("…")`. */
function findCalled(text: string): Span[] {
  return groupSpans(text, CALLED, "secret", isStrong);
}

/** `ENV NAME value`, `setx NAME value`, `git config user.password value`. */
const SET =
  /(?:PASS(?:WORD|WD)?|TOKEN|SECRET|KEY|password|[tT]oken)[ \t]{1,4}["']?([^\s"'`]{6,256})/g;

const BEFORE_SET =
  /(?:[A-Z0-9]_|[.:]_?(?:auth)?|\b(?:ENV|setx|setenv|set|set -[a-z]{1,3}) )$/;

function findSet(text: string): Span[] {
  return groupSpans(
    text,
    SET,
    "secret",
    (value, { index }) =>
      isStrong(value) &&
      BEFORE_SET.test(text.slice(Math.max(0, index - 12), index)),
  );
}

function groupSpans(
  text: string,
  pattern: RegExp,
  label: string,
  accepts: (value: string, match: RegExpExecArray) => boolean,
): Span[] {
  const spans: Span[] = [];
  pattern.lastIndex = 0;
  for (let match; (match = pattern.exec(text)) !== null;) {
    const group = match.at(-1)!;
    const value = withoutStop(group);
    if (!accepts(value.slice(0, 256), match)) continue;
    const start = match.index + match[0].length - group.length;
    const end = start + value.length;
    // What follows belongs to the word as far as it goes.
    spans.push({ start, end: Math.max(end, wordEnd(text, end)), label });
  }
  return spans;
}

/** Without the signs that a sentence goes on or ends with. */
function withoutStop(word: string): string {
  let end = word.length;
  while (end > 0 && ".,;:!?)]}".includes(word[end - 1]!)) end--;
  return word.slice(0, end);
}

function wordEnd(text: string, at: number): number {
  while (at < text.length && isAlnum(text.charCodeAt(at))) at++;
  return at;
}
