import { matchesIn } from "./near.ts";
import type { Span, Window } from "../span.ts";
import {
  isAbout,
  isName,
  isOfCode,
  isPath,
  isPlaceholder,
  isStrong,
} from "./value.ts";
import { always, type Form, isGenerated, unlikeName } from "./forms.ts";

const chosen = (value: string) => !isPlaceholder(value) && !isAbout(value);

/** Secrets that are recognized by the words before them. */
export const wordForms = (): Form[] => [
  // A quoted word, or the last word of its line after a colon or an arrow.
  [
    "sword |phrase |sswd |sscode |swort |nwort ",
    /\b(?:[pP]ass(?:word|phrase|wd|code)|[pP]asswort|[kK]ennwort)[ \t]{1,4}(?:(?:is|was|ist|war):?[ \t]{1,4}["'`](?=[^"'`\n]{4,128}["'`])|(?:is|was|ist|war):[ \t]{1,4}(?=[^\s"'`]{4,128}[ \t]{0,9}(?:$|\n)))([^\n"'`]{4,128})/g,
    { accepts: chosen, ends: "sentence" },
  ],
  [
    "word \u2192|wd \u2192|code \u2192|phrase \u2192|wort \u2192",
    /\b(?:[pP]ass(?:word|phrase|wd|code)|[pP]asswort)[ \t]{0,4}\u2192[ \t]{1,4}([^\s"'`]{4,128})(?=[ \t]{0,9}(?:$|\n))/g,
    { accepts: chosen, ends: "sentence", anywhere: true },
  ],
  // "From … to …", "log in with name / …", `auth=("name", "…")`.
  [
    "sword from |oken from |cret from |ey from ",
    /\b(?:password|token|secret|key)[ \t]from[ \t]["'`]?([^\s"'`]{6,128})(?=["'`]?[ \t]to\b)/g,
    { accepts: isGenerated, ends: "sentence" },
  ],
  [
    "sword from |oken from |cret from |ey from ",
    /(?<=\b(?:password|token|secret|key)[ \t]from[ \t]["'`]?[^\s"'`]{6,128}["'`]?[ \t])to[ \t]["'`]?([^\s"'`]{6,128})/g,
    { accepts: isGenerated, ends: "sentence" },
  ],
  [
    "og in |og in: |ogin |ogin: |gn in |gn in: |dential |dential: |dentials |dentials: |reds |reds: ",
    /\b(?:[lL]og ?in|[sS]ign in|[cC]redentials?|[cC]reds):?[ \t](?:with |are |is |as )?[\w.@-]{2,64}(?: ?\/ ?|:)([^\s"'`/]{6,128})/g,
    { accepts: isGenerated, ends: "sentence" },
  ],
  [
    "auth=(|Auth=(|Credential=(|auth(|Auth(|Credential(",
    /(?:auth|Auth|Credential)=?\([ \t]?["'][^"'\n]{1,64}["'],[ \t]{0,4}["']([^"'\n]{4,128})(?=["'])/g,
    { accepts: isGenerated, ends: "sentence" },
  ],
  [
    "PIN |Pin |pin ",
    /\b(?:PIN|Pin|pin)(?: code)?[ \t](?:is[ \t]|was[ \t])?(\d{4,8})(?![\w.-])/g,
    { label: "pin", accepts: always, ends: "sentence" },
  ],
  // Text after the name of a scheme, as in headers.
  [
    "earer |EARER |asic |ASIC |oken |OKEN |pikey |piKey |PIKEY |pi-key |pi-Key |PI-KEY ",
    /\b(?:bearer|basic|token|apikey|api-key)[ \t]{1,4}["']?([A-Za-z0-9._~+/=-]{12,65536})/gi,
    {
      label: "bearer-token",
      accepts: (value) => value.length >= 16 && unlikeName(value),
      ends: "word",
    },
  ],
  // "The password is …", and "password …" unless in a sentence.
  [
    "sword|SWORD|sswd|SSWD|phrase|PHRASE|sscode|swort|nnwort|pwd |PWD |pw |PW |cret |CRET |oken |OKEN |dential|creds |Creds |key |Key |KEY ",
    /\b(pass(?:word|phrase|wd|code)|passwort|kennwort|pwd?|secret|token|(?:api|access|secret|private|2fa|totp|recovery|deploy)[ -]?key|credentials?|creds)[ \t]{1,4}((?:(?:is|was|are|ist|war|lautet|to):?|=>?|->|\u2192)[ \t]{1,4})?["'`]?([^\s"'`]{6,128})/gi,
    {
      accepts: (value, [, name, verb]) =>
        (verb !== undefined || (isMixed(value) && /^p(?:ass|w)/i.test(name!)) ||
          isGenerated(value)) && unlikeName(value) && !isPath(value),
      // "my password is swordfish99"
      plain: (value, [, name, verb]) =>
        (verb !== undefined || isMixed(value) && /^p(?:ass|w)/i.test(name!)) &&
        isStrong(value) && !isPath(value) && !isOfCode(value) &&
        !/^[([{]/.test(value),
      ends: "word",
    },
  ],
  // `env.TOKEN || "…"`.
  [
    ["||", "??"].flatMap((or) => [..." \t\"'`"].map((one) => or + one)),
    /(?:[pP]ass(?:word|wd)|PASSWORD|[sS]ecret|SECRET|[tT]oken|TOKEN|[kK]ey|KEY)["'\]]{0,2}[ \t]{0,2}(?:\|\||\?\?)[ \t]{0,2}(["'`])([^"'`\s]{8,128})(?=\1)/g,
    { label: "secret", accepts: unlikeName, ends: "word" },
  ],
  // `setPassword("…")`.
  [
    "sword(|sswd(|cret(|oken(|ey(",
    /(?:[pP]ass(?:word|wd)|[sS]ecret|[tT]oken|[kK]ey)\([ \t]{0,2}(["'`])([^"'`\s]{6,128})(?=\1[ \t]?\))/g,
    {
      label: "secret",
      accepts: (value, { 0: whole, index }, text) =>
        isStrong(value) && (/^[pP]ass/.test(whole) || !isName(value)) &&
        /(?:^|\W|_)(?:set|with|use)_?\w{0,24}$/i
          .test(text.slice(Math.max(0, index - 30), index)),
      ends: "word",
    },
  ],
  // `ENV NAME value`, `setx NAME value`, `git config user.password value`.
  [
    "PASS |SWORD |SSWD |OKEN |CRET |KEY |sword |oken ",
    /(?:PASS(?:WORD|WD)?|TOKEN|SECRET|KEY|password|[tT]oken)[ \t]{1,4}["']?([^\s"'`]{6,256})/g,
    {
      label: "secret",
      accepts: (value, { index }, text) =>
        BEFORE_SET.test(text.slice(Math.max(0, index - 12), index)) &&
        unlikeName(value),
      ends: "word",
    },
  ],
];

const BEFORE_SET =
  /(?:[A-Z0-9]_|[.:]_?(?:auth)?|\b(?:ENV|setx|setenv|set|set -[a-z]{1,3}) )$/;

/** Returns whether a value has lower case, digits, and upper case or signs. */
function isMixed(value: string): boolean {
  return value.length >= 8 && /\d/.test(value) && /[a-z]/.test(value) &&
    /[A-Z!@#$%^&*]/.test(value);
}

/** Finds "Use … as the password". */
export function findAs(text: string, windows: readonly Window[]): Span[] {
  const spans: Span[] = [];
  const as =
    / as (?:the |my |its |a |your |our )?(?:\w{1,20} )?(?:password|passphrase|token|secret)\b/g;
  for (const { index } of matchesIn(text, windows, as)) {
    const lead = text.slice(
      Math.max(spans.at(-1)?.end ?? 0, index - 130),
      index,
    );
    const word = /(?:^|[\s"'`])([^\s"'`]{6,128})["'`]?$/.exec(lead);
    if (!word || !isGenerated(word[1]!)) continue;
    const start = index - lead.length + word.index + word[0].indexOf(word[1]!);
    spans.push({ start, end: start + word[1]!.length, label: "password" });
  }
  return spans;
}
