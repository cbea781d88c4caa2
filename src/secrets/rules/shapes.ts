import type { Form } from "./forms.ts";
import { isAlnum, startsWord, wholeWord } from "../chars.ts";
import { mergeSpans, type Span } from "../span.ts";
import { isGenerated, withoutStop } from "./sentences.ts";
import { isName, isPath, isStrong } from "../value.ts";

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

/** What follows the name of a scheme, as in headers. */
function findBearers(text: string): Span[] {
  return groupSpans(
    text,
    /\b(?:bearer|basic|token|apikey|api-key)[ \t]{1,4}["']?([A-Za-z0-9._~+/=-]{12,65536})/gi,
    "bearer-token",
    (value) => value.length >= 16 && isStrong(value) && !isName(value),
  );
}

/** "The password is …", and where it is no word of a sentence "password …". */
function findSpoken(text: string): Span[] {
  return groupSpans(
    text,
    /\b(pass(?:word|phrase|wd|code)|passwort|kennwort|pwd?|secret|token|(?:api|access|secret|private|2fa|totp|recovery|deploy)[ -]?key|credentials?|creds)[ \t]{1,4}((?:(?:is|was|are|ist|war|lautet|to):?|=>?|->|\u2192)[ \t]{1,4})?["'`]?([^\s"'`]{6,128})/gi,
    "password",
    (value, [, name, verb]) =>
      (verb !== undefined || (isMixed(value) && /^p(?:ass|w)/i.test(name!)) ||
        isGenerated(value)) &&
      isStrong(value) && !isName(value) && !isPath(value),
  );
}

/** Small letters, digits, and capitals or signs. */
function isMixed(value: string): boolean {
  return value.length >= 8 && /\d/.test(value) && /[a-z]/.test(value) &&
    /[A-Z!@#$%^&*]/.test(value);
}

/** `env.TOKEN || "…"`. */
function findDefaults(text: string): Span[] {
  return groupSpans(
    text,
    /(?:[pP]ass(?:word|wd)|PASSWORD|[sS]ecret|SECRET|[tT]oken|TOKEN|[kK]ey|KEY)["'\]]{0,2}[ \t]{0,2}(?:\|\||\?\?)[ \t]{0,2}(["'`])([^"'`\s]{8,128})(?=\1)/g,
    "secret",
    (value) => isStrong(value) && !isName(value),
  );
}

/** `setPassword("…")`. */
function findCalled(text: string): Span[] {
  return groupSpans(
    text,
    /(?:[pP]ass(?:word|wd)|[sS]ecret|[tT]oken|[kK]ey)\([ \t]{0,2}(["'`])([^"'`\s]{6,128})(?=\1[ \t]?\))/g,
    "secret",
    (value, { 0: whole, index }) =>
      isStrong(value) && (/^[pP]ass/.test(whole) || !isName(value)) &&
      /(?:^|\W|_)(?:set|with|use)_?\w{0,24}$/i
        .test(text.slice(Math.max(0, index - 30), index)),
  );
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
      BEFORE_SET.test(text.slice(Math.max(0, index - 12), index)) &&
      isStrong(value) && !isName(value),
  );
}

/** The last group of each match that `accepts` takes, with its word. */
export function groupSpans(
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

function wordEnd(text: string, at: number): number {
  while (at < text.length && isAlnum(text.charCodeAt(at))) at++;
  return at;
}

/** Secrets that a word before them gives away. */
export const WORDED_FORMS: readonly Form[] = [
  {
    traces: [
      ...["earer ", "EARER ", "asic ", "ASIC ", "oken ", "OKEN ", "earer\t"],
      ...["pikey ", "piKey ", "PIKEY ", "pi-key ", "pi-Key ", "PI-KEY "],
    ],
    find: findBearers,
  },
  {
    traces: [
      ...["sword", "SWORD", "sswd", "SSWD", "phrase", "PHRASE"],
      ...["sscode", "swort", "nnwort", "pwd ", "PWD ", "pw ", "PW "],
      ...["cret ", "CRET ", "oken ", "OKEN ", "oken\t", "dential", "creds "],
      ...["Creds ", "key ", "Key ", "KEY "],
    ],
    find: findSpoken,
  },
  {
    traces: ["||", "??"].flatMap((or) => [..." \t\"'`"].map((one) => or + one)),
    find: findDefaults,
  },
  {
    traces: ["sword(", "sswd(", "cret(", "oken(", "ey("],
    find: findCalled,
  },
  {
    traces: [
      ...["PASS ", "SWORD ", "SSWD ", "OKEN ", "CRET ", "KEY ", "sword "],
      ...["oken ", "KEN\t", "ORD\t", "RET\t", "KEY\t"],
    ],
    find: findSet,
  },
];
